"""``command``: a program that takes two image files and prints a number, such as one in C++, MATLAB or a shell script.

``command_line`` splits the command and finds its files, ``picture_files`` writes the images, ``program_runs`` runs the
program for a pair, ``printed_number`` reads what it printed. No shell reads the command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from benchmark import Method, MethodInfo, Programs, UserError
from benchmark.core.hashes import sha256_file

from . import command_line, printed_number, program_runs
from .picture_files import Bits, Format, Picture

if TYPE_CHECKING:
    import torch

MOST_FILES = 10_000
"""Most files that the folders of ``files`` may hold."""
_PLAIN_NAME = re.compile(r"[^/\0]+")


class Command(Method):
    """A program of any kind, run once for each pair.

    It gets two files that nobody else reads: copies of the pair as every other method sees it, after resizing, cropping and
    blanking, as PNG of 8 or 16 bit RGB. It runs in an empty working directory, without input, with the user's environment
    but for ``LC_ALL=C`` (numbers with points) and ``TMPDIR``; its number of threads is asked of it by ``OMP_NUM_THREADS``,
    as of every method. A pair of which it prints no number, or several, is that pair's failure; so is another exit status,
    a time that is too long, and a changed input. Whatever it started ends with it.

    Scores are keyed by the command, the content of the program's file and of the files that the command and ``files`` name.

    Args:
        command: the program and its arguments, as one line or as a list, with ``{reference}`` and ``{enhanced}`` for the
            images' files and ``{folder}`` for the configuration's folder. The program is looked for on PATH, then, or if
            it has a ``/``, in the configuration's folder; so are other words that name files there.
        higher_is_better: whether a higher number means better quality.
        number: a regular expression that fits once and whose group is the number; ``^`` and ``$`` are a line's ends. By
            default the output holds one number only.
        read: where the number stands: ``stdout``, ``stderr``, ``both``, or the name of a file that the program writes into
            its working directory.
        exit_codes: exit statuses with which it has done its work.
        time_limit: seconds for one pair, after which it is killed with all that it started.
        at_once: how many run at the same time on this machine; by default one a core, or as many as ``workers`` says.
        bits: how many bits the files' values have; by default 8 if these hold all values of both images, else 16.
        format: the files' format; ``ppm`` is the plainest there is.
        files: further files, or folders of files, that decide the number, such as weights or the functions of a toolbox.
        folder: the folder that relative names are of; by default the configuration's.
        environment: variables that the program gets beside the user's own.
        revision: what no file shows and decides the number (a version of MATLAB or of a library); another text computes
            scores anew, and tables print it.
        score_range: lowest and highest possible number, ``null`` where there is none; what is beyond is no score.
        title: what tables print where the entry has no label; by default the program's name.
        trained_on: the data that its parameters were fitted to.
        citation: BibTeX entry, or one line.
    """

    info = MethodInfo(
        name="command",
        title="A program's number",
        higher_is_better=True,
        trained_on="not declared",
        source="a program on this machine",
    )
    indifferent_options = frozenset(
        {"at_once", "citation", "folder", "higher_is_better", "score_range", "time_limit", "title", "trained_on"}
    )

    def __init__(
        self,
        *,
        command: str | tuple[str, ...],
        higher_is_better: bool,
        number: str | None = None,
        read: str = "stdout",
        exit_codes: Annotated[tuple[int, ...], Field(min_length=1)] = (0,),
        time_limit: Annotated[float, Field(gt=0, le=1e6)] = 60.0,
        at_once: Annotated[int, Field(ge=1, le=1024)] | None = None,
        bits: Bits | None = None,
        format: Format = "png",
        files: tuple[Path, ...] = (),
        folder: Path = Path(),
        environment: dict[str, str] | None = None,
        revision: str = "",
        score_range: tuple[float | None, float | None] = (None, None),
        title: str = "",
        trained_on: str = "not declared",
        citation: str = "",
    ) -> None:
        self._line = command_line.read(command, Path(folder))
        self._pattern = None if number is None else printed_number.expression(number)
        if read not in program_runs.STREAMS and (not _PLAIN_NAME.fullmatch(read) or read in (".", "..")):
            raise UserError(f"read: {read!r} is neither stdout, stderr, both nor a file's name without folders")
        low, high = score_range
        if low is not None and high is not None and not low < high:
            raise UserError(f"score_range: the lowest comes first, then a higher one, not [{low:g}, {high:g}]")
        self._terms = program_runs.Terms(read, exit_codes, time_limit, dict(environment or {}))
        self._at_once, self._bits, self._format, self._revision = at_once, bits, format, revision
        self._given = [Path(place) for place in files]
        self._hash = ""
        self._runs: program_runs.Runs | None = None
        # Direction and title belong to the program, not to the class.
        vars(self)["info"] = replace(
            type(self).info,
            title=title or Path(self._line.written[0]).name,
            higher_is_better=higher_is_better,
            score_range=score_range,
            trained_on=trained_on,
            citation=citation,
        )

    def unavailable(self) -> str | None:
        return self._line.missing or None

    def files(self) -> Mapping[str, str]:
        """The program's file, those that the command names, and those of ``files``."""
        named = list(self._line.files.items())
        found = {f"{'file' if count else 'program'} {name}": str(path) for count, (name, path) in enumerate(named)}
        for place in self._given:
            for path in _within(place):
                found[f"file {path.relative_to(place.parent)}"] = str(path)
        return found

    def programs(self) -> Programs:
        return Programs((self._line.text(found=True),), self._at_once, self._terms.time_limit)

    def settings(self) -> Mapping[str, str]:
        """The command as it is written, which program that was, and what it was given."""
        found = {"command": self._line.text()}
        program = next(iter(self._line.files.values()), None)
        if program is not None:
            self._hash = self._hash or sha256_file(program)
            found["program"] = f"SHA-256 {self._hash[:12]}"
        if self._revision:
            found["revision"] = self._revision
        depth = "8 or 16 bit, as the pixels need" if self._bits is None else f"{self._bits} bit"
        found["images"] = f"{self._format.upper()} of {depth}"
        return found

    def load(self, device: str) -> None:
        """Make a place for the program's runs."""
        self._runs = program_runs.Runs(self._terms)

    def describe(self, reference: torch.Tensor) -> Picture:
        return Picture(reference[0].cpu().numpy(), self._format)

    def compare(self, enhanced: torch.Tensor, description: Picture) -> torch.Tensor:
        import torch  # noqa: PLC0415

        values = [self._number(Picture(image.cpu().numpy(), self._format), description) for image in enhanced]
        return torch.tensor(values, dtype=torch.float64)

    def _number(self, enhanced: Picture, reference: Picture) -> float:
        """The number that the program prints for one pair; raises ``UserError`` where it prints none."""
        assert self._runs is not None
        bits: Literal[8, 16] = self._bits or (8 if enhanced.fits_8_bits and reference.fits_8_bits else 16)
        pictures = {"reference": reference, "enhanced": enhanced}
        images = {name: (f"{name}.{self._format}", picture.file(bits)) for name, picture in pictures.items()}
        return printed_number.find(self._runs.printed(self._line.words, images), self._pattern)


def _within(place: Path) -> list[Path]:
    """A file, or all files of a folder, in a fixed order; what is not there is returned, and refused when it is read."""
    if not place.is_dir():
        return [place]
    found = sorted(path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    if len(found) > MOST_FILES:
        raise UserError(f"files: {place.name} holds more than {MOST_FILES:,} files: name those that decide the number")
    return found
