"""One folder, one owner: a living one is respected on any machine, a dead one never in the way. Real processes and files."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmark.core import children, owner
from benchmark.core.errors import UserError

REMEDY = "take another --output"


def lock_of(folder: Path, **changed: object) -> Path:
    """A lock as an owner leaves it that this process is not."""
    with owner.sole_owner(folder, "run of a.yaml", remedy=REMEDY):
        content = json.loads((folder / owner.NAME).read_text())
    (folder / owner.NAME).write_text(json.dumps({**content, "token": "other", **changed}))
    return folder / owner.NAME


def take(folder: Path) -> None:
    with owner.sole_owner(folder, "run of b.yaml", remedy=REMEDY):
        pass


def test_a_second_is_refused_and_told_who_and_what_to_do(tmp_path: Path) -> None:
    with (
        owner.sole_owner(tmp_path, "run of a.yaml", remedy=REMEDY),
        pytest.raises(UserError, match=rf"run of a\.yaml \(process {os.getpid()} on .*another --output"),
    ):
        take(tmp_path)
    take(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.heavy
def test_a_killed_owner_is_not_in_the_way(tmp_path: Path) -> None:
    code = (
        "import sys, os\nfrom pathlib import Path\nfrom benchmark.core import owner\n"
        "with owner.sole_owner(Path(sys.argv[1]), 'run', remedy=''):\n    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=children.environment(), check=False)
    assert (tmp_path / owner.NAME).exists()
    take(tmp_path)


def test_a_process_number_used_again_is_no_owner(tmp_path: Path) -> None:
    lock_of(tmp_path, pid=os.getpid(), born="1")
    take(tmp_path)


def test_on_another_machine_the_age_of_the_lock_tells(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, host="elsewhere", pid=1)
    with pytest.raises(UserError, match="on elsewhere"):
        take(tmp_path)
    long_ago = time.time() - owner.STALE_AFTER_S - 5
    os.utime(lock, (long_ago, long_ago))
    take(tmp_path)


def test_the_same_host_name_in_another_container_is_another_machine(tmp_path: Path) -> None:
    lock_of(tmp_path, place="another container", pid=2**22 + 1)
    with pytest.raises(UserError, match="in use"):
        take(tmp_path)


def test_a_job_follows_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock_of(tmp_path, host="elsewhere", job="7")
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "7")
    take(tmp_path)
    lock_of(tmp_path, host="elsewhere", job="none")
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    with pytest.raises(UserError, match="in use"):
        take(tmp_path)


def test_an_owner_that_was_taken_for_dead_is_told(tmp_path: Path) -> None:
    with owner.sole_owner(tmp_path, "run of a.yaml", remedy=REMEDY) as mine:
        mine.confirm()
        content = json.loads((tmp_path / owner.NAME).read_text())
        (tmp_path / owner.NAME).write_text(json.dumps({**content, "token": "other", "what": "run of b.yaml"}))
        with pytest.raises(UserError, match=r"taken over by run of b\.yaml"):
            mine.confirm()
    assert (tmp_path / owner.NAME).exists(), "the other's lock stays"


def test_a_lock_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / owner.NAME).write_text("{")
    with pytest.raises(UserError, match="names no owner"):
        take(tmp_path)


def test_of_many_at_once_one_owns_a_stale_folder_at_a_time(tmp_path: Path) -> None:
    lock_of(tmp_path, pid=os.getpid(), born="1")
    inside, most, refused = [0], [0], [0]
    guard, start = threading.Lock(), threading.Barrier(16)

    def work() -> None:
        start.wait()
        try:
            with owner.sole_owner(tmp_path, "run", remedy=REMEDY):
                with guard:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                time.sleep(0.05)
                with guard:
                    inside[0] -= 1
        except UserError:
            refused[0] += 1

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1
    assert refused[0] > 0
