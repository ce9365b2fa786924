import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.explore import Disagreement, disagreement
from gnn2mlp.report.disagreement_report import headline, render_disagreement, summary, write_disagreement_report
from tests.browser import opened
from tests.explore.disagreeing import weak_spot


def test_the_page_holds_everything_and_asks_for_nothing() -> None:
    page = render_disagreement(weak_spot(nodes=2000))
    for told in ("Unseen nodes", "Seen nodes", "colour is red", "By class", "By degree", "b taken for c", "How groups"):
        assert told in page
    assert not re.search(r"<script|<link|https?://(?!www\.w3\.org)", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_same_answers_give_the_same_page(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_disagreement_report(weak_spot(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_headline_names_the_group_and_the_figures() -> None:
    found = weak_spot(nodes=2000)
    told = headline(found)
    assert told.startswith("The student falls behind its teacher most where ")
    assert "against 100.0 % right on" in told
    assert summary(found)["sentence"] == told
    assert {one["gap"] for one in summary(found)["slices"]} == {"teacher", "truth"}


def test_without_a_group_the_page_says_so() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(2, size=300)
    found = disagreement({"student": random.integers(2, size=300)}, truth, features={"size": np.arange(300) % 7})
    assert headline(found).startswith("No group of nodes was found")
    assert "No group was found that is worse" in render_disagreement(found)
    assert summary(found)["slices"] == []


def test_tasks_without_classes_have_a_page_too() -> None:
    table = weak_spot().answered
    off = {name: each * 3.5 for name, each in table.errors.items()}
    plain = Disagreement(
        replace(table, errors=off, answers={}, classes=(), label=np.full(900, -1), measure="absolute error")
    )
    page = render_disagreement(plain)
    assert "By class" not in page
    assert "absolute error" in page
    few = {name: each for name, each in off.items() if name == "student"}
    assert "is off most where" in headline(Disagreement(replace(plain.answered, errors=few)))


def test_what_a_user_calls_things_is_escaped() -> None:
    table = weak_spot(nodes=2000).answered
    named = replace(table, classes=("<a>", "<b>", "<c>"), subject="<script>alert(1)</script>")
    page = render_disagreement(Disagreement(named))
    assert "<script" not in page
    assert "&lt;b&gt; taken for &lt;c&gt;" in page


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1200, 390])
def test_a_browser_has_nothing_to_say(chromium: object, tmp_path: Path, width: int, dark: bool) -> None:
    write_disagreement_report(weak_spot(nodes=2000), tmp_path / "page.html")
    with opened(chromium, tmp_path / "page.html", width=width, dark=dark) as seen:  # type: ignore[arg-type]
        assert seen.messages == []
        assert seen.refused == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
