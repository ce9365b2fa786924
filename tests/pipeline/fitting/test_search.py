"""A fit may search for its settings: what is named is kept, and what ships is the best that has a teacher."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import read_json
from gnn2mlp.pipeline import FitConfig, fit
from gnn2mlp.pipeline.searching.search import Search
from gnn2mlp.report.fit_report import render_fit_report
from gnn2mlp.report.fit_table import fit_table
from tests.pipeline.searching.conftest import space_file

__all__ = ["space_file"]

Settings = Callable[..., dict[str, Any]]


@pytest.fixture
def searching(fit_settings: Settings, space_file: str) -> Settings:
    method = {
        "name": "auto", "trials": 3, "rehearsals": 1, "finalists": 0, "methods": ["glnn"], "space": space_file,
    }  # fmt: skip
    return lambda **changes: fit_settings(method={**method, **changes})


def test_what_ships_is_the_best_with_a_teacher(searching: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    config = FitConfig(**searching())
    result = fit(config)
    assert result.out is not None
    found = result.results["config"]
    assert found["method"]["name"] == "glnn"
    assert found["teacher"]["hidden"] == 16  # which was named
    board = read_json(result.out / ".work" / "search" / "leaderboard.json")
    best = next(row for row in board["trials"] if row["number"] == board["winner"])
    assert best["method"] == found["method"]
    assert best["student"] == found["student"]
    assert len(board["trials"]) == 3
    assert result.results["search"]["sentence"] in render_fit_report(result.results)
    console = Console(width=200, file=io.StringIO())
    console.print(fit_table(result.results))
    assert "Search: Of 3 configurations" in console.file.getvalue()  # type: ignore[attr-defined]
    monkeypatch.setattr(Search, "run", None)
    assert fit(config).results == result.results  # at once


def test_a_fit_that_was_interrupted_searches_no_more(searching: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from gnn2mlp.pipeline.fitting import stages

    def dying(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    config = FitConfig(**searching())
    with monkeypatch.context() as patch:
        patch.setattr(stages, "fit_linear", dying)
        with pytest.raises(KeyboardInterrupt):
            fit(config)
    monkeypatch.setattr(Search, "run", None)
    assert fit(config).results["search"]["looks"] == 3


def test_another_search_needs_another_folder(searching: Settings, tmp_path: Path) -> None:
    fit(FitConfig(**searching()))
    with pytest.raises(ConfigError, match="holds a model with another method"):
        fit(FitConfig(**searching(trials=4)))
