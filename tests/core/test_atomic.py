"""Unfinished files: those of killed writers are cleared by the next one, those of living ones are left alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmark.core import atomic, children
from benchmark.results import belongings, claims

KILLED = """
import os, sys
from pathlib import Path
from benchmark.core import atomic
os.fsync = lambda file: os.kill(os.getpid(), 9)
atomic.write_bytes(Path(sys.argv[1]), b"x" * 1000)
"""


def unfinished(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.partial"))


@pytest.mark.heavy
def test_what_killed_writers_left_is_cleared_by_the_next_one(tmp_path: Path) -> None:
    out, claim = tmp_path / "out", claims.of_file("run", tmp_path / "c.yaml")
    with belongings.possession(out, claim) as holding:
        holding.note()
    for name in ("run.json", "store/part-1.jsonl", "plots/a.png"):
        subprocess.run(
            [sys.executable, "-c", KILLED, str(out / name)], env=children.environment(), check=False, cwd=tmp_path
        )
    assert len(unfinished(out)) == 3
    with belongings.possession(out, claim):
        assert not unfinished(out)


def test_what_a_living_writer_or_another_machines_is_about_stays_until_it_is_old(tmp_path: Path) -> None:
    mine = tmp_path / f".a.csv.{os.getpid()}.{atomic._here()}-0a0b0c0d.partial"
    theirs = tmp_path / f".a.csv.{2**22 + 1}.ffffffff-0a0b0c0d.partial"
    earlier = tmp_path / f".a.csv.{2**22 + 1}.0a0b0c0d.partial"
    users = tmp_path / "mine.partial"
    for path in (mine, theirs, earlier, users):
        path.write_text("x")
    atomic.clear_abandoned(tmp_path)
    assert all(path.exists() for path in (mine, theirs, earlier, users))
    long_ago = time.time() - atomic.ABANDONED_AFTER_S - 5
    for path in (mine, theirs, earlier, users):
        os.utime(path, (long_ago, long_ago))
    atomic.clear_abandoned(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.partial"]
    atomic.clear_abandoned(tmp_path / "nowhere")
