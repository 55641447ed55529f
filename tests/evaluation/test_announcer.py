"""What an evaluation tells while it works."""

import io

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from benchmark.commands.evaluate import evaluate
from benchmark.evaluation.announcer import EvaluationProgress


def lines_of(stream: io.StringIO) -> list[str]:
    return stream.getvalue().splitlines()


def test_each_new_thing_has_a_line_and_a_long_one_several_with_the_time_left() -> None:
    now = 0.0
    stream = io.StringIO()
    with EvaluationProgress(Console(file=stream, width=200), clock=lambda: now) as announce:
        announce("reading t.csv")
        for done in range(5):
            announce("SRCC", done, 4)
            now += 3.0
        announce("comparing 3 methods")
    assert lines_of(stream) == [
        "evaluate: reading t.csv",
        "evaluate: SRCC",
        "evaluate: SRCC: 2 of 4, 6 s left",
        "evaluate: comparing 3 methods",
    ]


def test_a_terminal_gets_a_bar() -> None:
    stream = io.StringIO()
    with EvaluationProgress(Console(file=stream, force_terminal=True, width=100)) as announce:
        announce("SRCC", 1, 4)
        announce("SRCC", 4, 4)
    assert "4/4" in stream.getvalue()


def test_evaluate_tells_a_console_and_nobody_else(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"mos": rng.normal(size=30), "a": rng.normal(size=30), "b": rng.normal(size=30)})
    stream = io.StringIO()
    quick = {"replicates": 20}
    evaluate(frame, mos="mos", methods=["a", "b"], statistics=quick, console=Console(file=stream, width=200))
    assert lines_of(stream) == [
        "evaluate: reading the table",
        "evaluate: SRCC, PLCC, KRCC: 20 resamples",
        "evaluate: SRCC, PLCC, KRCC: comparing 2 methods",
        "evaluate: logistic mappings: 20 resamples",
        "evaluate: logistic mappings: comparing 2 methods",
    ]
    evaluate(frame, mos="mos", methods=["a", "b"], statistics=quick)
    shown = capsys.readouterr()
    assert shown.out + shown.err == ""
