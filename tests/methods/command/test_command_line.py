"""A command's words and files: quotes, odd names, PATH, what stands for the images, and what only a shell would read."""

import os
import shlex
from pathlib import Path

import pytest

from benchmark import UserError
from benchmark.plugins.methods.command.command_line import CommandLine, read

BOTH = "{reference} {enhanced}"
VALUES = {"reference": "/t/r.png", "enhanced": "/t/e.png"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration's folder with a space, a quote and an accent in its name; programs and other files in it."""
    place = tmp_path / "it's é study"
    (place / "bin").mkdir(parents=True)
    for name in ("metric", "bin/my metric", "-odd", "both"):
        (place / name).write_text("#!/bin/sh\n")
        (place / name).chmod(0o755)
    for name in ("script.py", "weights v1.onnx", "psnr", "plain.sh"):
        (place / name).write_text("")
    return place


def filled(line: CommandLine) -> list[str]:
    assert not line.missing
    words: list[str] = line.filled(VALUES)
    return words


def test_words_reach_the_program_as_they_are(folder: Path) -> None:
    line = read("""./metric --a='b c' "it's" x\\ y 'é {enhanced}' --ref={reference} -n $HOME '*' '#' """, folder)
    assert filled(line) == [
        str(folder / "metric"), "--a=b c", "it's", "x y", "é /t/e.png", "--ref=/t/r.png", "-n", "$HOME", "*", "#",
    ]  # fmt: skip


def test_a_list_is_words_already(folder: Path) -> None:
    line = read(("./metric", "a b", "|", BOTH), folder)
    assert filled(line)[1:] == ["a b", "|", "/t/r.png /t/e.png"]


def test_files_are_found_in_the_configurations_folder(folder: Path) -> None:
    command = (
        f"'bin/my metric' script.py './weights v1.onnx' --model='weights v1.onnx' m=script.py psnr none.txt {BOTH}"
    )
    line = read(command, folder)
    weights, script = str(folder / "weights v1.onnx"), str(folder / "script.py")
    assert filled(line)[:-2] == [
        str(folder / "bin" / "my metric"), script, weights, f"--model={weights}", f"m={script}", "psnr", "none.txt",
    ]  # fmt: skip
    assert line.files == {
        "my metric": folder / "bin" / "my metric",
        "script.py": folder / "script.py",
        "./weights v1.onnx": folder / "weights v1.onnx",
        "weights v1.onnx": folder / "weights v1.onnx",
    }


def test_the_folder_may_stand_in_a_word(folder: Path) -> None:
    line = read(("./metric", "{folder}/script.py", "addpath('{folder}'); f('{reference}')", "{enhanced}"), folder)
    assert filled(line)[1:] == [str(folder / "script.py"), f"addpath('{folder}'); f('/t/r.png')", "/t/e.png"]
    assert line.files["{folder}/script.py"] == folder / "script.py"


def test_a_program_is_looked_for_on_path_first(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "on path"
    place.mkdir()
    for name in ("both", "tool"):
        (place / name).write_text("#!/bin/sh\n")
        (place / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(place))
    assert read(f"tool {BOTH}", folder).words[0] == str(place / "tool")
    assert read(f"both {BOTH}", folder).words[0] == str(place / "both")
    assert read(f"./both {BOTH}", folder).words[0] == str(folder / "both")
    assert read(f"metric {BOTH}", folder).words[0] == str(folder / "metric")
    assert read(f"-odd {BOTH}", folder).words[0] == str(folder / "-odd")


def test_the_home_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    line = read(f"~/metric ~/script.py {BOTH}", Path("/"))
    assert line.words[:2] == (str(folder / "metric"), str(folder / "script.py"))


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("no-such-program-here", "neither on PATH nor in the configuration's folder"),
        ("./none", "there is no program `./none` (a relative path is"),
        ("$HOME/none", "no shell replaces variables here"),
        ("./bin", "`./bin` is no file that can be run"),
        ("./plain.sh", "`./plain.sh` is not executable: chmod"),
        ("./metric other.py", "`other.py` is not in the configuration's folder"),
        ("./metric run.m", "`run.m` is not in"),
    ],
)
def test_a_missing_program_is_known_before_scoring(folder: Path, command: str, missing: str) -> None:
    line = read(f"{command} {BOTH}", folder)
    assert missing in line.missing
    assert str(folder) not in line.missing


def test_a_program_that_cant_be_read_cant_be_known(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda place, mode: mode != os.R_OK)
    assert "can't be read" in read(f"./metric {BOTH}", folder).missing


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("", "command: it is empty"),
        ("  ", "command: it is empty"),
        ((), "command: it is empty"),
        ("m 'a", "command: can't be split into words (no closing quotation)"),
        ("m {enhanced}", "write {reference} where the program takes the file of the reference"),
        ("m {reference}", "write {enhanced} where"),
        ("m {refrence} {enhanced}", "{refrence} stands for nothing; did you mean {reference}?"),
        ("m {REFERENCE} {enhanced}", "did you mean {reference}"),
        (f"m {BOTH} {{mask}}", "{mask} stands for nothing; {reference}, {enhanced} and {folder} do"),
        ("{reference} {enhanced}", "the first word is the program"),
        (("m", "\0", BOTH), "a NUL character"),
        *((f"m {BOTH} {word} x", f"`{word}` is for a shell") for word in ("|", "&&", ">", "2>", ";", "||", "<", ">>")),
        *((f"m {BOTH} {word}", f"`{word}` is for a shell") for word in ("2>&1", "&", ">out.txt", "2>/dev/null")),
    ],
)
def test_what_cant_be_meant_is_refused(folder: Path, command: str | tuple[str, ...], message: str) -> None:
    with pytest.raises(UserError) as caught:
        read(command, folder)
    assert message in str(caught.value)


def test_braces_may_be_the_programs_own(folder: Path) -> None:
    line = read(f"sh -c 'awk \"{{print}}\"' {BOTH}", folder)
    assert line.filled(VALUES)[1:] == ["-c", 'awk "{print}"', "/t/r.png", "/t/e.png"]


def test_the_text_can_be_typed(folder: Path) -> None:
    line = read(f"./metric 'a b' --x={{reference}} 'é {{enhanced}}' script.py {BOTH}", folder)
    assert line.text() == f"./metric 'a b' --x={{reference}} 'é {{enhanced}}' script.py {BOTH}"
    assert shlex.split(line.text(found=True)) == list(line.words)
