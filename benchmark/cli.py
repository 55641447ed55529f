"""The command line: finds the commands in their folder, imports the requested one, and returns its exit status.

The exit status is 0 for done, 2 for bad usage, configuration or data, 3 for done in part, 130 for interrupted, 1 for a
defect.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Annotated

import typer

from benchmark import commands
from benchmark.commands.front import INTERRUPTED
from benchmark.core import children, interrupts, streams

HELP = "A benchmark of full-reference image quality assessment, first of all for enhanced fundus photographs (EFID)."


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status."""
    if arguments is None:
        children.end_with_torchrun()
        streams.fill_gaps()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if arguments is None:
        interrupts.never_swallow()
    try:
        _app(sys.argv[1:] if arguments is None else arguments)(
            args=arguments, prog_name="efid-bench" if arguments is None else None
        )
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except OSError as error:  # typer could not write its message
        print(f"error: {error.strerror or error}", file=streams.Steady(sys.stderr))
        status = 2
    except KeyboardInterrupt:  # interrupted while the command was imported
        print(INTERRUPTED, file=streams.Steady(sys.stderr))
        status = 130
    else:
        status = 0
    if arguments is None:
        interrupts.ignore()
        if not streams.let_go() and status == 0:
            print("error: standard output: results could not be written", file=streams.Steady(sys.stderr))
            status = 2
        streams.let_go()
    return status


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"efid-bench {metadata.version('efid-bench')}")
        raise typer.Exit


def _before_any_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def _app(arguments: Sequence[str]) -> typer.Typer:
    """All commands, of which only the requested one is imported; the others are stubs with their help sentence."""
    app = typer.Typer(
        help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    app.callback(help=HELP)(_before_any_command)
    asked = next((item for item in arguments if not item.startswith("-")), "")
    for file in sorted(Path(commands.__file__).parent.glob("*.py")):
        sentence, name = _help_of(file), file.stem.replace("_", "-")
        if sentence is None:
            continue
        if name != asked:
            app.command(name)(_stub(sentence))
            continue
        module = import_module(f"{commands.__name__}.{file.stem}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(module.command)
    return app


def _help_of(file: Path) -> str | None:
    """A command's help, read without importing it; ``None`` for a module that is not a command.

    A command's module defines the function ``command``, or ``app`` for several commands under one word.
    """
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "command":
            return ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.targets[0]) == "app":
            texts = [item.value for item in node.value.keywords if item.arg == "help"]
            return str(ast.literal_eval(texts[0])) if texts else ""
    return None


def _stub(sentence: str) -> Callable[[], None]:
    def command() -> None:
        pass

    command.__doc__ = sentence
    return command
