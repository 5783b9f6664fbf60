"""Links of a built site that lead nowhere: pages, pictures, anchors."""

import html.parser
import pathlib
import urllib.parse


class _Page(html.parser.HTMLParser):
    """The anchors of a page, and the addresses that it links to or shows."""

    def __init__(self, text):
        super().__init__()
        self.anchors = set()
        self.targets = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.anchors |= {found.get("id"), found.get("name")} - {None}
        for name in ("href", "src", "srcset"):
            if found.get(name):
                self.targets.add(found[name])


def dead(site: pathlib.Path) -> list[str]:
    """Returns the links within a site that lead nowhere, one text a link.

    Args:
        site: The folder of the built site.
    """
    site = site.resolve()
    pages = {
        path: _Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }
    return [
        f"{path.relative_to(site)}: {target}"
        for path, page in pages.items()
        for target in sorted(page.targets)
        if not _leads(path, target, pages, site)
    ]


def _leads(path, target, pages, site):
    """Returns whether a link of a page leads somewhere, or out of the site."""
    parts = urllib.parse.urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    place = path
    if parts.path:
        # The page of errors is shown at any address: its links begin with /.
        folder = site if parts.path.startswith("/") else path.parent
        place = (
            folder / urllib.parse.unquote(parts.path).lstrip("/")
        ).resolve()
    if place.is_dir():
        place /= "index.html"
    if not place.exists():
        return False
    anchor = urllib.parse.unquote(parts.fragment)
    return not anchor or place not in pages or anchor in pages[place].anchors
