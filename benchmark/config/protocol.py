"""The key ``protocol:`` as a checked model: how a data set is divided into training, validation and test parts. Pydantic.

How its forms divide is in ``benchmark.data.protocols``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from benchmark.config.models import DATA_KEYS, DatasetEntry, Seed, as_entry, data_keys_inside
from benchmark.config.sections import Section
from benchmark.core.words import did_you_mean

Form = Literal["published", "folds", "repeat", "file", "leave_out"]
Share = Annotated[float, Field(gt=0, lt=1)]
FORMS = (
    "`published`, {folds: 5}, {repeat: 10, test: 0.2, validate: 0.1}, {file: splits.json} or {leave_out: condition}, "
    "the drawn ones with a `seed`"
)
REFERENCE_FOLDS = 5
"""Folds of references for ``leave_out: [condition, reference]``, where ``folds`` does not say."""
BESIDE: Mapping[str, tuple[str, ...]] = {
    "published": (),
    "folds": ("seed", "validate"),
    "repeat": ("test", "validate", "seed"),
    "file": ("rows", "columns"),
    "leave_out": ("folds", "validate", "seed"),
}
"""The keys that may stand beside the one that makes a form."""


class Protocol(Section):
    """How a data set is divided: always by cluster (reference, patient), unless a split file says otherwise."""

    IN_WORDS: ClassVar[str] = FORMS

    published: Literal[True] | None = None
    """The data set's own splits; usually written as the word alone, `protocol: published`."""
    folds: Annotated[int, Field(ge=2, le=10_000)] | None = None
    """So many folds of equally many clusters, each tested once: those of `dataset.folds` and `fold_seed`."""
    repeat: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """So many independent random divisions; the first ones are the same however many there are."""
    test: Share | None = None
    """With `repeat`: share of the clusters that is tested."""
    validate_: Annotated[float, Field(ge=0, lt=1)] | None = Field(default=None, alias="validate")
    """Share of the clusters that selects checkpoints, drawn from those that are not tested."""
    seed: Seed = 0
    """Decides which cluster falls where."""
    file: Path | dict[str, Path] | None = None
    """A split file, as `split … --to` writes it, or pyiqa's `.csv` or `.pkl`; by data set where there are several."""
    rows: Path | dict[str, Path] | None = None
    """With a `.pkl`: the table whose rows it numbers (pyiqa's `meta_info_….csv`), or `dataset` for the order in which the
    data set lists its pairs."""
    columns: str = ""
    """With a `.csv` that has several kinds of splits: how the names of the wanted columns begin."""
    leave_out: tuple[Literal["condition", "reference"], ...] | None = None
    """`condition`: each condition is tested once and never trained on. `[condition, reference]`: nor are its references,
    which are divided into `folds` (5), so that each pair is tested once."""

    @model_validator(mode="after")
    def _is_one_form(self) -> Protocol:
        given = [name for name in BESIDE if getattr(self, name) is not None]
        forms = [name for name in given if not (name == "folds" and self.leave_out is not None)]
        if len(forms) != 1:
            raise ValueError(f"{_mixed(forms)}: one of {FORMS}")
        beside = {"validate" if name == "validate_" else name for name in self.model_fields_set} - set(forms)
        wrong = sorted(name for name in beside - set(BESIDE[forms[0]]) if getattr(self, _field(name)) is not None)
        if wrong:
            raise ValueError(f"{wrong[0]} means nothing beside `{forms[0]}`: one of {FORMS}")
        return self

    @model_validator(mode="after")
    def _is_possible(self) -> Protocol:
        if self.repeat is not None and self.test is None:
            raise ValueError("repeat needs `test`, the share of the references that is tested: {repeat: 10, test: 0.2}")
        tested = self.test or (1 / self.folds if self.folds else 0)
        if tested + self.validation >= 1 - 1e-9:
            raise ValueError(
                f"validate ({self.validation:g}) and the tested share ({tested:g}) leave nothing to train on"
            )
        if self.leave_out is not None:
            self._refuse_odd_leave_out(self.leave_out)
        return self

    def _refuse_odd_leave_out(self, left: tuple[str, ...]) -> None:
        if "condition" not in left:
            raise ValueError(
                "leave_out is `condition`, or [condition, reference]; references alone are left out by {folds: 5}"
            )
        if len(set(left)) != len(left):
            raise ValueError("leave_out names one thing twice")
        if "reference" not in left and self.folds is not None:
            raise ValueError("folds divides references, with leave_out: [condition, reference] only")
        if "reference" not in left and "seed" in self.model_fields_set and not self.validation:
            raise ValueError("seed decides nothing here: nothing is drawn")

    @property
    def form(self) -> Form:
        """Which of the forms it is."""
        names: tuple[Form, ...] = ("leave_out", "published", "folds", "repeat", "file")
        return next(name for name in names if getattr(self, name) is not None)

    @property
    def validation(self) -> float:
        """The share of the clusters that validates."""
        return self.validate_ or 0.0

    def of_dataset(self, label: str) -> Protocol:
        """The protocol of one data set, where files are named by data set.

        Raises:
            ValueError: no file is named for it.
        """
        changed = {}
        for key in ("file", "rows"):
            value = getattr(self, key)
            if isinstance(value, Mapping):
                if label not in value:
                    raise ValueError(
                        f"protocol.{key} names none for the data set {label!r}{did_you_mean(label, value)}"
                    )
                changed[key] = value[label]
        return self.model_copy(update=changed) if changed else self

    def in_words(self) -> dict[str, Any]:
        """The protocol as plain values, for a split file: every key that decides something, paths by their names."""
        keys = [self.form, *BESIDE[self.form]]
        values = {key: getattr(self, _field(key)) for key in keys}
        if self.form == "leave_out" and "reference" in (self.leave_out or ()):
            values["folds"] = self.folds or REFERENCE_FOLDS
        return {key: _plain(value) for key, value in values.items() if value is not None and value not in ("", 0.0)}


def _field(key: str) -> str:
    return "validate_" if key == "validate" else key


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _mixed(forms: list[str]) -> str:
    return f"{' and '.join(forms)} are different protocols" if forms else "it says no protocol"


def as_protocol(value: Any) -> Any:
    """A protocol as people write it: the word ``published``, or a mapping.

    Raises:
        ValueError: another word.
    """
    if value == "published":
        return {"published": True}
    if isinstance(value, (Mapping, Protocol)):
        return value
    given = f" (given: {str(value)[:60]!r}{did_you_mean(str(value), ['published'])})"
    raise ValueError(f"expected {FORMS}{given}")


WrittenProtocol = Annotated[Protocol, BeforeValidator(as_protocol)]
"""The annotation for a configuration's key ``protocol``."""


class DividedData(Section):
    """What ``split`` reads of any configuration: the data set, its protocol if it has one, and plug-in folders."""

    dataset: Annotated[DatasetEntry, BeforeValidator(as_entry)]
    """The data set."""
    protocol: WrittenProtocol | None = None
    """How it is divided."""
    plugins: tuple[Path, ...] = ()
    """Further folders with `methods/` and `datasets/`."""

    @model_validator(mode="before")
    @classmethod
    def _data_keys_may_stand_outside(cls, raw: Any) -> Any:
        return data_keys_inside(raw)


DIVIDED_KEYS = ("dataset", "protocol", "plugins", *DATA_KEYS)
"""The keys of ``DividedData``: all others of a configuration are not read."""
