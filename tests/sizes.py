"""The size check of commits: a large file stays in every clone's history for ever, deleted or not.

``python -m tests.sizes FILE…`` names those above the limit and ends with 1 if there are any. Data and weights belong
elsewhere.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

LIMIT = 512 * 1024


def too_large(files: Iterable[Path]) -> list[str]:
    """A line for each file that is above the limit."""
    sizes = {file: file.stat().st_size for file in files if file.is_file() and not file.is_symlink()}
    return [f"{file}: {size:,} bytes, above {LIMIT:,}" for file, size in sizes.items() if size > LIMIT]


if __name__ == "__main__":
    lines = too_large(map(Path, sys.argv[1:]))
    print(*lines, sep="\n", end="\n" if lines else "")
    sys.exit(1 if lines else 0)
