import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp import RunConfig, run
from gnn2mlp.core.listeners import EpochEnd, Listener
from gnn2mlp.data import load_dataset
from gnn2mlp.deploy import LinkPredictor
from gnn2mlp.distill.learner import Learner
from gnn2mlp.pipeline import RunResult


@pytest.fixture
def result(link_settings: dict[str, Any]) -> RunResult:
    return run(RunConfig(**{**link_settings, "setting": "production", "latency": True, "seeds": [0, 1]}))


def test_a_run_leaves_results_a_report_and_a_student(result: RunResult, link_settings: dict[str, Any]) -> None:
    saved = json.loads((result.out / "results.json").read_text())
    assert saved == json.loads(json.dumps(result.results))
    assert saved["config"]["task"] == {"name": "link", "metric": "auc"}
    assert [record["seed"] for record in saved["seeds"]] == [0, 1]
    assert set(saved["summary"]) == {
        *("teacher", "heuristic", "mlp", "student"),
        *("scores", "heuristics", "agreement", "seconds"),
    }
    assert (result.out / "report.html").stat().st_size > 1000
    best = max(saved["seeds"], key=lambda record: record["history"]["student"]["valid_best"])
    assert saved["student"]["seed"] == best["seed"]
    assert saved["latency"]["rows"]
    assert "teacher overall=" in repr(result)
    assert "heuristic" in result._repr_html_()
    predictor = result.predictor()
    assert isinstance(predictor, LinkPredictor)
    features = load_dataset(str(link_settings["dataset"])).features.numpy()
    scores = predictor.score_pairs(features, np.array([[0, 3], [3, 0]]))
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)


class KilledError(Exception):
    pass


class Hears(Listener):
    """Notes every training, and dies in the third epoch of one."""

    def __init__(self, fatal: str = ""):
        self.heard: list[str] = []
        self.fatal = fatal

    def on_fit_start(self, stage: str, epochs: int) -> None:
        self.heard.append(stage)

    def on_epoch_end(self, end: EpochEnd) -> None:
        if end.stage == self.fatal and end.epoch == 3:
            raise KilledError


@pytest.mark.usefixtures("undrawn")
def test_a_run_that_was_killed_goes_on_to_the_same_bits(
    link_settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = ({**link_settings, "out": tmp_path / name, "cache": tmp_path / f"cache {name}"} for name in "ab")
    here["seeds"] = there["seeds"] = [1]
    whole = run(RunConfig(**here))
    with pytest.raises(KilledError):
        run(RunConfig(**there), listeners=[Hears(fatal="seed-001/student")])
    rest = Hears()
    again = run(RunConfig(**there), listeners=[rest])
    assert rest.heard == ["seed-001/student"]

    def figures(result: RunResult) -> Any:
        return [{key: record[key] for key in ("split", "scores", "agreement")} for record in result.results["seeds"]]

    assert figures(whole) == figures(again)
    one, other = (result.predictor().module.state_dict() for result in (whole, again))
    assert all(tensor.equal(other[name]) for name, tensor in one.items())
    monkeypatch.setattr(Learner, "fit", None)  # a finished run trains nothing
    assert run(RunConfig(**there)).results["seeds"] == again.results["seeds"]
