"""Words for error messages: the nearest right name for a wrong one. Standard library only."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to a wrong one, ignoring case and ``-``/``_``; ``None`` when none is near."""
    folded = {item.casefold().replace("_", "-"): item for item in known}
    near = difflib.get_close_matches(word.casefold().replace("_", "-"), folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` or nothing."""
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near is not None else ""
