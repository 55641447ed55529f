"""Makes the plug-in folders that a configuration and a command line name absolute, and registers them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmark import plugins
from benchmark.config import source as config_source
from benchmark.config.source import Source, home_of
from benchmark.core.errors import ConfigError


def absolute(named: Iterable[Path], source: Source, added: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Absolute paths of the folders under ``plugins:`` and of those that a command line or a keyword adds.

    Raises:
        ConfigError: a variable or user in a path does not exist.
    """
    own = [config_source.absolute(folder, source, ("plugins",)) for folder in named]
    return (*own, *(home_of(folder).absolute() for folder in added))


def use(folders: Iterable[Path]) -> None:
    """Register plug-in folders.

    Raises:
        ConfigError: a folder has neither ``methods/`` nor ``datasets/``.
    """
    for folder in folders:
        try:
            plugins.add_folder(folder)
        except FileNotFoundError:
            raise ConfigError(f"{folder}: no plug-in folder: it holds neither methods/ nor datasets/") from None
