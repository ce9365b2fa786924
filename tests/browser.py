"""Pages in headless Chromium, as tests open them: no network, all that the console says, and axe-core to judge them.

A test asks for the fixture `chromium` and opens a file or HTML in it:

    def test_it_opens(chromium, tmp_path):
        with opened(chromium, tmp_path / "page.html", width=390, dark=True) as seen:
            seen.page.hover("circle")
            assert seen.messages == []

Such tests are skipped where there is no Chromium (`chromium`, `google-chrome` or what `GNN2MLP_CHROMIUM` names) or no
playwright. axe-core is no part of this package: `make pages` fetches it with npm, `GNN2MLP_AXE` names another copy.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Where `make pages` and `make test` put it: into .venv, whose Python this is.
AXE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"
# What axe-core calls the impact of faults that keep somebody from reading a page.
SERIOUS = ("serious", "critical")
# Chromium's own sandbox needs rights that containers lack; the pages are our own.
_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"]
_LOCAL = ("file:", "data:", "blob:", "about:")


class Seen(NamedTuple):
    """An open page and what happened on it.

    Args:
        page: playwright's page, to look at and to act on.
        messages: what the console said, errors of scripts included, each as `"kind: text"`.
        refused: addresses outside of this machine that the page asked for.
    """

    page: "Page"
    messages: list[str]
    refused: list[str]


def find_chromium() -> str | None:
    """The path of the browser, if there is one."""
    named = os.environ.get("GNN2MLP_CHROMIUM")
    return named or next((path for command in COMMANDS if (path := shutil.which(command))), None)


@contextmanager
def launched() -> "Iterator[Browser]":
    """A running browser; skips the test where there is none.

    Within, the thread has an event loop of playwright's, so that it should not outlive the tests of a module.
    """
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: install one, or set GNN2MLP_CHROMIUM to its path")
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """A browser for the tests of a module."""
    with launched() as browser:
        yield browser


@contextmanager
def opened(
    browser: "Browser", page: Path | str, width: int = 1200, height: int = 900, dark: bool = False, css: str = ""
) -> Iterator[Seen]:
    """A page, loaded, in a window of its own.

    Args:
        browser: what `chromium` gives.
        page: a file, or HTML itself.
        width, height: of the window, in CSS pixels.
        dark: whether the reader prefers dark pages.
        css: rules that are added after the page's own.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    try:
        tab = context.new_page()
        seen = Seen(tab, [], [])
        context.route("**/*", lambda route: _answer(route, seen.refused))
        tab.on("console", lambda message: seen.messages.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: seen.messages.append(f"error: {error}"))
        if isinstance(page, Path):
            tab.goto(page.resolve().as_uri(), wait_until="load")
        else:
            tab.set_content(page, wait_until="load")
        if css:
            tab.add_style_tag(content=css)
        yield seen
    finally:
        context.close()


def _answer(route: "Route", refused: list[str]) -> None:
    if route.request.url.startswith(_LOCAL):
        route.continue_()
    else:
        refused.append(route.request.url)
        route.abort()


def find_axe() -> Path:
    """The file of axe-core; skips the test where there is none."""
    named = os.environ.get("GNN2MLP_AXE")
    path = Path(named) if named else AXE
    if not path.is_file():
        pytest.skip(f"no axe-core at {path}: `make pages` fetches it, or set GNN2MLP_AXE to an axe.min.js")
    return path


def faults(page: "Page", axe: Path, impacts: tuple[str, ...] = SERIOUS) -> list[str]:
    """What axe-core finds on a page of these impacts, each as `"rule: element: what is wrong"`."""
    page.evaluate(axe.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
        for one in found["violations"]
        if one["impact"] in impacts
        for node in one["nodes"]
    ]
