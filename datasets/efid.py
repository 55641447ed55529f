"""EFID: degraded fundus photographs, each enhanced by six algorithms, in every layout that its sources describe.

The reference of a pair is the *degraded* photograph. ``_layouts`` finds the splits and ``_efid_extras`` reads optional
files; label lists and the matching of names are the engine's (``data.labels``, ``data.name_matching``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from benchmark import DataError, DatasetInfo, Problem, UserError
from benchmark.data.labels import Label, at_most, read_labels, short
from benchmark.data.name_matching import ReferenceNames, UnmatchedNameError, compile_pattern

from ._card import Card, read_card
from ._efid_extras import PairRow, add_opinions
from ._examined import ExaminedDataset
from ._folders import Folder
from ._layouts import WORDS, FolderSplits, Split, find_splits, has_split, near_lists

if TYPE_CHECKING:
    import pandas as pd


class Efid(ExaminedDataset):
    """The Enhanced Fundus Image Dataset, or a set in its form.

    A split lies in ``root`` in one of the known layouts, or where its three paths say; lines of a label list are
    ``enhanced_name,score``. An enhanced image belongs to the one reference whose stem its name contains as a whole.

    Args:
        root: folder of the data set.
        reference_pattern: regular expression with a group ``ref``, searched in the enhanced name without extension.
        condition_pattern: likewise with a group ``condition``; default: the name without the reference's.
        train_ref_path: folder of the training references; with it goes ``train_eha_path`` and ``train_list``.
        train_eha_path: folder of the training images.
        train_list: label list of the training images.
        val_ref_path: likewise for validation.
        val_eha_path: likewise for validation.
        val_list: likewise for validation.
        test_ref_path: likewise for the test.
        test_eha_path: likewise for the test.
        test_list: likewise for the test.
    """

    info = DatasetInfo(
        name="efid",
        title="EFID",
        layout="test_ref/NAME.png, test_eha/NAME_METHOD.png, Label_test_list.txt (train and val likewise)",
        variants="a folder a split (test/ref, test/eha); shared folders (reference, enhanced); valid for val; "
        "Label_test.txt, test_list.txt",
        splits=("train", "val", "test"),
        source="https://pan.quark.cn/s/47b0a78776f4 (linked from https://github.com/hhf-99/hhf)",
        citation="Enhanced Fundus Image Quality Assessment using Spatial Deformable Multi-Scale Perception Network",
        licence="not stated by its authors",
    )

    def __init__(
        self,
        *,
        root: Path | None = None,
        reference_pattern: str | None = None,
        condition_pattern: str | None = None,
        train_ref_path: Path | None = None,
        train_eha_path: Path | None = None,
        train_list: Path | None = None,
        val_ref_path: Path | None = None,
        val_eha_path: Path | None = None,
        val_list: Path | None = None,
        test_ref_path: Path | None = None,
        test_eha_path: Path | None = None,
        test_list: Path | None = None,
    ) -> None:
        super().__init__()
        given = {
            "train": (train_ref_path, train_eha_path, train_list),
            "val": (val_ref_path, val_eha_path, val_list),
            "test": (test_ref_path, test_eha_path, test_list),
        }
        self._root = root
        self._explicit = [split for name, paths in given.items() if (split := _explicit(name, paths)) is not None]
        if root is None and not self._explicit:
            raise UserError("efid needs `root`, or the paths of a split (test_ref_path, test_eha_path, test_list)")
        self._reference_pattern = compile_pattern(reference_pattern, option="reference_pattern", group="ref")
        self._condition_pattern = compile_pattern(condition_pattern, option="condition_pattern", group="condition")
        self._card = Card()

    @classmethod
    def found_at(cls, folder: Path) -> bool:
        """Whether a whole split lies in this folder, and its labels are not simulated."""
        return has_split(folder) and read_card([folder]).labels == "opinions"

    @property
    def labels(self) -> Literal["opinions", "simulated"]:
        """The kind of labels according to ``dataset.json``; known after ``pairs``."""
        return self._card.labels

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        The table has a further column ``source``: the label's list and line.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        from benchmark.data.pairs import LEFT_OUT  # noqa: PLC0415 - likewise

        content = self._splits()
        splits, problems = content.splits, content.problems
        rows: list[PairRow] = []
        for split in splits:
            read, wrong = self._read(split)
            rows += read
            problems += wrong
        folders = _folders_of(self._root, splits)
        self._card = read_card(folders)
        problems += self._card.problems + add_opinions(rows, folders)
        self._notes = self._describe(splits, content.left_out)
        self._label_files = [split.labels for split in splits]
        table = pd.DataFrame(rows, columns=list(PairRow.__annotations__))
        table.attrs[LEFT_OUT] = content.left_out
        return table, problems

    def _splits(self) -> FolderSplits:
        if self._root is None:
            return FolderSplits(self._explicit)
        content = find_splits(self._root, skip=[split.name for split in self._explicit])
        order = list(WORDS)
        content.splits = sorted([*self._explicit, *content.splits], key=lambda split: order.index(split.name))
        return content

    def _read(self, split: Split) -> tuple[list[PairRow], list[Problem]]:
        problems: list[Problem] = []
        sources: list[Folder] = []
        for folder in (split.references, split.enhanced):
            try:
                sources.append(Folder(folder))
            except DataError as error:
                problems += error.problems
        try:
            listed = read_labels(split.labels)
        except DataError as error:
            return [], [*problems, *error.problems]
        problems += listed.problems
        if len(sources) < 2:
            return [], problems
        references, enhanced = sources
        names = ReferenceNames(
            references.images(),
            reference_pattern=self._reference_pattern,
            condition_pattern=self._condition_pattern,
        )
        rows: list[PairRow] = []
        wrong: list[Problem] = []
        for label in listed.labels:
            row = _row(split, label, names, references, enhanced)
            if isinstance(row, str):
                wrong.append(Problem("error", row, f"{split.labels}:{label.line}"))
            else:
                rows.append(row)
        return rows, problems + at_most(wrong, str(split.labels))

    def _describe(self, splits: Sequence[Split], left_out: Mapping[str, str]) -> list[str]:
        notes = []
        if self._card.labels == "simulated":
            title = f" ({self._card.title})" if self._card.title else ""
            notes.append(f"Simulated labels: no person judged these images{title}.")
        layout = "; ".join(f"{split.name} from {split.layout}" for split in splits)
        described = [f"EFID layout found: {layout}."] if layout else []
        return [*notes, *described, *(f"Split {name} is left out: {why}." for name, why in left_out.items())]


def _row(split: Split, label: Label, names: ReferenceNames, references: Folder, enhanced: Folder) -> PairRow | str:
    """The pair of a line of the label list, or what is wrong with it."""
    if not enhanced.has(label.name):
        return f"no image {short(label.name)} in {enhanced.path}{enhanced.hint(label.name)}"
    try:
        match = names.match(label.name)
    except UnmatchedNameError as error:
        return str(error)
    return {
        "split": split.name,
        "reference": match.reference,
        "enhanced": label.name,
        "condition": match.condition,
        "mos": label.score,
        "mos_sd": math.nan,
        "observers": math.nan,
        "reference_path": references.path_of(match.reference),
        "enhanced_path": enhanced.path_of(label.name),
        "source": f"{split.labels}:{label.line}",
    }


def _explicit(name: str, paths: tuple[Path | None, Path | None, Path | None]) -> Split | None:
    references, enhanced, labels = paths
    if references is not None and enhanced is not None and labels is not None:
        layout = f"{references.name}/, {enhanced.name}/, {labels.name} (as given)"
        return Split(name, references, enhanced, labels, layout)
    keys = (f"{name}_ref_path", f"{name}_eha_path", f"{name}_list")
    missing = [key for key, path in zip(keys, paths, strict=True) if path is None]
    if len(missing) < len(keys):
        raise UserError(
            f"split {name}: {' and '.join(missing)} missing; a split needs all of {', '.join(keys)}"
            f"{_lists_beside(name, references, enhanced) if labels is None else ''}"
        )
    return None


def _lists_beside(name: str, references: Path | None, enhanced: Path | None) -> str:
    """Label lists beside the given folders, or in them; or nothing."""
    given = [folder for folder in (references, enhanced) if folder is not None]
    places = dict.fromkeys(place for folder in given for place in (folder.parent, folder))
    lists = [str(place / item) for place in places for item in near_lists(place, name)]
    return f"; there is {' and '.join(lists[:3])}" if lists else ""


def _folders_of(root: Path | None, splits: Sequence[Split]) -> list[Path]:
    """The folders to search for optional files: the root, then those of the label lists and those above them."""
    lists = [split.labels.parent for split in splits]
    return list(dict.fromkeys([root] if root is not None else [*lists, *(folder.parent for folder in lists)]))
