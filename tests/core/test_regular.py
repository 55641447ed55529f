"""Folders from elsewhere: links, pipes, large files and files of another kind are not read. Real files."""

import base64
import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmark.cli import main
from benchmark.core import regular
from benchmark.core.errors import UserError
from benchmark.report import stored_runs, thumbnails

SECRET = b"-----BEGIN KEY----- nobody else's business"
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A small evaluation's folder, with pictures of its pairs."""
    rows = [f"r{i},p{i},{i % 5 + i / 10},{i}" for i in range(10)]
    (tmp_path / "t.csv").write_text("\n".join(["reference,pair,mos,m", *rows]) + "\n")
    quick = ("--set", "statistics.replicates=20", "--set", "report.plots=[]", "--output", str(tmp_path / "out"))
    assert main(["evaluate", str(tmp_path / "t.csv"), "--mos", "mos", "--methods", "m", *quick]) == 0
    for name in thumbnails.file_names(f"p{i}" for i in range(10))[1:]:
        (tmp_path / "out" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "out" / name).write_bytes(JPEG)
    return tmp_path / "out"


def test_a_thumbnail_that_is_no_picture_of_its_size_is_not_shown_and_not_copied(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(SECRET)
    (tmp_path / "photo.jpg").write_bytes(JPEG + SECRET)
    _, link, link_to_picture, text, large, pipe, *_ = [
        finished / n for n in thumbnails.file_names(f"p{i}" for i in range(9))
    ]
    for place in (link, link_to_picture, pipe):
        place.unlink()
    link.symlink_to(tmp_path / "key")
    link_to_picture.symlink_to(tmp_path / "photo.jpg")
    text.write_bytes(SECRET)
    large.write_bytes(JPEG + bytes(thumbnails.MOST_BYTES))
    os.mkfifo(pipe)
    pictures = stored_runs.read(finished).data.thumbnails
    assert len(pictures.enhanced) + len(pictures.reference) == 15
    assert all(image == JPEG for kind in (pictures.enhanced, pictures.reference) for image in kind.values())
    assert main(["report", str(finished), "--output", str(tmp_path / "again")]) == 0
    for file in (tmp_path / "again").rglob("*"):
        assert not file.is_symlink()
        if file.is_file():
            assert SECRET not in file.read_bytes()
            assert base64.b64encode(SECRET)[:40] not in file.read_bytes()


def test_a_folder_of_pictures_or_histories_that_is_a_link_is_not_followed(finished: Path, tmp_path: Path) -> None:
    (finished / "thumbnails").rename(tmp_path / "elsewhere")
    (finished / "thumbnails").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "courses").mkdir()
    (tmp_path / "courses" / "m.csv").write_text("epoch,train_loss\n1,0.5\n")
    (finished / "histories").symlink_to(tmp_path / "courses")
    data = stored_runs.read(finished).data
    assert not data.thumbnails.enhanced
    assert not data.histories
    stored_runs.read(finished).save(tmp_path / "again")
    assert not (tmp_path / "again" / "histories").exists()


@pytest.mark.parametrize("name", ["scores.csv", "summary.csv", "comparisons.csv", "failures.csv", "run.json"])
def test_tables_and_record_are_plain_files(
    finished: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(finished / name, tmp_path / "moved")
    for make in (lambda p: p.symlink_to(tmp_path / "moved"), os.mkfifo, os.mkdir):
        (finished / name).unlink()
        make(finished / name)
        capsys.readouterr()
        assert main(["report", str(finished)]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
        if (finished / name).is_dir():
            (finished / name).rmdir()
            (finished / name).touch()


def test_files_larger_than_what_is_read_are_refused(tmp_path: Path) -> None:
    with open(tmp_path / "large", "wb") as file:
        file.truncate(10_000_000_000)  # sparse
    for read in (regular.read_bytes, regular.check):
        with pytest.raises(UserError, match="is larger than"):
            read(tmp_path / "large")
    with pytest.raises(UserError, match="no plain file"):
        regular.read_bytes(Path("/dev/zero"))


def test_odd_lists_beside_a_report_are_passed_over(finished: Path) -> None:
    for content in ("[", "[]", json.dumps({"fingerprint": 1, "files": {"../x": 1}}), "[" * 100_000):
        (finished / ".report.json").write_text(content)
        assert main(["report", str(finished)]) == 0
    assert isinstance(stored_runs.read(finished).scores, pd.DataFrame)
