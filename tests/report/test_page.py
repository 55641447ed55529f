"""The page without a browser: complete, escaped, self-contained, small enough, and its data are right."""

import html.parser
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.core.hashes import sha256_file
from benchmark.report import write_report
from benchmark.report.blocks import blocks
from benchmark.report.content import ReportData, Thumbnails
from benchmark.report.disagreement import disputed
from benchmark.report.page_data import script_json
from benchmark.report.thumbnails import make, wanted_pairs, within

Maker = Callable[..., ReportData]
NASTY = "</script><script>alert('x')</script> & \"q\" <!--"


class Reader(html.parser.HTMLParser):
    """Collects texts, tags and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.stack: list[str] = []
        self.texts: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "action", "srcset"}]
        self.stack.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.stack[-1] if self.stack else "", []).append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def page_of(data: ReportData, folder: Path) -> str:
    png_only = data.config.model_copy(update={"plots": ("png",)})
    return write_report(replace(data, config=png_only), folder)["report.html"].read_text(encoding="utf-8")


def payload_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="payload">(.*?)</script>', page, re.DOTALL)
    assert found
    content: dict[str, object] = json.loads(found[1])
    return content


def test_nothing_is_loaded_from_anywhere(make_report: Maker, tmp_path: Path) -> None:
    addresses = read(page_of(make_report(), tmp_path)).addresses
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)


def test_users_text_stays_text(make_report: Maker, tmp_path: Path) -> None:
    data = make_report(
        {"a": 0.5, "b": 0.3},
        title=NASTY,
        conditions=(NASTY, "b", "c"),
        methods={"a": {"title": NASTY, "trained_on": NASTY, "citation": NASTY, "licence": NASTY, "marks": (NASTY,)}},
        notes=(NASTY,),
        record={"configuration": {NASTY: NASTY}},
        failures=pd.DataFrame([[NASTY, NASTY, NASTY]], columns=["pair", "method", "reason"]),
    )
    page = page_of(data, tmp_path)
    assert "<script>alert" not in page
    assert "<!--" not in page
    methods = payload_of(page)["blocks"][0]["methods"]  # type: ignore[index]
    assert NASTY in [method["title"] for method in methods]


def test_script_json_cannot_end_its_element() -> None:
    text = script_json({"a": "</script><!--&", "b": 1.5})
    assert not set(text) & set("<>&")
    assert json.loads(text) == {"a": "</script><!--&", "b": 1.5}


def test_payload_holds_what_the_scores_hold(make_report: Maker, tmp_path: Path) -> None:
    data = make_report(missing={"psnr": 1})
    content = payload_of(page_of(data, tmp_path))
    block = content["blocks"][0]  # type: ignore[index]
    assert block["pairs"] == data.scores["pair"].tolist()
    assert np.allclose(block["labels"], data.scores["mos"], rtol=1e-5)
    by_title = {method["title"]: method for method in block["methods"]}
    assert by_title["PSNR"]["scores"][0] is None
    assert np.allclose(by_title["SSIM"]["scores"], data.scores["ssim"], rtol=1e-5)


def test_times_are_left_out(make_report: Maker, tmp_path: Path) -> None:
    page = page_of(make_report({"a": 0.5}, record={"seed": 5, "times": {"started": "yesterday"}}), tmp_path)
    assert "yesterday" not in page
    assert "&#34;seed&#34;: 5" in page


def test_disputed_pairs_are_those_with_the_greatest_gap(make_report: Maker) -> None:
    data = make_report({"a": 0.0}, methods={"a": {"higher_is_better": False}})
    scores = data.scores.assign(a=-data.scores["mos"])
    best, worst = int(scores["mos"].argmax()), int(scores["mos"].argmin())
    scores.loc[[best, worst], "a"] = scores.loc[[worst, best], "a"].to_numpy()
    data = replace(data, scores=scores)
    found = disputed(data, blocks(data)[0], data.methods[0])
    assert [entry.pair for entry in found] == [scores["pair"][worst], scores["pair"][best]]
    assert [entry.overrated for entry in found] == [True, False]
    assert (found[0].score_place, found[0].label_place) == (1.0, 0.0)


def picture(seed: int, side: int = 300) -> bytes:
    return make(np.random.default_rng(seed).random((3, side, side), dtype=np.float32))


def test_1800_pairs_with_thumbnails_stay_under_6_mb(make_report: Maker, tmp_path: Path) -> None:
    names = [f"method-{index}" for index in range(10)]
    data = make_report(dict.fromkeys(names, 0.5), references=300, conditions=tuple("abcdef"), statistics=("srcc",))
    wanted = wanted_pairs(data)
    assert len(wanted) <= 400
    noise = [picture(index) for index in range(20)]  # noise compresses worst
    images = {pair: noise[index % 20] + bytes([index % 256]) * 16 for index, pair in enumerate(wanted)}
    thumbnails = Thumbnails(images, dict.fromkeys(wanted, noise[0]))
    page = page_of(replace(data, thumbnails=thumbnails), tmp_path)
    assert len(page.encode()) < 6_000_000
    assert len(payload_of(page)["images"]) > 100  # type: ignore[arg-type]


def test_thumbnails_within_a_budget_count_equal_pictures_once() -> None:
    small = Thumbnails({"a": b"1" * 10, "b": b"2" * 10, "c": b"3" * 10}, dict.fromkeys("abc", b"r" * 10))
    assert list(within(small, ["c", "a", "b"], 30)) == ["c", "a"]
    assert list(within(small, ["x", "b"], 100)) == ["b"]
    assert not within(small, ["a"], 5)


def test_thumbnails_are_made_kept_and_read_back(make_report: Maker, tmp_path: Path) -> None:
    import cv2

    from benchmark.report import thumbnails

    data = make_report({"a": 0.5}, references=2)
    pairs = data.scores.assign(reference_path="", enhanced_path="")
    rng = np.random.default_rng(0)
    for index, row in pairs.iterrows():
        path = tmp_path / f"{row['enhanced']}"
        cv2.imwrite(str(path), rng.integers(0, 255, size=(40, 60, 3), dtype=np.uint8))
        pairs.loc[index, ["reference_path", "enhanced_path"]] = str(path)
    broken = tmp_path / str(pairs["enhanced"][1])
    broken.write_bytes(b"no image")
    wanted = [str(name) for name in pairs["pair"][:3]]
    hashes = {str(path): sha256_file(path) for path in tmp_path.glob("*.png")}
    run = tmp_path / "run"
    thumbnails.write(run, pairs, wanted, hashes)
    found = thumbnails.read(run, data.scores)
    assert set(found.enhanced) == set(found.reference) == {wanted[0], wanted[2]}
    assert all(content.startswith(b"\xff\xd8") for content in found.enhanced.values())
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    thumbnails.write(run, pairs, wanted, hashes)
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before
    changed = tmp_path / str(pairs["enhanced"][0])
    cv2.imwrite(str(changed), np.zeros((40, 60, 3), dtype=np.uint8))
    thumbnails.write(run, pairs, wanted, {**hashes, str(changed): sha256_file(changed)})
    again = thumbnails.read(run, data.scores)
    assert again.enhanced[wanted[0]] != found.enhanced[wanted[0]]
    assert again.enhanced[wanted[2]] == found.enhanced[wanted[2]]


def test_thumbnails_are_no_larger_than_asked_and_in_the_right_colours() -> None:
    import io

    from PIL import Image

    red = np.zeros((3, 400, 800), dtype=np.float32)
    red[0] = 1.0
    with Image.open(io.BytesIO(make(red))) as small:
        assert small.size == (160, 80)
        r, g, b = small.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert r > 240
    assert max(g, b) < 15


def test_nothing_failed_is_said_only_where_every_pair_has_a_score(make_report: Maker, tmp_path: Path) -> None:
    whole = page_of(make_report({"a": 0.5, "b": 0.3}, references=100), tmp_path)
    gap = page_of(make_report({"a": 0.5, "b": 0.3}, references=100, missing={"a": 2}), tmp_path)
    assert "every method scored every pair" in whole
    assert "every method scored every pair" not in gap
    assert "no score of 2 of 300 pairs" in gap
