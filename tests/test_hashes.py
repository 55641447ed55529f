"""File hashes are right, remembered, and forgotten when a file changes."""

import hashlib
import os
from pathlib import Path

import pytest

from benchmark.hashes import FileHashes, sha256_file


def test_equals_hashlib_and_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    memory = tmp_path / "memory.json"
    hashes = FileHashes(memory)
    assert hashes.sha256(file) == hashlib.sha256(b"one").hexdigest()
    hashes.save()
    stamp = os.stat(file)
    file.write_bytes(b"two")
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert FileHashes(memory).sha256(file) == hashlib.sha256(b"one").hexdigest(), "trusts size, time and inode"
    assert FileHashes(memory, fresh=True).sha256(file) == hashlib.sha256(b"two").hexdigest()
    file.write_bytes(b"three")
    assert FileHashes(memory).sha256(file) == hashlib.sha256(b"three").hexdigest()


def test_a_damaged_memory_is_started_anew(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    for text in ("", "[1]", '{"x": 3}', "\x00"):
        (tmp_path / "memory.json").write_text(text)
        assert FileHashes(tmp_path / "memory.json").sha256(tmp_path / "a") == sha256_file(tmp_path / "a")


def test_a_pipe_or_folder_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ""):
        with pytest.raises(OSError, match="not a regular file"):
            sha256_file(tmp_path / name)
