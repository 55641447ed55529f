"""A data set on the Hugging Face hub, or a folder of parquet files, whose rows hold the images themselves.

``_hub_rows`` reads rows by the library ``datasets``; ``_image_store`` keeps each image as a file, once. docs/huggingface.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmark import DataError, DatasetInfo, Problem, UserError
from benchmark.core.errors import in_words
from benchmark.data.labels import MAX_PROBLEMS, at_most, beside, parse_number, short
from benchmark.images.formats import ImageError
from benchmark.plugins import hub_snapshots

from ._examined import ExaminedDataset
from ._hub_rows import columns_of, content_of, lacking, library, open_rows, rows_of
from ._image_store import ImageStore

if TYPE_CHECKING:
    import pandas as pd

SPLITS = {"validation": "val", "valid": "val", "dev": "val", "eval": "val"}
"""How this engine calls the splits that data sets on the hub have; others keep their names."""
TEXT = ("condition", "cluster", "name", "reference_name")
NUMBERS = ("mos_sd", "observers")
PATTERN = "*.parquet"


class HuggingFace(ExaminedDataset):
    """Labelled pairs whose images lie in columns, from the hub at one commit or from a folder on this machine.

    Args:
        repository: ``owner/name`` on the hub; it needs ``revision``.
        revision: the commit, 40 hexadecimal digits. A branch or tag is refused: it moves, and a run couldn't be repeated.
        root: a folder with parquet files, instead of ``repository``.
        config: one of the data set's configurations, where its card defines several.
        files: pattern of the files to read for each split, ``{test: data/test-*.parquet}``; default: all parquet files, and
            the splits that the card or the files' names say.
        reference: column of the reference images.
        enhanced: column of the distorted or enhanced images.
        label: column of the labels.
        condition: column of the distortion or algorithm; default: ``condition`` where there is one.
        cluster: column of what is resampled (a patient, say); default: ``cluster`` where there is one, else the reference.
        name: column of names of the enhanced images; default: ``name`` where there is one, else the file name that the
            image came with, else the row's number.
        reference_name: column of names of the references; default: ``reference_name`` where there is one, else likewise.
        mos_sd: column of the opinions' standard deviation; default: ``mos_sd`` where there is one.
        observers: column of their number; default: ``observers`` where there is one.
        split_names: other names for splits, ``{validation: test}``; by default ``validation`` is ``val``.
        cache: folder that images are written to; default: ``efid-bench/images`` in the folder of the hub's libraries.
        simulated: whether the labels are simulated, which every table then says.
    """

    info = DatasetInfo(
        name="huggingface",
        title="Hugging Face data set",
        source="https://huggingface.co/datasets, or a folder of parquet files",
        licence="see the data set's card",
    )

    def __init__(
        self,
        *,
        repository: str | None = None,
        revision: str | None = None,
        root: Path | None = None,
        config: str | None = None,
        files: dict[str, str] | None = None,
        reference: str = "reference",
        enhanced: str = "enhanced",
        label: str = "mos",
        condition: str | None = None,
        cluster: str | None = None,
        name: str | None = None,
        reference_name: str | None = None,
        mos_sd: str | None = None,
        observers: str | None = None,
        split_names: dict[str, str] | None = None,
        cache: Path | None = None,
        simulated: bool = False,
    ) -> None:
        super().__init__()
        if (repository is None) == (root is None):
            raise UserError("huggingface needs either `repository` (owner/name on the hub) or `root` (a folder)")
        if repository is not None and (repository.count("/") != 1 or not all(repository.split("/"))):
            raise UserError(f"repository: {short(repository)} must read owner/name, as in the data set's address")
        self._repository, self._revision, self._root = repository, revision, root
        self._config = config
        self._files = dict(files or {})
        self._required = {"reference": reference, "enhanced": enhanced, "label": label}
        given = {
            "condition": condition,
            "cluster": cluster,
            "name": name,
            "reference_name": reference_name,
            "mos_sd": mos_sd,
            "observers": observers,
        }
        self._given = {key: column for key, column in given.items() if column is not None}
        self._split_names = {**SPLITS, **(split_names or {})}
        self._cache = cache
        self._simulated = simulated
        self.offline = False

    @property
    def labels(self) -> Literal["opinions", "simulated"]:
        """The kind of labels according to the option."""
        return "simulated" if self._simulated else "opinions"

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: the library or the data set is not on this machine, or a column is missing.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        library()
        folder, source = self._folder()
        splits = open_rows(folder, self._config, self._files)
        there = {split: columns_of(rows) for split, rows in splits.items()}
        wanted = {**self._required, **self._given}
        wrong = [problem for split, names in there.items() for problem in lacking(wanted, names, f"split {split}")]
        if wrong:
            raise DataError(wrong)
        reading = _Reading(folder, ImageStore(self._cache or hub_snapshots.home() / "images"))
        for split, rows in splits.items():
            optional = {key: key for key in (*TEXT, *NUMBERS) if key in there[split] and key not in self._given}
            columns = {**wanted, **optional}
            ours = self._split_names.get(split, split)
            for number, cells in enumerate(rows_of(rows, columns, f"split {split}"), 1):
                if len(reading.problems) > MAX_PROBLEMS:
                    break
                reading.add(ours, cells, f"split {split}, row {number}", number)
        self._label_files = sorted(path for path in folder.rglob(PATTERN) if path.is_file())
        renamed = [f"{split} is {self._split_names[split]}" for split in splits if split in self._split_names]
        self._notes = [
            *(("Simulated labels: no person judged these images.",) if self._simulated else ()),
            source,
            *([f"Splits: {', '.join(renamed)}."] if renamed else []),
        ]
        return pd.DataFrame(reading.rows), at_most(reading.problems, str(folder))

    def _folder(self) -> tuple[Path, str]:
        """The folder that holds the rows, and a sentence that says where they came from.

        Raises:
            DataError: it is not on this machine.
        """
        if self._root is not None:
            if not self._root.is_dir():
                raise DataError(Problem("error", f"no such folder{beside(self._root)}", str(self._root)))
            return self._root, f"Pairs and labels from the folder {self._root.name}."
        repository, revision = str(self._repository), str(self._revision or "")
        offline = self.offline or hub_snapshots.is_offline()
        if not hub_snapshots.COMMIT.fullmatch(revision):
            raise DataError(_no_commit(repository, revision, offline=offline))
        try:
            folder, whole = hub_snapshots.snapshot(
                repository, revision, list(self._files.values()) or [PATTERN], offline=offline
            )
        except UserError as error:
            raise DataError(str(error)) from None
        unsure = "" if whole else " Another program downloaded it; whether all its files are here was not checked."
        return folder, f"Pairs and labels from {repository} on the Hugging Face hub, commit {revision[:12]}.{unsure}"


@dataclass(slots=True)
class _Reading:
    """The rows read so far; names stay unique, and one reference image has one name."""

    folder: Path
    store: ImageStore
    rows: list[dict[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    """Names of the references by content."""
    contents: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Content and row of each reference's name."""
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """The row of each enhanced image's name, by split."""

    def add(self, split: str, cells: Mapping[str, Any], where: str, number: int) -> None:
        """One row of the data set: a pair, or what is wrong with it."""
        before = len(self.problems)
        reference, enhanced = (self._image(cells[key], key, where) for key in ("reference", "enhanced"))
        numbers = {key: self._number(cells.get(key), key, where) for key in ("label", *NUMBERS)}
        texts = {key: _text(cells.get(key)) for key in TEXT}
        for key in ("cluster", "name", "reference_name"):
            if key in cells and not texts[key]:
                self._wrong(f"the {key} is missing", where)
        if reference is None or enhanced is None or len(self.problems) > before:
            return
        named = self._reference(*reference, texts["reference_name"], where)
        name = self._name(split, texts["name"], enhanced[2] or f"{number:06d}", where)
        if len(self.problems) > before:
            return
        self.rows.append(
            {
                "split": split,
                "reference": named,
                "cluster": texts["cluster"] or named,
                "enhanced": name,
                "condition": texts["condition"],
                "mos": numbers["label"],
                "mos_sd": numbers["mos_sd"],
                "observers": numbers["observers"],
                "reference_path": str(reference[1]),
                "enhanced_path": str(enhanced[1]),
                "source": where,
            }
        )

    def _image(self, cell: Any, key: str, where: str) -> tuple[str, Path, str] | None:
        """Identity, file and original name of an image; ``None`` after noting what is wrong with it.

        Raises:
            DataError: images can't be written down.
        """
        try:
            data, name = content_of(cell, self.folder)
            return (*self.store.keep(data), name)
        except ImageError as error:
            self._wrong(f"the {key} image can't be read: {str(error).removeprefix('it: ')}", where)
        except ValueError as error:
            self._wrong(f"the {key} image {error}", where)
        except OSError as error:
            raise DataError(f"images can't be written: {in_words(error)}; name another folder by `cache`") from None
        return None

    def _number(self, cell: Any, key: str, where: str) -> float:
        if cell is None and key != "label":
            return math.nan
        try:
            return parse_number("" if cell is None else str(cell))
        except ValueError as error:
            self._wrong(f"the {key} {error}", where)
            return math.nan

    def _reference(self, digest: str, place: Path, original: str, given: str, where: str) -> str:
        """The name of a reference: the one given, or that of its first row."""
        if given:
            content, first = self.contents.setdefault(given, (digest, where))
            if content != digest:
                self._wrong(f"the reference {short(given)} is another image than in {first}", where)
            return given
        if digest not in self.references:
            name = original or f"{digest[:12]}{place.suffix}"
            if self.contents.setdefault(name, (digest, where))[0] != digest:  # another image came with the same name
                name = f"{digest[:12]}-{name}"
            self.references[digest] = name
        return self.references[digest]

    def _name(self, split: str, given: str, default: str, where: str) -> str:
        """The name of an enhanced image, of which a split has one: the one given, or another made unique."""
        first = self.names.setdefault((split, given or default), where)
        if first == where:
            return given or default
        if given:
            self._wrong(f"the name {short(given)} already stands in {first}", where)
            return given
        return f"{default} ({where.rpartition(', ')[2]})"

    def _wrong(self, message: str, where: str) -> None:
        self.problems.append(Problem("error", message, where))


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _no_commit(repository: str, revision: str, *, offline: bool) -> str:
    """What is wrong with a revision that is no commit, with the commit that it stands for if the hub says so."""
    asked = revision or "main"
    commit = "" if offline else hub_snapshots.commit_of(repository, asked)
    problem = f"revision: {short(revision)} is no commit; a branch or tag moves" if revision else "revision: is missing"
    now = f"; {asked} is now {commit}" if commit else f" (https://huggingface.co/datasets/{repository}/commits/main)"
    return f"{problem}: write the commit, 40 hexadecimal digits{now}"
