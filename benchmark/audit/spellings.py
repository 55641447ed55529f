"""Words of printed tables: what statistics, wholes, averages and counts are called. Imports the catalogue of statistics."""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchmark.statistics.catalogue import find


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STATISTICS = {
    "srcc": "srcc srocc sroc src scc spearman spearmanr rho ρ ρs rhos rs srho spearmans spearmansrho spearmanrho",
    "plcc": "plcc lcc pcc cc pearson pearsons pearsonr plc r rp lc pearsoncorrelation",
    "krcc": "krcc krocc ktcc kcc kendall kendalls kendalltau kendallstau tau τ taub τb krc ktau kendallcorrelation kt ktc",
    "rmse": "rmse rootmeansquareerror rootmeansquarederror",
    "mae": "mae meanabsoluteerror",
    "outlier_ratio": "or outlierratio outlier oratio",
    "pair_accuracy": "2afc pairwiseaccuracy pairaccuracy acc accuracy rankingaccuracy pairsordered",
}
"""What papers call each statistic, as ``plain_word`` gives it."""

LOWER_BETTER = {"rmse", "mae", "outlier_ratio"}
CORRELATIONS = {"srcc", "plcc", "krcc"}
OF_CATALOGUE = {"srcc": "srcc", "plcc": "plcc", "krcc": "krcc", "rmse": "rmse", "pair_accuracy": "score_2afc"}
SHOWN = {name: find(known).title for name, known in OF_CATALOGUE.items()} | {"mae": "MAE", "outlier_ratio": "OR"}

WHOLE = _words("""
    all overall combined whole total entire full complete pooled together allimages alldata fullset
""")
AVERAGES = _words("""
    average avg mean averaged directaverage meanvalue avgs davg daverage weightedaverage wavg weightedavg
    weightedmean waverage
""")
COUNTS = _words("""
    n nimages images pairs videos references nreferences refs ref observers size count params parameters flops
    macs year time runtime fps gflops mparams speed seconds ms training epochs rank venue
""")
TITLES_METHOD = _words("""
    method methods metric metrics model models algorithm algorithms measure measures approach iqa iqamethod
    iqamethods iqametric metricname iqamodel iqamodels methodname modelname name fr fqa index indices
    qualitymetric
""")
TITLES_DATA = _words("""
    dataset datasets database databases db subset subsets distortion distortions distortiontype data dst
    dsttype scene condition conditions split codec enhancer testset
""")

_WORDS = {word: name for name, words in STATISTICS.items() for word in words.split()}
_TOKEN = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*")
_DROPPED = re.compile(r"[↑↓|$*^{}\\]|\([↑↓]\)")


def plain_word(text: str) -> str:
    """A word without case, blanks and signs."""
    return re.sub(r"[\W_]+", "", text).casefold()


def statistic_of(text: str) -> str | None:
    """The statistic that a whole label names, if it names one and nothing else."""
    return _WORDS.get(plain_word(_DROPPED.sub("", text)))


@dataclass(frozen=True, slots=True)
class Reading:
    """A label taken apart.

    Attributes:
        statistics: those that it names, in order.
        rest: the label without them; empty if it names nothing else.
    """

    statistics: tuple[str, ...]
    rest: str


def read_label(text: str) -> Reading:
    """Find the statistics in a label: ``SRCC``, ``LIVE SRCC``, ``csiq(PLCC/SRCC/KRCC)``, ``|ρ| ↑``.

    Short words that mean other things too (``r``, ``or``, ``cc``, ``acc``) count only where they stand alone or beside
    another statistic.
    """
    clean = _DROPPED.sub(" ", text)
    whole = statistic_of(clean)
    if whole is not None:
        return Reading((whole,), "")
    spans = [(match.span(), _WORDS.get(plain_word(match.group()))) for match in _TOKEN.finditer(clean)]
    sure = [item for item in spans if item[1] is not None and len(clean[item[0][0] : item[0][1]]) >= 3]
    if not sure:
        return Reading((), text)
    known = [item for item in spans if item[1] is not None]
    rest = clean
    for (start, end), _ in reversed(known):
        rest = rest[:start] + " " + rest[end:]
    rest = re.sub(
        r"[\s/,;:()\[\]|_-]+$|^[\s/,;:()\[\]|_-]+", "", re.sub(r"\(\s*[/,;|&\s]*\)|\[\s*[/,;|&\s]*\]", " ", rest)
    )
    rest = re.sub(r"\s+", " ", rest).strip()
    rest = re.sub(r"^(?:(?:and|of|on|in|the|for|by|coefficient|correlation)\b[\s:]*)+", "", rest, flags=re.IGNORECASE)
    names = [name for _, name in known if name is not None]
    return Reading(
        tuple(name for at, name in enumerate(names) if at == 0 or names[at - 1] != name), rest.strip(" ()[]")
    )


def is_whole(text: str) -> bool:
    """Whether a label means all rows."""
    return plain_word(text) in WHOLE


def is_average(text: str) -> bool:
    """Whether a label means an average over other columns or rows."""
    return plain_word(text) in AVERAGES


def is_count(text: str) -> bool:
    """Whether a label heads counts, years or costs: numbers that no correlation is."""
    return plain_word(re.sub(r"\(.*\)", "", text)) in COUNTS or plain_word(text) in COUNTS
