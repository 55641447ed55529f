"""The store: whole parts only, exact floats, the reason of every recomputation."""

import hashlib
import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.scoring.store import Producer, Store, StoredScore, format_part, parse_part

A = Producer({"method": "ssim", "version": "1", "option net": '"alex"', "plug-in file sha256": "aa"})


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def row(value: float = 0.5, pair: str = "p", producer: Producer = A, enhanced: str = "e") -> StoredScore:
    return StoredScore(producer.key, sha(enhanced), sha("r"), "ssim", pair, value, 0.1)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_scores_read_back_bit_for_bit(value: float) -> None:
    _, scores = parse_part(format_part({A.key: A.components}, [row(value)]))
    assert struct.pack("d", scores[0].value) == struct.pack("d", value)


def test_a_cut_part_is_not_read_and_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    part = store.add([A], [row(0.1, "p"), row(0.2, "q", enhanced="f")])
    assert part is not None
    text = part.read_bytes()
    for cut in range(len(text) - 1):
        part.write_bytes(text[:cut])
        again = Store(tmp_path)
        again.read()
        assert again.get(A, sha("e"), sha("r")) is None
        (aside,) = again.unreadable
        assert aside.name.startswith(part.name)
        assert aside.name.endswith(".damaged")
        assert aside.read_bytes() == text[:cut]
        assert not part.exists()
        aside.unlink()
    part.write_bytes(text)
    again.read()
    found = again.get(A, sha("f"), sha("r"))
    assert found is not None
    assert found.value == 0.2
    assert again.unreadable == []


def test_compacting_keeps_every_score_in_one_part(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(5):
        store.add([A], [row(number / 10, f"p{number}", enhanced=f"e{number}")])
    assert len(list(tmp_path.glob("part-*.jsonl"))) == 5
    store.compact()
    assert len(list(tmp_path.glob("part-*.jsonl"))) == 1
    again = Store(tmp_path)
    again.read()
    values = [again.get(A, sha(f"e{number}"), sha("r")) for number in range(5)]
    assert [score.value for score in values if score is not None] == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_the_key_depends_on_every_component() -> None:
    keys = {Producer({**A.components, name: "other"}).key for name in A.components} | {A.key}
    assert len(keys) == len(A.components) + 1


def test_why_names_what_changed_since_the_last_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add([A], [row()])
    store.read()
    other_net = Producer({**A.components, "option net": '"vgg"'})
    other_file = Producer({**A.components, "plug-in file sha256": "bb"})
    assert store.why(A, "ssim", "new pair", sha("e"), sha("r")) == "new"
    assert store.why(A, "ssim", "p", "x", sha("r")) == "the enhanced image changed"
    assert store.why(A, "ssim", "p", sha("e"), "x") == "the reference changed"
    assert store.why(other_net, "ssim", "p", sha("e"), sha("r")) == 'changed: option net ("alex" → "vgg")'
    assert store.why(other_file, "ssim", "p", sha("e"), sha("r")) == "changed: plug-in file"


def test_why_compares_with_scores_of_the_same_data_set_only(tmp_path: Path) -> None:
    """Two data sets of a study share their scores, and may have pairs of the same names."""
    one, other = Store(tmp_path, "one"), Store(tmp_path, "other")
    one.add([A], [replace(row(), data="one")])
    one.compact()
    for store in (one, other):
        store.read()
    assert one.why(A, "ssim", "p", "x", sha("r")) == "the enhanced image changed"
    assert other.why(A, "ssim", "p", "x", sha("r")) == "new"
    assert other.get(A, sha("e"), sha("r")) is not None, "a score is a fact about two images, whoever asks"
    other.add([A], [replace(row(0.2, "q", enhanced="f"), data="other")])
    other.compact()
    one.read()
    assert one.why(A, "ssim", "p", "x", sha("r")) == "the enhanced image changed", "joined parts keep it"


def test_why_compares_with_the_latest_score_also_after_compacting(tmp_path: Path) -> None:
    versions = [Producer({**A.components, "version": str(number)}) for number in range(12)]
    store = Store(tmp_path)
    for producer in versions:
        store.add([producer], [row(producer=producer)])
    store.compact()
    again = Store(tmp_path)
    again.read()
    wanted = Producer({**A.components, "version": "12"})
    assert again.why(wanted, "ssim", "p", sha("e"), sha("r")) == "changed: version (11 → 12)"


def signed(lines: list[str]) -> str:
    """A part with a right checksum over whatever lines."""
    body = "".join(f"{line}\n" for line in lines)
    return body + json.dumps({"end": len(lines) - 1, "sha256": hashlib.sha256(body.encode()).hexdigest()}) + "\n"


def test_a_part_with_a_changed_byte_is_not_believed_wherever_it_is(tmp_path: Path) -> None:
    text = format_part({A.key: A.components}, [row(0.125, "p"), row(0.25, "q", enhanced="f")]).encode()
    for place in range(len(text)):
        for byte in (text[place] ^ 1, text[place] ^ 64):
            mangled = text[:place] + bytes([byte]) + text[place + 1 :]
            (tmp_path / "part-000001-ab.jsonl").write_bytes(mangled)
            store = Store(tmp_path)
            store.read()
            assert len(store.unreadable) == 1, mangled
            assert store.get(A, sha("e"), sha("r")) is None
            store.unreadable[0].unlink()


ODD = {
    "NaN": ("0.125", "NaN"),
    "infinite": ("0.125", "-Infinity"),
    "beyond floats": ("0.125", "1e999"),
    "400 digits": ("0.125", "9" * 400),
    "5,000 digits": ("0.125", "9" * 5000),
    "a truth value": ("0.125", "true"),
    "a text": ("0.125", '"0.125"'),
    "nothing": ("0.125", "null"),
    "a list": ("0.125", "[0.125]"),
    "deeply nested": ("0.125", "[" * 100_000 + "]" * 100_000),
    "negative seconds": ('"s": 0.1', '"s": -0.1'),
    "seconds of another type": ('"s": 0.1', '"s": "0.1"'),
    "a digest that is none": (sha("e"), "g" * 64),
    "a digest cut short": (sha("e"), sha("e")[:-1]),
    "an unknown producer": (f'"p": "{A.key}"', f'"p": "{"0" * 32}"'),
    "a label that is a list": ('"m": "ssim"', '"m": ["ssim"]'),
    "a key twice": ('"v": 0.125', '"v": 0.5, "v": 0.125'),
    "an unknown key": ('"v": 0.125', '"v": 0.125, "unit": "dB"'),
    "a flag that is none": ('"s": 0.1', '"s": 0.1, "f": 1'),
    "another version's components": ('"version": "1"', '"version": 1'),
    "components that are not the key's": ('"version": "1"', '"version": "2"'),
    "a line that is a list": ('{"p"', '[{"p"'),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
@pytest.mark.parametrize("checked", [True, False], ids=["signed", "as earlier versions wrote it"])
def test_what_no_part_holds_is_damage_named_and_set_aside(
    change: tuple[str, str], checked: bool, tmp_path: Path
) -> None:
    lines = format_part({A.key: A.components}, [row(0.125)]).splitlines()[:-1]
    odd = [line.replace(*change) for line in lines]
    assert odd != lines
    part = tmp_path / "part-000001-ab.jsonl"
    for content, sound in ((lines, True), (odd, False)):
        part.write_text(signed(content) if checked else "\n".join([*content, '{"end": 1}']) + "\n")
        if checked and change[1].startswith('"v": 0.5, '):
            pytest.skip("what is signed was written so")
        store = Store(tmp_path)
        store.read()
        assert (store.get(A, sha("e"), sha("r")) is not None) is sound
        assert [path.name for path in store.unreadable] == ([] if sound else ["part-000001-ab.jsonl.damaged"])


@pytest.mark.parametrize("end", ["null", "[]", '{"end": true}', '{"end": 1, "format": 2}', '{"end": 1, "sha256": 3}'])
def test_an_odd_end_is_damage(end: str, tmp_path: Path) -> None:
    lines = format_part({A.key: A.components}, [row(0.125)]).splitlines()[:-1]
    (tmp_path / "part-000001-ab.jsonl").write_text("\n".join([*lines, end]) + "\n")
    store = Store(tmp_path)
    store.read()
    assert len(store.unreadable) == 1
