"""The lessons: a page and its notebook agree, exercises have solutions.

Every block of Python of a page runs in `tests/test_docs.py`, those of solutions
included, which assert what they claim. The notebooks run in
`tests/test_notebooks.py`.
"""

import base64
import copy
import re

import pytest

from colab import lessons
from colab import notebooks
from docs import lesson_outputs

PAGES = [pytest.param(page, id=page.stem) for page in lessons.pages()]

PAGE = """\
# A lesson

```python
x = 1
```

A question.

<details markdown="1">
<summary>Solution</summary>

```python
assert x == 1
```

</details>

The end.
"""


def without_outputs(notebook):
    cells = [
        {**cell, "outputs": [], "metadata": {}}
        if cell["cell_type"] == "code"
        else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def test_there_are_eight_lessons():
    assert [int(page.stem[0]) for page in lessons.pages()] == [*range(1, 9)]
    index = (lessons.PAGES / "index.md").read_text()
    assert re.findall(r"\((\w+)\.md\)", index) == [
        page.stem for page in lessons.pages()
    ]


@pytest.mark.parametrize("page", PAGES)
def test_a_notebook_is_what_its_page_says(page):
    stored = notebooks.read(lessons.notebook_of(page))
    assert without_outputs(stored) == lessons.notebook(page)


@pytest.mark.parametrize("page", PAGES)
def test_every_exercise_has_a_solution_that_asserts_something(page):
    text = page.read_text()
    _, exercises = text.split("\n## Exercises\n")
    numbers = re.findall(r"^\*\*(\d)\.\*\* ", exercises, re.MULTILINE)
    assert 2 <= len(numbers) <= 4
    solutions = re.findall(
        r"^<details.*?^</details>$", text, re.MULTILINE | re.DOTALL
    )
    for number, solution in zip(numbers, solutions, strict=True):
        assert f"<summary>Solution of exercise {number}</summary>" in solution
        (code,) = re.findall(r"^```python\n(.*?)^```", solution, re.M | re.S)
        assert re.search(r"^ *assert ", code, re.MULTILINE)


def test_a_solution_stays_closed_in_the_notebook():
    badge, title, install, code, rest = lessons.cells(PAGE)
    assert [badge["id"], install["id"]] == ["badge", "install"]
    assert title["source"] == ["# A lesson"]
    assert code["source"] == ["x = 1"]
    assert code["cell_type"] == "code"
    assert rest["cell_type"] == "markdown"
    assert "assert x == 1\n" in rest["source"]


def test_outputs_are_kept_while_the_code_is_the_same():
    made = {"cells": lessons.cells(PAGE)}
    stored = copy.deepcopy(made)
    (ran,) = notebooks.code_cells(stored)
    ran |= {"outputs": ["one"], "metadata": {"seal": "a"}}
    assert lessons.with_outputs_of(made, stored) == stored

    reworded = {"cells": lessons.cells(PAGE.replace("The end", "An end"))}
    kept = lessons.with_outputs_of(reworded, stored)
    assert notebooks.code_cells(kept) == [ran]

    changed = {"cells": lessons.cells(PAGE.replace("x = 1\n", "x = 2\n"))}
    assert lessons.with_outputs_of(changed, stored) == changed


def test_a_page_shows_the_outputs_of_its_notebook(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path)
    page = tmp_path / "1_a.md"
    page.write_text(PAGE)
    made = {"cells": lessons.cells(PAGE)}
    (ran,) = notebooks.code_cells(made)
    ran["outputs"] = [
        {"name": "stdout", "text": ["one\n", "two\n"]},
        {"data": {"image/png": base64.b64encode(b"a").decode()}},
    ]
    (tmp_path / "lessons").mkdir()
    notebooks.write(lessons.notebook_of(page), made)
    text, pictures = lesson_outputs.with_outputs(page)
    assert pictures == {"1_a_1.png": b"a"}
    shown = (
        "x = 1\n```\n\n```text\none\ntwo\n```\n\n"
        "![The picture that the code above draws](1_a_1.png)\n\nA question."
    )
    assert text == PAGE.replace("x = 1\n```\n\nA question.", shown)
