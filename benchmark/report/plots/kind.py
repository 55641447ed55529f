"""Defines a kind of plot, and the view of a report's numbers that plots are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from matplotlib.figure import Figure

from benchmark.report.blocks import Block, Comparison, Numbers, Scope
from benchmark.report.content import ReportData
from benchmark.report.plots.cloud import Cloud
from benchmark.report.plots.look import Appearance
from benchmark.report.plots.style import Plot
from benchmark.report.ranking import standings
from benchmark.results.scored import ScoredMethod

Clouds = Mapping[tuple[Block, str], Cloud]
Table = Sequence[Sequence[Comparison | None]]


@dataclass(frozen=True, slots=True)
class View:
    """The numbers of one block, which is a data set or a split of one.

    Attributes:
        data: the run's data.
        numbers: its numbers.
        clouds: points and curves of the methods that have a figure of their own, by block and label.
        block: the data set and split.
        suffix: the end of file names of the block's plots; empty if the run has only one block.
        place: the end of their headings; empty if the run has only one block.
        look: how its plots look.
    """

    data: ReportData
    numbers: Numbers
    clouds: Clouds
    block: Block
    suffix: str
    place: str
    look: Appearance = field(default_factory=Appearance)

    @property
    def scope(self) -> Scope:
        """The scope of all pairs of the block, or of all choices where pairs have no labels."""
        return self.numbers.headline(self.block)[0]

    @property
    def statistic(self) -> str:
        """The statistic by which the block's methods are ranked."""
        return self.numbers.headline(self.block)[1]

    def ranked(self) -> list[ScoredMethod]:
        """The ranked methods, the best first."""
        return [item.method for item in standings(self.data, self.numbers, self.block) if item.ranked]

    def plot(self, kind: str, title: str, description: str, draw: Callable[[], Figure]) -> Plot:
        """A plot with its file name and its heading."""
        return Plot(f"{kind}{self.suffix}", f"{title}{self.place}", description, draw, self.look)

    def comparisons(self) -> tuple[list[ScoredMethod], Table]:
        """The ranked methods and how they differ in the ranking's statistic; empty where none were compared."""
        ranked = self.ranked()
        table = [
            [
                self.numbers.compare(self.scope, self.statistic, one.label, other.label) if one is not other else None
                for other in ranked
            ]
            for one in ranked
        ]
        return (ranked, table) if any(cell is not None for row in table for cell in row) else ([], [])

    def drawn(self) -> list[tuple[ScoredMethod, Cloud]]:
        """What has a cloud, the best method first: methods, or each training of one that was trained several times."""
        order = [one for item in standings(self.data, self.numbers, self.block) for one in item.method.single]
        return [
            (method, cloud) for method in order if (cloud := self.clouds.get((self.block, method.label))) is not None
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotKind:
    """A kind of plot.

    Attributes:
        place: the position of its plots on the page; lower comes first.
        of_block: makes the plots for each data set and split.
        of_run: makes the plots that appear once, after all blocks' plots, in a look.
        over_sets: makes the plots over several data sets, which studies have too, in a look.
    """

    place: int
    of_block: Callable[[View], Iterable[Plot]] | None = None
    of_run: Callable[[ReportData, Appearance], Iterable[Plot]] | None = None
    over_sets: Callable[[ReportData, Appearance], Iterable[Plot]] | None = None


def how_tested(table: Table) -> tuple[str, str]:
    """How tests are corrected (empty without tests), and the note on pairs of methods that were not tested, and why."""
    pairs = [table[i][j] for i in range(len(table)) for j in range(i)]
    tested = [pair for pair in pairs if pair is not None and pair.tested]
    without = [pair for pair in pairs if pair is None or not pair.tested]
    reasons = dict.fromkeys(pair.why for pair in without if pair is not None and pair.why)
    because = f" ({'; '.join(reasons)})" if reasons else ""
    corrected = all(pair.corrected for pair in tested)
    how = ""
    if tested:
        how = " after correction for multiplicity" if corrected else ", without correction for multiplicity"
    if not without:
        return how, ""
    return how, f" {len(without)} of {len(pairs)} pairs not tested{because}." if tested else f" Not tested{because}."
