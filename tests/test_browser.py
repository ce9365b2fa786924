"""The helper that opens pages: what it hears, what it refuses, and that axe-core is asked."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import browser
from tests.browser import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE = """<!doctype html>
<html lang="en"><head><title>A page</title></head>
<body><main><h1>A page</h1>{}</main></body></html>"""


def test_what_the_console_says_is_kept(chromium: "Browser") -> None:
    with opened(chromium, PAGE.format("<script>console.log('seen'); missing()</script>")) as seen:
        assert seen.messages == ["log: seen", "error: missing is not defined"]


def test_nothing_is_fetched_from_outside(chromium: "Browser") -> None:
    with opened(chromium, PAGE.format('<img alt="a dot" src="https://example.org/dot.png">')) as seen:
        assert seen.refused == ["https://example.org/dot.png"]


def test_width_ground_and_rules_are_the_tests_own(chromium: "Browser", tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE.format("<p>text</p>"))
    with opened(chromium, tmp_path / "page.html", width=390, dark=True, css="p { font-size: 7px }") as seen:
        assert seen.page.evaluate("innerWidth") == 390
        assert seen.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert seen.page.evaluate("getComputedStyle(document.querySelector('p')).fontSize") == "7px"
        assert seen.messages == seen.refused == []


def test_axe_names_the_fault_and_its_place(chromium: "Browser") -> None:
    axe = browser.find_axe()
    with opened(chromium, PAGE.format('<p id="pale" style="color: #ccc">text</p>')) as seen:
        (found,) = browser.faults(seen.page, axe)
        assert found.startswith("color-contrast: #pale: ")
    with opened(chromium, PAGE.format("<p>text</p>")) as seen:
        assert browser.faults(seen.page, axe) == []


def test_without_a_browser_tests_are_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GNN2MLP_CHROMIUM", raising=False)
    monkeypatch.setattr("shutil.which", lambda command: None)
    with pytest.raises(pytest.skip.Exception, match="no Chromium: install one"), browser.launched():
        pass


def test_without_axe_tests_are_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GNN2MLP_AXE", str(tmp_path / "axe.min.js"))
    with pytest.raises(pytest.skip.Exception, match="`make pages` fetches it"):
        browser.find_axe()
