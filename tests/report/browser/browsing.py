"""What the tests of the page do in the browser: look, press, wait; and what this machine lacks for it."""

import shutil
from importlib.util import find_spec
from typing import Any

LACKING = (
    "selenium is not installed"
    if find_spec("selenium") is None
    else ""
    if shutil.which("chromium") and shutil.which("chromedriver")
    else "Chromium is not installed (Debian: chromium chromium-driver)"
)
NASTY = "a<b> & $x$ </script>"
"""A method's title that is markup if it is not escaped."""


def emulate(browser: Any, width: int, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def titles(browser: Any) -> list[str]:
    rows = "[...document.querySelectorAll('#ranking .level:not([hidden]) tbody tr')].filter(row => !row.hidden)"
    script = f"return {rows}.map(row => row.cells[1].dataset.sort)"
    return list(browser.execute_script(script))


def go_to(browser: Any, section: str) -> None:
    """Choose a tab of the page."""
    browser.find_element("css selector", f"#sections a[href='#{section}']").click()


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
