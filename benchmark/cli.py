"""Commands: what a user types, and what exit status comes back. No logic; every import that costs time is inside a command.

Exit status: 0 done, 2 bad usage, configuration or data, 3 done in part, 130 interrupted, 1 a defect.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, ParamSpec, TextIO, cast

import typer

from benchmark import interrupts, ranks, streams
from benchmark.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

Parameters = ParamSpec("Parameters")

PIPED_WIDTH = 160  # nobody's terminal is asked when output goes into a pipe or file

app = typer.Typer(
    help="A benchmark of full-reference image quality assessment, first of all for enhanced fundus photographs (EFID).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
list_app = typer.Typer(help="List methods or data sets.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(list_app, name="list")


def _whole(least: int, most: int | None = None) -> Callable[[Any], int]:
    """Reads an option as a whole number; typer's own sentence would be pydantic's."""
    range_ = f"of at least {least}" if most is None else f"from {least} to {most}"

    def read(text: Any) -> int:
        known = re.fullmatch(r"[-+]?[0-9]{1,18}", str(text)) is not None
        if known and int(text) >= least and (most is None or int(text) <= most):
            return int(text)
        raise typer.BadParameter(f"expected a whole number {range_} (given: {text!r})")

    return read


def _number(text: Any) -> float:
    """Reads an option as a number, in words of our own."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"expected a number (given: {text!r})") from None


def _path(text: Any) -> Path:
    """Reads an option as a path; shells leave ``~`` as it is within ``--output=~/x``."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise typer.BadParameter(f"there is no user whose folder {str(text)!r} could be") from None


Output = Annotated[
    Path | None, typer.Option("--output", parser=_path, metavar="DIR", help="Folder for all files of the run.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace other results that lie in the output folder.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key: statistics.replicates=2000.")
]
Plugins = Annotated[
    list[Path] | None,
    typer.Option("--plugins", parser=_path, metavar="DIR", help="A folder with methods/ and datasets/ in it."),
]
PluginName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="One of them: what it is, and its options.")]
Device = Annotated[str | None, typer.Option("--device", metavar="D", help="auto, cpu, cuda or cuda:N.")]


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status."""
    if arguments is None:
        ranks.end_with_torchrun()
        streams.fill_gaps()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if arguments is None:
        interrupts.never_swallow()
    try:
        app(args=arguments, prog_name="efid-bench" if arguments is None else None)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except OSError as error:  # typer's own words could not be written
        print(f"error: {error.strerror or error}", file=streams.Steady(sys.stderr))
        status = 2
    else:
        status = 0
    if arguments is None:
        interrupts.ignore()
        if not streams.let_go() and status == 0:
            print("error: standard output: results could not be written", file=streams.Steady(sys.stderr))
            status = 2
        streams.let_go()
    return status


def _command(function: Callable[Parameters, int | None]) -> Callable[Parameters, NoReturn]:
    """Turn a user's mistakes into one or two lines and exit status 2, and Ctrl-C into 130."""

    @functools.wraps(function)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> NoReturn:
        told = streams.Steady(sys.stderr)
        try:
            status = function(*args, **kwargs) or 0
        except UserError as error:
            print(f"error: {error}", file=told)
            status = 2
        except KeyboardInterrupt:
            print("interrupted; what was scored is kept: the same command goes on from there", file=told)
            status = 130
        except BrokenPipeError:  # whoever read the results wants no more
            status = 0
        except OSError as error:
            print(f"error: {error.filename or ''}: {error.strerror or error}".replace(": :", ":"), file=told)
            status = 2
        raise typer.Exit(status)

    return guarded


def _consoles() -> tuple[Console, Console]:
    """Where results go, and where progress goes."""
    from rich.console import Console  # noqa: PLC0415

    class Results(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # a reader that left is no failure, as rich has it

    out = Results(markup=False)
    told = Console(file=cast(TextIO, streams.Steady(sys.stderr)), markup=False)
    return out if out.is_terminal else Results(width=PIPED_WIDTH, markup=False), told


@app.command()
@_command
def run(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="A configuration, or the run.json of an earlier run.")
    ],
    output: Output = None,
    set_: Settings = None,
    methods: Annotated[str | None, typer.Option(metavar="A,B", help="Only these methods of the configuration.")] = None,
    limit: Annotated[
        int | None, typer.Option(parser=_whole(1), metavar="N", help="Only the first N references.")
    ] = None,
    device: Device = None,
    plugins: Plugins = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Hash every file anew instead of trusting size and time.")
    ] = False,
    overwrite: Overwrite = False,
) -> int:
    """Score a data set, then write statistics, tables, plots and report."""
    from benchmark import pipeline  # noqa: PLC0415
    from benchmark.ranks import started_by_torchrun  # noqa: PLC0415

    out, err = _consoles()
    result = pipeline.run(
        config,
        settings=set_ or (),
        console=err,
        output=output,
        methods=_names(methods),
        limit=limit,
        device=device,
        plugins=plugins,
        fresh=fresh,
        overwrite=overwrite,
    )
    _show(result, out)
    if result.exit_status == 3 and started_by_torchrun():
        err.print("done in part (exit status 3 without torchrun, which would start the job again)", highlight=False)
        return 0
    return int(result.exit_status)


@app.command()
@_command
def evaluate(
    table: Annotated[Path, typer.Argument(metavar="TABLE.csv", help="One row a pair, a column a method.")],
    mos: Annotated[str, typer.Option(metavar="COL", help="Column of labels.")],
    methods: Annotated[str, typer.Option(metavar="A,B", help="Columns of scores; enhancer-mean adds the floor.")],
    lower_better: Annotated[str | None, typer.Option(metavar="A,B", help="Those in which lower means better.")] = None,
    lower_mos_better: Annotated[
        bool, typer.Option("--lower-mos-better", help="Lower labels mean better quality.")
    ] = False,
    reference: Annotated[str | None, typer.Option(metavar="COL", help="Column of references.")] = None,
    cluster: Annotated[str | None, typer.Option(metavar="COL", help="Column of what is resampled (patient).")] = None,
    condition: Annotated[str | None, typer.Option(metavar="COL", help="Column of the enhancement algorithm.")] = None,
    mos_sd: Annotated[str | None, typer.Option(metavar="COL", help="Column of the labels' standard deviation.")] = None,
    observers: Annotated[str | None, typer.Option(metavar="COL", help="Column of the number of observers.")] = None,
    decimal: Annotated[str | None, typer.Option(metavar=", OR .", help="Decimal mark of the table's numbers.")] = None,
    duplicates: Annotated[
        str, typer.Option(metavar="HOW", help="Rows that stand twice: refuse, or drop-identical.")
    ] = "refuse",
    output: Output = None,
    set_: Settings = None,
    overwrite: Overwrite = False,
) -> int:
    """Compute the same statistics, tables and plots from any table of scores; no images needed."""
    from benchmark import outcome  # noqa: PLC0415
    from benchmark.config import EvaluateConfig  # noqa: PLC0415
    from benchmark.config_file import parse, read_source  # noqa: PLC0415

    out, _ = _consoles()
    source = read_source({}, set_ or ())
    config = parse(EvaluateConfig, source)
    outcome.refuse_output_of_table(table, output, overwrite=overwrite)
    with source.placing():
        result = outcome.evaluate(
            table,
            mos=mos,
            methods=_names(methods) or [],
            lower_better=_names(lower_better) or [],
            lower_mos_better=lower_mos_better,
            reference=reference,
            cluster=cluster,
            condition=condition,
            mos_sd=mos_sd,
            observers=observers,
            decimal=decimal,
            duplicates=duplicates,
            statistics=config.statistics,
            report=config.report,
            published=config.published,
            output=output,
        )
    result.save(overwrite=overwrite)
    _show(result, out)
    return int(result.exit_status)


@app.command()
@_command
def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A configuration with `method` and `train`.")],
    set_: Settings = None,
) -> int:
    """Train a learned method; the same command goes on where it was interrupted."""
    from benchmark.training_run import train as train_method  # noqa: PLC0415

    out, err = _consoles()
    directory = train_method(config, settings=set_ or (), console=err)
    out.print(f"checkpoint: {directory / 'best.pt'}", soft_wrap=True, highlight=False, markup=False)
    return 0


@app.command()
@_command
def score(
    method: Annotated[str, typer.Argument(metavar="METHOD")],
    enhanced: Annotated[Path, typer.Argument(metavar="ENHANCED")],
    reference: Annotated[Path, typer.Argument(metavar="REFERENCE")],
    set_: Settings = None,
    device: Device = None,
    plugins: Plugins = None,
    orientation: Annotated[Literal["ignore", "apply"], typer.Option(help="EXIF orientation.")] = "ignore",
    bit_depth: Annotated[
        int | None, typer.Option(parser=_whole(8, 16), metavar="N", help="Bits of the values of 16-bit files.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help='Print {"method": …, "score": …}.')] = False,
) -> int:
    """Score one pair with one method."""
    import json  # noqa: PLC0415

    from benchmark import single  # noqa: PLC0415
    from benchmark.config_file import read_source  # noqa: PLC0415
    from benchmark.sizes import SizePolicy  # noqa: PLC0415

    _add_plugins(plugins)
    source = read_source({}, set_ or ())
    sizes = SizePolicy(orientation=orientation, bit_depth=bit_depth)
    where = single.usable_device(device or "auto", "--device")
    with contextlib.redirect_stdout(
        cast(TextIO, streams.Steady(sys.stderr))
    ):  # what a plug-in prints is no part of the result
        single.check_method(method, source.values, source)
        pair = single.read_pair(enhanced, reference, sizes)
        for note in single.pair_notes(enhanced, reference, sizes):
            print(f"note: {note}")
        loaded = single.load_method(method, source.values, source, device=where)
        value = single.score_pair(loaded, *pair)
        for note in single.flat_note(loaded, *pair):
            print(f"note: {note}")
    print(json.dumps({"method": loaded.info.name, "score": value}) if as_json else value)
    return 0


@app.command()
@_command
def report(
    directories: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Output folders of runs.")],
    output: Output = None,
    overwrite: Overwrite = False,
) -> int:
    """Redo tables, plots and report from stored scores; no models."""
    from benchmark import foresight, outcome  # noqa: PLC0415
    from benchmark.config_file import read_source  # noqa: PLC0415

    out, _ = _consoles()
    result = outcome.read(directories[0]) if len(directories) == 1 else outcome.together(directories)
    place = output or result.directory
    foresight.refuse_output(place, read_source({}))
    result.save(place, overwrite=overwrite)
    _show(result, out, place)
    return int(result.exit_status)


@app.command()
@_command
def check(
    config: Annotated[Path, typer.Argument(metavar="CONFIG")],
    set_: Settings = None,
    plugins: Plugins = None,
) -> int:
    """Audit a configuration's data set and methods before a run."""
    from benchmark import checking  # noqa: PLC0415

    out, _ = _consoles()
    return int(checking.check(config, set_ or (), [Path(item) for item in plugins or ()], out))


@app.command("weights")
@_command
def weights_command(
    config: Annotated[Path, typer.Argument(metavar="CONFIG")],
    to: Annotated[
        Path | None,
        typer.Option("--to", parser=_path, metavar="DIR", help="Gather the files there, for `weights_dir:`."),
    ] = None,
    set_: Settings = None,
) -> int:
    """Download all that the configuration's methods need, for use on a machine without network."""
    from benchmark.fetching import fetch_all  # noqa: PLC0415

    return fetch_all(config, set_ or (), to, _consoles()[0])


@app.command()
@_command
def power(
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A finished run: what it could show.")
    ] = None,
    references: Annotated[int, typer.Option(parser=_whole(2), metavar="N", help="Number of photographs.")] = 300,
    conditions: Annotated[int, typer.Option(parser=_whole(1), metavar="N", help="Enhanced images of each.")] = 6,
    srcc: Annotated[float, typer.Option(parser=_number, metavar="R", help="SRCC of the better method.")] = 0.8,
    difference: Annotated[
        float, typer.Option(parser=_number, metavar="D", help="How much lower the other one's is.")
    ] = 0.02,
    seed: Annotated[int, typer.Option(parser=_whole(0), metavar="S", help="Same seed, same answer.")] = 0,
) -> int:
    """How likely a difference is to be found with so many references; or what a finished run could have shown."""
    from benchmark import outcome, planning  # noqa: PLC0415

    if directory is not None:
        table = planning.smallest_differences(outcome.read(directory).comparisons)
        print(
            "smallest differences that would be found in 80 % of such studies (least, median, most over pairs of methods)"
        )
        print(table.to_string(index=False))
    else:
        text = planning.plan(references=references, conditions=conditions, srcc=srcc, difference=difference, seed=seed)
        print(text)
    return 0


@list_app.command("methods")
@_command
def list_methods(name: PluginName = None, plugins: Plugins = None) -> int:
    """All methods, with direction, source, licence, and whether they can be used now; or one with its options."""
    from benchmark import listing, registry  # noqa: PLC0415

    _add_plugins(plugins)
    if name is not None:
        return listing.print_options(_consoles()[0], registry.methods().load(name))
    return listing.print_methods(_consoles()[0])


@list_app.command("datasets")
@_command
def list_datasets(name: PluginName = None, plugins: Plugins = None) -> int:
    """All data sets, with where to get them; or one with its options."""
    from benchmark import listing, registry  # noqa: PLC0415

    _add_plugins(plugins)
    if name is not None:
        return listing.print_options(_consoles()[0], registry.datasets().load(name))
    return listing.print_datasets(_consoles()[0])


@app.command("demo-data")
@_command
def demo_data(
    directory: Annotated[Path, typer.Argument(metavar="DIR")],
    references: Annotated[
        int | None,
        typer.Option(
            parser=_whole(2), metavar="N", help="Number of degraded photographs (default: all of --photos, else 24)."
        ),
    ] = None,
    size: Annotated[int, typer.Option(parser=_whole(64), metavar="PX", help="Width and height of each image.")] = 256,
    photos: Annotated[
        Path | None, typer.Option(parser=_path, metavar="DIR", help="Real photographs to degrade and enhance.")
    ] = None,
    seed: Annotated[int, typer.Option(parser=_whole(0), metavar="S", help="Same seed, same bytes.")] = 0,
) -> int:
    """Write an EFID-shaped data set with simulated labels."""
    from benchmark import places  # noqa: PLC0415
    from benchmark.simulation import write_demo  # noqa: PLC0415
    from benchmark.simulation.display import WritingProgress  # noqa: PLC0415

    closed = places.why_not_writable(directory.absolute())
    if closed:
        raise UserError(f"demo-data: {closed}; name another folder")
    with WritingProgress(_consoles()[1]) as progress:
        count = write_demo(directory, references=references, size=size, photos=photos, seed=seed, progress=progress)
    print(f"{directory}: {count} references x 6 enhanced images, simulated labels")
    return 0


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _add_plugins(folders: list[Path] | None) -> None:
    from benchmark import plugins  # noqa: PLC0415

    for folder in folders or ():
        try:
            plugins.add_folder(Path(folder))
        except FileNotFoundError:
            raise UserError(f"--plugins {folder}: holds neither methods/ nor datasets/") from None


def _show(result: Any, console: Console, directory: Path | None = None) -> None:
    from benchmark.report.terminal import ranked_table  # noqa: PLC0415

    console.print(ranked_table(result.data))
    for note in result.data.notes:
        console.print(f"note: {note}", highlight=False, markup=False, style="dim")
    console.print(f"report: {_short(directory or result.directory)}", soft_wrap=True, highlight=False, markup=False)


def _short(directory: Path) -> Path:
    """The report's path, relative to the working directory where it lies below it."""
    place = directory.absolute() / "report.html"
    return place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
