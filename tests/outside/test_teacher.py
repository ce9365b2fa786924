"""A teacher from outside the package that is no torch module: fitting and exporting are all that it does itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import GraphData, Observed
from gnn2mlp.evaluate import accuracy
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.training import History
from gnn2mlp.pipeline import RunConfig, latency
from gnn2mlp.teachers import Teacher
from tests.helpers import tiny_arrays
from tests.tiny import tiny_views


class LabelPropagation(Teacher):
    """Label propagation (Zhu and Ghahramani, 2002): labels spread along edges, and nothing is learnt."""

    name = "label_propagation"
    citation = "Zhu and Ghahramani, Learning from Labeled and Unlabeled Data with Label Propagation, 2002"
    reads = GraphData

    def __init__(self, steps: int = 10):
        self.steps = steps

    def fit(self, observed: Observed, **how: Any) -> History:
        self.ids_, self.labels_ = observed.node_ids[observed.train], observed.graph.labels[observed.train]
        return self.history_

    def export(self, observed: Observed, needs: Any = ("logits",), **how: Any) -> TeacherKnowledge:
        self.check_provides(needs)
        graph = GraphData.expect(observed.graph, self.name)
        row = torch.searchsorted(observed.node_ids, self.ids_)
        given = F.one_hot(self.labels_, graph.task.num_outputs).float()
        p = torch.full((graph.num_nodes, graph.task.num_outputs), 1 / graph.task.num_outputs)
        for _ in range(self.steps):
            p[row] = given
            p = (p + graph.adjacency @ p) / (1 + graph.degree[:, None])
        return TeacherKnowledge(observed.node_ids, {"logits": p.log()}, {"teacher": self.spec().to_dict()})


def test_predicts_nodes_that_it_has_not_observed_and_sees_no_label_of_theirs() -> None:
    views, teacher = tiny_views("inductive"), LabelPropagation()
    teacher.fit(views.observed)
    logits, unseen = teacher.predict(views.full.graph), views.full.split.unseen
    assert accuracy(logits[unseen], views.full.graph.labels[unseen]) > 0.7  # chance is 1/3
    blind, labels = LabelPropagation(), views.full.graph.labels
    blind.fit(views.observed)
    views.full.graph.labels.copy_(torch.roll(labels, 1))
    assert torch.equal(blind.predict(views.full.graph), logits)


def test_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    views, teacher = tiny_views(), LabelPropagation(steps=3)
    teacher.fit(views.observed)
    teacher.save(tmp_path / "teacher")
    again = Teacher.load(tmp_path / "teacher")
    assert again == teacher
    assert again.history_ == History()
    assert torch.equal(again.predict(views.full.graph), teacher.predict(views.full.graph))


def test_names_what_it_does_not_provide() -> None:
    teacher = LabelPropagation()
    teacher.fit(tiny_views().observed)
    with pytest.raises(ConfigError, match="'label_propagation' does not provide 'hidden' .it provides logits"):
        teacher.export(tiny_views().observed, ["hidden"])


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_is_distilled_scored_and_left_out_of_the_requests_that_are_timed(tmp_path: Path, setting: str) -> None:
    x, y, edges = tiny_arrays(nodes=90)
    np.savez(tmp_path / "tiny.npz", x=x, y=y, edge_index=edges)
    config = RunConfig(
        dataset=str(tmp_path / "tiny.npz"),
        split={"name": "per_class", "train": 5, "valid": 5},
        setting=setting,
        teacher=LabelPropagation(),
        student={"name": "mlp", "hidden": 8},
        distill={"epochs": 15},
        seeds=1,
        out=tmp_path / "out",
        cache=tmp_path / "cache",
        device="cpu",
    )
    results = latency(config, repeats=10, budget=0.1).results
    assert results["summary"]["teacher"]["test"]["mean"] > 0.7
    timed = results["latency"]
    assert "student" in {row["model"] for row in timed["rows"]}
    assert "teacher" not in {row["model"] for row in [*timed["rows"], *timed["throughput"]]}
    assert "The teacher was not timed: LabelPropagation answers no requests for single nodes." in timed["notes"]
    assert (tmp_path / "out" / "latency.html").exists()
