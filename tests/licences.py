"""``make licences``, first half: the licence of every installed distribution that the engine needs, as its metadata states.

``python -m tests.licences`` prints name, version and licence; those whose terms restrict use are marked.
"""

import re
from importlib import metadata
from typing import Any

RESTRICTING = ("proprietary", "noncommercial", "non-commercial", "agpl", "gpl", "polyform")


def needed(root: str) -> dict[str, metadata.Distribution]:
    """The distribution and all that it needs, as far as installed, extras apart."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [root]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        wanted = [item for item in found[name].requires or () if "extra ==" not in item]
        waiting += [match.group() for item in wanted if (match := re.match(r"[A-Za-z0-9._-]+", item))]
    return found


def licence(distribution: metadata.Distribution) -> str:
    """What its metadata says, on one line."""
    about: Any = distribution.metadata
    classifiers = [
        item.rpartition("::")[2].strip() for item in about.get_all("Classifier") or () if "License ::" in item
    ]
    text = about.get("License-Expression") or ", ".join(classifiers) or about.get("License") or "not stated"
    return " ".join(text.split())[:80]


def main() -> None:
    """Print the list."""
    for name, distribution in sorted(needed("efid-bench").items()):
        text = licence(distribution)
        mark = " *" if any(word in text.lower() for word in RESTRICTING) and "lgpl" not in text.lower() else ""
        print(f"{name} {distribution.version}: {text}{mark}")
    print("* restricts use; pyiqa is PolyForm Noncommercial 1.0.0 (README, Licences)")


if __name__ == "__main__":
    main()
