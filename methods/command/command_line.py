"""A command as it is written in a configuration: its words, the files that they name, and what stands for the images.

No shell reads it. Words are split as a shell would (quotes keep a word together) and given to the program as they are.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark import UserError
from benchmark.core.words import nearest

IMAGES = ("reference", "enhanced")
PLACEHOLDERS = (*IMAGES, "folder")
_BRACED = re.compile(r"\{([A-Za-z_]+)\}")
_SHELLS_OWN = re.compile(r"\d?(>>?|<)(&\d?)?.*|\|\|?|&&?|;|\|&")
_SCRIPT = (".py", ".sh", ".pl", ".r", ".jl", ".jar", ".m", ".rb", ".js", ".lua", ".exe")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command whose files have been looked for.

    Attributes:
        written: its words as they are written.
        words: the same with the program's and other files' places in them, and the folder's for ``{folder}``.
        files: the files that it names, by the word that names them, the program first.
        missing: why it can't be run here, with what to do; empty where it can.
    """

    written: tuple[str, ...]
    words: tuple[str, ...]
    files: Mapping[str, Path]
    missing: str = ""

    def filled(self, values: Mapping[str, str]) -> list[str]:
        """The arguments with values in place of ``{reference}`` and ``{enhanced}``."""
        return [_BRACED.sub(lambda match: values.get(match[1], match[0]), word) for word in self.words]

    def text(self, *, found: bool = False) -> str:
        """The command as a person would type it: as written, or with the files' places."""
        return " ".join(word if _BRACED.sub("", word) == "" else _quoted(word) for word in self._chosen(found))

    def _chosen(self, found: bool) -> tuple[str, ...]:
        return self.words if found else self.written


def _quoted(word: str) -> str:
    plain = _BRACED.sub("", word)
    return word if shlex.quote(plain) == plain else shlex.quote(word)


def read(command: str | Sequence[str], folder: Path) -> CommandLine:
    """Split a command and look for its files.

    Args:
        command: the command; a list has its words.
        folder: where relative names of files are looked for.

    Raises:
        UserError: it is empty, can't be split, is meant for a shell, or lacks one of the images.
    """
    words = _split(command)
    _check_placeholders(words)
    program, missing = _program(words[0], folder)
    found = [str(program) if program is not None else words[0]]
    files = {Path(words[0]).name: program} if program is not None else {}
    for word in words[1:]:
        here = word.replace("{folder}", str(folder))
        option, name = ("", here) if _file(here, folder) else _named(here)
        place = _file(name, folder)
        found.append(here if place is None else f"{option}{place}")
        if place is not None:
            files[_named(word)[1] if option else word] = place
        elif not missing and _looks_like_a_script(here):
            missing = f"`{word}` is not in the configuration's folder (paths in `command` are relative to it)"
    return CommandLine(tuple(words), tuple(found), files, missing)


def _split(command: str | Sequence[str]) -> list[str]:
    if isinstance(command, str):
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise UserError(f"command: can't be split into words ({str(error).lower()}): {command}") from None
        shells = next((word for word in words[1:] if _SHELLS_OWN.fullmatch(word)), "")
        if shells:
            raise UserError(
                f"command: `{shells}` is for a shell, and none reads this: give `sh -c` a script, "
                """for example  sh -c 'my_metric "$1" "$2" | tail -n 1' sh {reference} {enhanced}"""
            )
    else:
        words = list(command)
    if not words or not words[0].strip():
        raise UserError(
            "command: it is empty; write a program and its arguments, {reference} and {enhanced} among them"
        )
    if any("\0" in word for word in words):
        raise UserError("command: a NUL character can't be part of an argument")
    return words


def _check_placeholders(words: Sequence[str]) -> None:
    present = {name for word in words for name in _BRACED.findall(word)}
    for name in sorted(present - set(PLACEHOLDERS)):
        near = nearest(name, PLACEHOLDERS)
        if near is not None or f"{{{name}}}" in words:  # else it may be the program's own, as in `awk '{print}'`
            hint = f"; did you mean {{{near}}}?" if near is not None else "; {reference}, {enhanced} and {folder} do"
            raise UserError(f"command: {{{name}}} stands for nothing{hint}")
    for name in IMAGES:
        if name not in present:
            raise UserError(f"command: write {{{name}}} where the program takes the file of the {name} image")


def _program(word: str, folder: Path) -> tuple[Path | None, str]:
    """The program's file, or why it can't be run."""
    place, missing = _located(word, folder)
    if place is not None and not os.access(place, os.X_OK):
        missing = f"`{word}` is not executable: chmod +x {word}, or name its interpreter before it"
    elif place is not None and not os.access(place, os.R_OK):
        missing = f"`{word}` can't be read, but its content is part of what scores are known by: chmod +r {word}"
    return (None if missing else place), missing


def _located(word: str, folder: Path) -> tuple[Path | None, str]:
    """Where the program's file is, or why there is none."""
    name = os.path.expanduser(word.replace("{folder}", str(folder)))
    if any(f"{{{image}}}" in name for image in IMAGES):
        raise UserError(f"command: the first word is the program, not {word}")
    beside = Path(os.path.normpath(folder / name))
    if os.sep not in name:
        found = shutil.which(name)
        if found is not None:
            return Path(found).absolute(), ""
        if not beside.is_file():
            return None, f"the program `{word}` is neither on PATH nor in the configuration's folder: install it"
    elif not beside.exists():
        hint = ": no shell replaces variables here" if "$" in word else ""
        return None, f"there is no program `{word}` (a relative path is relative to the configuration's folder){hint}"
    if not beside.is_file():
        return None, f"`{word}` is no file that can be run"
    return beside, ""


def _named(word: str) -> tuple[str, str]:
    """What stands before a file's name in a word (``--model=``), and the name."""
    option, sign, name = word.partition("=")
    return (option + sign, name) if sign else ("", word)


def _file(name: str, folder: Path) -> Path | None:
    """The file that a word names: by a path, or in the configuration's folder by a name with an extension."""
    if not name or name.startswith("-"):
        return None
    path = os.path.expanduser(name)
    if os.sep not in path and not Path(path).suffix:
        return None  # `psnr` is a metric's name, even where a file is called so
    place = Path(os.path.normpath(folder / path))
    try:
        return place if place.is_file() else None
    except (OSError, ValueError):  # too long a name: a script in a word of its own
        return None


def _looks_like_a_script(name: str) -> bool:
    return name.lower().endswith(_SCRIPT) and re.fullmatch(r"[\w./~+][\w./~+-]*", name) is not None
