"""The page's plots in a real headless Chromium: hovering, pressing, comparing two methods, dark figures, speed."""

import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmark.report import ReportData
from benchmark.report.blocks import Numbers
from benchmark.report.page import render_page
from tests.report.browser.browsing import LACKING, NASTY, emulate, go_to, mouse, point_of, wait_for

pytestmark = pytest.mark.skipif(bool(LACKING), reason=LACKING)
Maker = Callable[..., ReportData]


def test_comparing_two_methods(opened: Any) -> None:
    from selenium.webdriver.support.ui import Select

    go_to(opened, "compare")
    for side, title in (("a", "PSNR"), ("b", "LPIPS")):
        Select(opened.find_element("id", f"compare-{side}")).select_by_visible_text(title)
    row = opened.find_element("css selector", "#compare-differences tr").text
    assert re.fullmatch(r"SRCC ↑ −0\.\d{3} \[−0\.\d{3}, −?0\.\d{3}\] (0\.\d{3}|< 0\.001)", row), row
    script = "return [...document.querySelectorAll('#compare .ring')].map((ring) => ring.getAttribute('visibility'))"
    assert opened.execute_script(script) == ["hidden", "hidden"]
    point = """
        const box = document.querySelector('#compare-plot-a path.point').getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    """
    mouse(opened, "mouseMoved", *opened.execute_script(point))
    assert opened.execute_script(script) == ["visible", "visible"]
    tips = [tip.text.splitlines()[0] for tip in opened.find_elements("css selector", "#compare .hovertext")]
    assert tips[0] == tips[1]
    assert tips[0].startswith("test/")


def test_the_pairs_on_which_two_methods_disagree(opened: Any, data: ReportData) -> None:
    go_to(opened, "compare")
    places = {name: data.scores[name].rank(pct=True) for name in ("ssim", "lpips")}
    gap = (places["ssim"] - (1 - places["lpips"] + 1 / len(data.scores))).abs()
    shown = opened.find_elements("css selector", "#compare-pairs button")
    assert shown[0].text == data.scores["pair"].iloc[int(gap.to_numpy().argmax())]
    shown[0].click()
    assert shown[0].text in opened.find_element("id", "compare-details").text


def test_dark_mode_draws_figures_dark(opened: Any) -> None:
    emulate(opened, 1200, "dark")
    go_to(opened, "plots")
    wait_for(opened, "return [...document.querySelectorAll('#plots img')].every((image) => image.naturalWidth)")
    image = opened.find_element("css selector", "#plots img")
    assert brightness(image.screenshot_as_png) < 80
    emulate(opened, 1200, "light")
    assert brightness(image.screenshot_as_png) > 200


def brightness(png: bytes) -> float:
    with Image.open(io.BytesIO(png)) as picture:
        return float(np.asarray(picture.convert("L")).mean())


def test_45_methods_and_3000_pairs_open_within_two_seconds(make_report: Maker, browser: Any, tmp_path: Path) -> None:
    names = {f"method-{number}": 0.02 * number for number in range(45)}
    data = make_report(names, references=500, conditions=tuple("abcdef"), statistics=("srcc", "plcc"))
    numbers = Numbers(data)
    path = tmp_path / "report.html"
    path.write_text(render_page(data, numbers, [], [], {}), encoding="utf-8")
    browser.get(path.as_uri())
    timing = "const [entry] = performance.getEntriesByType('navigation'); return entry.loadEventEnd"
    assert wait_for(browser, timing) < 2000
    assert path.stat().st_size < 6_000_000
    began = time.monotonic()
    go_to(browser, "compare")
    assert len(browser.find_elements("css selector", "#compare-plot-b .points path.point")) == 3000
    assert time.monotonic() - began < 2


def test_hovering_a_point_shows_its_pair(opened: Any) -> None:
    go_to(opened, "pairs")
    wait_for(opened, "return document.querySelectorAll('#explore-plot .points path.point').length")
    x, y = point_of(opened, 0)
    mouse(opened, "mouseMoved", x - 3, y)
    mouse(opened, "mouseMoved", x, y)
    text = wait_for(opened, "return document.querySelector('#explore-plot .hovertext')?.textContent")
    assert "test/" in text
    assert "label " in text
    assert "score " in text


def test_pressing_a_point_shows_both_thumbnails(opened: Any) -> None:
    go_to(opened, "pairs")
    wait_for(opened, "return document.querySelectorAll('#explore-plot .points path.point').length")
    x, y = point_of(opened, 2)
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        mouse(opened, kind, x, y)
    wait_for(opened, "return document.querySelectorAll('#explore-details img').length === 2")
    script = (
        "return [...document.querySelectorAll('#explore-details img')].map(i => [i.alt, i.complete && i.naturalWidth])"
    )
    (reference, width), (enhanced, _) = opened.execute_script(script)
    assert reference.startswith("reference of test/")
    assert enhanced.startswith("enhanced of test/")
    assert width == 60


def test_stepping_and_choosing_a_method(opened: Any) -> None:
    from selenium.webdriver.support.ui import Select

    go_to(opened, "pairs")
    opened.find_element("id", "explore-next").click()
    first = opened.find_element("id", "explore-details").text
    assert "Pair" in first
    opened.find_element("id", "explore-next").click()
    assert opened.find_element("id", "explore-details").text != first
    opened.find_element("id", "explore-previous").click()
    assert opened.find_element("id", "explore-details").text == first
    choice = Select(opened.find_element("id", "explore-method"))
    assert [option.text for option in choice.options] == [NASTY, "LPIPS", "PSNR", "GONE"]
    choice.select_by_visible_text("GONE")
    assert "No scores to show" in opened.find_element("id", "explore-plot").text
    choice.select_by_visible_text("PSNR")
    wait_for(opened, "return document.querySelector('#explore-plot .gtitle')?.textContent.startsWith('PSNR')")
    x, y = point_of(opened, 1)
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        mouse(opened, kind, x, y)
    wait_for(opened, "return document.querySelector('#explore-details dl') !== null")


def test_switching_to_dark_recolours_the_plot(opened: Any) -> None:
    go_to(opened, "pairs")
    script = "return getComputedStyle(document.querySelector('#explore-plot .gtitle')).fill"
    before = wait_for(opened, script)
    emulate(opened, 1200, "dark")
    assert opened.execute_script(script) != before
