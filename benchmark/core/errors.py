"""Errors that a user can cause, printed in one or two lines without a traceback (exit status 2). Imports nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


class UserError(Exception):
    """Something the user can fix: bad usage, configuration, data or plug-in. The message says what, where and how."""


class ConfigError(UserError):
    """A configuration that can't be used; names the file, the line and the key."""


class PluginError(UserError):
    """A plug-in that is unknown, named twice, fails to import or breaks its contract."""


class WeightsUnavailableError(UserError):
    """Pretrained weights are neither on this machine nor downloadable; the message says how to get them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a data set.

    Attributes:
        severity: ``error`` makes the data unusable, ``warning`` should be read, ``note`` is information.
        message: what is wrong and what to do, in one line.
        where: file, or file and line (``labels.txt:12``), that it concerns; empty when it concerns the whole set.
    """

    severity: Severity
    message: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


def in_words(error: BaseException) -> str:
    """An error raised by other people's code, as one line."""
    if isinstance(error, SystemExit):
        return f"it called sys.exit({error.code})"
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


class DataError(UserError):
    """A data set that can't be used. It carries every problem, so that ``check`` shows all in one pass."""

    def __init__(self, problems: str | Problem | Sequence[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem("error", problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self._summary())

    def _summary(self, shown: int = 3) -> str:
        errors = [problem for problem in self.problems if problem.severity == "error"] or list(self.problems)
        lines = [str(problem) for problem in errors[:shown]]
        if len(errors) > shown:
            lines.append(f"… and {len(errors) - shown} more; `check` lists them all")
        return "\n".join(lines)
