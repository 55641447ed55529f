"""The command lines of the simulations of this room: their options, and the tables that they read. Standard library only."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from benchmark.statistics.settings import StatisticsSettings

Population = TypeVar("Population")


def print_report(
    program: str,
    description: str | None,
    report: Callable[[int, StatisticsSettings, int], Iterator[str]],
    arguments: Sequence[str] | None,
    *,
    replicates: int,
) -> int:
    """Print a simulation's tables line by line.

    Args:
        program: the module, as it is called.
        description: what it simulates.
        report: makes the lines of the number of studies, the settings and the seed.
        arguments: the command line; that of the process by default.
        replicates: of each study, by default.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--replicates", type=int, default=replicates)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args(arguments)
    settings = StatisticsSettings(replicates=options.replicates, threads=options.threads)
    for line in report(options.studies, settings, options.seed):
        print(line, flush=True)
    return 0


def read_tables(
    parser: argparse.ArgumentParser, tables: Sequence[Sequence[str]], read: Callable[..., Population]
) -> list[Population]:
    """What ``--table FILE COLUMN …`` names; what can't be read ends the command with a sentence.

    Args:
        parser: of the command line.
        tables: a file and its columns each.
        read: reads one of a path and the columns.
    """
    found = []
    for file, *columns in tables:
        try:
            found.append(read(Path(file), *columns))
        except OSError as error:
            parser.error(f"--table {file}: can't be read ({error.strerror or error})")
        except KeyError as error:
            parser.error(f"--table {file}: no column {error}")
        except ValueError as error:
            parser.error(f"--table {file}: {error}")
    return found
