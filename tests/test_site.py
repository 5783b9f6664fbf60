"""The site: its equations, and the check of its links."""

import pytest

markdown = pytest.importorskip("markdown", reason="needs .[docs]")
pytest.importorskip("latex2mathml", reason="needs .[docs]")

from docs import equations  # noqa: E402
from docs import links  # noqa: E402


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
