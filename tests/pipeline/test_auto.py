"""`auto`: the best is run and scored, the same call goes on, and no test label is looked at before."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp import RunConfig, run
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline import auto
from gnn2mlp.pipeline.searching.search import Search
from tests.pipeline.searching.conftest import space_file

__all__ = ["space_file"]

SMALL = {"trials": 3, "rehearsals": 1, "finalists": 0, "methods": ["glnn"]}


@pytest.fixture
def searching(settings: dict[str, Any], space_file: str) -> dict[str, Any]:
    return {**settings, "seeds": 1, "setting": "inductive", "method": {"name": "auto", **SMALL, "space": space_file}}


def test_the_best_is_run(searching: dict[str, Any]):
    found = auto(RunConfig(**searching))
    assert found.run is not None
    assert found.config.method.name in ("glnn", "mlp")
    config = found.run.results["config"]
    best = found.leaderboard.best
    assert config["method"] == best["method"]
    assert config["student"] == best["student"]
    assert {"unseen", "seen"} <= set(found.run.summary["student"])
    for name in ("leaderboard.json", "leaderboard.html", "best.yaml"):
        assert (found.out / "search" / name).exists()
    assert found.config.teacher.options["hidden"] == 8  # which was named
    assert RunConfig.from_yaml(found.out / "search" / "best.yaml").method == found.config.method


def test_run_searches_where_the_method_is_auto(searching: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    result = run(RunConfig(**searching))
    monkeypatch.setattr(Search, "run", None)  # the second call reads what the first one found
    again = auto(RunConfig(**searching))
    assert again.run is not None
    assert again.run.results["summary"] == result.results["summary"]


def test_a_search_alone_scores_nothing(searching: dict[str, Any]):
    found = auto(RunConfig(**searching), refit=False)
    assert found.run is None
    assert not (found.out / "results.json").exists()
    assert (found.out / "search" / "leaderboard.html").exists()


def test_more_trials_go_on_in_the_same_folder(searching: dict[str, Any]):
    first = auto(RunConfig(**searching))
    more = auto(RunConfig(**{**searching, "method": {**searching["method"], "trials": 5}}))
    scores = {row["number"]: row["scores"] for row in more.leaderboard.rows}
    assert {row["number"]: row["scores"] for row in first.leaderboard.rows}.items() <= scores.items()
    assert len(scores) == 5
    assert more.run is not None
    assert more.run.results["config"]["method"] == more.leaderboard.best["method"]


@pytest.mark.parametrize("setting", ["inductive", "transductive"])
def test_wrong_test_labels_change_no_choice(searching: dict[str, Any], tmp_path: Path, setting: str):
    given = np.load(searching["dataset"])
    roles = np.arange(90) // 3 % 3
    boards = []
    for wrong in (False, True):
        y = np.where((roles == 2) & (given["y"] >= 0) & wrong, (given["y"] + 1) % 3, given["y"])
        masks = {f"{name}_mask": (roles == part) & (y >= 0) for part, name in enumerate(("train", "val", "test"))}
        path = tmp_path / f"{wrong}" / "tiny.npz"
        path.parent.mkdir()
        np.savez(path, x=given["x"], y=y, edge_index=given["edge_index"], **masks)
        own = {"dataset": str(path), "split": "own", "setting": setting, "out": tmp_path / f"out{wrong}"}
        boards.append(auto(RunConfig(**{**searching, **own}), refit=False).leaderboard)
    told = [[(row["label"], row["scores"], row["loss"]) for row in board.rows] for board in boards]
    assert told[0] == told[1]
    assert boards[0].verdict == boards[1].verdict


def test_what_cannot_be_fails_before_training(searching: dict[str, Any]):
    with pytest.raises(ConfigError, match="did you mean 'trials'"):
        auto(RunConfig(**{**searching, "method": {"name": "auto", "trial": 3}}))
    with pytest.raises(ConfigError, match=r"method\.methods"):
        auto(RunConfig(**{**searching, "method": {"name": "auto", "methods": ["gnll"]}}))
    with pytest.raises(ConfigError, match="the folder of a run that has found one"):
        RunConfig(**searching).resolve()
