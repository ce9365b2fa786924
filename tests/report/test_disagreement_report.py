import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.explore import Disagreement, disagreement
from gnn2mlp.report.disagreement_report import headline, render_disagreement, summary, write_disagreement_report
from tests.browser import opened
from tests.explore.disagreeing import weak_spot


@pytest.fixture(scope="module")
def found() -> Disagreement:
    return weak_spot(nodes=2000)


@pytest.fixture(scope="module")
def page(found: Disagreement) -> str:
    return render_disagreement(found)


def test_the_page_holds_everything_and_asks_for_nothing(page: str) -> None:
    for told in ("Unseen nodes", "Seen nodes", "colour is red", "By class", "By degree", "b taken for c", "How groups"):
        assert told in page
    assert not re.search(r"<script|<link|https?://(?!www\.w3\.org)", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_same_answers_give_the_same_page(found: Disagreement, page: str, tmp_path: Path) -> None:
    write_disagreement_report(found, tmp_path / "again")
    assert (tmp_path / "again").read_text(encoding="utf-8") == page


def test_the_headline_names_the_group_and_the_figures(found: Disagreement) -> None:
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


def test_what_a_user_calls_things_is_escaped(found: Disagreement) -> None:
    named = replace(found.answered, classes=("<a>", "<b>", "<c>"), subject="<script>alert(1)</script>")
    page = render_disagreement(Disagreement(named))
    assert "<script" not in page
    assert "&lt;b&gt; taken for &lt;c&gt;" in page


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1200, 390])
def test_a_browser_has_nothing_to_say(chromium: object, page: str, width: int, dark: bool) -> None:
    with opened(chromium, page, width=width, dark=dark) as seen:  # type: ignore[arg-type]
        assert seen.messages == []
        assert seen.refused == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
