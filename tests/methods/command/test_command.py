"""``command`` with small real programs: what they get, what is read of them, and every way in which one can go wrong."""

import gc
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark import UserError
from benchmark.plugins import contract_check
from benchmark.plugins.methods.command import Command

pytestmark = pytest.mark.heavy

BOTH = "{reference} {enhanced}"


@pytest.fixture(autouse=True)
def no_method_is_kept() -> Iterator[None]:
    """A caught error keeps the method whose it is, and that keeps its place for programs, until Python looks for it."""
    gc.freeze()  # what was there before need not be looked through
    yield
    gc.collect()
    gc.unfreeze()


def image(value: float, *, height: int = 4, width: int = 6) -> Any:
    import torch

    return torch.full((1, 3, height, width), value, dtype=torch.float32)


REFERENCE, ENHANCED = 10 / 255, 20 / 255


def score(method: Command, reference: Any = None, enhanced: Any = None) -> float:
    """The score of a pair, by default of two images of one colour each."""
    method.load("cpu")
    one = image(REFERENCE) if reference is None else reference
    other = image(ENHANCED) if enhanced is None else enhanced
    return float(method.score(other, one)[0])


def shell(tmp_path: Path, script: str, **options: Any) -> Command:
    """A method whose program is a script of the shell."""
    file = tmp_path / "program"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return Command(command=f"./program {BOTH}", higher_is_better=True, folder=tmp_path, **options)


def test_each_file_holds_its_own_image(tmp_path: Path) -> None:
    last = "printf $(tail -c 1 {} | od -An -tu1)"
    assert score(shell(tmp_path, last.format('"$1"'), format="ppm")) == 10
    assert score(shell(tmp_path, last.format('"$2"'), format="ppm")) == 20


@pytest.mark.parametrize(
    ("enhanced", "bits", "depth"),
    [(20 / 255, None, 8), (20 / 65535, None, 16), (0.123, None, 16), (0.123, 8, 8), (20 / 255, 16, 16)],
)
def test_both_files_have_the_depth_that_both_need(tmp_path: Path, enhanced: float, bits: Any, depth: int) -> None:
    """The depth stands in the 25th byte of a PNG."""
    for word in ('"$1"', '"$2"'):
        method = shell(tmp_path, f"printf $(head -c 25 {word} | tail -c 1 | od -An -tu1)", bits=bits)
        assert score(method, None, image(float(np.float32(enhanced)))) == depth


def test_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder of its own that is removed, with points in numbers, without input, and else as the user would."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("OF_THE_USER", "kept")
    report = (
        "env > {folder}/env; pwd > {folder}/pwd; ls -A > {folder}/ls; cat > {folder}/input; echo x > more; echo 0.5"
    )
    method = Command(
        command=("sh", "-c", report.replace("{folder}", '"$3"'), "sh", "{reference}", "{enhanced}", "{folder}"),
        higher_is_better=True,
        folder=tmp_path,
        environment={"OF_THE_ENTRY": "a b"},
    )
    assert score(method) == 0.5
    place = (tmp_path / "pwd").read_text().strip()
    assert (tmp_path / "ls").read_text() == (tmp_path / "input").read_text() == ""
    variables = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines() if "=" in line)
    assert (variables["LC_ALL"], variables["TMPDIR"]) == ("C", place)
    assert (variables["OF_THE_USER"], variables["OF_THE_ENTRY"]) == ("kept", "a b")
    assert "LANGUAGE" not in variables
    assert not Path(place).parent.exists()


def test_nothing_of_a_run_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the program took its rights away; and the place itself goes with the method."""
    temporary = tmp_path / "it's temporary, $HOME"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    method = shell(tmp_path, 'mkdir deep; echo x > deep/x; chmod 0 deep; ln -s /etc link; [ -s "$1" ] && echo 0.5')
    assert score(method) == 0.5
    (base,) = temporary.iterdir()
    assert not list(base.iterdir())
    del method
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("script", "options"),
    [
        ("echo 0.5", {}),
        ("printf 0.5; echo 7 >&2", {}),
        ("printf 0.5 >&2; echo 7", {"read": "stderr"}),
        ("printf 0.5 >&2", {"read": "both"}),
        ("echo 7; echo 'result 0.5' >&2", {"read": "both", "number": r"result (\S+)"}),
        ("echo 7; echo 0.5 > out.txt", {"read": "out.txt"}),
        ("echo 0.5; exit 1", {"exit_codes": (0, 1)}),
        ("printf '0.4 (0.5)'", {"number": r"\((\S+)\)"}),
        ("sleep 60 & echo 0.5", {}),
        ("printf '\\033[1m50e-2\\033[0m'", {}),
    ],
)
def test_what_is_read(tmp_path: Path, script: str, options: dict[str, Any]) -> None:
    assert score(shell(tmp_path, script, **options)) == 0.5


@pytest.mark.parametrize(
    ("script", "options", "message"),
    [
        ("exit 1", {}, "exit status 1"),
        ("echo 0.5; echo 'no licence' >&2; exit 3", {}, "exit status 3: no licence"),
        ("echo 0.5", {"exit_codes": (1,)}, "exit status 0: 0.5"),
        ("echo 'cannot open /no/such/place/file.png' >&2; exit 2", {}, "exit status 2: cannot open …/file.png"),
        ('echo "bad $1" >&2; exit 2', {}, "exit status 2: bad …/reference.png"),
        ("printf 'warning\\nerror: no toolbox\\nerror: bye\\n' >&2; exit 1", {}, "exit status 1: error: no toolbox"),
        ("printf 'Traceback:\\n  raise Error(x)\\nValueError: x\\n' >&2; exit 1", {}, "exit status 1: ValueError: x"),
        ("kill -SEGV $$", {}, "killed by SIGSEGV"),
        ("kill -KILL $$", {}, "killed by SIGKILL"),
        ("exit 139", {}, "exit status 139 (as shells say SIGSEGV)"),
        ("echo soon; sleep 60", {"time_limit": 0.3}, "it took longer than 0.3 s and was ended: soon"),
        ("trap '' TERM; sleep 60; sleep 60", {"time_limit": 0.3}, "it took longer than 0.3 s and was ended"),
        ("yes 0.5", {}, "it wrote more than 1 MiB to standard output and was ended"),
        ("echo 0.5 > x; sleep 60", {"read": "x", "time_limit": 0.3}, "it took longer than 0.3 s and was ended"),
        ("head -c 2000000 /dev/zero > x", {"read": "x"}, "it wrote more than 1 MiB into `x`"),
        ("true", {"read": "x.txt"}, "it did not write `x.txt` into its working directory"),
        ("ln -s /etc/passwd x", {"read": "x"}, "`x`, which it should write, is no regular file"),
        ("mkfifo x", {"read": "x"}, "`x`, which it should write, is no regular file"),
        ("true", {}, "it printed nothing"),
        ("echo 0.5 >&2", {}, "it printed nothing to stdout, but to stderr: 0.5: see `read`"),
        ("echo 1; echo 2", {}, "it printed 2 numbers (1, 2), not one"),
        ("echo 1 2", {"number": r"(\S+)"}, "`number` fits 2 times (1, 2), not once"),
        ("echo done", {}, "it printed no number: done"),
        ("echo 0,5", {}, "it printed '0,5', with a comma"),
        ('echo x >> "$1"; echo 0.5', {}, "it changed the file of the reference image"),
        ('printf x | dd of="$2" conv=notrunc bs=1 seek=60 2>&-; echo 0.5', {}, "it changed the file of the enhanced"),
        ('rm "$2"; echo 0.5', {}, "it changed the file of the enhanced image"),
        ('mv "$1" r; ln -s "$PWD/r" "$1"; echo 0.5', {}, "it changed the file of the reference image"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said_in_a_line(tmp_path: Path, script: str, options: dict[str, Any], message: str) -> None:
    method = shell(tmp_path, script, **options)
    with pytest.raises(UserError) as caught:
        score(method)
    said = str(caught.value)
    assert said.startswith(message)
    assert said.isprintable()
    assert len(said) < 400
    assert not any(place in said for place in (str(tmp_path), "efid-bench-", "/tmp/"))


def test_one_that_was_not_started(tmp_path: Path) -> None:
    file = tmp_path / "program"
    for text, message in (
        ("no first line", r"it can't be started \(Exec format error\): a script needs a first line"),
        ("#!/no/such/interpreter\n", r"it can't be started \(No such file or directory\): it, or the interpreter"),
    ):
        method = shell(tmp_path, "")
        file.write_text(text)
        with pytest.raises(UserError, match=message):
            score(method)


def test_after_three_pairs_that_took_too_long_no_further_one_is_tried(tmp_path: Path) -> None:
    method = shell(tmp_path, f"echo x >> {tmp_path}/tries; sleep 60", time_limit=0.2)
    method.load("cpu")
    for _ in range(5):
        with pytest.raises(UserError, match=r"longer than 0\.2 s") as caught:
            method.score(image(ENHANCED), image(REFERENCE))
    assert str(caught.value) == "not tried: it had taken longer than 0.2 s for 3 pairs in a row"
    assert (tmp_path / "tries").read_text() == "x\n" * 3


def test_one_in_time_between_them_starts_the_count_anew(tmp_path: Path) -> None:
    slow = f"echo x >> {tmp_path}/tries; [ $(wc -l < {tmp_path}/tries) = 3 ] && echo 0.5 || sleep 60"
    method = shell(tmp_path, slow, time_limit=0.5)
    method.load("cpu")
    for _ in range(6):
        with suppress(UserError):
            method.score(image(ENHANCED), image(REFERENCE))
    assert (tmp_path / "tries").read_text() == "x\n" * 6


def test_a_wrapper_in_python_gets_the_users_own_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.core import children

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "only_here.py").write_text("VALUE = 0.5\n")
    (tmp_path / "metric é.py").write_text("import only_here, sys\nassert len(sys.argv) == 3\nprint(only_here.VALUE)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "mine"))
    for name, value in children.environment().items():  # as in a worker
        monkeypatch.setenv(name, value)
    command = (sys.executable, "metric é.py", "{reference}", "{enhanced}")
    assert score(Command(command=command, higher_is_better=True, folder=tmp_path)) == 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"read": "../x"}, "read: '../x' is neither stdout, stderr, both nor a file's name"),
        ({"read": ".."}, "read: '..' is neither"),
        ({"read": ""}, "read: '' is neither"),
        ({"score_range": (1.0, 0.0)}, "score_range: the lowest comes first, then a higher one, not [1, 0]"),
        ({"number": "("}, "number: not a regular expression"),
        ({"command": "./program {reference}"}, "command: write {enhanced} where"),
    ],
)
def test_options_that_cant_be_meant(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        Command(**{"command": f"./program {BOTH}", "higher_is_better": True, "folder": tmp_path, **options})
    assert message in str(caught.value)


def test_what_it_declares(tmp_path: Path) -> None:
    (tmp_path / "box" / "deep").mkdir(parents=True)
    for name in ("box/b.m", "box/deep/a.m", "weights.bin"):
        (tmp_path / name).write_text(name)
    method = shell(
        tmp_path,
        "echo 1",
        files=(tmp_path / "box", tmp_path / "weights.bin"),
        revision="R2024b",
        at_once=3,
        time_limit=7.0,
        score_range=(0.0, None),
    )
    assert contract_check.check_method(method) is None
    assert method.info.title == "program"
    assert method.info.score_range == (0.0, None)
    assert method.files() == {
        "program program": str(tmp_path / "program"),
        "file box/b.m": str(tmp_path / "box" / "b.m"),
        "file box/deep/a.m": str(tmp_path / "box" / "deep" / "a.m"),
        "file weights.bin": str(tmp_path / "weights.bin"),
    }
    said = method.settings()
    assert said["command"] == f"./program {BOTH}"
    assert said["revision"] == "R2024b"
    assert len(said["program"].removeprefix("SHA-256 ")) == 12
    started = method.programs()
    assert started.lines == (f"{tmp_path}/program {BOTH}",)
    assert (started.at_once, started.time_limit) == (3, 7.0)


def test_a_program_that_is_not_there_is_known_before(tmp_path: Path) -> None:
    method = Command(command=f"no-such-program {BOTH}", higher_is_better=True, folder=tmp_path)
    assert "neither on PATH" in (contract_check.check_method(method) or "")
    assert method.files() == {}


# Programs that others wrote, where they are installed.


def pair(seed: int = 0, white: int = 255) -> tuple[Any, Any]:
    """A picture of noise and a disturbed copy, as decoded."""
    import torch

    rng = np.random.default_rng(seed)
    one = rng.integers(0, white + 1, (3, 40, 56))
    other = np.clip(one + rng.integers(-white // 20, white // 20, one.shape), 0, white)
    first, second = (torch.from_numpy(item.astype(np.float32) / np.float32(white))[None] for item in (one, other))
    return first, second


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


@pytest.mark.parametrize("white", [255, 65535])
def test_psnr_of_imagemagick_is_that_of_the_formula(white: int) -> None:
    """It prints to standard error, without an end of line, and ends with 1 where images differ."""
    needs("compare")
    one, other = pair(white=white)
    method = Command(
        command=f"compare -metric PSNR {BOTH} null:",
        number=r"^(\S+)",  # ImageMagick 7 prints a second number in brackets
        read="stderr",
        exit_codes=(0, 1),
        higher_is_better=True,
    )
    mse = float(((one.double() - other.double()) ** 2).mean())
    assert score(method, one, other) == pytest.approx(-10 * np.log10(mse), abs=2e-4)
    assert score(method, one, one) == np.inf  # which the engine refuses: no finite number


def test_differing_pixels_counted_by_imagemagick() -> None:
    needs("compare")
    one, other = pair()
    method = Command(
        command=f"compare -metric AE {BOTH} null:",
        number=r"^(\S+)",
        read="stderr",
        exit_codes=(0, 1),
        higher_is_better=False,
    )
    assert score(method, one, other) == int((one != other).any(dim=1).sum())


def test_butteraugli_of_libjxl() -> None:
    """It prints two numbers, and one line of each."""
    needs("butteraugli_main")
    one, other = pair()
    command = f"butteraugli_main {BOTH}"
    with pytest.raises(UserError, match="it printed 2 numbers"):
        score(Command(command=command, higher_is_better=False), one, other)
    for number in (r"^(\S+)$", r"3-norm: (\S+)"):
        method = Command(command=command, number=number, higher_is_better=False)
        assert score(method, one, other) > 0.1
        assert score(method, one, one) < 0.01


def test_ssimulacra2_of_libjxl() -> None:
    needs("ssimulacra2")
    one, other = pair()
    method = Command(command=f"ssimulacra2 {BOTH}", number=r"(\S+)$", higher_is_better=True)
    assert score(method, one, one) == pytest.approx(100)
    assert score(method, one, other) < 90


def test_ssimulacra_of_libjxl_takes_16_bits() -> None:
    needs("ssimulacra_main")
    one, other = pair(white=65535)
    method = Command(command=f"ssimulacra_main {BOTH}", higher_is_better=False, score_range=(0.0, 1.0))
    assert score(method, one, one) == 0
    assert 0.001 < score(method, one, other) < 1
