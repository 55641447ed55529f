"""The page in a real headless Chromium: no errors, no requests, and everything that a reader does with it."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.report import ReportData, write_report
from benchmark.report.content import Thumbnails
from benchmark.report.thumbnails import make

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="Chromium is not installed (Debian: chromium chromium-driver)"
    ),
]
Maker = Callable[..., ReportData]
NASTY = "a<b> & $x$ </script>"


@pytest.fixture(scope="module")
def page(make_report: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with an odd name, a method that is not there, and thumbnails of some pairs."""
    data = make_report(
        {"psnr": 0.5, "ssim": 0.9, "lpips": -0.7, "gone": 0.1},
        methods={
            "ssim": {"title": NASTY, "citation": "@article{ssim}"},
            "lpips": {"higher_is_better": False},
            "gone": {"status": "unavailable", "reason": "no weights"},
        },
        missing={"gone": 36},
        simulated=True,
    )
    pairs = data.scores["pair"].tolist()
    rng = np.random.default_rng(0)
    images = {pair: make(rng.random((3, 40, 60), dtype=np.float32)) for pair in pairs[:30]}
    data = replace(data, thumbnails=Thumbnails(images, dict.fromkeys(images, next(iter(images.values())))))
    return write_report(data, tmp_path_factory.mktemp("page"))["report.html"]


@pytest.fixture(scope="module")
def browser(page: Path) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1200,900",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: Any, page: Path) -> Any:
    """The page anew, 1,200 px wide and light."""
    emulate(browser, 1200, "light")
    browser.get(page.as_uri())
    return browser


def emulate(browser: Any, width: int, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def titles(browser: Any) -> list[str]:
    rows = "[...document.querySelectorAll('#ranking tbody tr')].filter(row => !row.hidden)"
    script = f"return {rows}.map(row => row.cells[1].dataset.sort)"
    return list(browser.execute_script(script))


def point_of(browser: Any, index: int) -> tuple[float, float]:
    """Where a drawn point is in the window, scrolled into view."""
    script = """
        const point = document.querySelectorAll('#explore-plot .points path.point')[arguments[0]];
        point.scrollIntoView({block: 'center'});
        const box = point.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    """
    x, y = browser.execute_script(script, index)
    return float(x), float(y)


def mouse(browser: Any, kind: str, x: float, y: float) -> None:
    event = {"type": kind, "x": x, "y": y, "button": "left" if kind != "mouseMoved" else "none", "clickCount": 1}
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def wait_for(browser: Any, script: str) -> Any:
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 10).until(lambda driver: driver.execute_script(script))


def test_no_console_message_and_no_request(opened: Any, page: Path) -> None:
    wait_for(opened, "return document.querySelectorAll('#explore-plot .points path.point').length")
    assert [entry for entry in opened.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}] == []
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert {url for url in asked if not url.startswith("data:")} <= {page.as_uri()}


def test_sorting_by_each_column(opened: Any) -> None:
    assert titles(opened) == [NASTY, "LPIPS", "PSNR", "GONE"]
    headings = opened.find_elements("css selector", "#ranking th button")
    headings[1].click()
    assert titles(opened) == [NASTY, "GONE", "LPIPS", "PSNR"]
    headings[2].click()
    assert titles(opened) == ["PSNR", "LPIPS", NASTY, "GONE"]
    headings[2].click()
    assert titles(opened) == [NASTY, "LPIPS", "PSNR", "GONE"]
    sorted_by = opened.find_elements("css selector", "#ranking th[aria-sort]")
    assert [heading.get_attribute("aria-sort") for heading in sorted_by] == ["descending"]


def test_sorting_by_keyboard(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    opened.execute_script("document.querySelectorAll('#ranking th button')[1].focus()")
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert titles(opened)[1] == "GONE"
    opened.find_element("tag name", "body").send_keys(Keys.TAB)
    outline = opened.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_filtering(opened: Any) -> None:
    field = opened.find_element("css selector", ".filter")
    field.send_keys("lpips")
    assert titles(opened) == ["LPIPS"]
    field.clear()
    field.send_keys("no weights")
    assert titles(opened) == ["GONE"]


def test_hovering_a_point_shows_its_pair(opened: Any) -> None:
    wait_for(opened, "return document.querySelectorAll('#explore-plot .points path.point').length")
    x, y = point_of(opened, 0)
    mouse(opened, "mouseMoved", x - 3, y)
    mouse(opened, "mouseMoved", x, y)
    text = wait_for(opened, "return document.querySelector('#explore-plot .hovertext')?.textContent")
    assert "test/" in text
    assert "label " in text
    assert "score " in text


def test_pressing_a_point_shows_both_thumbnails(opened: Any) -> None:
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


def test_copy_button_copies_the_latex(opened: Any) -> None:
    opened.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    button = opened.find_element("css selector", "button.copy")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    wait_for(opened, "return document.querySelector('button.copy').textContent === 'Copied'")
    copied = opened.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied == opened.execute_script("return document.getElementById('latex-comparison').textContent")
    assert r"\begin{tabular}" in copied
    assert "status" in opened.execute_script(
        "return document.getElementById('status').role + document.getElementById('status').textContent"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1200])
def test_no_sideways_scrolling_and_enough_contrast(opened: Any, page: Path, width: int, scheme: str) -> None:
    emulate(opened, width, scheme)
    opened.get(page.as_uri())
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    script = """
        const ground = (element) => {
            for (; element; element = element.parentElement) {
                const colour = getComputedStyle(element).backgroundColor;
                if (!/, 0\\)$/.test(colour)) { return colour; }
            }
            return 'rgb(255, 255, 255)';
        };
        const luminance = (colour) => {
            const parts = colour.match(/[\\d.]+/g).slice(0, 3)
                .map((part) => part / 255).map((part) => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
            return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2];
        };
        const contrast = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
        let worst = 99;
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const element = node.parentElement;
            if (!node.textContent.trim() || !element.checkVisibility() || element.closest('#explore-plot')) { continue; }
            worst = Math.min(worst, contrast(luminance(getComputedStyle(element).color), luminance(ground(element))));
        }
        return [worst, getComputedStyle(document.body).backgroundColor];
    """
    worst, ground = opened.execute_script(script)
    assert worst >= 4.5
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_switching_to_dark_recolours_the_plot(opened: Any) -> None:
    script = "return document.querySelector('#explore-plot .bglayer rect, #explore-plot .main-svg')?.style.cssText"
    before = wait_for(opened, script)
    emulate(opened, 1200, "dark")
    wait_for(opened, f"{script.removesuffix('?.style.cssText')}.style.cssText !== {json.dumps(before)}")


def test_odd_names_are_shown_as_text(opened: Any) -> None:
    assert NASTY in opened.find_element("css selector", "#ranking tbody th").text
    title = wait_for(opened, "return document.querySelector('#explore-plot .gtitle')?.textContent")
    assert title.startswith(NASTY)
