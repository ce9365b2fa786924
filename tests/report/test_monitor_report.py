import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.deploy.monitoring import Monitored, compare
from gnn2mlp.report.monitor_report import DRAWN, render_monitor
from tests.browser import faults, find_axe, opened
from tests.deploy.monitoring.watched import table_of, watched_model

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def found() -> Monitored:
    predictor, profile = watched_model(800)
    table = table_of(400, 5)
    table = table.set_column(0, "likes", pa.array(np.arange(400.0))).append_column("<new>", pa.array(range(400)))
    table = table.append_column("kind", pa.array(["cat"] * 400))
    return compare(profile, [table], predictor, label="kind")


@pytest.fixture(scope="module")
def page(found: Monitored) -> str:
    return render_monitor(found, "models/pages", "new/tomorrow.parquet")


def test_the_page_says_what_drifted_and_asks_for_nothing(found: Monitored, page: str) -> None:
    assert found.drifted
    for told in ("tomorrow.parquet beside the table that trained pages", "likes, values", "Predicted classes", "PSI"):
        assert told in page
    assert "&lt;new&gt;" in page
    assert "<new>" not in page
    assert not re.search(r"<script|<link|https?://(?!www\.w3\.org)", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count("<figure>") == 1 + DRAWN + len(found.shares)
    assert len(found.shares) == 2


def test_a_table_that_cannot_be_answered_has_a_page_too() -> None:
    told = render_monitor(Monitored(10, 100, [], missing=["age"]), "model", "x.csv")
    assert "it has no column &#39;age&#39;" in told


@pytest.mark.parametrize("dark", [False, True])
def test_it_opens_without_a_fault(page: str, chromium: "Browser", tmp_path: Path, dark: bool) -> None:
    (tmp_path / "monitor.html").write_text(page, encoding="utf-8")
    with opened(chromium, tmp_path / "monitor.html", width=390, dark=dark) as seen:
        assert faults(seen.page, find_axe()) == []
        assert seen.messages == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
