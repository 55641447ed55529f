"""File hashes are right, remembered, and forgotten when a file changes."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from benchmark.core.hashes import FileHashes, sha256_file


def test_equals_hashlib_and_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    memory = tmp_path / "memory.json"
    hashes = FileHashes(memory)
    assert hashes.sha256(file) == hashlib.sha256(b"one").hexdigest()
    hashes.save()
    assert FileHashes(memory, digest=lambda path: "again").sha256(file) == hashlib.sha256(b"one").hexdigest()
    assert FileHashes(memory, digest=lambda path: "again", fresh=True).sha256(file) == "again"
    file.write_bytes(b"three")
    assert FileHashes(memory).sha256(file) == hashlib.sha256(b"three").hexdigest()


def test_a_change_is_seen_though_size_time_and_inode_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    hashes = FileHashes(tmp_path / "memory.json")
    hashes.sha256(file)
    before = os.stat(file)
    time.sleep(0.05)  # the clock of file systems ticks in milliseconds
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = os.stat(file)
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    assert hashes.sha256(file) == hashlib.sha256(b"two").hexdigest()


def test_a_damaged_memory_is_started_anew(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    for text in ("", "[1]", '{"x": 3}', "\x00", "null", "[" * 100_000):
        (tmp_path / "memory.json").write_text(text)
        assert FileHashes(tmp_path / "memory.json").sha256(tmp_path / "a") == sha256_file(tmp_path / "a")


def test_a_remembered_hash_with_a_changed_digit_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    memory, true = tmp_path / "memory.json", hashlib.sha256(b"one").hexdigest()
    hashes = FileHashes(memory)
    hashes.sha256(tmp_path / "a")
    hashes.save()
    text = memory.read_text()
    assert true in text
    for place in range(len(true)):
        wrong = true[:place] + ("0" if true[place] != "0" else "1") + true[place + 1 :]
        memory.write_text(text.replace(true, wrong))
        assert FileHashes(memory).sha256(tmp_path / "a") == true


def test_a_pipe_or_folder_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ""):
        with pytest.raises(OSError, match="not a regular file"):
            sha256_file(tmp_path / name)
