"""Animations, which stand still for readers who do not want motion.

A picture `NAME.webp` of a page has a still one, `NAME.png`, beside it. Browsers
show that one to whoever asked the system for less motion. This is an extension
of Python-Markdown.
"""

from xml.etree import ElementTree

import markdown
from markdown.treeprocessors import Treeprocessor

# After the addresses of pictures were made those of the site.
_LAST = -10


class _Stills(Treeprocessor):
    def run(self, root):
        for parent in list(root.iter()):
            for place, child in enumerate(list(parent)):
                address = child.get("src", "") if child.tag == "img" else ""
                if address.endswith(".webp"):
                    parent[place] = _picture(child, address)


def _picture(image, address):
    picture = ElementTree.Element("picture")
    picture.tail, image.tail = image.tail, None
    still = {
        "media": "(prefers-reduced-motion: reduce)",
        "srcset": address.removesuffix(".webp") + ".png",
    }
    ElementTree.SubElement(picture, "source", still)
    picture.append(image)
    return picture


class Stills(markdown.Extension):
    """Gives every animation of a page its still picture."""

    def extendMarkdown(self, md):  # noqa: N802
        """Adds what gives them to a converter."""
        md.treeprocessors.register(_Stills(md), "stills", _LAST)


def makeExtension(**options):  # noqa: N802
    """Returns the extension, as Python-Markdown asks a module for it."""
    return Stills(**options)
