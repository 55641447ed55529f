"""The store: whole parts only, exact floats, the reason of every recomputation."""

import struct
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from benchmark.store import Producer, Store, StoredScore, format_part, parse_part

A = Producer({"method": "ssim", "version": "1", "option net": '"alex"', "plug-in file sha256": "aa"})


def row(value: float = 0.5, pair: str = "p", producer: Producer = A, enhanced: str = "e") -> StoredScore:
    return StoredScore(producer.key, enhanced, "r", "ssim", pair, value, 0.1)


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
        assert again.get(A, "e", "r") is None
        assert again.unreadable == [part]
    part.write_bytes(text)
    again.read()
    found = again.get(A, "f", "r")
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
    values = [again.get(A, f"e{number}", "r") for number in range(5)]
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
    assert store.why(A, "ssim", "new pair", "e", "r") == "new"
    assert store.why(A, "ssim", "p", "x", "r") == "the enhanced image changed"
    assert store.why(A, "ssim", "p", "e", "x") == "the reference changed"
    assert store.why(other_net, "ssim", "p", "e", "r") == 'changed: option net ("alex" → "vgg")'
    assert store.why(other_file, "ssim", "p", "e", "r") == "changed: plug-in file"


def test_why_compares_with_the_latest_score_also_after_compacting(tmp_path: Path) -> None:
    versions = [Producer({**A.components, "version": str(number)}) for number in range(12)]
    store = Store(tmp_path)
    for producer in versions:
        store.add([producer], [row(producer=producer)])
    store.compact()
    again = Store(tmp_path)
    again.read()
    wanted = Producer({**A.components, "version": "12"})
    assert again.why(wanted, "ssim", "p", "e", "r") == "changed: version (11 → 12)"
