"""A report's page, and a headless Chromium that shows it."""

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
from tests.report.browser.browsing import NASTY, emulate

Maker = Callable[..., ReportData]


@pytest.fixture(scope="module")
def data(make_report: Maker) -> ReportData:
    """A report with an odd name, a method that is not there, and thumbnails of some pairs."""
    data = make_report(
        {"psnr": 0.5, "ssim": 0.9, "lpips": -0.7, "gone": 0.1},
        methods={
            "ssim": {"title": NASTY, "citation": "@article{ssim, title={SSIM}, author={A}, year={2004}}"},
            "lpips": {"higher_is_better": False},
            "gone": {"status": "unavailable", "reason": "no weights"},
        },
        missing={"gone": 36},
        simulated=True,
    )
    pairs = data.scores["pair"].tolist()
    rng = np.random.default_rng(0)
    images = {pair: make(rng.random((3, 40, 60), dtype=np.float32)) for pair in pairs[:30]}
    return replace(data, thumbnails=Thumbnails(images, dict.fromkeys(images, next(iter(images.values())))))


@pytest.fixture(scope="module")
def page(data: ReportData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(data, tmp_path_factory.mktemp("page"))["report.html"]


@pytest.fixture(scope="module")
def browser(page: Path) -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1200,900",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: Any, page: Path) -> Any:
    """The page anew, 1,200 px wide and light."""
    emulate(browser, 1200, "light")
    browser.get(page.as_uri())
    return browser
