"""Tables of ablations: a column for each option that differs, in all formats; what is not known of a row is said."""

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from benchmark.config.printing import TableConfig
from benchmark.report import freshness
from benchmark.report.content import ReportData
from benchmark.report.formats.csv import to_csv
from benchmark.report.formats.latex import to_latex
from benchmark.report.formats.markdown import to_markdown
from benchmark.report.printed import ComparisonTable
from benchmark.report.table import comparison_table
from benchmark.report.write import render
from benchmark.results.scored import ScoredMethod, record_fault

Maker = Callable[..., ReportData]

WHOLE = {"offsets": "learned", "branches": "both", "difference": "true", "scales": "1", "vit_layers": "0 1 2"}
METHODS: Mapping[str, Mapping[str, Any]] = {
    "full": {"name": "net", "options": WHOLE},
    "no_offsets": {"name": "net", "options": {**WHOLE, "offsets": "none"}},
    "zero": {"name": "net", "options": {**WHOLE, "offsets": "zero"}},
    "plain": {"name": "net", "options": {**WHOLE, "difference": "false"}},
    "other": {},
}
STRENGTHS = {"full": 0.9, "no_offsets": 0.5, "zero": 0.6, "plain": 0.7, "other": 0.95}


def made(make_report: Maker, methods: Mapping[str, Mapping[str, Any]] = METHODS, **table: Any) -> ReportData:
    methods = {name: {"trained_on": "", **methods.get(name, {})} for name in STRENGTHS}
    return make_report(STRENGTHS, methods=methods, tables=[{"kind": "ablation", "name": "ablation", **table}])


def table_of(data: ReportData) -> ComparisonTable:
    return comparison_table(data, data.config.tables[0])


def test_rows_are_the_variants_in_their_order_with_what_differs(make_report: Maker) -> None:
    table = table_of(made(make_report))
    assert [row.label for row in table.rows] == ["full", "no_offsets", "zero", "plain"]
    assert table.options == ("offsets", "difference")
    assert [row.options for row in table.rows] == [
        ("learned", "true"),
        ("none", "true"),
        ("zero", "true"),
        ("learned", "false"),
    ]
    assert [row.cells[0].place for row in table.rows] == [1, 0, 0, 2]
    assert table.caption == "Agreement of a method's variants with the labels: A test set."


def test_chosen_rows_have_the_columns_in_which_they_differ(make_report: Maker) -> None:
    table = table_of(made(make_report, rows=["full", "plain"]))
    assert [row.label for row in table.rows] == ["full", "plain"]
    assert table.options == ("difference",)
    grouped = table_of(made(make_report, rows={"Whole": ["full"], "Parts": ["zero"]}))
    assert [(group.heading, [row.label for row in group.rows]) for group in grouped.groups] == [
        ("Whole", ["full"]),
        ("Parts", ["zero"]),
    ]
    assert grouped.options == ("offsets",)


def test_each_format_prints_them(make_report: Maker) -> None:
    table = table_of(made(make_report, columns=["srcc"], interval=False))
    rows = {row["method"]: row for row in csv.DictReader(io.StringIO(to_csv(table)))}
    assert [rows[name]["option_difference"] for name in ("full", "plain")] == ["true", "false"]
    assert [rows[name]["option_offsets"] for name in ("full", "no_offsets", "zero")] == ["learned", "none", "zero"]
    text = to_markdown(table)
    assert re.search(r"^\| Method \| offsets \| difference \| SRCC ↑ \|$", text, flags=re.M)
    assert re.search(r"^\| :--- \| :---: \| :---: \| ---: \|$", text, flags=re.M)
    assert re.search(r"^\| FULL ↑ \| learned \| ✓ \| \*\*0\.\d+\*\* \|$", text, flags=re.M)
    assert re.search(r"^\| NO\\_OFFSETS ↑ \| – \| ✓ \| ", text, flags=re.M)
    assert re.search(r"^\| PLAIN ↑ \| learned \| – \| ", text, flags=re.M)
    source = to_latex(table)
    assert re.search(r"^PLAIN .* & learned & -- & ", source, flags=re.M)
    assert re.search(r"^FULL .* & learned & \$\\checkmark\$ & ", source, flags=re.M)
    assert source.startswith("% needs \\usepackage{booktabs,adjustbox,amssymb}\n")
    assert r"$\checkmark$: with, --: without this part or option." in source
    assert "✓" not in source
    assert "U+" not in source
    assert r"{lccr}" in source


@pytest.mark.long
@pytest.mark.heavy
def test_the_page_shows_them(make_report: Maker) -> None:
    files = render(made(make_report))
    page = files["report.html"].decode()
    assert '<th scope="col">offsets</th>' in page
    assert "<td>✓</td>" in page
    assert {"tables/ablation.csv", "tables/ablation.md", "tables/ablation.tex"} <= set(files)


def test_several_methods_with_variants_are_groups(make_report: Maker) -> None:
    methods = {
        **METHODS,
        "zero": {"name": "ssim", "options": {"a": "1"}},
        "other": {"name": "ssim", "options": {"a": "2"}},
    }
    table = table_of(made(make_report, methods))
    assert [(group.heading, [row.label for row in group.rows]) for group in table.groups] == [
        ("net", ["full", "no_offsets", "plain"]),
        ("ssim", ["zero", "other"]),
    ]
    row = next(row for row in table.rows if row.label == "zero")
    assert dict(zip(table.options, row.options, strict=True))["a"] == "1"
    assert dict(zip(table.options, row.options, strict=True))["offsets"] == ""
    assert any(note.startswith("The rows are of several methods, net and ssim") for note in table.notes)


def test_what_is_not_recorded_is_said(make_report: Maker) -> None:
    unknown = table_of(made(make_report, {name: {"name": "net"} for name in ("full", "zero")}))
    assert unknown.options == ()
    assert "These rows differ in no recorded option." in unknown.notes
    assert "No options are recorded of FULL and ZERO." in unknown.notes
    nothing = table_of(make_report(STRENGTHS, tables=[{"kind": "ablation"}]))
    assert nothing.rows == []
    assert "These rows differ in no recorded option." in nothing.notes


def test_trainings_that_differ_otherwise_are_named(make_report: Maker) -> None:
    trainings = {
        "full": {"train.n_epoch": "9", "train.seed": "0", "method.offsets": "learned"},
        "no_offsets": {"train.n_epoch": "9", "train.seed": "1", "method.offsets": "none"},
    }
    for epochs, said in (("9", []), ("5", ["Their trainings differ in more than these options: train.n_epoch."])):
        trainings["no_offsets"]["train.n_epoch"] = epochs
        methods = {name: {**METHODS[name], "training": training} for name, training in trainings.items()}
        table = table_of(made(make_report, methods, rows=["full", "no_offsets"]))
        assert [note for note in table.notes if "trainings" in note] == said


def test_published_values_and_unranked_rows_have_their_options(make_report: Maker) -> None:
    data = make_report(
        {"full": 0.9, "zero": 0.5},
        methods={name: METHODS[name] for name in ("full", "zero")},
        published={"full": {"srcc": 0.807, "source": "A paper"}},
        tables=[{"kind": "ablation", "rows": ["full", "zero", "absent"]}],
    )
    table = table_of(data)
    found = {(row.label, row.reported): row.options for row in table.rows}
    assert found[("full", True)] == found[("full", False)] == ("learned",)
    assert found[("absent", False)] == ("",)
    to_csv(table), to_markdown(table), to_latex(table)


def test_a_comparison_has_no_such_columns(make_report: Maker) -> None:
    table = table_of(make_report(STRENGTHS, methods=METHODS))
    assert table.options == ()
    assert "option" not in to_csv(table)
    assert "amssymb" not in to_latex(table)
    assert len(table.rows) == 5


def test_records_have_the_new_keys_only_where_they_are_used(make_report: Maker) -> None:
    assert "kind" not in TableConfig().model_dump()
    assert TableConfig(kind="ablation").model_dump()["kind"] == "ablation"
    method = ScoredMethod(label="a", name="a", title="A", higher_is_better=True)
    assert "options" not in method.record()
    varied = replace(method, options=WHOLE)
    assert ScoredMethod.from_record(varied.record()) == varied
    assert record_fault(varied.record()) == ""
    assert "options" in record_fault({**varied.record(), "options": {"a": 1}})
    one, other = made(make_report), made(make_report, {**METHODS, "zero": {"name": "net", "options": WHOLE}})
    assert freshness.fingerprint(one) != freshness.fingerprint(other)


@pytest.mark.parametrize("rows", [["a", "b"], ("a", "b")])
def test_a_list_of_rows_is_one_group(rows: Any) -> None:
    assert TableConfig.model_validate({"rows": rows}).rows == {"": ["a", "b"]}
    assert TableConfig.model_validate(TableConfig.model_validate({"rows": rows}).model_dump()).rows == {"": ["a", "b"]}
    with pytest.raises(ValidationError):
        TableConfig.model_validate({"rows": []})


@pytest.mark.heavy
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed (Debian: texlive-latex-extra)")
def test_pdflatex_sets_it(make_report: Maker, tmp_path: Path) -> None:
    source = to_latex(table_of(made(make_report, {**METHODS, "other": {"name": "net", "options": {"a_b": "x & y"}}})))
    packages = re.findall(r"% needs (\\usepackage\{.*\})", source)
    paper = [r"\documentclass{article}", *packages, r"\begin{document}", source, r"\end{document}"]
    (tmp_path / "paper.tex").write_text("\n".join(paper), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-1500:]
