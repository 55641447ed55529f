"""A folder of parquet files and the hub's cache as a data set: names, splits, images kept once, and what is refused."""

import hashlib
import importlib
import io
import json
import subprocess
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from huggingface_hub import constants
from PIL import Image
from pyarrow import parquet

from benchmark.core.errors import UserError
from benchmark.data import load as loading
from benchmark.plugins import hub_snapshots, registry
from tests.datasets.published_files import complete, refused, remarks
from tests.datasets.trees import load

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def picture(seed: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    out = io.BytesIO()
    image = Image.fromarray(pixels).convert(mode)
    image.save(out, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return out.getvalue()


def cell(data: bytes | None, path: str | None = None) -> dict[str, Any]:
    return {"bytes": data, "path": path}


def write(folder: Path, columns: Mapping[str, Sequence[Any]], split: str = "train") -> Path:
    """A parquet file with images as ``struct{bytes, path}``, without any metadata of the library's."""
    file = folder / "data" / f"{split}-00000-of-00001.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table({name: list(cells) for name, cells in columns.items()}), file)
    return file


def pairs(first: int = 0) -> dict[str, list[Any]]:
    """Two references with two images each, the references repeated in their rows."""
    references = [picture(first), picture(first), picture(first + 1), picture(first + 1)]
    return {
        "reference": [
            cell(data, name) for data, name in zip(references, ("a.png", "other.png", None, None), strict=True)
        ],
        "enhanced": [cell(picture(first + 10 + number), f"{number}.png") for number in range(4)],
        "mos": [1.5, 2.5, 3.5, 4.5],
    }


@pytest.fixture(autouse=True)
def no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty caches; the hub is a closed port of this machine."""
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return tmp_path / "home"


def kept(home: Path) -> list[Path]:
    return sorted(path for path in (home / "efid-bench" / "images").rglob("*") if path.is_file())


def test_pairs_of_one_reference_share_its_name_and_its_file(tmp_path: Path, no_hub: Path) -> None:
    file = write(tmp_path / "set", pairs())
    write(tmp_path / "set", pairs(first=100), "validation")
    dataset = load("huggingface", root=tmp_path / "set")
    table = complete(dataset)
    assert table["split"].tolist() == ["train"] * 4 + ["val"] * 4
    hashed = f"{hashlib.sha256(picture(1)).hexdigest()[:12]}.png"
    assert table["reference"][:4].tolist() == ["a.png", "a.png", hashed, hashed], "no name came with the second"
    assert table["reference"][4] == f"{hashlib.sha256(picture(100)).hexdigest()[:12]}-a.png", "the name is taken"
    assert table["cluster"].tolist() == table["reference"].tolist()
    assert table["mos"][:4].tolist() == [1.5, 2.5, 3.5, 4.5]
    assert Path(table["reference_path"][0]).read_bytes() == picture(0), "a PNG file stays as it is"
    assert table["enhanced"][:4].tolist() == ["0.png", "1.png", "2.png", "3.png"]
    assert len(kept(no_hub)) == 12, "a repeated reference is one file"
    assert dataset.label_files[0] == file
    assert any("Splits: validation is val" in note for note in dataset.notes())
    assert remarks(dataset) == []


def test_images_that_the_library_wrote_are_read_alike(tmp_path: Path) -> None:
    datasets: Any = importlib.import_module("datasets")
    content = pairs()
    write(tmp_path / "plain", content)
    made = datasets.Dataset.from_dict(content)
    for column in ("reference", "enhanced"):
        made = made.cast_column(column, datasets.Image())
    (tmp_path / "typed").mkdir()
    datasets.disable_progress_bars()
    made.to_parquet(tmp_path / "typed" / "test.parquet")
    plain, typed = (complete(load("huggingface", root=tmp_path / name)) for name in ("plain", "typed"))
    assert set(typed["split"]) == {"test"}
    columns = ["reference", "enhanced", "mos", "reference_path", "enhanced_path"]
    assert typed[columns].equals(plain[columns])


def test_a_second_run_reads_the_files_of_the_first(tmp_path: Path, no_hub: Path) -> None:
    write(tmp_path / "set", pairs())
    complete(load("huggingface", root=tmp_path / "set"))
    before = {path: path.stat().st_mtime_ns for path in kept(no_hub)}
    complete(load("huggingface", root=tmp_path / "set"))
    assert {path: path.stat().st_mtime_ns for path in kept(no_hub)} == before
    complete(load("huggingface", root=tmp_path / "set", cache=tmp_path / "elsewhere"))
    assert len(list((tmp_path / "elsewhere").rglob("*.png"))) == 6


@pytest.mark.parametrize(
    ("kind", "suffix"), [("JPEG", ".jpg"), ("BMP", ".bmp"), ("TIFF", ".tif"), ("WEBP", ".png"), ("GIF", ".png")]
)
def test_formats_that_are_read_stay_as_they_are_and_others_become_png(tmp_path: Path, kind: str, suffix: str) -> None:
    data = picture(3, kind, "P" if kind == "GIF" else "RGB")
    content = {**pairs(), "enhanced": [cell(data), *pairs()["enhanced"][1:]]}
    write(tmp_path / "set", content)
    path = Path(complete(load("huggingface", root=tmp_path / "set"))["enhanced_path"][0])
    assert path.suffix == suffix
    assert (path.read_bytes() == data) == (suffix != ".png")
    as_stored, as_given = (np.asarray(Image.open(item).convert("RGB")) for item in (path, io.BytesIO(data)))
    assert np.array_equal(as_stored, as_given)


def test_columns_of_other_names_and_optional_ones(tmp_path: Path) -> None:
    content = pairs()
    renamed = {"src": content["reference"], "out": content["enhanced"], "score": ["1", "2.5", "3", "4"]}
    extra: dict[str, list[Any]] = {
        "method": ["x", "y", "x", None],
        "patient": [7, 7, 8, 8],
        "file": ["p", "q", "r", "s"],
        "photo": ["A", "A", "B", "B"],
        "sd": [0.5, 1.0, None, 2.0],
        "votes": [10, 11, 12, 13],
    }
    write(tmp_path / "set", {**renamed, **extra})
    options = {"reference": "src", "enhanced": "out", "label": "score", "condition": "method", "cluster": "patient"}
    names = {"name": "file", "reference_name": "photo", "mos_sd": "sd", "observers": "votes"}
    loader: Any = registry.datasets().load("huggingface")
    dataset = loader(root=tmp_path / "set", **options, **names, split_names={"train": "test"}, simulated=True)
    table = complete(dataset)
    assert table["pair"].tolist() == ["test/p", "test/q", "test/r", "test/s"]
    assert table["reference"].tolist() == ["A", "A", "B", "B"]
    assert table["cluster"].tolist() == ["7", "7", "8", "8"]
    assert table["condition"].tolist() == ["x", "y", "x", ""]
    assert table["mos"].tolist() == [1.0, 2.5, 3.0, 4.0]
    assert table["mos_sd"].fillna(-1).tolist() == [0.5, 1.0, -1.0, 2.0]
    assert table["observers"].tolist() == [10, 11, 12, 13]
    assert dataset.labels == "simulated"
    assert dataset.notes()[0].startswith("Simulated labels")


def test_names_that_came_with_images_are_made_unique(tmp_path: Path) -> None:
    content = pairs()
    content["enhanced"] = [
        cell(picture(20 + number), name) for number, name in enumerate(["x.png", "x.png", None, None])
    ]
    write(tmp_path / "set", content)
    table = complete(load("huggingface", root=tmp_path / "set"))
    assert table["enhanced"].tolist() == ["x.png", "x.png (row 2)", "000003", "000004"]


def test_a_cell_may_be_a_path_in_the_folder_but_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    content = pairs()
    content["reference"] = ["images/a.png", "images/a.png", "../b.png", "images/c.png"]
    content["enhanced"] = [item["bytes"] for item in content["enhanced"]]
    write(folder, content)
    (folder / "images").mkdir()
    for name in ("set/images/a.png", "b.png"):
        (tmp_path / name).write_bytes(picture(0))
    found = remarks(load("huggingface", root=folder))
    assert any(
        "row 3: the reference image is a path: the name '../b.png' leaves the data folder" in text for text in found
    )
    assert any("row 4: the reference image is the path 'images/c.png', which can't be read" in text for text in found)
    assert len(found) == 2


def test_a_wrong_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "set", pairs())
    message = refused(
        load("huggingface", root=tmp_path / "set", enhanced="enhanced_image", label="mo", condition="kind")
    )
    assert "split train: no column 'enhanced_image' (option `enhanced`); did you mean 'enhanced'?" in message
    assert "no column 'mo' (option `label`); did you mean 'mos'?; there is reference, enhanced, mos" in message
    assert "no column 'kind' (option `condition`)" in message


def test_wrong_rows_are_named(tmp_path: Path) -> None:
    content = pairs()
    content["mos"] = ["1", "good", None, "nan"]
    content["enhanced"][0] = cell(picture(5)[:90])
    content["enhanced"][1] = cell(b"no picture")
    content["reference"][2] = None
    content["cluster"] = ["a", "b", "c", None]
    write(tmp_path / "set", content)
    assert [
        text.removeprefix("error: split train, row ") for text in remarks(load("huggingface", root=tmp_path / "set"))
    ] == [
        "1: the enhanced image can't be read: the PNG file is damaged or cut off (at byte 33 of 90)",
        "2: the enhanced image can't be read: it is no image that can be read (it begins with b'no p')",
        "2: the label is not a number ('good')",
        "3: the reference image is missing",
        "3: the label is missing",
        "4: the label is nan, not a finite number",
        "4: the cluster is missing",
    ]
    numbers = {**pairs(), "enhanced": [1, 2, 3, 4]}
    write(tmp_path / "numbers", numbers)
    assert "row 1: the enhanced image is '1', no image" in refused(load("huggingface", root=tmp_path / "numbers"))


def test_names_that_contradict_contents_are_named(tmp_path: Path) -> None:
    write(tmp_path / "set", {**pairs(), "name": ["p", "p", "q", "r"], "reference_name": ["A", "A", "B", "A"]})
    found = remarks(load("huggingface", root=tmp_path / "set"))
    assert "error: split train, row 2: the name 'p' already stands in split train, row 1" in found
    assert "error: split train, row 4: the reference 'A' is another image than in split train, row 1" in found


def test_folders_and_files_that_are_no_data_set_are_one_line(tmp_path: Path) -> None:
    assert "no such folder" in refused(load("huggingface", root=tmp_path / "nowhere"))
    (tmp_path / "empty").mkdir()
    assert "can't be read by the library `datasets`: EmptyDatasetError" in refused(
        load("huggingface", root=tmp_path / "empty")
    )
    file = write(tmp_path / "set", pairs())
    assert "BuilderConfig 'other' not found" in refused(load("huggingface", root=tmp_path / "set", config="other"))
    file.write_bytes(b"PAR1 no more")
    assert "can't be read by the library `datasets`" in refused(load("huggingface", root=tmp_path / "set"))
    (tmp_path / "file").write_text("")
    write(tmp_path / "set", pairs())
    assert "name another folder by `cache`" in refused(
        load("huggingface", root=tmp_path / "set", cache=tmp_path / "file")
    )
    for options in ({}, {"root": tmp_path, "repository": "a/b"}):
        with pytest.raises(UserError, match="needs either `repository`"):
            load("huggingface", **options)
    with pytest.raises(UserError, match="must read owner/name"):
        load("huggingface", repository="name")


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
