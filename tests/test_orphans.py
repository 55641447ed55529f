"""The guard against processes that tests leave behind, tried on tests that do so: each is named, failed and cleared away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.core import owner
from tests import orphans

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="orphans are looked for in Linux's /proc"),
]

TESTS = """
import os, subprocess, sys, time
from pathlib import Path
import pytest
from tests import orphans

orphans.GRACE_S = 0.5
HERE = Path(__file__).parent


def sleep(name, **more):
    process = subprocess.Popen(["sleep", "987.6"], **more)
    (HERE / name).write_text(str(process.pid))
    return process


@pytest.fixture(scope="module")
def server():
    return sleep("server")


def test_uses_what_its_module_started(server):
    assert server.poll() is None


def test_child():
    sleep("child")


def test_own_environment():
    sleep("own_environment", env={})


def test_fork():
    if (pid := os.fork()) == 0:
        time.sleep(900)
    (HERE / "fork").write_text(str(pid))


def test_grandchild():
    start = (
        "import subprocess; from pathlib import Path; "
        "process = subprocess.Popen(['sleep', '987.6'], start_new_session=True); "
        f"Path({str(HERE / 'grandchild')!r}).write_text(str(process.pid))"
    )
    subprocess.run([sys.executable, "-c", start], check=True)


def test_ends_soon():
    subprocess.Popen(["sleep", "0.2"])


def test_starts_nothing():
    pass
"""


def test_a_test_that_leaves_a_process_fails_with_its_command_and_the_process_is_killed(
    root: Path, tmp_path: Path
) -> None:
    (tmp_path / "test_leaving.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.orphans", "-p", "no:cacheprovider", "-rA", "--import-mode=importlib",
         "-W", "ignore::ResourceWarning",
         str(tmp_path / "test_leaving.py"), f"--rootdir={tmp_path}"],
        cwd=root, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    said = done.stdout
    assert done.returncode == 1, said + done.stderr
    assert "7 passed, 5 errors" in said
    for name in ("child", "own_environment", "grandchild"):
        pid = int((tmp_path / name).read_text())
        assert f"test_{name} leaves behind: process {pid}: sleep 987.6" in said
    assert f"test_fork leaves behind: process {int((tmp_path / 'fork').read_text())}" in said
    assert f"test_leaving.py leaves behind: process {int((tmp_path / 'server').read_text())}: sleep 987.6" in said
    for name in ("child", "own_environment", "fork", "grandchild", "server"):
        assert not owner.is_alive(int((tmp_path / name).read_text()))


def test_nothing_of_this_process_is_alive_between_tests() -> None:
    assert orphans.living() == {}
    assert os.environ[orphans.MARK] == orphans.TOKEN
