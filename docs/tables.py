"""Tables whose cells know the title of their column, as `data-label`.

On a phone the style of the site shows every row as a card, and each cell of it
with its title. This is an extension of Python-Markdown.
"""

import markdown
from markdown.treeprocessors import Treeprocessor

# After what is in the cells was read.
_AFTER_INLINE = 5


class _Labels(Treeprocessor):
    def run(self, root):
        for table in root.iter("table"):
            titles = ["".join(cell.itertext()) for cell in table.iter("th")]
            for row in table.iterfind("tbody/tr"):
                for title, cell in zip(titles, row, strict=True):
                    if title:
                        cell.set("data-label", title)


class Labels(markdown.Extension):
    """Writes the title of its column to every cell of a table."""

    def extendMarkdown(self, md):  # noqa: N802
        """Adds what writes titles to a converter."""
        md.treeprocessors.register(_Labels(md), "labels", _AFTER_INLINE)


def makeExtension(**options):  # noqa: N802
    """Returns the extension, as Python-Markdown asks a module for it."""
    return Labels(**options)
