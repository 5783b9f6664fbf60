"""A Chromium of the system, and what every page in it has to hold."""

import contextlib
import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# Milliseconds for a state to come about. Only a page that never comes to it
# takes as long, however much else the machine has to do.
PATIENCE = 600_000


@contextlib.contextmanager
def chromium():
    """Starts a Chromium without a window; what is in it ends with the block."""
    from playwright import sync_api

    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def check_page(page, *, without=()):
    """Fails where a page is wider than its window or breaks a rule of axe.

    Args:
        page: The page, as it is shown.
        without: Names of rules that do not count.
    """
    from axe_playwright_python import sync_playwright

    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], page.url
    rules = {"rules": {name: {"enabled": False} for name in without}}
    answer = sync_playwright.Axe().run(page, options=rules)
    found = answer.response["violations"]
    assert not found, (page.url, [(f["id"], f["nodes"]) for f in found])
