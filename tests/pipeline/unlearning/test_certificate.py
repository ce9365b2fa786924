"""Who is asked about after a removal, and what is recorded."""

from dataclasses import replace

import pytest
import torch

from gnn2mlp.data import GraphData, Removal, Views
from gnn2mlp.data.links.pairs import pairs_of
from gnn2mlp.deploy import Predictor
from gnn2mlp.evaluate import UnlearningVerdict
from gnn2mlp.pipeline.unlearning.certificate import (
    evidence_of,
    in_units,
    rows_of,
    student_outputs,
    teacher_outputs,
    verdict_of,
    worst,
)
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks.regression import Regression
from gnn2mlp.teachers import GCN
from tests.tiny import tiny_views

INDUCTIVE, TRANSDUCTIVE = tiny_views("inductive"), tiny_views()


def graph_of(views: Views) -> GraphData:
    return GraphData.expect(views.full.graph, "this test")


def test_deleted_nodes_that_training_saw_are_set_beside_nodes_that_did_not_exist() -> None:
    observed, full = INDUCTIVE
    graph, split = graph_of(INDUCTIVE), full.split
    gone = torch.cat([split.train[:4], split.unseen[:2]]).sort().values
    rows = rows_of(graph, split, observed, Removal(graph.num_nodes, gone))
    assert torch.equal(rows.forgotten, split.train[:4])  # what was never seen need not be forgotten
    assert torch.equal(rows.fresh, split.unseen[2:])
    assert set(rows.retained.tolist()) == set(observed.node_ids.tolist()) - set(gone.tolist())
    assert not len(rows.edges)
    assert not rows.only_edges
    transductive = rows_of(graph, TRANSDUCTIVE.full.split, TRANSDUCTIVE.observed, Removal(graph.num_nodes, gone[:1]))
    assert set(transductive.fresh.tolist()) <= set(TRANSDUCTIVE.full.split.seen.tolist())


def test_deleted_edges_are_set_beside_pairs_without_one() -> None:
    observed, full = INDUCTIVE
    graph = graph_of(INDUCTIVE)
    pairs = pairs_of(graph)
    removal = Removal(graph.num_nodes, edges=pairs[::4].T)
    rows = rows_of(graph, full.split, observed, removal)
    seen = set(observed.node_ids.tolist())
    assert {tuple(pair) for pair in rows.edges.tolist()} == {
        (a, b) for a, b in pairs[::4].tolist() if a in seen and b in seen
    }
    linked = {tuple(pair) for pair in pairs.tolist()}
    assert not {tuple(sorted(pair)) for pair in rows.absent.tolist()} & linked
    assert set(rows.absent.flatten().tolist()) <= seen
    assert rows.only_edges
    outputs = torch.randn(graph.num_nodes, 3, generator=torch.Generator().manual_seed(0))
    said = {"before": outputs, "after": outputs + 0.01, "reference": outputs}
    found = evidence_of(said, rows, graph.labels, graph.task)
    assert set(found["attacks"]) == {"link"}
    assert verdict_of(found, removal, exact=False).outcome in {"no trace", "undecided"}


def test_models_are_asked_over_all_nodes() -> None:
    observed, full = INDUCTIVE
    graph, split = graph_of(INDUCTIVE), full.split
    recipe = MLPStudent(hidden=4)
    student = Predictor(recipe, recipe.network(graph.num_features, 3), graph.num_features, graph.task)
    removal = Removal(graph.num_nodes, split.train[:12])
    said = {
        name: student_outputs(student, graph, split, graph.task, graph.task)
        for name in ("before", "after", "reference")
    }
    assert said["after"].shape == (graph.num_nodes, 3)
    found = evidence_of(said, rows_of(graph, split, observed, removal), graph.labels, graph.task)
    assert found["attacks"]["entropy"]["distance"]["after"]["distance"] == 0
    assert verdict_of(found, removal, exact=True).outcome == "retrained"


def test_a_teacher_is_asked_without_deleted_links() -> None:
    observed, full = TRANSDUCTIVE
    graph = graph_of(TRANSDUCTIVE)
    teacher = GCN(hidden=4, epochs=2)
    teacher.fit(observed)
    node, edge = int(full.split.train[0]), pairs_of(graph)[0]
    alone = teacher_outputs(teacher, graph, Removal(graph.num_nodes, torch.tensor([node])), graph.task, graph.task)
    apart = graph.without_links_of(torch.tensor([node]))
    assert torch.equal(alone, teacher.predict(apart))
    cut = teacher_outputs(teacher, graph, Removal(graph.num_nodes, edges=edge[:, None]), graph.task, graph.task)
    assert torch.equal(cut, teacher.predict(graph.without(edges=edge[:, None])))


def test_numbers_are_compared_in_the_same_units() -> None:
    own, other = (Regression(["price"], mean=[m], scale=[s]) for m, s in ((1.0, 2.0), (3.0, 4.0)))
    assert in_units(torch.tensor([[1.0]]), own, other).item() == pytest.approx((1 * 2 + 1 - 3) / 4)
    graph = replace(graph_of(TRANSDUCTIVE))
    assert in_units(graph.features[:1], graph.task, graph.task) is not None


def test_the_worst_verdict_counts() -> None:
    order = ("retrained", "no trace", "undecided", "not forgotten", "recognisable")
    found = [UnlearningVerdict(outcome, outcome) for outcome in order]  # type: ignore[arg-type]
    for end in range(1, len(found) + 1):
        assert worst(found[:end]).outcome == order[end - 1]
