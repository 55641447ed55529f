"""Which methods share worker processes, how many programs run at once, and what torchrun's ranks share of that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.commands.steps.forecast import Forecast
from benchmark.plugins.contracts import Method, MethodInfo, Programs
from benchmark.plugins.methods.command import Command
from benchmark.plugins.methods.psnr import PSNR
from benchmark.scoring.lanes import GRACE_S, Lane, lanes
from benchmark.scoring.lineup import Entrant
from benchmark.scoring.messages import ReferenceGroup, Setup
from benchmark.scoring.supervisor import Supervisor
from benchmark.scoring.torchrun import ScoringRanks


class Foreign(Method):
    """A plug-in from elsewhere that starts programs."""

    info = MethodInfo(name="foreign", title="Foreign", higher_is_better=True)

    def programs(self) -> Programs:
        return Programs(("x {reference} {enhanced}",), 2, 5.0)


def program(label: str, **options: Any) -> Entrant:
    method = Command(command="true {reference} {enhanced}", higher_is_better=True, folder=Path("/"), **options)
    return Entrant(label, "command", method=method)


def entrants() -> list[Entrant]:
    return [
        program("b", at_once=2, time_limit=5.0),
        Entrant("psnr", "psnr", method=PSNR()),
        program("a"),
        program("c", at_once=2, time_limit=900.0),
        Entrant("luma", "psnr", method=PSNR(test_y_channel=True)),
        program("d", at_once=1),
        Entrant("foreign", "foreign", method=Foreign()),
        Entrant("broken", "psnr", method=PSNR(), status="failed"),
    ]


def test_programs_are_started_after_the_other_methods_in_processes_of_their_own() -> None:
    assert lanes(entrants(), 7, ScoringRanks()) == [
        Lane(["psnr", "luma"], own=True),
        Lane(("b", "c"), 2, 900.0 + GRACE_S, "cpu"),
        Lane(("a",), 7, 60.0 + GRACE_S, "cpu"),
        Lane(("d",), 1, 60.0 + GRACE_S, "cpu"),
        Lane(("foreign",), 2, 5.0 + GRACE_S, "cpu"),
    ]


def test_ranks_of_a_machine_share_what_may_run_at_once() -> None:
    """Lanes have the same place in each rank, since ranks take a lane's references from one queue by its number."""
    found = [lanes(entrants(), 7, ScoringRanks(rank, 4, rank % 3, 3)) for rank in range(3)]
    assert [[lane.labels for lane in item] for item in found] == [[lane.labels for lane in found[0]]] * 3
    assert [[lane.workers for lane in item] for item in found] == [
        [None, 1, 7, 1, 1],
        [None, 1, 7, 0, 1],
        [None, 0, 7, 0, 0],
    ]


def test_a_rank_without_workers_takes_nothing() -> None:
    def groups() -> Iterator[ReferenceGroup]:
        raise AssertionError("taken")
        yield

    setup = Setup(methods=(), plugin_folders=(), sizes={}, device="cpu", threads=1, seed=0)
    assert not list(Supervisor(setup, 0, 1.0).run(groups()))


def test_a_forecast_counts_on_what_runs_at_once() -> None:
    found = Forecast("", missing={"psnr": 80, "a": 80}, seconds={"psnr": 1.0, "a": 1.0}, workers=8, at_once={"a": 1})
    assert found.time == 10.0 + 80.0


@pytest.mark.long
@pytest.mark.heavy
@pytest.mark.parametrize(
    ("at_once", "workers", "script"),
    [
        (2, 1, "echo x >> '{folder}/started'; while [ $(wc -l < '{folder}/started') -lt 2 ]; do sleep 0.05; done"),
        (1, 3, "mkdir '{folder}/busy' || exit 9; sleep 0.3; rmdir '{folder}/busy'"),
    ],
    ids=["each waits for another", "none bears another"],
)
def test_so_many_programs_run_at_once(
    tiny_set: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, workers: int, script: str
) -> None:
    """More than the run has workers, or fewer, each for longer than the run's limit. Real processes run at once."""
    from benchmark import run

    monkeypatch.chdir(tiny_set.parent)
    command = ["sh", "-c", f"{script}; echo 0.5", "sh", "{reference}", "{enhanced}"]
    options = {"at_once": at_once, "time_limit": 60, "higher_is_better": True}
    result = run(
        {
            "dataset": {"name": "table", "file": str(tiny_set)},
            "methods": [{"name": "command", "label": "C", "command": command, **options}],
            "workers": workers,
            "time_limit": 0.2,
            "statistics": {"replicates": 20},
            "report": {"plots": []},
            "device": "cpu",
        }
    )
    assert list(result.scores["C"]) == [0.5] * 4
