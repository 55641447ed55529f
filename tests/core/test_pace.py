"""The time left: nothing before it can be known, near the truth after, whatever starting took; by a clock of the test's."""

import io
import re
from dataclasses import dataclass

import pytest
from rich.console import Console

from benchmark.core.pace import Pace, words
from benchmark.scoring.progress import ScoringProgress
from benchmark.training.course import Epoch
from benchmark.training.display import TrainingDisplay

NAN = float("nan")


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def test_starting_is_not_extrapolated() -> None:
    clock = Clock()
    pace = Pace(2, 3, clock)
    for piece in range(1, 51):
        clock.now += 60 if piece == 1 else 0.5
        pace.piece(piece * 6)
        left = pace.left(piece * 6, 300)
        assert left is None if piece < 5 else left == pytest.approx((50 - piece) * 0.5)
    pace.restart()
    assert pace.left(300, 600) is None


def scored(groups: int, start: float, each: float, workers: int = 1, ranks: int = 1, *, terminal: bool = False) -> str:
    """What is shown of a run in which ``start`` seconds go by before the first pair, and ``each`` for a reference."""
    clock, out = Clock(), io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=200)
    missing = {"fast": 6 * groups * ranks, "slow": 6 * groups * ranks}
    with ScoringProgress(console, missing, 0, ranks, workers=workers, clock=clock) as progress:
        clock.now += start
        for _ in range(groups):
            for label, share in (("fast", 0.1), ("slow", 0.9)):
                for _ in range(6):
                    clock.now += each * share / 6
                    progress.advance(label)
            progress.group_done()
    return out.getvalue()


@pytest.mark.parametrize("ranks", [1, 4])
@pytest.mark.parametrize(("groups", "start", "each"), [(150, 11.0, 0.25), (300, 120.0, 1.7), (20, 0.0, 20.0)])
def test_the_time_left_of_scoring_is_never_far_off(groups: int, start: float, each: float, ranks: int) -> None:
    """The first plain line comes after 10 s: starting must not decide it, nor what other ranks do."""
    lines = [line for line in scored(groups, start, each, ranks=ranks).splitlines() if "/" in line]
    assert len(lines) >= 3
    assert "left" not in lines[0]
    told = 0
    for line in lines:
        done = int(re.findall(r"scoring: (\d+)/", line)[0])
        found = re.findall(r"([\d.]+) (s|min|h) left", line)
        if found:
            (amount, unit) = found[0]
            seconds = float(amount) * {"s": 1, "min": 60, "h": 3600}[unit]
            truth = (12 * groups - done) / 12 * each
            assert abs(seconds - truth) <= 0.25 * truth + each + (30 if unit == "min" else 0.5)
            told += 1
    assert told >= 2


def test_few_references_get_no_time_left_and_no_rate_of_starting() -> None:
    text = scored(4, 60.0, 8.0, workers=4)
    assert "scoring: 1/48 (fast 1/24, slow 0/24)" in text
    assert "left" not in text
    assert "/s" not in text


def test_bars_show_one_time_left_for_all_methods() -> None:
    text = scored(12, 5.0, 1.0, terminal=True)
    assert "left" in text
    assert "0:00:0" not in text


def epochs(seconds: list[float], planned: int, done: int = 0) -> list[str]:
    out = io.StringIO()
    history = [Epoch(i + 1, 0.1, 0.1, NAN, NAN, NAN, 500.0) for i in range(done)]
    with TrainingDisplay(Console(file=out, width=200), planned, done, 3) as display:
        for number, took in enumerate(seconds):
            for _ in range(3):
                display.advance()
            history.append(Epoch(done + number + 1, 0.1, 0.1, NAN, NAN, NAN, took))
            display.epoch(history)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("done", [0, 7])
def test_the_first_epoch_of_a_process_does_not_tell_the_time_left(done: int) -> None:
    lines = epochs([900.0, 30.0, 30.0, 60.0], planned=done + 10, done=done)
    assert lines[0].endswith("900.0 s")
    assert [line.rpartition(", ")[2] for line in lines[1:]] == ["4 min left", "4 min left", "4 min left"]
    assert epochs([9.0, 3.0], planned=2)[1].endswith("3.0 s"), "nothing is left"


def test_times_are_told_in_units_that_fit() -> None:
    told = [words(seconds) for seconds in (None, 0.2, 37.4, 119.0, 600.0, 7100.0, 12_600.0)]
    assert told == ["", "0 s left", "37 s left", "119 s left", "10 min left", "118 min left", "3.5 h left"]


def test_failed_pairs_are_not_counted_as_computed() -> None:
    out = io.StringIO()
    with ScoringProgress(Console(file=out, width=200), {"fast": 6}, 0) as progress:
        progress.advance("fast", 2)
        progress.advance("fast", failed=True)
    assert "scoring: 2 of 6 computed, 1 failed, in " in out.getvalue()
