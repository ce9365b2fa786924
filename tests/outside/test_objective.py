"""An objective of one's own, as an instance and from the file of a run that was saved."""

from pathlib import Path

import torch

from gnn2mlp.objectives import Batch, HardLabels, Objective
from gnn2mlp.pipeline import RunConfig, run


class Brier(Objective):
    """Squared distance of the class probabilities of student and teacher."""

    citation = "Brier, Verification of Forecasts, 1950"
    needs = frozenset({"logits"})

    def __init__(self, power: float = 2.0):
        super().__init__()
        self.power = power

    def forward(self, batch: Batch) -> torch.Tensor:
        gap = batch.output.logits.softmax(-1) - batch.knowledge("logits").softmax(-1)
        return batch.mean(gap.abs().pow(self.power).sum(-1))


def test_it_runs_as_an_instance_and_again_from_the_saved_configuration(tmp_path: Path) -> None:
    quick = {"seeds": 1, "latency": False, "cache": tmp_path / "cache", "distill": {"epochs": 4}}
    first = run(RunConfig(method=0.5 * Brier(3.0) + HardLabels(), out=tmp_path / "first", **quick))
    assert "tests.outside.test_objective:Brier" in (tmp_path / "first" / "config.yaml").read_text()
    again = RunConfig.from_yaml(tmp_path / "first" / "config.yaml").model_copy(update={"out": tmp_path / "again"})
    second = run(again)
    assert second.summary["student"] == first.summary["student"]
    plain = run(RunConfig(method=1.0 * HardLabels(), out=tmp_path / "plain", **quick))
    assert (
        plain.results["seeds"][0]["history"]["student"]["loss"]
        != first.results["seeds"][0]["history"]["student"]["loss"]
    )
