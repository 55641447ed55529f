"""A data set of the Hugging Face hub: its commit, its cache, downloads, and the library that reads it."""

import hashlib
import json
import subprocess
import sys
import types
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from benchmark.data import load as loading
from benchmark.plugins import hub_snapshots
from tests.datasets.parquet_sets import empty_caches, pairs, write
from tests.datasets.published_files import complete, refused
from tests.datasets.trees import load

pytestmark = pytest.mark.heavy  # the library imports torch

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return empty_caches(tmp_path, monkeypatch)


def test_a_branch_is_refused_since_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    for revision, said in (("main", "'main' is no commit; a branch or tag moves"), (None, "revision: is missing")):
        message = refused(load("huggingface", repository="lab/set", revision=revision))
        assert said in message
        assert "write the commit, 40 hexadecimal digits" in message
    monkeypatch.setattr(hub_snapshots, "commit_of", lambda repository, revision: COMMIT)
    assert f"main is now {COMMIT}" in refused(load("huggingface", repository="lab/set", revision="main"))


def snapshot(home: Path) -> Path:
    """The hub's cache as its library leaves it after a download."""
    folder = home / "hub" / "datasets--lab--set" / "snapshots" / COMMIT
    write(folder, pairs(), "test")
    return folder


def test_a_commit_in_the_cache_needs_no_network(no_hub: Path) -> None:
    folder = snapshot(no_hub)
    dataset = load("huggingface", repository="lab/set", revision=COMMIT)
    assert "no connection to the Hugging Face hub" in refused(dataset), "whether it is whole is not known"
    dataset.offline = True  # type: ignore[attr-defined]
    assert complete(dataset)["mos"].tolist() == [1.5, 2.5, 3.5, 4.5]
    assert any("whether all its files are here was not checked" in note for note in dataset.notes())
    record = no_hub / "efid-bench" / "snapshots" / "lab--set" / f"{COMMIT}.json"
    record.parent.mkdir(parents=True)
    record.write_text('{"patterns": ["*.parquet"], "files": ["data/test-00000-of-00001.parquet"]}')
    dataset = load("huggingface", repository="lab/set", revision=COMMIT)
    assert len(complete(dataset)) == 4
    assert list(dataset.notes()) == [f"Pairs and labels from lab/set on the Hugging Face hub, commit {COMMIT[:12]}."]
    next(folder.rglob("*.parquet")).unlink()
    dataset.offline = True  # type: ignore[attr-defined]
    assert "is not on this machine (offline)" in refused(dataset)


class Hub(SimpleHTTPRequestHandler):
    """The hub's answers about one data set whose files lie in a folder; counts the questions in ``asked``."""

    asked: list[str]

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix(f"/datasets/lab/set/resolve/{COMMIT}"))

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if not self.path.startswith("/api/"):
            super().do_GET()
            return
        known = self.path.split("?")[0] == f"/api/datasets/lab/set/revision/{COMMIT}"
        files = sorted(str(path.relative_to(self.directory)) for path in Path(self.directory).rglob("*.*"))
        answer = {"id": "lab/set", "sha": COMMIT, "siblings": [{"rfilename": name} for name in files]}
        body = json.dumps(answer if known else {"error": "Repository not found"}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.asked.append(self.path)
        super().do_HEAD()

    def end_headers(self) -> None:
        if self.path.startswith("/datasets/"):
            self.send_header("ETag", hashlib.sha256(self.path.encode()).hexdigest())
            self.send_header("X-Repo-Commit", COMMIT)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A hub with one data set in two splits, and a file that nobody needs; gives what it was asked."""
    write(tmp_path / "published", pairs(), "test")
    write(tmp_path / "published", pairs(50), "validation")
    (tmp_path / "published" / "raw.zip").write_bytes(b"large")
    asked: list[str] = []
    handler = partial(type("Counting", (Hub,), {"asked": asked}), directory=str(tmp_path / "published"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{running.server_address[1]}")
        Thread(target=partial(running.serve_forever, poll_interval=0.01), daemon=True).start()
        yield asked
        running.shutdown()


def test_a_commit_is_downloaded_once(hub: list[str], no_hub: Path) -> None:
    dataset = load("huggingface", repository="lab/set", revision=COMMIT)
    assert sorted(complete(dataset)["split"]) == ["test"] * 4 + ["val"] * 4
    assert not any("raw.zip" in path for path in hub), "only what is needed"
    hub.clear()
    assert len(complete(load("huggingface", repository="lab/set", revision=COMMIT))) == 8
    assert hub == [], "a commit doesn't change: nobody is asked"
    part = load("huggingface", repository="lab/set", revision=COMMIT, files={"test": "data/test-*.parquet"})
    assert complete(part)["split"].tolist() == ["test"] * 4
    message = refused(load("huggingface", repository="lab/set", revision=COMMIT, files={"test": "*.arrow"}))
    assert "no file is named *.arrow; there is data/test-00000-of-00001.parquet" in message
    missing = refused(load("huggingface", repository="lab/sets", revision=COMMIT))
    assert "lab/sets at 01234567 is not on this machine, and the server answers 404" in missing
    assert "is the name right, and the commit? For a private or gated set run `hf auth login`" in missing


def test_offline_without_the_files_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = (
        "lab/set at 01234567 is not on this machine (offline): run once with a connection, or copy what "
        f"`hf download lab/set --repo-type dataset --revision {COMMIT}` gets"
    )
    dataset = load("huggingface", repository="lab/set", revision=COMMIT)
    dataset.offline = True  # type: ignore[attr-defined]
    assert refused(dataset) == expected
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert refused(load("huggingface", repository="lab/set", revision=COMMIT)) == expected
    assert "write the commit" in refused(load("huggingface", repository="lab/set", revision="main"))


def test_the_runs_offline_reaches_the_data_set() -> None:
    from benchmark.config.models import RunConfig
    from benchmark.config.source import parse, read_source

    source = read_source(
        {"dataset": {"name": "huggingface", "repository": "lab/set"}, "methods": ["psnr"], "offline": True}
    )
    parsed = parse(RunConfig, source)
    assert loading.build(parsed.dataset, source, offline=parsed.offline)[0].offline  # type: ignore[attr-defined]


@pytest.mark.parametrize("imported", [None, types.ModuleType("datasets")])
def test_without_the_library_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imported: types.ModuleType | None
) -> None:
    write(tmp_path / "set", pairs())
    monkeypatch.setitem(sys.modules, "datasets", imported)
    assert "pip install 'efid-bench[hub]'" in refused(load("huggingface", root=tmp_path / "set"))


COMMAND = """
import sys
from importlib.machinery import PathFinder
from benchmark import cli

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        return PathFinder.find_spec(name, [""]) if name == "datasets" else None

if sys.argv.pop(1) == "gone":
    sys.path.insert(0, "")
    sys.meta_path.insert(0, NotInstalled())
try:
    code = cli.main()
except SystemExit as end:
    code = end.code
print("imported:", "load_dataset" in dir(sys.modules.get("datasets")))
sys.exit(code)
"""


@pytest.mark.long
@pytest.mark.heavy
def test_the_projects_own_folder_of_that_name_is_not_taken_for_the_library(root: Path, tmp_path: Path) -> None:
    """From the repository's root, where ``datasets/`` lies, with the library and without it; listing doesn't import it."""
    write(tmp_path / "set", pairs())
    config = tmp_path / "config.yaml"
    config.write_text("dataset: {name: huggingface, root: set, cache: images}\nmethods: [psnr]\n")

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=root, capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, done.stdout + done.stderr

    status, output = run("run_benchmark.py", "check", str(config))
    assert (status, "4 pairs" in output) == (0, True), output
    status, output = run("-c", COMMAND, "gone", "check", str(config))
    assert status == 2
    assert "pip install 'efid-bench[hub]'" in output
    status, output = run("-c", COMMAND, "there", "list", "datasets")
    assert status == 0
    assert "huggingface" in output
    assert "imported: False" in output
