"""Pages of the built site in a real Chromium: `python -m docs.build` first."""

import functools
import http.server
import pathlib
import threading

import pytest

from tests.browsers import CHROMIUM
from tests.browsers import DESKTOP
from tests.browsers import PATIENCE
from tests.browsers import PHONE
from tests.browsers import check_page
from tests.browsers import chromium

pytest.importorskip("playwright", reason="needs .[browser]")
pytest.importorskip("axe_playwright_python", reason="needs .[browser]")
SITE = pathlib.Path(__file__).parent.parent / "site"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.skipif(
        not (SITE / "index.html").exists(), reason="the site is not built"
    ),
]

# The theme's script puts each button that copies code into a `nav` without a
# name. WCAG does not ask for one.
OF_THE_THEME = ("landmark-unique",)
PAGES = [
    "",
    "models/made/",
    "results/",
    "guides/own_data/",
    "lessons/3_nade/",
    "reference/layers/",
]
# Colours follow from the scheme, and what fits from the width: the other pairs
# of the two show little more, and one page has them too.
VIEWS = {
    ("light", "desktop"): PAGES,
    ("dark", "phone"): PAGES,
    ("dark", "desktop"): ["models/made/"],
    ("light", "phone"): ["models/made/"],
}
LAID_OUT = """() => document.readyState === 'complete'
    && document.fonts.status === 'loaded'
    && [...document.images].every(
        image => image.loading === 'lazy' || image.complete)"""
VIEWPORTS = {"desktop": DESKTOP, "phone": PHONE}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    handler = functools.partial(_Quiet, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize(
    ("scheme", "viewport", "place"),
    [(*view, place) for view, places in VIEWS.items() for place in places],
)
def test_a_page_fits_and_keeps_to_wcag(
    browser, address, scheme, viewport, place
):
    with browser.new_context(
        viewport=VIEWPORTS[viewport],
        color_scheme=scheme,
        reduced_motion="reduce",
    ) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on(
            "response",
            lambda answer: failed.append(answer.url) if not answer.ok else None,
        )
        page.goto(f"{address}/{place}")
        page.wait_for_function(LAID_OUT)
        check_page(page, without=OF_THE_THEME)
    assert not failed
    assert all(url.startswith((address, "data:", "blob:")) for url in asked)


def test_formulas_of_the_reference_are_laid_out(browser, address):
    page = browser.new_page(viewport=DESKTOP)
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/reference/layers/")
    page.wait_for_function(LAID_OUT)
    formulas = page.locator(".doc-contents .equation math").all()
    assert len(formulas) > 5
    for formula in formulas:
        box = formula.bounding_box()
        assert box["width"] > 50
        assert box["height"] > 10
    page.close()
