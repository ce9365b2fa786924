import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.data import GraphData
from gnn2mlp.evaluate.routing import Router, Routing
from gnn2mlp.explainers import FastDnX, Random, Surrogate, own_margins
from gnn2mlp.pipeline import explain_figures
from gnn2mlp.pipeline.explain_figures import Pair, agreement_scores, faithfulness_rows, motif_rows, routing_record
from tests.explainers.surrogates import explained


def test_a_row_for_each_explainer_and_number_of_nodes_with_intervals() -> None:
    graph, surrogate = explained()

    def of_class(one: GraphData) -> Tensor:
        return torch.nn.functional.one_hot(one.labels.clamp(min=0), 4).float()

    rows = faithfulness_rows([FastDnX(), Random()], of_class, graph, surrogate, np.arange(12))
    assert [(row["method"], row["top"]) for row in rows] == [
        ("fastdnx", 5),
        ("fastdnx", 10),
        ("random", 5),
        ("random", 10),
    ]
    for row in rows:  # the answer is a node's own: it always stays
        assert row["sufficiency"] == 1
        assert row["necessity"] == 0
        assert row["sufficiency_low"] < 1 == row["sufficiency_high"]
        assert ("sufficiency_gain" in row) == (row["method"] != "random")
    assert rows[0]["sufficiency_gain"][0] < 0 < rows[0]["sufficiency_gain"][1]


def test_without_motifs_there_is_no_row() -> None:
    graph, surrogate = explained()
    assert motif_rows([FastDnX()], graph, surrogate) == []


def test_few_are_asked_where_many_are_near(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, surrogate = explained()
    monkeypatch.setattr(explain_figures, "LEAST_ASKED", 3)
    monkeypatch.setattr(explain_figures, "MOST_AROUND", 1)
    rows = faithfulness_rows([Random()], lambda one: torch.zeros(one.num_nodes, 2), graph, surrogate, np.arange(12))
    assert [row["nodes"] for row in rows] == [3, 3]


def _pair(surrogate: Surrogate, differing: bool) -> Pair:
    """A student that differs from its teacher where the own margin is low, or nowhere."""
    own = own_margins(surrogate, np.arange(60)).own
    teacher = torch.from_numpy(surrogate.logits(surrogate.rows(np.arange(60))))
    student = teacher.clone()
    if differing:
        wrong = torch.from_numpy(own < np.median(own))
        student[wrong] = -student[wrong]
    return Pair.of(surrogate, teacher, student)


def test_own_margin_tells_where_a_student_of_it_agrees() -> None:
    _, surrogate = explained()
    found = agreement_scores(_pair(surrogate, differing=True))
    assert found["agreement"] == pytest.approx(0.5)
    assert found["auroc"]["own_margin"] == 1
    assert found["auroc"]["both"] > 0.9
    assert [part["share"] for part in found["quarters"]["own_margin"]] == [0, 0, 1, 1]
    assert found["nodes"] == 30
    low, high = found["gain"]
    assert low <= found["auroc"]["both"] - found["auroc"]["confidence"] <= high
    assert found["intervals"]["confidence"][0] <= found["auroc"]["confidence"] <= found["intervals"]["confidence"][1]


def test_where_all_agree_nothing_is_told_apart() -> None:
    _, surrogate = explained()
    found = agreement_scores(_pair(surrogate, differing=False))
    assert found["auroc"] == {"own_margin": None, "confidence": None}
    assert found["gain"] is None


def test_a_router_is_judged_by_what_its_cascade_is_right_on() -> None:
    pair = Pair(np.array([-1.0, 1, 1, 1]), np.array([0.9, 0.6, 0.7, 0.8]), np.array([False, True, True, True]))
    right = {"teacher": np.array([True, True, False, True]), "student": np.array([False, True, False, True])}
    routing = Routing(Router((0.0, 1.0), (0.0, 0.0, 1.0)), True, 50, 0.8, {"both": 0.9}, (0.01, 0.1))
    found = routing_record(routing, pair, right, deferred=0.25)
    assert found["student"] == {"accuracy": 0.5, "fidelity": 0.75}
    assert found["cascade"] == {  # by confidence the second is asked about, by both the first
        "confidence": {"accuracy": 0.5, "fidelity": 0.75},
        "router": {"accuracy": 0.75, "fidelity": 1.0},
    }
    assert found["gain"] == [0.01, 0.1]
