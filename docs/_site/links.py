"""Links of pages: from the repository's layout to the site's, and from names in code to their entries of the API."""

import posixpath
import re
from collections.abc import Callable, Collection, Mapping

# Fenced blocks and comments, in which nothing is changed, or a link [text](target).
_LINK = re.compile(r"(^```.*?^```|^~~~.*?^~~~|<!--.*?-->)|(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)", re.M | re.S)
# What holds no name that is to be linked: blocks, comments, headings, links, longer code; or a name alone in code.
_NAME = re.compile(
    r"(^```.*?^```|<!--.*?-->|^#.*?$|!?\[(?:[^\[\]]|\[[^\]]*\])*\]\([^)]*\)|``.*?``)|`([A-Z]\w+)`", re.M | re.S
)


def placed(markdown: str, source: str, page: str, pages: Collection[str]) -> str:
    """Markdown whose links fit the site.

    Args:
        markdown: of a page.
        source: where it stands in the repository, which its links start from.
        page: where it stands in the site.
        pages: all files of the site, by their paths in it. Files of docs/ lose that folder's name there.

    Example:
        >>> placed("[speed](../benchmarks/SPEED.md#gat)", "docs/a/b.md", "a/b.md", {"benchmarks/SPEED.md"})
        '[speed](../../benchmarks/SPEED.md#gat)'
        >>> placed("[a test](../tests/test_docs.py)", "docs/a.md", "a.md", set())
        'a test'
    """

    def follow(match: re.Match[str]) -> str:
        kept, image, text, target = match.groups()
        path, mark, anchor = (target or "").partition("#")
        if kept or not path or ":" in path:
            return match[0]
        there = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        place = there.removeprefix("docs/") if there.startswith("docs/") else there
        if place in pages:
            return f"{image}[{text}]({posixpath.relpath(place, posixpath.dirname(page) or '.')}{mark}{anchor})"
        return match[0] if there.startswith("docs/") else text  # a page of docs/ that is not there is an error

    return _LINK.sub(follow, markdown)


def named(markdown: str, entries: Mapping[str, str], page: str) -> str:
    """Markdown in which a name of the API, alone in code, leads to its entry.

    Args:
        markdown: of a page.
        entries: page and anchor by name.
        page: where it stands in the site.

    Example:
        >>> named("A `Predictor` of `Nothing`.", {"Predictor": "api/deploy.md#gnn2mlp.deploy.Predictor"}, "a/b.md")
        'A [`Predictor`](../api/deploy.md#gnn2mlp.deploy.Predictor) of `Nothing`.'
    """

    def link(match: re.Match[str]) -> str:
        entry = entries.get(match[2] or "")
        if entry is None:
            return match[0]
        return f"[{match[0]}]({posixpath.relpath(entry, posixpath.dirname(page) or '.')})"

    return _NAME.sub(_Once(link), markdown)


class _Once:
    """Links a name the first time alone: a page of links is hard to read."""

    def __init__(self, link: Callable[[re.Match[str]], str]):
        self.link = link
        self.seen: set[str] = set()

    def __call__(self, match: re.Match[str]) -> str:
        name = match[2]
        if name is None or name in self.seen:
            return match[0]
        self.seen.add(name)
        return self.link(match)
