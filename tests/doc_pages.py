"""Blocks of the pages and the README: found, written as files, and run as commands."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path


def blocks(file: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", file.read_text(encoding="utf-8"), flags=re.S | re.M)


def link_checkout(root: Path, folder: Path) -> None:
    """The checkout's configurations, plug-ins and program, in a folder."""
    for name in ("configs", "benchmark", "methods", "datasets", "run_benchmark.py"):
        (folder / name).symlink_to(root / name)


def run(commands: str, place: Path, *, ends_well: bool = True) -> str:
    """Run shell commands in order; `efid-bench` and `python` are this interpreter's."""
    output = ""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    for line in commands.replace("\\\n", " ").splitlines():
        command = line.split("  #")[0].strip()
        if not command or command.startswith("#"):
            continue
        done = subprocess.run(
            shlex.split(command), cwd=place, env=environment, capture_output=True, text=True, timeout=280
        )
        assert (done.returncode in (0, 3)) == ends_well, (command, done.stdout, done.stderr)
        output += done.stdout
    return output


def write(block: str, place: Path) -> Path:
    """Write a block of a page under the name that its first line gives."""
    file = place / block.splitlines()[0].removeprefix("# ")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block)
    return file


def labs(root: Path, place: Path) -> None:
    """The two tables of the page on studies."""
    for name, block in zip(("lab_a", "lab_b"), blocks(root / "docs" / "studies.md", "csv"), strict=True):
        (place / f"{name}.csv").write_text(block)
