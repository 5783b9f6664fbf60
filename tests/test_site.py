"""The site: its equations and formulas, and the check of its links."""

import ast
import pathlib
import re

import pytest

markdown = pytest.importorskip("markdown", reason="needs .[docs]")
pytest.importorskip("latex2mathml", reason="needs .[docs]")

griffe = pytest.importorskip("griffe", reason="needs .[docs]")

from docs import docstrings  # noqa: E402
from docs import equations  # noqa: E402
from docs import formulas  # noqa: E402
from docs import links  # noqa: E402

ROOT = pathlib.Path(__file__).parent.parent


def html(text):
    extensions = ["docs.equations", "pymdownx.superfences"]
    return markdown.markdown(text, extensions=extensions)


def test_dollars_are_equations():
    assert "<msub><mi>x</mi><mi>i</mi></msub>" in html("The pixel $x_i$ is 1.")
    apart = html("Before\n\n$$\np(x) = \\prod_i p_i\n$$\n\nafter.")
    assert 'display="block"' in apart
    assert "<munder>" in apart


@pytest.mark.parametrize(
    "text",
    ["`$x_i$`", "It costs $5 or $6.", "```\n$$ x $$\n```", r"\$x\$"],
)
def test_other_dollars_are_none(text):
    assert "<math" not in html(text)


def test_an_unknown_command_is_an_error():
    with pytest.raises(ValueError, match="unknown command"):
        equations.mathml(r"\nosuchcommand x")


def plain(formula):
    """Returns what a formula shows, with `_` and `^` before scripts."""
    shown = formulas.mathml(formula)
    shown = re.sub(r"<m(sub|under|sup|subsup)><mrow>", r"<mrow>", shown)
    shown = shown.replace("</mrow><mrow>", "_")
    return re.sub(r"<[^>]*>", "", shown).replace("&lt;", "<")


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("p(x[i] | x[<i]) = p_0(x_<i)", "p(x_i|x_<i)=p_0(x_<i)"),
        ("h_{l + 1}[n] @ W", "h_l+1,nW"),
        ("log_prob >= log_scale[k]", "log_prob≥log_scale_k"),
        ("mu * beta_1^t / sqrt(mu)", "μ⋅β_1_t/μ"),
        ("a in {0, ..., N}", "a∈{0,…,N}"),
        ("|x| + <a[i], b>", "|x|+⟨a_i,b⟩"),
        ("x'[i] == state-to-state", "x_i_\N{PRIME}=state-to-state"),
    ],
)
def test_formulas_show_mathematics(formula, shown):
    assert plain(formula) == shown


@pytest.mark.parametrize(
    "formula",
    ["sum{ w[j] : j < i }", "sum{ w[j] for j < i }", "sum_{j < i} w[j]"],
)
def test_conditions_are_under_their_signs(formula):
    condition = "<mi>j</mi><mo>&lt;</mo><mi>i</mi>"
    under = f"<munder><mo>∑</mo><mrow>{condition}</mrow></munder>"
    assert under in formulas.mathml(formula)


def test_remarks_and_lines_of_formulas():
    found = formulas.mathml("a = b,  b > 0  [1, Eq. 2]\n  + c")
    assert "<mtext>[1, Eq. 2]</mtext>" in found
    assert found.count("<mtr>") == 2
    assert '<mspace width="1em"/>' in found


@pytest.mark.parametrize("formula", ["p(x", "p(x]", "x)", "sum{ a : b"])
def test_brackets_of_formulas_are_pairs(formula):
    with pytest.raises(ValueError, match="A formula"):
        formulas.mathml(formula)


def test_formulas_of_docstrings_are_found():
    text = (
        "A model.\n\n    x = 1\n    y = 2\n\nwith text.\n\n"
        "Example:\n    >>> f(x)\n\n    >>> g(x)"
    )
    written = docstrings.with_mathml(text)
    assert written.count("<math") == 1
    assert written.startswith('A model.\n\n<div class="equation"')
    assert written.endswith(text[text.index("\n\nwith text.") :])


def test_the_reference_reads_every_formula():
    paths = sorted((ROOT / "tf_autoregressive").rglob("*.py"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    number = 0
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, documented):
                text = ast.get_docstring(node) or ""
                number += docstrings.with_mathml(text).count("<math")
    assert number > 60


def test_the_reference_shows_formulas():
    nade = griffe.load(
        "tf_autoregressive.models.nade.NADE",
        search_paths=[ROOT],
        extensions=griffe.load_extensions(docstrings.Docstrings),
    )
    assert "<mi>sigmoid</mi>" in html(nade.docstring.value)
    assert "sum{" not in nade.docstring.value


def test_cells_have_the_titles_of_their_columns():
    table = "| a | `b` |\n|---|---|\n| 1 | |\n| 2 | 3 |"
    written = markdown.markdown(table, extensions=["tables", "docs.tables"])
    assert written.count('<td data-label="a">') == 2
    assert '<td data-label="b">3</td>' in written


def test_dead_links_are_found(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text('<h2 id="here">A</h2>')
    (tmp_path / "index.html").write_text(
        '<a href="a/#here">1</a><a href="a/#gone">2</a><a href="b/">3</a>'
        '<img src="none.png"><a href="#top">4</a><a href="https://x.y/z">5</a>'
    )
    assert [text.partition(": ")[2] for text in links.dead(tmp_path)] == [
        "#top",
        "a/#gone",
        "b/",
        "none.png",
    ]
