"""Data sets on the Hugging Face hub: the files of one commit, downloaded whole or taken from the cache.

A commit never changes. So once its files are on this machine, the hub is not asked again, with or without a connection.
``huggingface_hub`` is imported late, as in ``hub``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from benchmark.core import atomic
from benchmark.core.errors import UserError
from benchmark.plugins import hub

COMMIT = re.compile(r"[0-9a-f]{40}")
KIND = "dataset"
CARD = ("README.md", ".huggingface.yaml")
TIMEOUT_S = 20.0


def is_offline() -> bool:
    """Whether the user forbids every hub's library the network, by ``$HF_HUB_OFFLINE``."""
    return os.environ.get("HF_HUB_OFFLINE", "").strip().lower() in ("1", "on", "yes", "true")


def home() -> Path:
    """The folder of the Hugging Face libraries' files, as ``$HF_HOME`` or their default says, and ours below it."""
    from huggingface_hub import constants  # noqa: PLC0415

    return Path(constants.HF_HOME) / "efid-bench"


def commit_of(repository: str, revision: str) -> str:
    """The commit that a branch or tag stands for at present; empty where the hub doesn't say."""
    from huggingface_hub import HfApi  # noqa: PLC0415

    try:
        return str(HfApi(endpoint=_endpoint()).dataset_info(repository, revision=revision, timeout=TIMEOUT_S).sha or "")
    except Exception:  # it is only a hint
        return ""


def snapshot(repository: str, commit: str, patterns: Sequence[str], *, offline: bool) -> tuple[Path, bool]:
    """The folder with the files of one commit.

    Args:
        repository: ``owner/name``.
        commit: 40 hexadecimal digits.
        patterns: which files are needed, such as ``*.parquet``; the data set's card always is.
        offline: download nothing.

    Returns:
        The folder, and whether all of the files are known to be there: not so where another program downloaded them and
        the hub can't be asked.

    Raises:
        UserError: it is not on this machine and can't be downloaded; says what to do.
    """
    record = home() / "snapshots" / repository.replace("/", "--") / f"{commit}.json"
    listed = _listed(record, patterns)
    folder = _cached(repository, commit)
    if folder is not None and listed is not None and all((folder / name).is_file() for name in listed):
        return folder, True
    named = f"{repository} at {commit[:8]}"
    if offline:
        if folder is not None and any(fnmatchcase(file.name, "*.parquet") for file in folder.rglob("*")):
            return folder, False
        get = f"hf download {repository} --repo-type dataset --revision {commit}"
        raise UserError(
            f"{named} is not on this machine (offline): run once with a connection, or copy what `{get}` gets"
        )
    names = _names(repository, commit, patterns, named)
    folder = _download(repository, commit, names, named)
    atomic.write_text(record, json.dumps({"patterns": list(patterns), "files": names}, indent=2) + "\n")
    return folder, True


def _listed(record: Path, patterns: Sequence[str]) -> list[str] | None:
    """The files that an earlier download with the same patterns got, or ``None``."""
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        return [str(name) for name in content["files"]] if content["patterns"] == list(patterns) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _cached(repository: str, commit: str) -> Path | None:
    """The commit's folder in the hub's cache, whole or not."""
    from huggingface_hub.file_download import repo_folder_name  # noqa: PLC0415

    folder = hub.cache() / repo_folder_name(repo_id=repository, repo_type=KIND) / "snapshots" / commit
    return folder if folder.is_dir() else None


def _names(repository: str, commit: str, patterns: Sequence[str], named: str) -> list[str]:
    """The names of the files that are needed.

    Raises:
        UserError: the hub can't be reached or has no such commit; or none of the files matches.
    """
    from huggingface_hub import HfApi  # noqa: PLC0415

    try:
        info = HfApi(endpoint=_endpoint()).dataset_info(repository, revision=commit, timeout=TIMEOUT_S)
    except Exception as error:  # of whichever HTTP library it uses
        raise UserError(f"{named} is not on this machine, and {hub.reason(error)}{_hint(error)}") from None
    names = [item.rfilename for item in info.siblings or ()]
    data = [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]
    if not data:
        shown = ", ".join(names[:5]) or "nothing"
        raise UserError(f"{named}: no file is named {' or '.join(patterns)}; there is {shown}. `files` names others")
    return [*(name for name in names if name in CARD), *data]


def _download(repository: str, commit: str, names: Sequence[str], named: str) -> Path:
    """Download files into the hub's cache.

    Raises:
        UserError: one is not available.
    """
    from huggingface_hub import hf_hub_download  # noqa: PLC0415

    folder = Path()
    for name in names:
        try:
            place = hf_hub_download(
                repository,
                name,
                repo_type=KIND,
                revision=commit,
                endpoint=_endpoint(),
                cache_dir=hub.cache(),
                etag_timeout=TIMEOUT_S,
            )
        except Exception as error:  # likewise
            raise UserError(f"{named}: {name} can't be downloaded: {hub.reason(error)}") from None
        folder = Path(str(place).removesuffix(name.replace("/", os.sep)))
    return folder


def _hint(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403, 404):
        return ": is the name right, and the commit? For a private or gated set run `hf auth login`"
    return ""


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None
