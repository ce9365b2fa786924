"""Scores of a student's answers on the nodes of a run."""

from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import GraphData, graph_from_arrays
from gnn2mlp.data.view import Full
from gnn2mlp.pipeline.student_trust import advice_record, node_scores, student_trust
from gnn2mlp.tasks import Regression


def test_every_population_is_judged_by_the_scores_that_it_has(make_seed: Any) -> None:
    seed = make_seed(extra=frozenset({"entropy_shift"}), setting="inductive")
    student, knowledge = seed.student.value, seed.knowledge.value
    found = student_trust(student, knowledge, seed.full)
    assert set(found) == {"seen", "unseen"}
    assert set(found["seen"].worth) == {"confidence", "margin", "entropy", "energy", "reliability", "neighbours"}
    assert set(found["unseen"].worth) == set(found["seen"].worth) - {"reliability"}
    labels = seed.full.labels[seed.split.unseen]
    assert found["unseen"].worth["margin"].trust.nodes == int((labels >= 0).sum())
    record = advice_record(found)
    assert {"auroc", "low", "high", "valid_auroc", "count"} <= record["unseen"]["energy"].keys()


def test_of_many_nodes_some_are_judged(make_seed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = make_seed(setting="inductive")
    monkeypatch.setattr("gnn2mlp.pipeline.student_trust.MOST_JUDGED", 7)
    found = student_trust(seed.student.value, seed.knowledge.value, seed.full)
    assert {one.worth["neighbours"].trust.nodes for one in found.values()} == {7}


def test_neighbours_of_those_alone_vote_that_are_asked_for(make_seed: Any) -> None:
    seed, asked = make_seed(), np.array([3, 5, 8])
    parts = seed.student.value, seed.knowledge.value, seed.full
    every, some = node_scores(*parts).scores["neighbours"], node_scores(*parts, asked).scores["neighbours"]
    np.testing.assert_array_equal(some[asked], every[asked])
    assert np.isfinite(some).sum() == 3


def test_scores_speak_of_the_students_own_answers(make_seed: Any) -> None:
    seed = make_seed()
    student = seed.student.value
    answer, scores = node_scores(student, None, seed.full)
    features = seed.full.graph.features
    rows = features.to_dense() if hasattr(features, "to_dense") else features
    assert student.classes_[answer].tolist() == student.predict(rows).tolist()
    np.testing.assert_allclose(scores["confidence"], student.predict_proba(rows).max(axis=1), atol=1e-5)
    assert "neighbours" not in scores
    assert "neighbours" not in student_trust(student, None, seed.full)["unseen"].worth


def test_codes_give_a_distance(make_seed: Any) -> None:
    teacher = {"name": "vq", "encoder": {"name": "gcn", "hidden": 8, "epochs": 5}, "codes": 8}
    seed = make_seed(teacher=teacher, method="vqgraph")
    _, scores = node_scores(seed.student.value, seed.knowledge.value, seed.full)
    assert (scores["code_distance"] <= 0).all()
    assert np.ptp(scores["code_distance"]) > 0


def test_other_tasks_are_refused(make_seed: Any) -> None:
    seed = make_seed()
    numbers = graph_from_arrays(torch.eye(4), [0.0, 1.0, 2.0, 3.0], [[0], [1]], task=Regression(["t"]))
    assert isinstance(numbers, GraphData)
    with pytest.raises(DataError, match="one class for each node"):
        student_trust(seed.student.value, None, Full(numbers, seed.split))
