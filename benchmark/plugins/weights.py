"""Finds, downloads and verifies files of pretrained weights. No torch.

Methods declare ``WeightFile`` s (``contracts``); ``ensure`` is called before a worker loads a method, so that no library
downloads by itself and none falls back to untrained weights. Files of the Hugging Face hub are found and downloaded by its
own library (``hub``), all others here: no installed library resumes a download and checks the leading digits of a hash,
which is all that some publishers state.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from benchmark.core.errors import WeightsUnavailableError
from benchmark.core.hashes import sha256_file
from benchmark.plugins import hub
from benchmark.plugins.contracts import WeightFile

MANIFEST = "manifest.json"
TIMEOUT_S = 5.0
_CHUNK = 1 << 20
_HUGGING_FACE = "https://huggingface.co"  # some files of pyiqa are addressed there, but don't belong to the hub's cache


def torch_home() -> Path:
    """torch's cache: ``$TORCH_HOME``, else ``$XDG_CACHE_HOME/torch``, else ``~/.cache/torch``."""
    user_cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return Path(os.environ.get("TORCH_HOME") or user_cache / "torch").expanduser()


def cache_folder(weight: WeightFile) -> Path:
    """The folder that a download goes to: the file's library looks there."""
    return hub.cache() if _on_hub(weight) else torch_home() / "hub" / weight.folder


def cached(weight: WeightFile) -> Path | None:
    """The file that its own library (torchvision, pyiqa or the hub's) would find; ``None`` if there is none."""
    if _on_hub(weight):
        return hub.find(weight)
    path = cache_folder(weight) / weight.name
    return path if path.is_file() else None


def _on_hub(weight: WeightFile) -> bool:
    return weight.folder == "huggingface"


def place_in(weights_dir: Path, weight: WeightFile) -> Path:
    """Where ``weights --to DIR`` puts a weight file."""
    if not _on_hub(weight):
        return weights_dir / weight.folder / weight.name
    return weights_dir / weight.folder / weight.repository.replace("/", "--") / weight.revision / weight.name


def locate(weight: WeightFile, weights_dir: Path | None = None) -> Path | None:
    """Find a weight file in ``weights_dir`` (in its folder, or loose), then in its library's cache; else ``None``."""
    if weights_dir is not None:
        loose = [weights_dir / weight.name] if not _on_hub(weight) else []
        for path in (place_in(weights_dir, weight), *loose):
            if path.is_file():
                return path
    return cached(weight)


def ensure(
    weights: Sequence[WeightFile],
    *,
    weights_dir: Path | None = None,
    offline: bool = False,
    sha256: Callable[[Path], str] = sha256_file,
    strict: bool = True,
) -> list[Path]:
    """Find every weight file, downloading what is missing into its library's cache.

    Args:
        weights: the files that a method needs.
        weights_dir: a folder made by ``weights --to``; searched first.
        offline: download nothing.
        sha256: hashes a file; ``FileHashes.sha256`` remembers.
        strict: refuse a file that is not the published one; otherwise the caller reports it.

    Returns:
        The files, in the order of ``weights``.

    Raises:
        WeightsUnavailableError: a file is not available or isn't the published one; says why and what to do.
    """
    paths: list[Path] = []
    for weight in weights:
        path = locate(weight, weights_dir)
        if path is None:
            if offline:
                raise WeightsUnavailableError(f"{weight.name} is not on this machine (offline); {_remedy(weight)}")
            path = fetch(weight)
        else:
            _check_manifest(path, weights_dir, sha256)
        if strict and not is_published(weight, sha256(path)):
            raise WeightsUnavailableError(
                f"{path} is not the published file (SHA-256 {sha256(path)[:8]}…, not {weight.sha256[:8]}…); "
                "remove it and run again"
            )
        paths.append(path)
    return paths


def read_manifest(weights_dir: Path) -> dict[str, str]:
    """SHA-256 of each file that ``weights --to`` put into a folder, by its path in it; empty if there is no manifest.

    Raises:
        WeightsUnavailableError: the manifest can't be read.
    """
    try:
        content = json.loads((weights_dir / MANIFEST).read_text(encoding="utf-8"))
        return {str(name): str(digest) for name, digest in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise WeightsUnavailableError(f"{weights_dir / MANIFEST} can't be read ({error})") from None


def _check_manifest(path: Path, weights_dir: Path | None, sha256: Callable[[Path], str]) -> None:
    """Refuse a file of ``weights_dir`` that differs from its manifest.

    Raises:
        WeightsUnavailableError: it differs.
    """
    if weights_dir is None or not path.is_relative_to(weights_dir):
        return
    stated = read_manifest(weights_dir).get(path.relative_to(weights_dir).as_posix())
    if stated is not None and sha256(path) != stated:
        raise WeightsUnavailableError(
            f"{path} is not the file that {weights_dir / MANIFEST} names (SHA-256 {sha256(path)[:8]}…, not {stated[:8]}…); "
            "gather it again with `efid-bench weights CONFIG --to DIR`"
        )


def gather(weights: Sequence[WeightFile], folder: Path) -> list[Path]:
    """Copy or download weight files into a folder that other machines can use as ``weights_dir``.

    Raises:
        WeightsUnavailableError: a file is not available.
        OSError: the folder can't be written to.
    """
    paths: list[Path] = []
    for weight in weights:
        path = place_in(folder, weight)
        at_hand = locate(weight, folder)
        if at_hand is None or not is_published(weight, sha256_file(at_hand)):
            fetch(weight, path)
        elif at_hand != path:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(at_hand, _partial(path))
            os.replace(_partial(path), path)
        paths.append(path)
    return paths


def environment(weights: Sequence[WeightFile], paths: Sequence[Path], shelf: Path) -> dict[str, str]:
    """Environment variables that make a worker's libraries find exactly these files and download none from the hub.

    Files in their own caches stay there. If any is elsewhere, links to all of them are put into ``shelf``, laid out as
    torch, pyiqa and the Hugging Face hub expect.

    Args:
        weights: all files that the worker's methods need.
        paths: where they are, as ``ensure`` returned them.
        shelf: a folder for the links; made when needed.
    """
    variables = {"HF_HUB_OFFLINE": "1"} if any(map(_on_hub, weights)) else {}
    if all(path == cached(weight) for weight, path in zip(weights, paths, strict=True)):
        return variables
    for weight, path in zip(weights, paths, strict=True):
        if _on_hub(weight):
            hub.shelve(weight, path, shelf / "huggingface")
        else:
            hub.link(path, shelf / "torch" / "hub" / weight.folder / weight.name)
    return {**variables, "TORCH_HOME": str(shelf / "torch"), "HF_HUB_CACHE": str(shelf / "huggingface")}


def fetch(weight: WeightFile, destination: Path | None = None, *, timeout: float = TIMEOUT_S) -> Path:
    """Download a weight file; it is whole and checked or not there at all.

    The next call resumes an interrupted download, provided that a SHA-256 can verify the result and the file is not the
    Hugging Face hub's, whose library starts again.

    Args:
        weight: the file; ``$HF_ENDPOINT`` replaces the Hugging Face hub's address.
        destination: where to put it; into its library's cache by default.
        timeout: seconds to wait for a connection or for the next piece.

    Raises:
        WeightsUnavailableError: no connection, no such file, interrupted, or not the published content.
    """
    try:
        if not _on_hub(weight):
            return _fetch_file(weight, destination or cache_folder(weight) / weight.name, timeout)
        if destination is None:
            path = hub.download(weight, timeout)
            _check(weight, path, hub.remove)
            return path
        hub.download_to(weight, destination, timeout)
        _check(weight, destination, Path.unlink)
        return destination
    except (OSError, http.client.HTTPException) as error:
        raise WeightsUnavailableError(
            f"{weight.name} can't be downloaded: {_reason(error)}; {_remedy(weight)}"
        ) from None


def _check(weight: WeightFile, path: Path, remove: Callable[[Path], None]) -> None:
    """Remove a download if it is not the published file.

    Raises:
        WeightsUnavailableError: it isn't.
    """
    digest = sha256_file(path)
    if not is_published(weight, digest):
        remove(path)
        raise WeightsUnavailableError(
            f"{weight.name}: what {_address(weight)} sent is not the published file "
            f"(SHA-256 {digest[:8]}…, not {weight.sha256[:8]}…); {_remedy(weight)}"
        )


def _fetch_file(weight: WeightFile, destination: Path, timeout: float) -> Path:
    part = _partial(destination)
    part.parent.mkdir(parents=True, exist_ok=True)
    if not weight.sha256:
        part.unlink(missing_ok=True)
    _download(weight, part, timeout)
    _check(weight, part, Path.unlink)
    os.replace(part, destination)
    return destination


def _download(weight: WeightFile, part: Path, timeout: float) -> None:
    begin = part.stat().st_size if part.is_file() else 0
    try:
        response = _open(weight, begin, timeout)
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not begin:
            raise
        begin, response = 0, _open(weight, 0, timeout)
    with response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            begin = 0
        length = response.headers.get("Content-Length")
        total = begin + int(length) if length and length.isdigit() else None
        with open(part, "ab" if begin else "wb") as file:
            done = begin + _copy(response, file)
            file.flush()
            os.fsync(file.fileno())
    if total is not None and done != total:
        raise OSError(f"broke off after {done:,} of {total:,} bytes (run again to resume)")


def _open(weight: WeightFile, begin: int, timeout: float) -> http.client.HTTPResponse:
    headers = {"User-Agent": "efid-bench", **({"Range": f"bytes={begin}-"} if begin else {})}
    response: http.client.HTTPResponse = urllib.request.urlopen(
        urllib.request.Request(_address(weight), headers=headers), timeout=timeout
    )
    return response


def _copy(source: http.client.HTTPResponse, file: BinaryIO) -> int:
    done = 0
    while piece := source.read(_CHUNK):
        done += file.write(piece)
    return done


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _address(weight: WeightFile) -> str:
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/")
    return weight.url.replace(_HUGGING_FACE, endpoint, 1) if endpoint else weight.url


def is_published(weight: WeightFile, digest: str) -> bool:
    """Whether a file has the SHA-256 that its publisher states; ``True`` if the publisher states none."""
    return digest.startswith(weight.sha256.lower())


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answers {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return f"no connection ({error.reason})"
    return str(error) or type(error).__name__


def _remedy(weight: WeightFile) -> str:
    if _on_hub(weight):
        by_hand = f"run `hf download {weight.repository} {weight.name} --revision {weight.revision}`"
    else:
        by_hand = f"put {weight.url} at {cache_folder(weight) / weight.name}"
    return f"run `efid-bench weights CONFIG --to DIR` on a connected machine and set `weights_dir: DIR`, or {by_hand}"
