"""An interruption is neither dropped by Python nor allowed to spoil what is done."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.heavy

DROPPED = """
import signal, time
from benchmark.core import interrupts

class Owner:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may run where it is ignored
interrupts.never_swallow()
try:
    Owner()
    time.sleep(20)
    print("swallowed")
except KeyboardInterrupt:
    print("interrupted")
"""
DONE = """
import signal
from benchmark.core import interrupts

interrupts.ignore()
signal.raise_signal(signal.SIGINT)
print("done")
"""


def said(script: str, root: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_an_interruption_that_python_would_drop_comes_again(root: Path) -> None:
    assert said(DROPPED, root) == (0, "interrupted\n")


def test_an_interruption_after_the_end_changes_nothing(root: Path) -> None:
    assert said(DONE, root) == (0, "done\n")
