import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gnn2mlp.explore import Named, interactive_map
from gnn2mlp.explore.map_page import asset, page_size, render_page
from tests.browser import Seen, faults, find_axe, opened
from tests.browser import chromium as chromium
from tests.explore.maps import small_map

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_page_escapes_what_a_user_named_and_needs_nothing_else() -> None:
    page = render_page(b"nodes", "<b>", ["5 < 6"])
    assert "<h1>&lt;b&gt;</h1>" in page
    assert "<p>5 &lt; 6</p>" in page
    assert base64.b64encode(b"nodes").decode() in page
    assert not re.search(r"(?:src|href)\s*=\s*[\"']", page.replace("href: URL", ""))


def test_its_size_is_known_before_it_is_made() -> None:
    for packed in (b"", b"1234", b"12345"):
        assert page_size(packed, "é", ["a"]) == len(render_page(packed, "é", ["a"]).encode())


def test_the_library_is_the_one_whose_licence_is_told() -> None:
    digest = hashlib.sha256(asset("d3-zoom.min.js").encode()).hexdigest()
    assert f"SHA-256: {digest}" in asset("LICENCES.txt")
    assert "</script" not in asset("d3-zoom.min.js")


@contextmanager
def _shown(browser: "Browser", tmp_path: Path, **window: object) -> Iterator[Seen]:
    path = small_map().save(tmp_path / "map.html")
    with opened(browser, path, **window) as seen:  # type: ignore[arg-type]
        seen.page.wait_for_selector("[data-ready=yes]")
        yield seen
        assert seen.messages == []
        assert seen.refused == []


def _place(seen: Seen, page: int) -> tuple[float, float]:
    """Where on the screen the node `page N` is."""
    x, y = seen.page.evaluate(
        """(id) => {
          const { view, data } = document.getElementById("map").map;
          const i = data.ids.indexOf(id), box = view.canvas.getBoundingClientRect();
          return [box.left + view.left[i], box.top + view.top[i]];
        }""",
        f"page {page}",
    )
    return x, y


def test_a_node_under_the_pointer_tells_its_id_and_features(chromium: "Browser", tmp_path: Path) -> None:
    with _shown(chromium, tmp_path) as seen:
        seen.page.mouse.move(*_place(seen, 2))
        tip = seen.page.locator(".tip")
        tip.wait_for()
        assert tip.inner_text().split("\n") == [
            "page 2", "class: dogs", "answer: right", "confidence: 0.05128", "code: 0", "gamma, epsilon",
        ]  # fmt: skip
        seen.page.mouse.move(5, 5)
        tip.wait_for(state="hidden")


def test_search_finds_an_id_a_class_and_a_word(chromium: "Browser", tmp_path: Path) -> None:
    with _shown(chromium, tmp_path) as seen:
        told = seen.page.locator("output")
        for text, expected in (
            ("page 11", "1 node: page 11"),
            ("owls", "10 nodes: found for “owls”"),
            ("beta", "1 node: page 1"),
        ):
            seen.page.fill(".find", text)
            seen.page.wait_for_function("(text) => document.querySelector('output').textContent === text", arg=expected)
        assert seen.page.locator(".details h2").inner_text() == "Node page 1"
        # Its neighbours on the path are told, and lines lead to them.
        assert seen.page.locator(".details h3").inner_text() == "2 neighbours"
        assert seen.page.locator(".stage svg line").count() == 2
        seen.page.keyboard.press("Escape")
        assert told.inner_text() == ""


def test_a_lasso_selects_rows_that_are_shown_and_saved(chromium: "Browser", tmp_path: Path) -> None:
    with _shown(chromium, tmp_path) as seen:
        seen.page.click(".lasso")
        (x, y) = _place(seen, 10)  # at the top of the circle
        seen.page.mouse.move(x - 60, y - 20)
        seen.page.mouse.down()
        for dx, dy in ((60, -20), (60, 30), (-60, 30)):
            seen.page.mouse.move(x + dx, y + dy, steps=4)
        seen.page.mouse.up()
        rows = seen.page.locator(".table tbody tr")
        rows.first.wait_for()
        chosen = [text.split("\t")[0] for text in rows.all_inner_texts()]
        assert "page 10" in chosen
        assert 1 <= len(chosen) < 10
        with seen.page.expect_download() as download:
            seen.page.click(".download")
        lines = Path(download.value.path()).read_text().splitlines()
        assert lines[0] == "id,code,class,answer,confidence"
        assert [line.split(",")[0] for line in lines[1:]] == chosen
        assert dict(line.split(",", 1) for line in lines[1:])["page 10"] == "0,dogs,right,0.25641"


def test_a_click_on_a_code_shows_its_neighbourhoods(chromium: "Browser", tmp_path: Path) -> None:
    with _shown(chromium, tmp_path) as seen:
        assert seen.page.locator(".codes button").all_inner_texts() == ["0", "2"]  # code 1 has no node
        seen.page.click(".codes button:text-is('2')")
        assert seen.page.locator("output").inner_text() == "20 nodes: code 2"
        details = seen.page.locator(".details")
        assert "pages about <owls>" in details.inner_text()
        drawings = details.locator(".egos svg")
        assert drawings.count() == 4
        assert "neighbours" in (drawings.first.get_attribute("aria-label") or "")
        assert seen.page.locator(".code").input_value() == "2"
        # A node in its list leads on to the node.
        details.locator("figcaption button").first.click()
        assert details.locator("h2").inner_text().startswith("Node page ")
        assert seen.page.locator(".code").input_value() == ""


def test_every_colouring_and_every_class_can_be_reached_by_keyboard(chromium: "Browser", tmp_path: Path) -> None:
    with _shown(chromium, tmp_path) as seen:
        page = seen.page
        names = page.locator(".by option").all_inner_texts()
        assert names == ["class", "answer", "confidence", "code"]
        legends = []
        for name in names:
            page.select_option(".by", label=name)
            legends.append(page.locator(".legend").inner_text())
        assert "cats" in legends[0]
        assert "wrong" in legends[1]
        assert "code 2" in legends[3]
        page.select_option(".by", label="class")
        page.focus(".legend button")
        page.keyboard.press("Enter")
        assert page.locator("output").inner_text() == "10 nodes: class: cats"
        before = page.evaluate("document.getElementById('map').map.view.transform.k")
        page.focus(".stage")
        page.keyboard.press("+")
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("document.getElementById('map').map.view.transform.k") > before


def test_a_finger_drags_the_map(chromium: "Browser", tmp_path: Path) -> None:
    path = small_map().save(tmp_path / "map.html")
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("[data-ready=yes]")
    before = page.evaluate("document.getElementById('map').map.view.transform.x")
    box = page.locator(".stage").bounding_box()
    assert box is not None
    touch = context.new_cdp_session(page)
    point = {"x": box["x"] + 150, "y": box["y"] + 150}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{**point, "x": point["x"] + 50}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert page.evaluate("document.getElementById('map').map.view.transform.x") == pytest.approx(before + 50, abs=1)
    context.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1200])
def test_no_serious_fault(chromium: "Browser", tmp_path: Path, width: int, dark: bool) -> None:
    axe = find_axe()
    with _shown(chromium, tmp_path, width=width, dark=dark) as seen:
        seen.page.select_option(".code", "2")
        assert faults(seen.page, axe) == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def _mean_colour(browser: "Browser", path: Path) -> list[float]:
    with opened(browser, path) as seen:
        seen.page.wait_for_selector("[data-ready=yes]")
        found: list[float] = seen.page.evaluate(
            """() => {
              const { view } = document.getElementById("map").map;
              const { data } = view.pen.getImageData(0, 0, view.canvas.width, view.canvas.height);
              const sum = [0, 0, 0, 0];
              for (let at = 0; at < data.length; at += 4) {
                if (data[at] + data[at + 1] + data[at + 2] === 765) continue;
                for (let c = 0; c < 3; c++) sum[c] += data[at + c];
                sum[3]++;
              }
              return sum.slice(0, 3).map((value) => value / sum[3]);
            }"""
        )
        return found


def test_what_lies_on_top_does_not_depend_on_the_order_of_the_rows(chromium: "Browser", tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(4000, 2))
    cats = np.arange(4000) < 2000
    classes = {"class": Named(np.where(cats, 0, 1), ("cats", "dogs"))}
    again = {"class": Named(np.where(cats, 1, 0), ("cats", "dogs"))}
    one = _mean_colour(chromium, interactive_map(points, classes).save(tmp_path / "one.html"))
    other = _mean_colour(chromium, interactive_map(points, again).save(tmp_path / "other.html"))
    # The classes' colours are 209 apart in blue; were one of them on top, the mean would tell which.
    np.testing.assert_allclose(one, other, atol=6)
