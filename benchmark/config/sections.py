"""The common base of the configuration's parts: it fits values, refuses unknown keys and words errors for people.

Pydantic only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from benchmark.config.kinds import fit

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as SaysWhatIsWrong
else:

    class SaysWhatIsWrong(type(BaseModel)):
        """Gives whoever builds a model by its class, in a notebook, the same messages as a configuration file."""

        def __call__(cls, *args: Any, **given: Any) -> Any:
            """The model.

            Raises:
                ConfigError: a key is unknown, missing or wrong; names it.
            """
            try:
                return super().__call__(*args, **given)
            except ValidationError as error:
                from benchmark.config.source import wrong  # noqa: PLC0415 - reads with these models

                raise wrong(error, cls, given) from None


class Section(BaseModel, metaclass=SaysWhatIsWrong):
    """A part of the configuration: unknown keys and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _as_wanted(cls, value: Any, info: ValidationInfo) -> Any:
        return fit(cls.model_fields[str(info.field_name)].annotation, value)
