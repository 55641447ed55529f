"""Files that are no text in UTF-8 are named as what they are, with what to do, by every reader of lists and tables."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

import benchmark
from benchmark.core.errors import UserError
from benchmark.data.labels import read_labels
from benchmark.data.recognise import no_text

TEXT = "reference,enhanced,mos,psnr\nä.png,größe.png,1,2\n"


def workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


def matlab() -> bytes:
    buffer = io.BytesIO()
    savemat(buffer, {"mos": np.arange(3.0)})  # type: ignore[arg-type]
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("scores.csv", TEXT)
    return buffer.getvalue()


def array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(3))
    return buffer.getvalue()


def database(folder: Path) -> bytes:
    connection = sqlite3.connect(folder / "made.db")
    connection.execute("create table scores (mos real)")
    connection.commit()
    connection.close()
    return (folder / "made.db").read_bytes()


HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(64)
CASES = {
    "xlsx": (workbook(), "Excel workbook (.xlsx)", "CSV UTF-8"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "Excel workbook (.xls)", "CSV UTF-8"),
    "mat 5": (matlab(), "MATLAB file (.mat)", "writetable"),
    "mat 7.3": (
        b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512) + HDF5,
        "MATLAB file (.mat, version 7.3",
        "writetable",
    ),
    "hdf5": (HDF5, "HDF5 file", "CSV"),
    "parquet": (b"PAR1\x15\x04\x15" + bytes(20) + b"PAR1", "Parquet", "read_parquet"),
    "npy": (array(), "NumPy array", "CSV"),
    "gzip": (gzip.compress(TEXT.encode()), "gzip", "unpack"),
    "bzip2": (bz2.compress(TEXT.encode()), "bzip2", "unpack"),
    "xz": (lzma.compress(TEXT.encode()), "xz", "unpack"),
    "zip": (archive(), "zip archive", "unpack"),
    "utf-16": (TEXT.encode("utf-16"), "UTF-16", "UTF-8"),
    "utf-16-le": (TEXT.encode("utf-16-le"), "UTF-16 text without", "UTF-8"),
    "utf-16-be": (TEXT.encode("utf-16-be"), "UTF-16 text without", "UTF-8"),
    "utf-32": (TEXT.encode("utf-32"), "UTF-32", "UTF-8"),
    "cp1252": (TEXT.encode("cp1252"), "cp1252", "UTF-8"),
    "gbk": ("reference,enhanced,mos,psnr\n眼底.png,增强.png,1,2\n".encode("gbk"), "GBK", "UTF-8"),
    "html": (b"<!DOCTYPE html>\n<html><body>Please log in</body></html>", "web page", "CSV"),
    "json": (json.dumps([{"mos": 1, "psnr": 2}]).encode(), "is JSON", "read_json"),
    "json table": (json.dumps({"mos": {"0": 1}}, indent=1).encode(), "is JSON", "read_json"),
    "pickle": (pickle.dumps(pd.DataFrame({"mos": [1.0]})), "pickle", "read_pickle"),
    "zero bytes": (TEXT.replace("ä", "a\0").encode(), "zero bytes, the first in line 2", "damaged"),
}
TABLES = ("xlsx", "parquet")
"""What is refused only as a list; such tables are read."""


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("name", ["t.csv", "t.bin"])
def test_a_damaged_table_that_is_no_text_is_one_line(tmp_path: Path, kind: str, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(CASES[kind][0])
    for read in (
        lambda: benchmark.evaluate(file, mos="mos", methods=["psnr"]),
        lambda: dataset("table")(file=file).pairs(),
    ):
        with pytest.raises(UserError, match=r"can't be read as (an Excel workbook|a Parquet file)") as caught:
            read()
        assert "\n" not in str(caught.value)
        assert str(file) in str(caught.value)


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("name", ["t.csv", "t.mat"], ids=["csv", "mat"])
def test_a_file_that_is_no_table_in_text_is_named_by_its_content(tmp_path: Path, kind: str, name: str) -> None:
    content, what, advice = CASES[kind]
    file = tmp_path / name
    file.write_bytes(content)
    readers = (
        lambda: benchmark.evaluate(file, mos="mos", methods=["psnr"]),
        lambda: read_labels(file),
        lambda: dataset("table")(file=file).pairs(),
    )
    for read in readers[1:2] if kind in TABLES else readers:
        with pytest.raises(UserError) as caught:
            read()
        message = str(caught.value)
        if kind != "zero bytes" or name == "t.csv":
            assert what in message
            assert advice in message
        assert str(file) in message
        assert "\n" not in message


def dataset(name: str) -> type:
    from benchmark.plugins import registry

    return registry.datasets().load(name)


def test_real_parquet_and_databases_are_named(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pandas writes Parquet with pyarrow, which is not installed")
    pd.DataFrame({"mos": [1.0]}).to_parquet(tmp_path / "t.parquet")
    assert "Parquet" in no_text((tmp_path / "t.parquet").read_bytes())
    assert "SQLite" in no_text(database(tmp_path))


@pytest.mark.parametrize("heading", ["PAR1", "RDX", "BZh", "FEA1", "ARROW1", "PK", "MATLAB score"])
def test_headings_that_look_like_a_signature_are_text(heading: str) -> None:
    assert no_text(f"{heading},mos\n1,2\n".encode()) == ""
