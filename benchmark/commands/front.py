"""What the commands share: common options, exit statuses, consoles, and the display of results.

Slow imports are inside functions, so that a command does not wait for what it does not use.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, ParamSpec, TextIO, cast

import typer

from benchmark.core import streams
from benchmark.core.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from benchmark.report.evaluation import Evaluation

Parameters = ParamSpec("Parameters")

INTERRUPTED = "interrupted; what was scored is kept: the same command goes on from there"
PIPED_WIDTH = 160  # there is no terminal width when output goes into a pipe or file


def whole_number(least: int, most: int | None = None) -> Callable[[Any], int]:
    """A parser of an option as a whole number, since typer's own error message would be pydantic's."""
    range_ = f"of at least {least}" if most is None else f"from {least} to {most}"

    def read(text: Any) -> int:
        known = re.fullmatch(r"[-+]?[0-9]{1,18}", str(text)) is not None
        if known and int(text) >= least and (most is None or int(text) <= most):
            return int(text)
        raise typer.BadParameter(f"expected a whole number {range_} (given: {text!r})")

    return read


def number(text: Any) -> float:
    """Parse an option as a number, with an error message like that of other options."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"expected a number (given: {text!r})") from None


def path_option(text: Any) -> Path:
    """Parse an option as a path and expand ``~``, which shells don't in ``--output=~/x``."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise typer.BadParameter(f"there is no user whose folder {str(text)!r} could be") from None


Output = Annotated[
    Path | None, typer.Option("--output", parser=path_option, metavar="DIR", help="Folder for all files of the run.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace other results that lie in the output folder.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key: statistics.replicates=2000.")
]
Plugins = Annotated[
    list[Path] | None,
    typer.Option("--plugins", parser=path_option, metavar="DIR", help="A folder with methods/ and datasets/ in it."),
]
PluginName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="One of them: what it is, and its options.")]
Device = Annotated[str | None, typer.Option("--device", metavar="D", help="auto, cpu, cuda or cuda:N.")]


def guarded(function: Callable[Parameters, int | None]) -> Callable[Parameters, NoReturn]:
    """Turn a user's mistakes into one or two lines and exit status 2, and Ctrl-C into 130."""

    @functools.wraps(function)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> NoReturn:
        messages = streams.Steady(sys.stderr)
        try:
            status = function(*args, **kwargs) or 0
        except UserError as error:
            print(f"error: {error}", file=messages)
            status = 2
        except KeyboardInterrupt:
            print(INTERRUPTED, file=messages)
            status = 130
        except BrokenPipeError:  # the reader of the results has closed the pipe
            status = 0
        except OSError as error:
            print(f"error: {error.filename or ''}: {error.strerror or error}".replace(": :", ":"), file=messages)
            status = 2
        raise typer.Exit(status)

    return run


def consoles() -> tuple[Console, Console]:
    """The console for results, and the one for progress."""
    from rich.console import Console

    class Results(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would treat a reader that closed the pipe as a failure

    out = Results(markup=False)
    progress = Console(file=cast(TextIO, streams.Steady(sys.stderr)), markup=False)
    return out if out.is_terminal else Results(width=PIPED_WIDTH, markup=False), progress


def names(text: str | None) -> list[str] | None:
    """The names of a comma-separated option; ``None`` where it was not given."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def add_plugins(folders: list[Path] | None) -> None:
    """Register the folders of ``--plugins``.

    Raises:
        UserError: a folder holds no plug-ins.
    """
    from benchmark import plugins

    for folder in folders or ():
        try:
            plugins.add_folder(Path(folder))
        except FileNotFoundError:
            raise UserError(f"--plugins {folder}: holds neither methods/ nor datasets/") from None


def show(result: Evaluation, console: Console, directory: Path | None = None) -> None:
    """Print the ranked table, the notes, and the report's path."""
    from benchmark.report.plots import font_notes
    from benchmark.report.terminal import ranked_table

    console.print(ranked_table(result.data))
    for note in (*result.data.all_notes, *font_notes(result.data)):
        console.print(f"note: {note}", highlight=False, markup=False, style="dim")
    console.print(f"report: {_short(directory or result.directory)}", soft_wrap=True, highlight=False, markup=False)


def _short(directory: Path) -> Path:
    """The report's path, relative to the working directory if it is inside it."""
    place = directory.absolute() / "report.html"
    return place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
