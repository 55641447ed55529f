"""Weight files: where they are looked for, how they are fetched from a real local server, and what is refused."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from huggingface_hub import constants

from benchmark.core.errors import WeightsUnavailableError
from benchmark.plugins import weights
from benchmark.plugins.contracts import WeightFile

CONTENT = bytes(range(256)) * 9000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
COMMIT = "c0ffee" * 6 + "c0ff"
ON_HUB = "/timm/net.a1/resolve/main/model.safetensors"


class Server(ThreadingHTTPServer):
    """Serves CONTENT and keeps a list of the ranges it was asked for."""

    ranges: list[str | None]
    asked: list[str]

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(BaseHTTPRequestHandler):
    """``/whole``, ``/no-ranges``, ``/broken`` (half of it, then the connection ends), ``/silent``, a file of the hub.

    Anything else is answered by 404.
    """

    server: Server

    def do_HEAD(self) -> None:
        """The hub's library asks for these before it downloads."""
        self.server.asked.append(self.path)
        if self.path == "/silent/net/resolve/main/model.safetensors":
            time.sleep(2)
            return
        if self.path != ON_HUB:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{SHA256}"')
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.path != "/no-ranges" else 0
        if self.path == "/silent":
            time.sleep(2)
            return
        if self.path not in ("/whole", "/no-ranges", "/broken", ON_HUB):
            self.send_error(404)
            return
        if begin >= len(CONTENT):
            self.send_error(416)
            return
        body = CONTENT[begin:]
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.path == "/broken" else body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.ranges, running.asked = [], []
        Thread(target=partial(running.serve_forever, poll_interval=0.01), daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty caches below ``tmp_path/cache``; no proxy, no mirror."""
    for name in (
        "TORCH_HOME",
        "HF_HOME",
        "HF_HUB_CACHE",
        "HUGGINGFACE_HUB_CACHE",
        "HF_ENDPOINT",
        "http_proxy",
        "HTTP_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache" / "huggingface" / "hub"))
    return tmp_path / "cache"


@pytest.fixture
def on_hub(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server in place of the Hugging Face hub."""
    monkeypatch.setenv("HF_ENDPOINT", server.address(""))
    return server


def at(url: str, *, sha256: str = SHA256) -> WeightFile:
    return WeightFile(name="net.pth", url=url, folder="pyiqa", sha256=sha256)


HUB = WeightFile(name="model.safetensors", url="http://127.0.0.1:9/x", folder="huggingface", repository="timm/net.a1")


def placed(weight: WeightFile) -> Path:
    """Where torch and pyiqa look for a file."""
    return weights.cache_folder(weight) / weight.name


def test_places_follow_the_environment(caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weight = at("")
    assert weights.cache_folder(weight) == caches / "torch" / "hub" / "pyiqa"
    assert weights.cache_folder(replace(weight, folder="checkpoints")).name == "checkpoints"
    assert weights.cache_folder(HUB) == caches / "huggingface" / "hub"
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "t"))
    assert weights.torch_home() == tmp_path / "t"


@pytest.mark.heavy
def test_torchs_place_is_torchs_own(caches: Path) -> None:
    script = "import torch; print(torch.hub.get_dir())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(weights.torch_home() / "hub")]


def test_the_commit_that_a_branch_stands_for_is_followed(caches: Path) -> None:
    storage = caches / "huggingface/hub/models--timm--net.a1"
    (storage / "refs").mkdir(parents=True)
    (storage / "refs/main").write_text("abc123")
    assert weights.locate(HUB) is None
    file = storage / "snapshots/abc123/model.safetensors"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x")
    assert weights.locate(HUB) == file


def test_weights_dir_goes_first(tmp_path: Path) -> None:
    weight = at("")
    assert weights.locate(weight, tmp_path) is None
    for place in (placed(weight), tmp_path / "net.pth", tmp_path / "pyiqa" / "net.pth"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(CONTENT)
        assert weights.locate(weight, tmp_path) == place
    assert weights.locate(weight) == placed(weight)


def test_fetch(server: Server, tmp_path: Path) -> None:
    place = tmp_path / "a" / "net.pth"
    weights.fetch(at(server.address("/whole")), place)
    assert place.read_bytes() == CONTENT
    assert list(place.parent.iterdir()) == [place]


def test_a_prefix_of_the_hash_suffices(server: Server, tmp_path: Path) -> None:
    weights.fetch(at(server.address("/whole"), sha256=SHA256[:8]), tmp_path / "net.pth")
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


def test_not_found(server: Server, tmp_path: Path) -> None:
    with pytest.raises(
        WeightsUnavailableError, match=r"net\.pth can't be downloaded: the server answers 404.*--to DIR"
    ):
        weights.fetch(at(server.address("/absent")), tmp_path / "net.pth")
    assert not (tmp_path / "net.pth").exists()


def test_the_wrong_content_is_not_kept(server: Server, tmp_path: Path) -> None:
    wrong = at(server.address("/whole"), sha256="0123abcd")
    with pytest.raises(WeightsUnavailableError, match="not the published file"):
        weights.fetch(wrong, tmp_path / "net.pth")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_download_is_resumed(server: Server, tmp_path: Path) -> None:
    place = tmp_path / "net.pth"
    with pytest.raises(WeightsUnavailableError, match="broke off after"):
        weights.fetch(at(server.address("/broken")), place)
    assert not place.exists()
    weights.fetch(at(server.address("/whole")), place)
    assert place.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={len(CONTENT) // 2}-"]


@pytest.mark.parametrize("path", ["/no-ranges", "/whole"])
def test_resuming_against_the_servers_will(server: Server, tmp_path: Path, path: str) -> None:
    """A server that ignores ranges, and one that has no more than is at hand (416): both begin anew."""
    place = tmp_path / "net.pth"
    kept = CONTENT[:1000] if path == "/no-ranges" else CONTENT + b"excess"
    (tmp_path / ".net.pth.partial").write_bytes(kept)
    weights.fetch(at(server.address(path)), place)
    assert place.read_bytes() == CONTENT
    assert server.ranges[0] == f"bytes={len(kept)}-"


def test_what_can_not_be_checked_is_not_resumed(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".net.pth.partial").write_bytes(b"from another version")
    weights.fetch(at(server.address("/whole"), sha256=""), tmp_path / "net.pth")
    assert (tmp_path / "net.pth").read_bytes() == CONTENT
    assert server.ranges == [None]


def test_no_connection_is_said_at_once(tmp_path: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(WeightsUnavailableError, match="no connection"):
        weights.fetch(at("http://127.0.0.1:9/net.pth"), tmp_path / "net.pth")
    assert time.monotonic() - begin < 3


def test_a_silent_server_is_given_up(server: Server, tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailableError, match="timed out"):
        weights.fetch(at(server.address("/silent")), tmp_path / "net.pth", timeout=0.2)


def test_ensure_downloads_once_into_the_cache(server: Server) -> None:
    weight = at(server.address("/whole"))
    assert weights.ensure([weight]) == weights.ensure([weight], offline=True) == [placed(weight)]
    assert len(server.ranges) == 1


def test_ensure_offline_downloads_nothing(server: Server) -> None:
    with pytest.raises(WeightsUnavailableError, match=r"offline.*weights_dir"):
        weights.ensure([at(server.address("/whole"))], offline=True)
    assert server.ranges == []


def test_ensure_refuses_a_file_that_is_not_the_published_one() -> None:
    weight = at("")
    placed(weight).parent.mkdir(parents=True)
    placed(weight).write_bytes(CONTENT[:-1])
    with pytest.raises(WeightsUnavailableError, match=r"net\.pth is not the published file"):
        weights.ensure([weight])


def test_gather_copies_what_is_at_hand_and_downloads_the_rest(server: Server, tmp_path: Path) -> None:
    here, there = at("http://127.0.0.1:9/"), replace(at(server.address("/whole")), name="other.pth")
    placed(here).parent.mkdir(parents=True)
    placed(here).write_bytes(CONTENT)
    folder = tmp_path / "carried"
    paths = weights.gather([here, there], folder)
    assert paths == weights.ensure([here, there], weights_dir=folder, offline=True)
    assert paths == [folder / "pyiqa/net.pth", folder / "pyiqa/other.pth"]
    assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]


def test_a_mirror_of_the_hub(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.address("/"))
    weights.fetch(at("https://huggingface.co/whole"), tmp_path / "net.pth")
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


def test_nothing_is_redirected_where_all_is_in_place() -> None:
    weight = at("")
    placed(weight).parent.mkdir(parents=True)
    placed(weight).write_bytes(CONTENT)
    assert weights.environment([weight], weights.ensure([weight], offline=True), Path("unused")) == {}


@pytest.mark.heavy
def test_libraries_find_files_of_a_weights_dir(tmp_path: Path) -> None:
    """torch and the real Hugging Face hub, offline, in a process of their own."""
    hub, own = replace(HUB, sha256=SHA256), at("")
    for weight in (hub, own):
        place = weights.place_in(tmp_path / "carried", weight)
        place.parent.mkdir(parents=True)
        place.write_bytes(CONTENT)
    paths = weights.ensure([hub, own], weights_dir=tmp_path / "carried", offline=True)
    variables = weights.environment([hub, own], paths, tmp_path / "shelf")
    script = (
        "import torch, huggingface_hub as h; print(h.hf_hub_download('timm/net.a1', 'model.safetensors'));"
        "print(torch.hub.get_dir() + '/pyiqa/net.pth')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )
    found = [Path(line) for line in done.stdout.split()]
    assert [file.read_bytes() for file in found] == [CONTENT, CONTENT]
    assert [file.resolve() for file in found] == paths


@pytest.mark.heavy
def test_the_hub_finds_what_was_downloaded_into_its_cache(on_hub: Server) -> None:
    weight = replace(HUB, sha256=SHA256)
    paths = weights.ensure([weight])
    assert weights.ensure([weight], offline=True) == paths
    assert paths[0].read_bytes() == CONTENT
    script = "import huggingface_hub as h; print(h.hf_hub_download('timm/net.a1', 'model.safetensors'))"
    variables = {**os.environ, **weights.environment([weight], paths, Path("unused"))}
    assert variables["HF_HUB_OFFLINE"] == "1"
    done = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(paths[0])


def test_the_hub_is_not_asked_offline(on_hub: Server) -> None:
    with pytest.raises(WeightsUnavailableError, match=r"offline.*weights_dir.*hf download timm/net\.a1"):
        weights.ensure([HUB], offline=True)
    assert on_hub.asked == on_hub.ranges == []


def test_the_wrong_content_from_the_hub_is_not_kept(on_hub: Server, tmp_path: Path) -> None:
    wrong = replace(HUB, sha256="0123abcd")
    for place in (None, tmp_path / "here"):
        with pytest.raises(WeightsUnavailableError, match="not the published file"):
            weights.fetch(wrong, place)
    assert weights.locate(HUB) is None
    kept = [file for folder in (weights.cache_folder(HUB), tmp_path / "here") for file in folder.rglob("*")]
    assert not any(file.is_file() and file.stat().st_size >= len(CONTENT) for file in kept)


def test_what_the_hub_does_not_have_is_said(on_hub: Server) -> None:
    with pytest.raises(WeightsUnavailableError, match=r"model\.bin can't be downloaded: the server answers 404"):
        weights.ensure([replace(HUB, name="model.bin")])


def test_a_hub_that_cannot_be_reached_is_said_at_once(on_hub: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = time.monotonic()
    with pytest.raises(WeightsUnavailableError, match="no connection to the Hugging Face hub"):
        weights.fetch(replace(HUB, repository="silent/net"), timeout=0.2)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsUnavailableError, match="no connection to the Hugging Face hub"):
        weights.ensure([HUB])
    assert time.monotonic() - begin < 10


def test_gather_lays_a_file_of_the_hub_where_weights_dir_finds_it(on_hub: Server, tmp_path: Path) -> None:
    (path,) = weights.gather([HUB], tmp_path / "carried")
    assert path == tmp_path / "carried/huggingface/timm--net.a1/main/model.safetensors"
    assert path.read_bytes() == CONTENT
    assert not path.is_symlink()
    assert [file for file in (tmp_path / "carried").rglob("*") if file.is_file()] == [path]
    assert weights.ensure([HUB], weights_dir=tmp_path / "carried", offline=True) == [path]


def test_a_file_other_than_its_manifest_says_is_refused(tmp_path: Path) -> None:
    weight = WeightFile(name="net.pth", url="http://localhost/none")
    place = weights.place_in(tmp_path, weight)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"right")
    assert weights.ensure([weight], weights_dir=tmp_path, offline=True) == [place]
    digest = hashlib.sha256(b"right").hexdigest()
    (tmp_path / weights.MANIFEST).write_text(json.dumps({"checkpoints/net.pth": digest}))
    assert weights.ensure([weight], weights_dir=tmp_path, offline=True) == [place]
    place.write_bytes(b"wrong")
    for strict in (True, False):
        with pytest.raises(WeightsUnavailableError, match="is not the file that"):
            weights.ensure([weight], weights_dir=tmp_path, offline=True, strict=strict)
    (tmp_path / weights.MANIFEST).write_text("[")
    with pytest.raises(WeightsUnavailableError, match="can't be read"):
        weights.ensure([weight], weights_dir=tmp_path, offline=True)
