"""Weight files on the Hugging Face hub. Its cache and its protocol are left to ``huggingface_hub``.

That library is imported late: it takes a tenth of a second, and most commands need no file of the hub. Without a connection
it retries for minutes; so the server is asked once, briefly, before a download begins.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from benchmark.core import atomic
from benchmark.plugins.contracts import WeightFile


def cache() -> Path:
    """The folder of the hub's cache, as all libraries of this process see it."""
    from huggingface_hub import constants  # noqa: PLC0415

    return Path(constants.HF_HUB_CACHE)


def find(weight: WeightFile) -> Path | None:
    """The file in the cache, as a library that asks for this repository and revision would find it, or ``None``."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415

    path = try_to_load_from_cache(weight.repository, weight.name, cache_dir=cache(), revision=weight.revision)
    return Path(path) if isinstance(path, str) else None


def download(weight: WeightFile, timeout: float, folder: Path | None = None) -> Path:
    """Download a file into the hub's cache.

    Args:
        weight: the file; ``$HF_ENDPOINT`` replaces the hub's address, and the user's token is used if there is one.
        timeout: seconds in which the server must answer.
        folder: the cache to download to; the user's own by default.

    Raises:
        OSError: says in a line why the file is not available.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url  # noqa: PLC0415

    names, revision = (weight.repository, weight.name), weight.revision
    endpoint, cache_dir = os.environ.get("HF_ENDPOINT") or None, folder or cache()
    try:
        get_hf_file_metadata(hf_hub_url(*names, revision=revision, endpoint=endpoint), timeout=timeout)
        place = hf_hub_download(*names, revision=revision, endpoint=endpoint, cache_dir=cache_dir, etag_timeout=timeout)
    except Exception as error:  # of whichever HTTP library it uses
        raise OSError(reason(error)) from None
    return Path(place)


def download_to(weight: WeightFile, place: Path, timeout: float) -> None:
    """Download a file to a place outside of any cache; it is whole, or not there at all.

    Raises:
        OSError: it is not available, or can't be written there.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".partial-") as folder:
        os.replace(download(weight, timeout, Path(folder)).resolve(), place)


def remove(path: Path) -> None:
    """Remove a file from the cache, together with the content that it links to."""
    path.resolve().unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def shelve(weight: WeightFile, path: Path, shelf: Path) -> None:
    """Add a file to a folder that is laid out like the hub's cache: the library offers no way to do so."""
    from huggingface_hub.file_download import repo_folder_name  # noqa: PLC0415

    storage = shelf / repo_folder_name(repo_id=weight.repository, repo_type="model")
    link(path, storage / "snapshots" / weight.revision / weight.name)
    atomic.write_text(storage / "refs" / weight.revision, weight.revision)


def link(target: Path, place: Path) -> None:
    """Link to a file; copy it on systems without links."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    try:
        place.symlink_to(target.resolve())
    except OSError:
        shutil.copyfile(target, place)


def reason(error: Exception) -> str:
    """Why the hub gives no file, in a few words."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers {response.status_code} {getattr(response, 'reason_phrase', '')}".strip()
    first = (str(error).splitlines() or [""])[0]
    return f"no connection to the Hugging Face hub ({first or type(error).__name__})"
