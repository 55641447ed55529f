"""Runs the program for one pair in a folder of its own, and gives what it printed or why there is nothing to read.

The program sees copies of two images and an empty working directory, which are removed afterwards.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark import UserError
from benchmark.core import children, leftovers, programs, warden

STREAMS = ("stdout", "stderr", "both")
MOST_HANGS = 3
"""After so many pairs in a row that took too long no further one is tried."""
_MOST_WORDS = 200
_ERROR = re.compile(r"error: ", re.IGNORECASE)
_ABSOLUTE = re.compile(r"(?<![\w.~/-])~?/(?:[^\s:;,'\"()\[\]/]+/)+")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a program is run.

    Attributes:
        read: ``stdout``, ``stderr``, ``both``, or the name of a file that the program writes into its working directory.
        exit_codes: exit statuses with which it has done its work.
        time_limit: seconds for one pair.
        environment: variables beside the user's own.
    """

    read: str
    exit_codes: Sequence[int]
    time_limit: float
    environment: Mapping[str, str]


class Runs:
    """A place for a program's runs; it goes with this object, or with this process however that ends.

    Args:
        terms: how the program is run.

    Raises:
        OSError: there is no room for temporary files.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._mark = secrets.token_hex(16)
        self._base = Path(tempfile.mkdtemp(prefix="efid-bench-"))
        self._warden = warden.Warden(f"{leftovers.PROGRAM}={self._mark}", self._base)
        self._numbers = itertools.count()
        self._hangs = 0

    def printed(self, arguments: Sequence[str], images: Mapping[str, tuple[str, bytes]]) -> bytes:
        """What the program printed for one pair, where it ended as it should.

        Args:
            arguments: the program and its arguments, with ``{reference}`` and ``{enhanced}`` for the images' files.
            images: by these names, each file's own name and content.

        Raises:
            UserError: it failed, in one line that names no folder of this machine.
        """
        if self._hangs >= MOST_HANGS:
            limit = f"{self._terms.time_limit:g} s"
            raise UserError(f"not tried: it had taken longer than {limit} for {MOST_HANGS} pairs in a row")
        number = next(self._numbers)
        folder = self._base / str(number)
        try:
            given, work = _laid_out(folder, images)
            environment = self._environment(work)
            filled = [_filled(word, given) for word in arguments]
            ended = self._run(filled, work, environment, f"{self._mark}.{number}.")
            self._hangs = self._hangs + 1 if ended.hung else 0
            self._check(ended, given, images)
            return self._read(ended, work)
        finally:
            _remove(folder)

    def _environment(self, work: Path) -> dict[str, str]:
        """The user's environment, in which numbers have points and temporary files belong to this run."""
        own = {"LC_ALL": "C", "TMPDIR": str(work), "PWD": str(work)}
        found = {**children.users_environment(), **own, **self._terms.environment}
        found.pop("LANGUAGE", None)
        return found

    def _run(self, arguments: Sequence[str], work: Path, environment: Mapping[str, str], mark: str) -> programs.Ended:
        read = ("stdout", "stderr") if self._terms.read == "both" else (self._terms.read,)
        try:
            return programs.run(
                arguments,
                folder=work,
                environment=environment,
                mark=mark,
                limit=self._terms.time_limit,
                read=read,
                leads=self._warden.note,
            )
        except OSError as error:
            hint = {
                errno.ENOEXEC: ": a script needs a first line such as #!/bin/sh",
                errno.ENOENT: ": it, or the interpreter that its first line names, is not there",
            }.get(error.errno or 0, "")
            raise UserError(f"it can't be started ({error.strerror or error}){hint}") from None

    def _check(self, ended: programs.Ended, given: Mapping[str, Path], images: Mapping[str, tuple[str, bytes]]) -> None:
        if ended.hung:
            raise UserError(f"it took longer than {self._terms.time_limit:g} s and was ended{self._last_words(ended)}")
        if ended.flooded:
            most = f"{programs.MOST_BYTES // 2**20} MiB"
            raise UserError(f"it wrote more than {most} to {ended.flooded} and was ended")
        if ended.code not in self._terms.exit_codes:
            raise UserError(f"{programs.death(ended.code)}{self._last_words(ended)}")
        for name, path in given.items():
            if not _holds(path, images[name][1]):
                raise UserError(f"it changed the file of the {name} image, so that its number can't be trusted")

    def _read(self, ended: programs.Ended, work: Path) -> bytes:
        read = self._terms.read
        if read not in STREAMS:
            return _written(work / read, read)
        out = {"stdout": ended.out, "stderr": ended.err, "both": ended.out + b"\n" + ended.err}[read]
        other, content = ("stderr", ended.err) if read == "stdout" else ("stdout", ended.out)
        if not out.strip() and content.strip() and read != "both":
            raise UserError(f"it printed nothing to {read}, but to {other}{_last_line(content)}: see `read`")
        return out

    def _last_words(self, ended: programs.Ended) -> str:
        return _last_line(ended.err) or _last_line(ended.out)


def _laid_out(folder: Path, images: Mapping[str, tuple[str, bytes]]) -> tuple[dict[str, Path], Path]:
    """Write the images; where they are by their names, and the empty working directory."""
    try:
        (folder / "images").mkdir(parents=True)
        (folder / "work").mkdir()
        given = {name: folder / "images" / file for name, (file, _) in images.items()}
        for name, path in given.items():
            path.write_bytes(images[name][1])
    except OSError as error:
        raise UserError(
            f"its images can't be written ({error.strerror or error}); TMPDIR names another place"
        ) from None
    return given, folder / "work"


def _filled(word: str, given: Mapping[str, Path]) -> str:
    for name, path in given.items():
        word = word.replace(f"{{{name}}}", str(path))
    return word


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file is there, as it was written."""
    try:
        state = os.lstat(path)
        return stat.S_ISREG(state.st_mode) and state.st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _written(path: Path, name: str) -> bytes:
    """What a program wrote into a file of its working directory, of bounded size; links are not followed."""
    try:
        state = os.lstat(path)
        if not stat.S_ISREG(state.st_mode):
            raise UserError(f"`{name}`, which it should write, is no regular file")
        if state.st_size > programs.MOST_BYTES:
            raise UserError(f"it wrote more than {programs.MOST_BYTES // 2**20} MiB into `{name}`")
        return path.read_bytes()
    except OSError as error:
        what = "it did not write" if isinstance(error, FileNotFoundError) else f"can't be read ({error.strerror}):"
        raise UserError(f"{what} `{name}` into its working directory") from None


def _last_line(written: bytes) -> str:
    """The first line that says what the error is, or else the last, as one clause without folders of this machine."""
    lines = [line for line in re.split(r"[\r\n]+", written.decode(errors="replace")) if line.strip()]
    if not lines:
        return ""
    chosen = next((line for line in lines if _ERROR.search(line)), lines[-1])
    line = _ABSOLUTE.sub("…/", " ".join(chosen.split()))
    plain = "".join(character for character in line if character.isprintable())
    return f": {plain if len(plain) <= _MOST_WORDS else plain[: _MOST_WORDS - 1] + '…'}"


def _remove(folder: Path) -> None:
    """Remove a run's folder, also where the program took away its own rights there."""
    with contextlib.suppress(OSError):
        for place, names, _ in os.walk(folder):
            for name in names:
                with contextlib.suppress(OSError):
                    if not os.path.islink(os.path.join(place, name)):
                        os.chmod(os.path.join(place, name), stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
