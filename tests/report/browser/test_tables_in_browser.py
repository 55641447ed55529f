"""The page's tables and tabs in a real headless Chromium: sorting, filtering, columns, notes, copies, accessibility."""

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmark.report import ReportData, write_report
from benchmark.report.combine import side_by_side
from tests.report.browser.browsing import LACKING, NASTY, emulate, go_to, mouse, titles, wait_for

pytestmark = pytest.mark.skipif(bool(LACKING), reason=LACKING)
Maker = Callable[..., ReportData]


def test_no_console_message_and_no_request(opened: Any, page: Path) -> None:
    go_to(opened, "pairs")
    wait_for(opened, "return document.querySelectorAll('#explore-plot .points path.point').length")
    assert [entry for entry in opened.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}] == []
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    local = ("data:", "blob:")
    assert {url.partition("#")[0] for url in asked if not url.startswith(local)} <= {page.as_uri()}


def press(browser: Any, heading: str) -> None:
    """Press a heading of the ranking near its corner, not on its words: all of it is the button."""
    script = """
        const cell = [...document.querySelectorAll('#ranking .level:not([hidden]) thead th')]
            .find((each) => each.textContent.trim().startsWith(arguments[0]));
        const box = cell.getBoundingClientRect();
        return [box.left + 3, box.bottom - 4];
    """
    x, y = browser.execute_script(script, heading)
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        mouse(browser, kind, x, y)


def test_the_first_click_puts_the_best_first_and_the_unranked_last(opened: Any) -> None:
    assert titles(opened) == [NASTY, "LPIPS", "PSNR", "GONE"]
    for heading in ("SRCC", "RMSE", "Place", "KRCC"):
        press(opened, heading)
        assert titles(opened) == [NASTY, "LPIPS", "PSNR", "GONE"], heading
        press(opened, heading)
        assert titles(opened) == ["PSNR", "LPIPS", NASTY, "GONE"], heading
    press(opened, "Method")
    assert titles(opened) == [NASTY, "LPIPS", "PSNR", "GONE"]
    sorted_by = opened.find_elements("css selector", "#ranking .level:not([hidden]) th[aria-sort]")
    assert [heading.get_attribute("aria-sort") for heading in sorted_by] == ["ascending"]


def test_sorting_by_keyboard(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    opened.execute_script("document.querySelectorAll('#ranking th button')[2].focus()")
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert titles(opened)[0] == "PSNR"
    opened.switch_to.active_element.send_keys(Keys.TAB)
    outline = opened.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_filtering_by_several_words(opened: Any) -> None:
    field = opened.find_element("css selector", ".filter")
    nothing = opened.find_element("css selector", ".level:not([hidden]) .nothing")
    for words, expected in (
        ("lpips", ["LPIPS"]),
        ("weights gone", ["GONE"]),
        ("s psnr", ["PSNR"]),  # every row has an s: both words count
        ("psnr lpips", ["LPIPS", "PSNR"]),
        ("no-such-method", []),
    ):
        field.clear()
        field.send_keys(words)
        assert titles(opened) == expected, words
        assert nothing.is_displayed() == (not expected)
    assert nothing.text == "No method matches."


@pytest.mark.parametrize("width", [400, 1200])
def test_header_and_method_stay_in_sight(opened: Any, page: Path, width: int) -> None:
    emulate(opened, width, "light")
    opened.get(page.as_uri())
    script = """
        const box = document.querySelector('#ranking .ranked');
        box.style.height = '110px'; box.style.width = '330px';
        box.scrollTo(150, 60);
        const frame = box.getBoundingClientRect();
        const top = box.querySelector('thead th:nth-child(3)').getBoundingClientRect().top - frame.top;
        const left = box.querySelector('tbody th').getBoundingClientRect().left - frame.left;
        return [box.scrollLeft, box.scrollTop, Math.round(top), Math.round(left)];
    """
    x, y, top, left = opened.execute_script(script)
    assert x > 50
    assert y > 20
    assert (top, left) == (0, 0)


def test_the_ranking_fits_its_box(opened: Any) -> None:
    script = "const box = document.querySelector('#ranking .ranked'); return [box.scrollWidth, box.clientWidth]"
    wide, room = opened.execute_script(script)
    assert wide <= room


def test_groups_of_columns_are_chosen(opened: Any) -> None:
    level = opened.find_element("css selector", "#ranking .level:not([hidden])")

    def shown() -> list[str]:
        return [cell.text.split(" ")[0] for cell in level.find_elements("css selector", "thead th") if cell.text]

    assert shown() == ["Place", "Method", "SRCC", "PLCC", "KRCC", "RMSE", "Pairs", "Group"]
    level.find_element("css selector", "summary").click()
    groups = level.find_elements("css selector", "input.group")
    assert [box.find_element("xpath", "..").text for box in groups] == ["Correlations", "Errors", "Methods"]
    groups[0].click()
    assert shown() == ["Place", "Method", "RMSE", "Pairs", "Group"]
    assert not level.find_element("css selector", "td:nth-of-type(2)").is_displayed()
    groups[2].click()  # was in part
    assert shown() == ["Place", "Method", "RMSE", "Pairs", "Group", "Trained"]


def test_notes_are_marks_with_a_popover(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    assert "no weights" not in opened.find_element("css selector", "#ranking table").text
    mark = opened.find_element("css selector", "#ranking tr[data-label=gone] button.mark")
    note = opened.find_element("id", mark.get_attribute("popovertarget"))
    assert not note.is_displayed()
    mark.send_keys(Keys.ENTER)
    assert note.is_displayed()
    assert note.text == "Not ranked: unavailable: no weights"
    mark.send_keys(Keys.ESCAPE)
    assert not note.is_displayed()


def test_levels_and_sections_are_tabs(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    tabs = opened.find_elements("css selector", "#ranking [role=tab]")
    assert [tab.text for tab in tabs] == ["All pairs", "By condition"]
    tabs[0].send_keys(Keys.ARROW_RIGHT)
    assert [tab.get_attribute("aria-selected") for tab in tabs] == ["false", "true"]
    assert "clahe" in opened.find_element("css selector", "#ranking .level:not([hidden]) thead").text
    for tab in opened.find_elements("css selector", "#sections a"):
        tab.click()
        assert opened.execute_script("return document.documentElement.scrollHeight") < 3000


def copied_by(browser: Any, button: str) -> str:
    permissions = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", permissions)
    found = browser.find_element("css selector", f"#ranking .level:not([hidden]) {button}")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
    found.click()
    wait_for(browser, f"return document.querySelector('#ranking {button}').textContent === 'Copied'")
    return str(browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))


def test_what_is_shown_is_copied(opened: Any) -> None:
    opened.find_element("css selector", ".filter").send_keys("lpips")
    rows = list(csv.reader(copied_by(opened, "[data-share=csv]").splitlines()))
    assert rows[0][:5] == ["Place", "Method", "srcc", "srcc low", "srcc high"]
    assert [row[1] for row in rows[1:]] == ["LPIPS"]
    assert "krcc" in rows[0]
    hide = "const place = document.querySelector('#ranking .level:not([hidden]) th[data-key=krcc]').cellIndex;"
    opened.execute_script(f"{hide} document.querySelector(`.level:not([hidden]) [data-column='${{place}}']`).click()")
    fewer = next(csv.reader(copied_by(opened, "[data-share=csv]").splitlines()))
    assert fewer == [name for name in rows[0] if not name.startswith("krcc")], "a hidden column is not copied"
    assert "KRCC" not in copied_by(opened, "[data-share=tex]")
    opened.find_element("css selector", ".filter").clear()
    opened.find_element("css selector", ".filter").send_keys("ssim")
    source = copied_by(opened, "[data-share=tex]")
    assert r"\textless{}b\textgreater{} \& \$x\$" in source
    assert source.count(r"\\") == 2
    assert "@article{ssim" in copied_by(opened, "[data-share=bib]")


def test_what_is_shown_is_downloaded(opened: Any, tmp_path: Path) -> None:
    opened.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    for kind in ("csv", "tex", "bib"):
        opened.find_element("css selector", f"#ranking .level:not([hidden]) [data-save={kind}]").click()
        content = downloaded(tmp_path / f"ranking.{kind}")
        assert {"csv": "PSNR", "tex": r"\begin{tabular}", "bib": "@article{ssim"}[kind] in content
    go_to(opened, "plots")
    opened.find_element("css selector", "[data-figure=intervals]").click()
    assert downloaded(tmp_path / "intervals.svg").startswith("<?xml")
    go_to(opened, "pairs")
    opened.find_element("id", "explore-svg").click()
    drawn = downloaded(tmp_path / "scatter.svg")
    assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(--" not in drawn


def downloaded(path: Path) -> str:
    for _ in range(100):
        if path.is_file() and path.stat().st_size:
            return path.read_text(encoding="utf-8")
        time.sleep(0.05)
    raise AssertionError(f"{path.name} was not downloaded")


def test_no_violation_of_accessibility(opened: Any, page: Path) -> None:
    axe = pytest.importorskip("axe_core_python.selenium", reason="axe-core-python is not installed (pip: [dev])")
    for scheme in ("light", "dark"):
        emulate(opened, 1200, scheme)
        opened.get(page.as_uri())
        for tab in opened.find_elements("css selector", "#sections a"):
            tab.click()
            found = axe.Axe().run(opened)["violations"]
            assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == []


def test_several_data_sets_begin_with_their_matrix(make_report: Maker, browser: Any, tmp_path: Path) -> None:
    runs = {name: make_report({"a": 0.5, "b": 0.8}, datasets=(name,)) for name in ("one", "two")}
    browser.get(write_report(side_by_side(runs), tmp_path)["report.html"].as_uri())
    assert browser.find_element("css selector", "#sections a").text == "Data sets"
    matrix = browser.find_element("id", "matrix")
    assert matrix.is_displayed()
    heads = [cell.text.split("\n")[0] for cell in matrix.find_elements("css selector", "thead th")]
    assert heads == ["Method", "one", "two", "Average", "Weighted average"]
    values = [
        float(cell.get_attribute("data-sort"))
        for cell in matrix.find_elements("css selector", "tbody tr:first-child td")
    ]
    assert values[2] == pytest.approx((values[0] + values[1]) / 2)
    go_to(browser, "ranking")
    sets = browser.find_elements("css selector", "#ranking > .set")
    assert [each.is_displayed() for each in sets] == [True, False]


def test_copy_button_copies_the_latex(opened: Any) -> None:
    opened.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    go_to(opened, "paper")
    button = opened.find_element("css selector", "button[data-copy=latex-comparison]")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    wait_for(opened, "return document.querySelector('button[data-copy=latex-comparison]').textContent === 'Copied'")
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
            if (!node.textContent.trim() || !element.checkVisibility() || element.closest('.scatter')) { continue; }
            worst = Math.min(worst, contrast(luminance(getComputedStyle(element).color), luminance(ground(element))));
        }
        return [worst, getComputedStyle(document.body).backgroundColor];
    """
    worst, ground = opened.execute_script(script)
    assert worst >= 4.5
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_odd_names_are_shown_as_text(opened: Any) -> None:
    assert NASTY in opened.find_element("css selector", "#ranking tbody th").text
    go_to(opened, "pairs")
    title = wait_for(opened, "return document.querySelector('#explore-plot .gtitle')?.textContent")
    assert title.startswith(NASTY)
