"""Where a run's results go, where its scores are kept, what they are of, and what must not be replaced.

Imports the pydantic models of configurations.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.config.models import RunConfig
from benchmark.config.overrides import Overrides
from benchmark.config.source import Source, absolute, parse, read_source
from benchmark.core.errors import ConfigError
from benchmark.data.load import Data
from benchmark.results import belongings, claims, run_json
from benchmark.results.claims import Claim, Place
from benchmark.scoring.lineup import Entrant

Config = str | Path | Mapping[str, Any] | RunConfig
WHOLE = {"output", "device", "threads", "workers", "time_limit", "offline"}
"""Keys that don't affect what a run is of."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a run's results go, and what they are.

    Attributes:
        folder: the folder that results are written to.
        whole: the folder of the run of all methods and references, which keeps the scores; mostly the same one.
        claim: what the results are of.
        inputs: files and folders that the run reads.
        narrowed_by: the options that left out methods or references; empty for none.
        shared: where scores are kept that several runs share; ``None`` for a store of its own.
    """

    folder: Path
    whole: Path
    claim: Claim
    inputs: tuple[Path, ...]
    narrowed_by: str = ""
    shared: Path | None = None

    @property
    def store(self) -> Path:
        """Where scores are kept."""
        return self.shared or self.whole / belongings.STORE

    @property
    def data(self) -> str:
        """The data set among several that share their scores; empty where a run has its own."""
        return self.folder.name if self.shared is not None else ""

    @property
    def note(self) -> str:
        """The note that part of a run goes to a folder beside the one of the whole; else empty."""
        if self.folder == self.whole:
            return ""
        return f"narrowed by {self.narrowed_by}: results go to {self.folder}, scores are kept in {self.store}"

    def refuse(self, *, overwrite: bool) -> None:
        """Refuse folders that hold something else.

        Raises:
            UserError: the message says what the folder holds, and what to do.
        """
        for place in dict.fromkeys([self.whole, self.folder]):
            belongings.refuse(place, self.claim, inputs=self.inputs, overwrite=overwrite)


def find(
    config: Config,
    parsed: RunConfig,
    source: Source,
    narrowed_by: Sequence[str],
    data: Data,
    entrants: Sequence[Entrant],
) -> Destination:
    """The destination of a run.

    Args:
        config: the configuration as it was given.
        parsed: the configuration as a model, its paths absolute.
        source: the configuration as it was read.
        narrowed_by: the options that left out methods or references.
        data: the data set.
        entrants: the methods with their checked options.
    """
    whole = output_of(parsed, source, config)
    paths = {key: Path(value) for key, value in data.options.items() if isinstance(value, str) and os.path.isabs(value)}
    claim = _claim(
        config, whole, data.dataset.info.name, {key: Place(os.path.realpath(path)) for key, path in paths.items()}
    )
    folder = whole
    if narrowed_by:
        claim = claim.differently(narrowed=True)
        if not (("output",) in source.set_by and _takes_a_part(whole)):
            folder = whole.with_name(f"{whole.name}-partial")
    inputs = [*paths.values(), *_paths(value for entrant in entrants for value in entrant.options.values())]
    inputs += [*parsed.plugins, *([parsed.weights_dir] if parsed.weights_dir else [])]
    if isinstance(config, (str, Path)) and not _is_same(Path(config), whole / run_json.NAME):
        inputs.append(Path(config))
    return Destination(folder, whole, claim, tuple(inputs), ", ".join(narrowed_by))


def output_of(parsed: RunConfig, source: Source, config: Config) -> Path:
    """The folder of a run's files; without ``output``, ``results/`` and the configuration's name."""
    if parsed.output is not None:
        return absolute(parsed.output, source, ("output",))
    return Path("results", _name(config)).absolute()


def narrowing(source: Source, overrides: Overrides) -> list[str]:
    """The options by which a run leaves out methods or references of its configuration."""
    limit = source.set_by.get(("limit",))
    methods = source.set_by.get(("methods",))
    return [*(["--methods"] if overrides.methods else []), *(words for words in (methods, limit) if words)]


def _takes_a_part(folder: Path) -> bool:
    """Whether part of a run may go to a folder that was named: it is empty or holds part of a run already."""
    before = belongings.claimed(folder)
    return before.narrowed if before is not None else belongings.is_empty(folder)


def _name(config: Config) -> str:
    if not isinstance(config, (str, Path)):
        return "run"
    path = Path(config)
    return path.absolute().parent.name if path.name == run_json.NAME else path.stem


def _claim(config: Config, whole: Path, data: str, roots: Mapping[str, Place]) -> Claim:
    if isinstance(config, (str, Path)):
        if _is_same(Path(config), whole / run_json.NAME):  # the folder's own record
            before = belongings.claimed(whole)
            return (before or Claim("run", f"run of {config}")).differently(data=data, roots=roots)
        return claims.of_file("run", Path(config), data=data, roots=roots)
    words = "run of a configuration in Python"
    return claims.of_content("run", words, sha256_of(config), data=data, roots=roots)


def sha256_of(config: Mapping[str, Any] | RunConfig | Source) -> str:
    """The SHA-256 of what a configuration says, in whatever way it is written."""
    source = config if isinstance(config, Source) else read_source(config)
    values: Mapping[str, Any] = {key: value for key, value in source.values.items() if key not in WHOLE}
    with suppress(ConfigError):  # a setting may complete it
        values = parse(RunConfig, source).model_dump(mode="json", exclude_defaults=True, exclude=WHOLE)
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def _paths(values: Iterable[Any]) -> list[Path]:
    paths: list[Path] = []
    for value in values:
        if isinstance(value, Path):
            paths.append(value)
        elif isinstance(value, (list, tuple)):
            paths += _paths(value)
    return paths


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
