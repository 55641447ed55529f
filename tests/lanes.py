"""The fast lane: ``pytest --fast`` (``make test-fast``) leaves out whatever is marked ``heavy`` or ``slow``.

A file whose tests are all heavy says ``pytestmark = pytest.mark.heavy`` (first where there are several marks); the fast
lane does not even import it, because importing torch takes longer than most fast tests together. What is not marked may
neither start a Python process nor import torch: in the fast lane it fails if it does, so that the lane stays fast.
"""

import multiprocessing.process
import re
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

HEAVY_FILE = re.compile(r"^pytestmark = (\[\s*)?pytest\.mark\.heavy\b", re.MULTILINE)
LIGHT = ("git", "uname")
"""Programs that take some milliseconds: a run's record names the state of the repository and the machine."""
STARTED: list[str] = []
"""The processes started since a test began. Python's audit hooks can't be taken away, so this belongs to the process."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of the fast lane."""
    parser.addoption("--fast", action="store_true", help="only tests that need no process and no torch")


def pytest_configure(config: pytest.Config) -> None:
    """Watch what is started, in the fast lane."""
    if config.getoption("--fast"):
        sys.addaudithook(_hear)
        start = multiprocessing.process.BaseProcess.start

        def heard(process: multiprocessing.process.BaseProcess) -> None:
            STARTED.append(process.name)
            start(process)

        multiprocessing.process.BaseProcess.start = heard  # type: ignore[assignment]


def _hear(event: str, details: tuple[Any, ...]) -> None:
    if event in ("subprocess.Popen", "os.posix_spawn", "os.fork"):
        program = str(details[0]) if details else event
        if Path(program).name not in LIGHT:
            STARTED.append(program)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave heavy files unread in the fast lane."""
    if not config.getoption("--fast") or collection_path.suffix != ".py":
        return None
    return bool(HEAVY_FILE.search(collection_path.read_text(encoding="utf-8"))) or None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In the fast lane a file that imports torch is an error."""
    had_torch = "torch" in sys.modules
    report = yield
    if collector.config.getoption("--fast") and "torch" in sys.modules and not had_torch:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} imports torch: mark it heavy (tests/lanes.py)"
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave heavy and slow tests out of the fast lane."""
    if config.getoption("--fast"):
        left_out = [item for item in items if item.get_closest_marker("heavy") or item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def light(request: pytest.FixtureRequest) -> Iterator[None]:
    """In the fast lane a test that starts a process or imports torch fails."""
    had_torch = "torch" in sys.modules
    STARTED.clear()
    yield
    if request.config.getoption("--fast"):
        wrong = [f"it starts {STARTED[0]}"] if STARTED else []
        wrong += ["it imports torch"] if "torch" in sys.modules and not had_torch else []
        if wrong:
            pytest.fail(f"{' and '.join(wrong)}: mark it heavy (tests/lanes.py)", pytrace=False)
