"""``audit``: whether a printed table follows from scores. The work is in ``benchmark.audit``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.commands import front
from benchmark.core.errors import UserError

if TYPE_CHECKING:
    from benchmark.audit.scores import Choices


def pairs_of(texts: Sequence[str], option: str) -> dict[str, str]:
    """``NAME=TARGET`` options as a mapping.

    Raises:
        UserError: one is not of this form, or a name stands twice with different targets.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, target = (part.strip() for part in text.rpartition("="))
        if not (equals and name and target):
            raise UserError(f"{option} {text!r}: expected NAME=COLUMN")
        if found.setdefault(name, target) != target:
            raise UserError(f"{option}: {name!r} is given twice: {found[name]} and {target}")
    return found


@front.guarded
def command(
    table: Annotated[
        list[Path],
        typer.Argument(
            parser=front.path_option, metavar="TABLE", help="LaTeX, Markdown, CSV or HTML.", show_default=False
        ),
    ],
    scores: Annotated[
        list[str] | None,
        typer.Option("--scores", metavar="FILE...", help="Per-image scores, a file a data set; NAME=FILE names it."),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="COL", help="Column that may be the label (default: every one)."),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="NAME=COLUMN:VALUE,VALUE", help="Rows that a label of the table means."),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help="Column, data set or statistic that a label means."),
    ] = None,
    statistic: Annotated[
        str | None, typer.Option(metavar="NAME", help="The statistic of a table that names none.")
    ] = None,
    lower_better: Annotated[
        str | None, typer.Option(metavar="A,B", help="Columns of distances, if signs may be turned by direction.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="COL", help="Column of references, which intervals resample.")
    ] = None,
    splits: Annotated[
        Path | None, typer.Option(parser=front.path_option, metavar="FILE", help="Split file: medians of test parts.")
    ] = None,
    first: Annotated[
        str | None,
        typer.Option(metavar="PATTERN", help="Choices (2AFC): columns of the first image's scores, as '{}_p0'."),
    ] = None,
    second: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Choices: columns of the second image's scores.")
    ] = None,
    votes_first: Annotated[str | None, typer.Option(metavar="COL", help="Choices: votes for the first image.")] = None,
    votes_second: Annotated[
        str | None, typer.Option(metavar="COL", help="Choices: votes for the second image.")
    ] = None,
    number: Annotated[
        list[int] | None,
        typer.Option("--table", parser=front.whole_number(1), metavar="N", help="Only this table of the file."),
    ] = None,
    seed: Annotated[int, typer.Option(parser=front.whole_number(0), metavar="S", help="Same seed, same answer.")] = 0,
    output: front.Output = None,
    overwrite: front.Overwrite = False,
) -> int:
    """Whether a printed table follows from per-image scores: which cells do, under which protocol, and why others don't."""
    from benchmark.audit import audit_files, conduct, on_screen, read_printed
    from benchmark.audit import scores as score_files
    from benchmark.audit.meanings import Wishes
    from benchmark.audit.spellings import statistic_of
    from benchmark.audit.split_rows import test_parts
    from benchmark.statistics.settings import StatisticsSettings

    if not scores:
        raise UserError("audit: name the scores that the table should follow from: --scores FILE")
    file, *more = table
    named = statistic_of(statistic) if statistic else ""
    if named is None:
        raise UserError(f"--statistic {statistic!r}: expected SRCC, PLCC, KRCC, RMSE, MAE, OR or 2AFC")
    printed = read_printed.read(file)
    files = score_files.read([*scores, *map(str, more)])
    if first or second or votes_first or votes_second:
        choices = _choices(first, second, votes_first, votes_second)
        files = [choices.applied(item) for item in files]
    wishes = Wishes([score_files.group_of(text) for text in group or ()], pairs_of(map_ or (), "--map"), named)
    asked = conduct.AuditRequest(
        labels=label or (),
        wishes=wishes,
        lower_better=front.names(lower_better) or (),
        splits=test_parts(splits, files) if splits is not None else {},
        reference=_known_reference(reference, files),
        tables=number or (),
        statistics=StatisticsSettings(replicates=2000, seed=seed),
    )
    folder = output if output is not None else Path("results") / f"audit_{file.stem}"
    audit_files.refuse(folder, overwrite=overwrite)
    audit = conduct.conduct(printed, files, asked)
    out, _ = front.consoles()
    on_screen.show(audit, out)
    made = audit_files.save(audit, folder, overwrite=overwrite)
    out.print(f"files: {', '.join(str(path) for path in made)}", soft_wrap=True, highlight=False, markup=False)
    return audit.status


def _choices(first: str | None, second: str | None, votes_first: str | None, votes_second: str | None) -> Choices:
    """How choices stand in the scores.

    Raises:
        UserError: an option lacks its other half.
    """
    from benchmark.audit.scores import Choices

    if not (first and second and "{}" in first and "{}" in second):
        raise UserError("audit: choices need two patterns with {} for the method: --first '{}_p0' --second '{}_p1'")
    if bool(votes_first) != bool(votes_second):
        raise UserError("audit: name the votes for both images: --votes-first COL --votes-second COL")
    return Choices(first, second, votes_first or "", votes_second or "")


def _known_reference(wanted: str | None, files: Sequence[object]) -> str:
    """The column of references that was asked for.

    Raises:
        UserError: no file of scores has it.
    """
    known = sorted({name for file in files for name in getattr(file, "groupings", {})})
    if wanted and wanted not in known:
        raise UserError(
            f"--reference {wanted!r}: no column of names repeats so (they are {', '.join(known[:8]) or 'none'})"
        )
    return wanted or ""
