"""Tables made of random scores and spoilt on purpose, in each of the ways that an audit must explain. numpy, pandas.

``python -m tests.audit.spoiling --tables 1000`` audits so many and prints how the verdicts fall; test_spoilt.py does a few.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from benchmark.audit import conduct, read_printed, scores
from benchmark.audit.meanings import Wishes
from benchmark.statistics.settings import StatisticsSettings

STATISTICS = ("SRCC", "PLCC", "KRCC")
KINDS = ("copied", "exchanged", "label", "subset", "sign", "digits", "dropped", "variant", "squared", "data set")
EXPLAINED_BY = {"dropped": {"digits"}, "copied": {"copied", "exchanged"}}
"""What an audit calls each kind, where it has another name."""


@dataclass
class Study:
    """Random scores of two data sets, and a table that follows from those of the first.

    Attributes:
        frames: the scores by data set.
        groups: the rows of each group of the first data set; ``All`` has all.
        methods: columns of scores.
        label: the column of labels that the table rests on.
        digits: after the point.
        magnitude: whether signs are dropped.
        truth: exact values by (method, group, statistic), with the sign as printed.
        printed: texts by the same.
        spoilt: the kind of damage of each spoilt cell.
    """

    frames: dict[str, pd.DataFrame]
    groups: dict[str, np.ndarray]
    methods: list[str]
    label: str
    digits: int
    magnitude: bool
    statistics: list[str]
    truth: dict[tuple[str, str, str], float] = field(default_factory=dict)
    printed: dict[tuple[str, str, str], str] = field(default_factory=dict)
    spoilt: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def value(self, cell: tuple[str, str, str], label: str = "", group: str = "", frame: str = "first") -> float:
        """A statistic by SciPy, with the sign as printed."""
        method, own, statistic = cell
        table = self.frames[frame]
        rows = self.groups[group or own] if frame == "first" else np.ones(len(table), dtype=bool)
        x, y = table[method][rows], table[label or self.label][rows]
        compute: Any = {"SRCC": stats.spearmanr, "PLCC": stats.pearsonr, "KRCC": stats.kendalltau}[statistic]
        number = float(compute(x, y).statistic)
        return abs(number) if self.magnitude else number

    def text(self, number: float) -> str:
        """A number as the table prints it."""
        return f"{number:.{self.digits}f}"


def study(rng: np.random.Generator) -> Study:
    """Random scores and the table that follows from them."""
    methods = [f"M{at:02d}" for at in range(int(rng.integers(3, 21)))]
    frames = {
        "first": _frame(rng, methods, 12),
        "second": _frame(rng, methods, 10).rename(columns={"kind": "category"}),
    }
    kinds = frames["first"]["kind"].to_numpy()
    chosen = sorted(set(kinds))[: int(rng.integers(1, 4))]
    groups = {str(kind): kinds == kind for kind in chosen} | {"All": np.ones(len(kinds), dtype=bool)}
    statistics = list(STATISTICS[: int(rng.integers(1, 4))])
    made = Study(
        frames,
        groups,
        methods,
        str(rng.choice(["mos", "rating"])),
        int(rng.integers(3, 5)),
        bool(rng.integers(2)),
        statistics,
    )
    for cell in cells(made):
        made.truth[cell] = made.value(cell)
        made.printed[cell] = made.text(made.truth[cell])
    return made


def cells(made: Study) -> list[tuple[str, str, str]]:
    """The cells of the table, row by row."""
    return [
        (method, group, statistic) for method in made.methods for group in made.groups for statistic in made.statistics
    ]


def _frame(rng: np.random.Generator, methods: Sequence[str], references: int) -> pd.DataFrame:
    n = references * 12
    quality = rng.normal(size=n) + np.repeat(rng.normal(size=references) * 0.4, 12)
    columns: dict[str, object] = {
        "reference": np.repeat([f"r{at:02d}" for at in range(references)], 12),
        "image": [f"i{at:03d}" for at in range(n)],
        "kind": np.tile(np.repeat(["blur", "noise", "jpeg", "blocks"], 3), references),
        "mos": quality + rng.normal(size=n) * 0.3,
        "rating": quality * 2 + rng.normal(size=n) * 0.8,
        "votes": rng.integers(10, 40, n),
    }
    for method in methods:
        noise, turn = rng.uniform(0.3, 2.5), rng.choice([-1, 1])
        linear = quality + noise * rng.normal(size=n)
        columns[method] = turn * (np.exp(linear / 2) if rng.integers(2) else linear)
    return pd.DataFrame(columns)


def spoil(made: Study, rng: np.random.Generator, most: int = 10) -> None:
    """Spoil one to ``most`` cells, at most a third of the table."""
    every = cells(made)
    count = int(rng.integers(1, max(2, min(most, len(every) // 3) + 1)))
    for at in rng.permutation(len(every))[:count]:
        cell = every[int(at)]
        for kind in rng.permutation(KINDS):
            if cell not in made.spoilt and _spoil(made, cell, str(kind), rng):
                break


def _spoil(made: Study, cell: tuple[str, str, str], kind: str, rng: np.random.Generator) -> bool:
    """Spoil one cell; whether that changed what is printed."""
    right = made.text(made.truth[cell])
    if kind == "exchanged":
        same = [
            other
            for other in cells(made)
            if other not in made.spoilt
            and other != cell
            and (other[0] == cell[0] or other[1:] == cell[1:])
            and made.printed[other] != right
        ]
        if not same:
            return False
        other = same[int(rng.integers(len(same)))]
        made.printed[cell], made.printed[other] = made.printed[other], made.printed[cell]
        made.spoilt |= {cell: kind, other: kind}
        return True
    text = _wrong(made, cell, kind, rng)
    if text is None or text == right or float(text) == float(right):
        return False
    if kind == "dropped" and abs(float(text) - made.truth[cell]) <= 0.5 * 10 ** -(made.digits - 1):
        return False  # that is rounding
    made.printed[cell], made.spoilt[cell] = text, kind
    return True


def _wrong(  # noqa: PLR0911 - a kind a line
    made: Study, cell: tuple[str, str, str], kind: str, rng: np.random.Generator
) -> str | None:
    method, group, statistic = cell
    truth = made.truth[cell]
    if kind == "copied":
        others = [other for other in cells(made) if other != cell and (other[0] == cell[0] or other[1:] == cell[1:])]
        return made.printed[others[int(rng.integers(len(others)))]] if others else None
    if kind == "label":
        return made.text(made.value(cell, label="rating" if made.label == "mos" else "mos"))
    if kind == "subset":
        others_ = [name for name in made.groups if name != group]
        return made.text(made.value(cell, group=others_[int(rng.integers(len(others_)))])) if others_ else None
    if kind == "sign":
        return None if made.magnitude else made.text(-truth)
    if kind in {"digits", "dropped"}:
        head, digits = made.text(truth).split(".")
        at = int(rng.integers(len(digits) - 1))
        changed = (
            digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
            if kind == "digits"
            else digits[:at] + digits[at + 1 :]
        )
        return f"{head}.{changed}"
    if kind == "variant":
        if statistic != "PLCC":
            return None
        x, y = made.frames["first"][method][made.groups[group]], made.frames["first"][made.label][made.groups[group]]
        standard = (x - x.mean()) / x.std()
        return made.text(float(stats.pearsonr(np.polyval(np.polyfit(standard, y, 3), standard), y).statistic))
    if kind == "squared":
        return made.text(truth**2)
    return made.text(made.value(cell, frame="second"))


def latex(made: Study) -> str:
    """The table as LaTeX."""
    groups = list(made.groups)
    width = len(made.statistics)
    spans = " & ".join(f"\\multicolumn{{{width}}}{{c}}{{{group}}}" for group in groups)
    heads = " & ".join(["Method", *(made.statistics * len(groups))])
    lines = [
        " & ".join(
            [method, *(made.printed[method, group, statistic] for group in groups for statistic in made.statistics)]
        )
        + r" \\"
        for method in made.methods
    ]
    body = "\n".join(lines)
    rows = f"& {spans} \\\\\n{heads} \\\\\n\\midrule\n{body}\n"
    return f"\\begin{{tabular}}{{l{'c' * width * len(groups)}}}\n\\toprule\n{rows}\\bottomrule\n\\end{{tabular}}\n"


def audit(made: Study, folder: Path, frames: dict[str, pd.DataFrame] | None = None) -> conduct.Audit:
    """Write table and scores, and audit them told nothing more."""
    (folder / "table.tex").write_text(latex(made))
    for name, frame in (frames or made.frames).items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    files = scores.read([str(folder / "first.csv"), str(folder / "second.csv")])
    maps = {"All": "first"}
    asked = conduct.AuditRequest(wishes=Wishes(maps=maps), statistics=StatisticsSettings(replicates=20))
    groups = [scores.LabelledRows(name, "kind", (name,)) for name in made.groups if name != "All"]
    asked = conduct.AuditRequest(wishes=Wishes(groups, maps), statistics=asked.statistics)
    return conduct.conduct(read_printed.read(folder / "table.tex"), files, asked)


def judged(result: conduct.Audit) -> Iterator[tuple[tuple[str, str, str], conduct.JudgedNumber]]:
    """Each cell's key with its verdict."""
    for item in result.judged:
        yield (item.cell.method, item.cell.subset.name, item.cell.statistic.upper()), item


def tally(tables: int, seed: int, tell: Callable[[str], None] = lambda line: None, first: int = 0) -> Counter[str]:
    """Audit spoilt tables and count: ``true``, ``true wrong``, ``spoilt``, ``found``, ``explained``, and by kind."""
    counts: Counter[str] = Counter()
    for number in range(first, first + tables):
        rng = np.random.default_rng([seed, number])
        made = study(rng)
        spoil(made, rng)
        with TemporaryDirectory() as folder:
            result = audit(made, Path(folder))
        for key, item in judged(result):
            kind = made.spoilt.get(key)
            if kind is None:
                counts["true"] += 1
                if item.verdict != "follows":
                    counts["true wrong"] += 1
                    tell(f"table {number}: {key} is true, called {item.verdict} ({item.protocol})")
                continue
            counts["spoilt"] += 1
            counts[f"spoilt {kind}"] += 1
            kinds = {explanation.kind for explanation in item.explanations}
            if item.verdict == "differs":
                counts["found"] += 1
            else:
                tell(
                    f"table {number}: {key} {kind}: {item.cell.printed.number.text} for {item.computed}, {item.verdict}"
                )
            if kinds & EXPLAINED_BY.get(kind, {kind}):
                counts["explained"] += 1
                counts[f"explained {kind}"] += 1
    return counts


def random_labels(tables: int, seed: int) -> int:
    """How many tables are called reproduced when the labels of the scores have nothing to do with them."""
    reproduced = 0
    for number in range(tables):
        rng = np.random.default_rng([seed, number, 1])
        made = study(rng)
        frames = {
            name: frame.assign(**{label: rng.normal(size=len(frame)) for label in ("mos", "rating", "votes")})
            for name, frame in made.frames.items()
        }
        with TemporaryDirectory() as folder:
            reproduced += audit(made, Path(folder), frames).answer != "not reproduced"
    return reproduced


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    begin = time.perf_counter()
    counts = tally(options.tables, options.seed, print)
    for name in sorted(counts):
        print(f"{name}: {counts[name]}")
    print(f"found {counts['found'] / counts['spoilt']:.1%}, explained {counts['explained'] / counts['spoilt']:.1%}")
    print(
        f"random labels: {random_labels(options.tables // 10, options.seed)} of {options.tables // 10} called reproduced"
    )
    print(f"{time.perf_counter() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
