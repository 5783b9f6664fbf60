"""The page in a real Chromium."""

import threading

import numpy as np
import pytest

from tests.browsers import CHROMIUM
from tests.browsers import DESKTOP
from tests.browsers import PATIENCE
from tests.browsers import PHONE
from tests.browsers import check_page
from tests.browsers import chromium
from trainers.demo import tabs
from trainers.demo.tabs.complete import NUM_COMPLETIONS

from .served import served

pytest.importorskip("playwright", reason="needs .[browser]")
pytest.importorskip("axe_playwright_python", reason="needs .[browser]")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

# These have no tab of their own.
PARTS = {"picture", "example", "row"}
MODELS = (
    "images",
    "colours",
    "texts",
    "music",
    "sounds",
    "labelled",
    "vectors",
    "people",
)
# Everything is drawn, and nothing works.
IDLE = """() => {
    const panel = document.querySelector('section:not([hidden])');
    return panel && !panel.querySelector('progress:not([hidden])');
}"""


@pytest.fixture(scope="module")
def models(request):
    return [request.getfixturevalue(name) for name in MODELS]


@pytest.fixture(scope="module")
def address(models):
    with served(models) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser, address):
    """Opens a tab of a model; errors of the page fail the test."""
    contexts, errors = [], []

    def opened(place, viewport=DESKTOP, scheme="light"):
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        # A file of another server is refused, and said here.
        page.on(
            "console",
            lambda line: (
                errors.append(line.text) if line.type == "error" else None
            ),
        )
        page.goto(f"{address}/#{place}")
        page.wait_for_function(IDLE)
        return page

    opened.errors = errors
    yield opened
    for context in contexts:
        context.close()
    assert not errors


def places(models):
    return [
        f"{index}-{name}"
        for index, shown in enumerate(models)
        for name in tabs.offered(shown)
        if name not in PARTS
    ]


def control(page, label):
    """Returns a control of the open tab."""
    panel = page.locator("section:not([hidden])")
    return panel.get_by_label(label, exact=True).first


def button(page, name):
    """Returns a button of the open tab."""
    panel = page.locator("section:not([hidden])")
    return panel.get_by_role("button", name=name, exact=True)


def levels(canvas, num_levels):
    """Returns the first channel of a small canvas, as levels."""
    data = canvas.evaluate(
        "c => [...c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data]"
    )
    return np.round(np.array(data[::4]) / 255 * (num_levels - 1)).astype(int)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_fits_and_keeps_to_wcag(visit, models, viewport, scheme):
    for place in places(models):
        page = visit(place, viewport, scheme)
        assert not page.locator(".error:not(:empty)").count(), place
        check_page(page)
        page.close()


@pytest.mark.parametrize("index", [0, 1])
def test_samples_are_those_of_python(visit, models, index):
    model = models[index].model
    page = visit(f"{index}-sample")
    control(page, "Seed").fill("7")
    control(page, "Number").fill("5")
    control(page, "Temperature").fill("0.8")
    button(page, "Sample").click()
    page.wait_for_function(IDLE)
    canvases = page.locator(".grid canvas")
    expected = model.sample(5, seed=7, temperature=0.8, top_p=1.0).numpy()
    assert canvases.count() == 5
    for canvas, image in zip(canvases.all(), expected, strict=True):
        np.testing.assert_array_equal(
            levels(canvas, model.num_levels), image[..., 0].ravel()
        )


def test_completions_are_those_of_python(visit, images):
    page = visit("0-complete")
    page.wait_for_selector(".six canvas")
    example = images.examples.shown[:1]
    known = np.zeros(images.model.event_shape, bool)
    known[:2] = True
    expected = images.model.complete(
        np.repeat(example, NUM_COMPLETIONS, axis=0), known, seed=0
    )
    for canvas, image in zip(
        page.locator(".six canvas").all(), expected, strict=True
    ):
        np.testing.assert_array_equal(levels(canvas, 2), np.ravel(image))


def test_an_image_grows_to_its_end(visit, images):
    page = visit("0-draw")
    page.wait_for_function(
        "() => document.getElementById('panel-draw').dataset.drawn === '20'"
    )
    assert "Pixel 20, row 3, column 4" in page.inner_text("#panel-draw")


def test_a_text_is_that_of_python(visit, texts):
    page = visit("2-write")
    control(page, "Beginning").fill("abc")
    control(page, "Characters").fill("50")
    control(page, "Seed").fill("3")
    button(page, "Write on").click()
    page.wait_for_function(
        "() => document.getElementById('panel-write').dataset.drawn === '53'"
    )
    expected = texts.model.generate(1, 50, prime="abc", seed=3)
    text = page.locator("#panel-write .text")
    shown = text.evaluate("e => e.textContent")
    assert shown == "abc" + texts.model.decode(expected[0])


def rows_of(page):
    """Returns the texts of the rows of the open tab's table."""
    return page.locator("section:not([hidden]) table").evaluate(
        "t => [...t.tBodies[0].rows].map(r => [...r.cells]"
        ".map(c => c.textContent))"
    )


def written(columns):
    """Returns rows as the page writes them."""
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [[*map(_written, row)] for row in rows]


def _written(value):
    if value != value:
        return "\N{EN DASH}"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_rows_are_those_of_python(visit, people):
    page = visit("7-sample")
    control(page, "Seed").fill("7")
    control(page, "Number").fill("5")
    button(page, "Sample").click()
    page.wait_for_function(IDLE)
    drawn = people.model.sample(5, seed=7)
    scores = [f"{value:.2f}" for value in people.model.log_prob(drawn).numpy()]
    *cells, last = zip(*rows_of(page), strict=True)
    assert [*last] == scores
    rows = [[*row] for row in zip(*cells, strict=True)]
    assert rows == written(people.medium.table.decode(drawn))


def test_filled_rows_are_those_of_python(visit, people):
    page = visit("7-fill")
    control(page, "age").fill("30")
    control(page, "job").select_option("judge")
    control(page, "owner").select_option("")
    control(page, "income").fill("")
    control(page, "Seed").fill("3")
    button(page, "Fill the empty cells").click()
    page.wait_for_function(IDLE)
    row = {"age": 30, "job": "judge", "owner": None, "income": None}
    given = {name: [value] * NUM_COMPLETIONS for name, value in row.items()}
    filled = people.medium.table.fill(people.model, given, seed=3)
    assert rows_of(page) == written(filled)
    assert page.locator("td.drawn").count() == 2 * NUM_COMPLETIONS


def test_a_row_is_judged(visit, people):
    page = visit("7-anomaly")
    control(page, "age").fill("")
    button(page, "Judge").click()
    error = page.locator(".error").filter(has_text="'age' must have a value")
    error.wait_for()
    control(page, "age").fill("79")
    control(page, "job").select_option("nurse")
    button(page, "Judge").click()
    page.wait_for_function(IDLE)
    assert [row[0] for row in rows_of(page)] == [*people.medium.table.names]
    assert "p = " in page.inner_text(".verdict")


def test_the_keyboard_alone_is_enough(visit, images):
    page = visit("0-sample")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "model"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "tab-sample"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-complete"
    page.wait_for_selector(".six canvas")
    while page.evaluate("document.activeElement.tagName") != "CANVAS":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    assert "row 1, column 2: known" in page.inner_text("#panel-complete")
    page.keyboard.press("Space")
    assert "row 1, column 2: erased" in page.inner_text("#panel-complete")


def test_characters_are_reached_with_the_keyboard(visit):
    page = visit("2-read")
    control(page, "Your text").fill("ab a")
    button(page, "Score").click()
    page.wait_for_function(IDLE)
    page.locator("section:not([hidden]) .text").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "Character 2, b:" in page.inner_text("#panel-read")


def test_a_bad_file_gets_a_sentence(visit, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"no picture")
    page = visit("0-bits")
    control(page, "Picture").select_option("file")
    page.locator("#panel-bits input[type=file]").set_input_files(path)
    error = page.locator("#panel-bits .error").filter(has_text="a.png")
    error.wait_for()


def test_work_can_be_stopped(visit):
    page = visit("2-write")
    control(page, "Characters").fill("2000")
    button(page, "Write on").click()
    button(page, "Stop").click()
    page.wait_for_function(IDLE)
    assert button(page, "Stop").is_disabled()


def test_a_set_of_samples_can_be_stopped(visit, images, monkeypatch):
    page = visit("0-sample")
    going_on = threading.Event()
    sample = images.model.sample

    def held(num, **options):
        if options["seed"].first:
            going_on.wait(60)
        return sample(num, **options)

    monkeypatch.setattr(images.model, "sample", held)
    button(page, "Sample").click()
    page.wait_for_function(
        "() => document.querySelectorAll('.grid canvas').length === 2"
    )
    button(page, "Stop").click()
    going_on.set()
    page.wait_for_function(IDLE)
    assert page.locator(".grid canvas").count() == 2


def test_numbers_of_a_context_are_written(visit, models):
    index, model = 6, models[6].model
    page = visit(f"{index}-sample")
    numbers = page.get_by_label("Context, 3 numbers", exact=True)
    assert numbers.input_value() == "0 0 0"
    numbers.fill("1 -2 0.5")
    numbers.press("Enter")
    page.wait_for_function(IDLE)
    context = np.array([1, -2, 0.5], "float32")
    expected = model.sample(16, seed=0, context=context).numpy()
    canvases = page.locator(".grid canvas").all()
    for canvas, image in zip(canvases, expected, strict=True):
        np.testing.assert_array_equal(levels(canvas, 2), image.ravel())
    numbers.fill("1 two 3")
    numbers.press("Enter")
    error = page.locator(".error").filter(has_text="3 finite numbers")
    error.first.wait_for()
    # The server's refusal is an error in the console, too.
    (refused,) = visit.errors
    assert "400" in refused
    visit.errors.clear()


def test_two_people_do_not_disturb_each_other(visit, images):
    pages = [visit("0-sample"), visit("0-sample")]
    for seed, page in enumerate(pages):
        control(page, "Seed").fill(str(seed))
        button(page, "Sample").click()
    for seed, page in enumerate(pages):
        page.wait_for_function(IDLE)
        first = page.locator(".grid canvas").first
        expected = images.model.sample(1, seed=seed).numpy()
        np.testing.assert_array_equal(levels(first, 2), expected.ravel())


def test_a_label_is_chosen(visit, models):
    index, model = 5, models[5].model
    page = visit(f"{index}-sample")
    page.get_by_label("Label", exact=True).select_option("cat")
    page.wait_for_function(IDLE)
    expected = model.sample(16, seed=0, context=3).numpy()
    canvases = page.locator(".grid canvas").all()
    for canvas, image in zip(canvases, expected, strict=True):
        np.testing.assert_array_equal(levels(canvas, 2), image.ravel())
    page.get_by_label("Model", exact=True).select_option("images")
    assert page.get_by_label("Label", exact=True).is_hidden()
