import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.data import GraphData
from gnn2mlp.explainers import FastDnX, Random, own_margins
from gnn2mlp.pipeline.explain_figures import agreement_scores, faithfulness_rows, motif_rows
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


def test_own_margin_tells_where_a_student_of_it_agrees() -> None:
    graph, surrogate = explained()
    own = own_margins(surrogate, np.arange(60)).own
    teacher = torch.from_numpy(surrogate.logits(surrogate.rows(np.arange(60))))
    student = teacher.clone()
    wrong = torch.from_numpy(own < np.median(own))
    student[wrong] = -student[wrong]
    found = agreement_scores(surrogate, teacher, student, np.arange(60))
    assert found["agreement"] == pytest.approx(0.5)
    assert found["auroc"]["own_margin"] == 1
    assert found["auroc"]["both"] > 0.9
    assert found["quarters"][0] == 0
    assert found["quarters"][3] == 1
    assert found["nodes"] == 30
    assert graph.num_nodes == 60


def test_where_all_agree_nothing_is_told_apart() -> None:
    _, surrogate = explained()
    teacher = torch.from_numpy(surrogate.logits(surrogate.rows(np.arange(60))))
    found = agreement_scores(surrogate, teacher, teacher, np.arange(60))
    assert found["auroc"] == {"own_margin": None, "confidence": None}
