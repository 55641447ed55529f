"""Each format of tables is one file: found in its folder, and written without being listed anywhere."""

from pathlib import Path

import pytest

from benchmark.report import formats as folder
from benchmark.report.formats import formats

A_FORMAT = """from benchmark.report.formats import Format

FORMAT = Format("{suffix}", lambda table: table.caption)
"""


def test_tables_are_written_in_three_formats() -> None:
    assert [item.suffix for item in formats()] == ["csv", "md", "notes.tex", "tex"]


@pytest.mark.parametrize("suffix", ["txt", "csv"])
def test_a_file_in_the_folder_is_found_unless_its_suffix_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    (tmp_path / f"plain_{suffix}.py").write_text(A_FORMAT.format(suffix=suffix), encoding="utf-8")
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path)])
    find = formats.__wrapped__
    if suffix == "csv":
        with pytest.raises(ValueError, match="same suffix"):
            find()
    else:
        assert [item.suffix for item in find()] == ["csv", "md", "notes.tex", "tex", "txt"]
