import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError, MissingKnowledgeError
from gnn2mlp.explore.trust import SCORES, trust_scores, trust_table
from gnn2mlp.knowledge import TeacherKnowledge
from tests.tiny import random_knowledge

# Full graph: nodes 0..4, of which the teacher saw 1, 2, 4 (rows in the order 4, 1, 2).
EDGES = np.array([[1, 2, 2, 4, 0, 1, 2], [2, 1, 4, 2, 1, 3, 2]])
LABELS = np.array([0, 1, -1, 0, 0])


def _knowledge() -> TeacherKnowledge:
    probabilities = torch.tensor([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]])
    values = {"logits": probabilities.log(), "entropy_shift": torch.tensor([[1.0, 1.0], [0.0, 2.0], [1.0, -1.0]])}
    return TeacherKnowledge(torch.tensor([4, 1, 2]), values, {})


def test_scores_by_hand():
    found = trust_scores(_knowledge(), EDGES)
    assert list(found) == list(SCORES)
    # Mean squared shifts 1, 2, 1, divided by the largest.
    np.testing.assert_allclose(found["reliability"], [0.5, 0.0, 0.5], atol=1e-6)
    np.testing.assert_allclose(found["confidence"], [0.7, 0.6, 0.5], atol=1e-6)
    np.testing.assert_allclose(found["margin"], [0.4, 0.2, 0.0], atol=1e-6)
    # 1-2 is given twice and counts once; 0-1 and 1-3 end at nodes not seen; 2-2 is a self-loop.
    np.testing.assert_array_equal(found["degree"], [1, 1, 2])


def test_absolute_form():
    # Mean absolute shifts are all 1.
    np.testing.assert_allclose(trust_scores(_knowledge(), EDGES, "absolute")["reliability"], 0, atol=1e-6)


def test_degrees_may_be_given_in_place_of_edges():
    counted, given = trust_scores(_knowledge(), EDGES), trust_scores(_knowledge(), degree=[5, 0, 2])
    # One for each row of the knowledge, in its order: nodes 4, 1, 2.
    np.testing.assert_array_equal(given["degree"], [5.0, 0.0, 2.0])
    assert given["degree"].dtype == counted["degree"].dtype == np.float64
    for name in ("reliability", "confidence", "margin"):
        np.testing.assert_array_equal(given[name], counted[name])


def test_given_degrees_follow_the_chosen_nodes():
    table = trust_table(_knowledge(), labels=LABELS, nodes=[2, 4], degree=torch.tensor([7, 1, 3]))
    np.testing.assert_array_equal(table.scores["degree"], [3, 7])
    # Node 4 is surer and has the higher degree.
    assert table.with_degree["confidence"] == pytest.approx(1)
    assert table.with_degree["reliability"] is None  # both are 0.5


def test_given_degrees_rank_the_answers_as_counted_ones_do():
    by_edges = trust_table(_knowledge(), EDGES, LABELS)
    by_degree = trust_table(_knowledge(), None, LABELS, degree=[1, 1, 2])
    for name in SCORES:
        np.testing.assert_array_equal(by_edges.scores[name], by_degree.scores[name])
        np.testing.assert_array_equal(by_edges.coverage[name], by_degree.coverage[name])
        assert by_edges.with_degree[name] == by_degree.with_degree[name]


def test_mistakes_of_degrees():
    for edges, degree in ((None, None), (EDGES, [1, 1, 2])):
        for score in (trust_scores, trust_table):
            with pytest.raises(DataError, match="trust: expected either edge_index or degree, got both or neither"):
                score(_knowledge(), edges, degree=degree)
    for degree in ([1, 2], [[1], [1], [2]], 3):
        with pytest.raises(DataError, match="degree: expected a number for each of 3 rows, got the shape"):
            trust_scores(_knowledge(), degree=degree)


def test_table_judges_nodes_of_known_class_alone():
    table = trust_table(_knowledge(), EDGES, LABELS)
    np.testing.assert_array_equal(table.nodes, [4, 1, 2])
    np.testing.assert_array_equal(table.prediction, [0, 1, 0])
    np.testing.assert_array_equal(table.known, [True, True, False])
    np.testing.assert_array_equal(table.right, [True, True, False])
    assert table.measures["confidence"].nodes == 2
    assert table.measures["confidence"].auroc is None  # both are right
    np.testing.assert_array_equal(table.coverage["margin"], [1, 1])


def test_chosen_nodes_come_in_the_order_asked_for():
    table = trust_table(_knowledge(), EDGES, np.array([0, 0, 1, 0, 0]), nodes=[2, 4])
    np.testing.assert_allclose(table.scores["confidence"], [0.5, 0.7], atol=1e-6)
    assert table.measures["confidence"].auroc == 1.0
    assert table.with_degree["confidence"] == pytest.approx(-1)
    assert table.with_degree["degree"] == pytest.approx(1)


def test_without_labels_nodes_are_scored_and_not_judged():
    table = trust_table(_knowledge(), EDGES)
    assert not table.known.any()
    assert table.measures["reliability"][:3] == (0, None, None)


def test_correlation_with_a_constant_degree_is_undefined():
    assert trust_table(_knowledge(), EDGES, nodes=[4, 1]).with_degree["confidence"] is None


def test_reliability_is_normalised_over_all_nodes_not_over_those_chosen():
    table = trust_table(_knowledge(), EDGES, nodes=[4])
    np.testing.assert_allclose(table.scores["reliability"], [0.5], atol=1e-6)


def test_order_of_rows_does_not_matter():
    knowledge = random_knowledge(torch.arange(20))
    edges, labels = np.stack([np.arange(19), np.arange(1, 20)]), np.arange(20) % 3
    one = trust_table(knowledge, edges, labels)
    two = trust_table(knowledge.align(torch.arange(20).flip(0)), edges, labels)
    for name in SCORES:
        np.testing.assert_allclose(one.scores[name], two.scores[name][::-1])
        assert one.measures[name].auroc == pytest.approx(two.measures[name].auroc)


def test_mistakes():
    with pytest.raises(DataError, match="expected nodes that the teacher saw, got 1 others, such as 3"):
        trust_table(_knowledge(), EDGES, nodes=[3, 1])
    with pytest.raises(DataError, match=r"expected the shape \(2, edges\)"):
        trust_table(_knowledge(), EDGES.T)
    with pytest.raises(DataError, match="labels: expected one for each node"):
        trust_table(_knowledge(), EDGES, LABELS[:3])
    with pytest.raises(MissingKnowledgeError, match="entropy_shift"):
        trust_table(_knowledge().select(["logits"]), EDGES)
