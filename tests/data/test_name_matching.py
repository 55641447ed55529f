"""References and conditions found in names: whole tokens, longest first, never a guess."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.core.errors import UserError
from benchmark.data.name_matching import ReferenceNames, UnmatchedNameError, compile_pattern, is_image, stem

WORD = st.text(alphabet="ab01Z", min_size=1, max_size=4)
NAMES = st.lists(st.lists(WORD, min_size=1, max_size=3).map("_".join), min_size=1, max_size=8, unique=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("00012.png", "00012"),
        ("a.b.TIFF", "a.b"),
        ("00012.v2", "00012.v2"),
        ("clahe/1.jpg", "clahe/1"),
        (".png", ".png"),
        ("", ""),
    ],
)
def test_stem_takes_off_image_formats_only(name: str, expected: str) -> None:
    assert stem(name) == expected


def test_is_image() -> None:
    assert is_image("a.PNG")
    assert not is_image("._a.png"), "macOS writes such files beside the real ones"
    assert not is_image("a.png.txt")


@pytest.mark.parametrize(
    ("references", "enhanced", "reference", "condition"),
    [
        (["00012.png"], "00012_clahe.png", "00012.png", "clahe"),
        (["00012.png"], "clahe-00012.jpg", "00012.png", "clahe"),
        (["00012.png"], "x 00012.v2_soft.png", "00012.png", "x_v2_soft"),
        (["00012.png"], "00012.png", "00012.png", ""),
        (["00012.png"], "clahe/00012.png", "00012.png", "clahe"),
        (["1.png", "1_2.png"], "1_2_gamma.png", "1_2.png", "gamma"),
        (["12.png", "3.png"], "12_3.png", "12.png", "3"),
        (["a.png"], "a_clahe_a.png", "a.png", "clahe_a"),
        (["I01.bmp"], "i01_01_1.bmp", "I01.bmp", "01_1"),
        (["Eye.png", "eye.png"], "eye_x.png", "eye.png", "x"),
        (["眼.png"], "眼_增强.png", "眼.png", "增强"),
    ],
)
def test_the_reference_is_the_longest_whole_token(
    references: list[str], enhanced: str, reference: str, condition: str
) -> None:
    assert ReferenceNames(references).match(enhanced) == (reference, condition)


@pytest.mark.parametrize(
    "enhanced", ["00012xxx.png", "100012_x.png", "000123.png", "other.png", "é0012.png", "0012\u0301.png"]
)
def test_a_reference_amid_letters_or_digits_does_not_count(enhanced: str) -> None:
    with pytest.raises(UnmatchedNameError, match=re.escape(enhanced)):
        ReferenceNames(["00012.png", "0012.png"]).match(enhanced)


@pytest.mark.parametrize(
    ("references", "enhanced"),
    [(["1.png", "2.png"], "1_2.png"), (["a.png", "a.jpg"], "a_x.png"), (["Eye.png", "eyE.png"], "eye_x.png")],
)
def test_two_equally_good_references_are_an_error_that_names_all(references: list[str], enhanced: str) -> None:
    with pytest.raises(UnmatchedNameError) as raised:
        ReferenceNames(references).match(enhanced)
    assert all(name in str(raised.value) for name in (*references, enhanced))


def test_patterns_override() -> None:
    ref = compile_pattern("^(?P<ref>.{5})", option="reference_pattern", group="ref")
    algorithm = compile_pattern("_(?P<condition>[a-z]+)$", option="condition_pattern", group="condition")
    names = ReferenceNames(["00012.png", "xx.png"], reference_pattern=ref)
    assert names.match("00012xx_clahe.png") == ("00012.png", "xx_clahe")
    both = ReferenceNames(["00012.png"], reference_pattern=ref, condition_pattern=algorithm)
    assert both.match("00012xx_clahe.png") == ("00012.png", "clahe")
    with pytest.raises(UnmatchedNameError, match="99999"):
        names.match("99999_clahe.png")
    with pytest.raises(UnmatchedNameError, match="finds nothing"):
        names.match("abc.png")
    with pytest.raises(UnmatchedNameError, match="condition_pattern"):
        both.match("00012_123.png")


def test_wrong_patterns_are_user_errors() -> None:
    with pytest.raises(UserError, match="no regular expression"):
        compile_pattern("(", option="reference_pattern", group="ref")
    with pytest.raises(UserError, match=r"no group `ref`"):
        compile_pattern("^(.{5})", option="reference_pattern", group="ref")


def brute_force(references: list[str], enhanced: str) -> set[str]:
    """The longest references that stand in the enhanced stem as a whole, found with a regular expression each."""
    fitting = {
        name for name in references if re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", enhanced, re.IGNORECASE)
    }
    longest = max(map(len, fitting), default=0)
    return {name for name in fitting if len(name) == longest}


@given(NAMES, st.lists(WORD, min_size=1, max_size=4).map("_".join))
def test_agrees_with_a_search_through_all_references(references: list[str], enhanced: str) -> None:
    expected = brute_force(references, enhanced)
    try:
        found = ReferenceNames([f"{name}.png" for name in references]).match(f"{enhanced}.png").reference
    except UnmatchedNameError:
        assert len(expected) != 1
    else:
        assert stem(found) in expected
        assert len(expected) == 1 or stem(found) in enhanced


@given(st.text(max_size=30), st.lists(st.text(max_size=8), max_size=4))
def test_any_names_match_or_are_refused(enhanced: str, references: list[str]) -> None:
    try:
        match = ReferenceNames(references).match(enhanced)
    except UnmatchedNameError:
        return
    assert match.reference in references


def test_order_of_references_does_not_matter() -> None:
    references = [f"{number}_{letter}.png" for number in range(20) for letter in "ab"]
    shuffled = random.Random(0).sample(references, len(references))
    for name in ("3_a_x.png", "x_19_b.png"):
        assert ReferenceNames(references).match(name) == ReferenceNames(shuffled).match(name)


def test_a_look_up_costs_the_same_among_many_references() -> None:
    """A search through all of 20,000 references for each of 20,000 names would take hours."""
    names = ReferenceNames(f"{number:06d}.png" for number in range(20_000))
    for number in range(20_000):
        assert names.match(f"{number:06d}_clahe.png").reference == f"{number:06d}.png"
