"""Images read ahead are those that would be read now; a decoder's death is not a method's, and nobody waits for a hint."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmark.core.errors import UserError
from benchmark.core.hashes import sha256_file
from benchmark.images.read import read_image
from benchmark.scoring.messages import MethodTask, PairTask, ReferenceGroup, Setup
from benchmark.scoring.read_ahead import NICENESS, Reader, Turns
from benchmark.scoring.supervisor import Failed, Scored, Supervisor

pytestmark = pytest.mark.heavy

HEAD = """
import os, time
from pathlib import Path
from benchmark import Method, MethodInfo
from benchmark.scoring import read_ahead

HERE, real = Path(__file__).parent, read_ahead.read_image


def note(file, text):
    with open(HERE / file, "a") as notes:
        notes.write(text + "\\n")


def noted(file):
    return (HERE / file).read_text().split() if (HERE / file).exists() else []


def wait_for(reached):
    end = time.monotonic() + 20
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError("in vain")
        time.sleep(0.01)
"""
METHOD = """

class M(Method):
    info = MethodInfo(name="m", title="M", higher_is_better=False)

    def score(self, enhanced, reference):
        act()
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""


@pytest.fixture
def images(tiny_set: Path) -> Path:
    return tiny_set.parent


def groups(images: Path, numbers: Sequence[int]) -> list[ReferenceGroup]:
    """Of each reference with its first enhanced image; the pair is named by the place in ``numbers``."""
    return [
        ReferenceGroup(
            place, str(images / f"{number}.png"), "",
            (PairTask(str(place), str(images / f"{number}_soft.png"), ""),), {"m": (str(place),)},
        )
        for place, number in enumerate(numbers)
    ]  # fmt: skip


def supervise(
    folder: Path, text: str, work: list[ReferenceGroup], workers: int = 1
) -> tuple[list[str], dict[str, str]]:
    """The pairs scored, in order, and the reasons of those that failed."""
    (folder / "methods" / "m.py").write_text(HEAD + text + METHOD)
    setup = Setup((MethodTask("m", "m", {}),), (str(folder),), {}, "cpu", 1, 0)
    events = list(Supervisor(setup, workers, 60.0).run(work))
    scored = [event.pair for event in events if isinstance(event, Scored)]
    return scored, {event.pair: event.reason for event in events if isinstance(event, Failed)}


@pytest.mark.parametrize("threads", [1, 3])
def test_what_was_read_ahead_is_given_back_and_all_else_is_read_now(images: Path, threads: int) -> None:
    (images / "damaged.png").write_bytes((images / "0.png").read_bytes()[:300])
    paths = [str(images / name) for name in ("0.png", "damaged.png", "0_soft.png", "absent.png", "1.png")]
    reader = Reader(threads, ahead=True)
    now = reader.read(paths)
    assert not isinstance(now[0], UserError)
    np.testing.assert_array_equal(now[0].image, read_image(Path(paths[0])))
    assert now[0].sha256 == sha256_file(Path(paths[0]))
    reader.ahead([*paths[:4], str(images / "1_soft.png")])
    while reader.busy:
        pass
    (images / "0.png").unlink()
    later = reader.read(paths)
    for one, other in zip(now, later, strict=True):
        if isinstance(one, UserError) or isinstance(other, UserError):
            assert str(one) == str(other)
        else:
            assert one.sha256 == other.sha256
            np.testing.assert_array_equal(one.image, other.image)
    assert [isinstance(image, UserError) for image in later] == [False, True, False, True, False]
    assert isinstance(reader.read(paths[:1])[0], UserError)  # given once, then forgotten


def test_large_images_wait_for_their_turn_and_so_do_all_where_memory_is_measured(images: Path) -> None:
    large = images / "large.png"
    for side, ahead, early in ((1999, True, True), (2001, True, False), (1999, False, False)):
        cv2.imwrite(str(large), np.zeros((side, 2000, 3), np.uint8))
        reader = Reader(ahead=ahead)
        reader.ahead([str(large)])
        while reader.busy:
            pass
        sound = reader.read([str(large)])[0]
        assert not isinstance(sound, UserError)
        assert sound.image.shape == (3, side, 2000)
        reader.ahead([str(large)])
        while reader.busy:
            pass
        large.unlink()
        assert isinstance(reader.read([str(large)])[0], UserError) != early


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows the priority of a thread")
def test_threads_that_read_gently_give_way_and_no_other_does(images: Path) -> None:
    def priorities() -> list[int]:
        return [os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in Path("/proc/self/task").iterdir()]

    before = priorities()
    for gently, more in ((False, 0), (True, 1)):
        reader = Reader(ahead=True, gently=gently)
        reader.ahead([str(images / "0.png")])
        while reader.busy:
            pass
        assert priorities().count(before[0] + NICENESS) == before.count(before[0] + NICENESS) + more


def test_the_next_images_are_read_while_a_method_computes(plugin_folder: Path, images: Path) -> None:
    text = """
def read(path, **options):
    note("read", path.name)
    return real(path, **options)

read_ahead.read_image = read

def act():
    if noted("begun"):
        return
    note("begun", "x")
    wait_for(lambda: {"1.png", "1_soft.png"} <= set(noted("read")))
"""
    scored, failed = supervise(plugin_folder, text, groups(images, (0, 1)))
    assert (scored, failed) == (["0", "1"], {})
    assert sorted((plugin_folder / "methods" / "read").read_text().split()) == [
        "0.png", "0_soft.png", "1.png", "1_soft.png",
    ]  # fmt: skip


def test_a_method_that_dies_while_images_are_read_is_found_out(plugin_folder: Path, images: Path) -> None:
    text = """
def read(path, **options):
    time.sleep(0 if path.name[0] == "0" else 0.5)
    return real(path, **options)

read_ahead.read_image = read

def act():
    note("calls", "x")
    if len(noted("calls")) <= 2:
        os._exit(9)
"""
    scored, failed = supervise(plugin_folder, text, groups(images, (0, 1, 1)))
    assert scored == ["1", "2"]
    assert failed == {"0": "its process ended with exit status 9"}


@pytest.mark.long
def test_a_decoder_that_dies_is_not_held_against_the_method(plugin_folder: Path, images: Path) -> None:
    text = """
def read(path, **options):
    if path.name == "1_soft.png":
        time.sleep(0.3)
        os._exit(7)
    return real(path, **options)

read_ahead.read_image = read

def act():
    time.sleep(1)
"""
    scored, failed = supervise(plugin_folder, text, groups(images, (0, 1, 0)))
    assert sorted(scored) == ["0", "2"]
    assert failed == {"1": f"reading the images of {images / '1.png'}: the process ended with exit status 7"}


def test_a_group_foreseen_by_a_busy_worker_goes_to_a_free_one(plugin_folder: Path, images: Path) -> None:
    text = """
def act():
    try:
        os.close(os.open(HERE / "first", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        note("done", "x")
    else:
        wait_for(lambda: len(noted("done")) == 5)
"""
    scored, failed = supervise(plugin_folder, text, groups(images, (0, 1, 0, 1, 0, 1)), workers=2)
    assert failed == {}
    assert sorted(scored) == ["0", "1", "2", "3", "4", "5"]


def test_what_a_worker_has_read_ahead_is_what_it_is_given_next(images: Path) -> None:
    first, second, third, fourth = groups(images, (0, 1, 0, 1))
    turns = Turns([first, second, third, fourth])
    assert turns.take(1) == first
    assert turns.take(2) == second
    assert turns.foresee(1) == third.files()
    turns.put_back(second)
    assert turns.take(1) == third
    assert turns.take(2) == second
    assert turns.take(2) == fourth
    assert turns.take(1) is None


def test_what_a_dead_worker_had_read_ahead_is_foreseen_for_another(images: Path) -> None:
    first, second, third, _ = groups(images, (0, 1, 0, 1))
    turns = Turns([first, second, third])
    assert turns.take(1) == first
    assert turns.foresee(1) == second.files()
    turns.dismiss(1)
    turns.put_back(first)
    assert turns.take(2) == first
    assert turns.foresee(2) == second.files()


def test_nothing_is_drawn_early_once_reading_ahead_has_stopped(images: Path) -> None:
    source = iter(groups(images, (0, 1)))
    turns = Turns(source)
    turns.take(1)
    turns.stop_foreseeing()
    assert turns.foresee(1) == ()
    assert turns.more
    assert next(source).number == 1
