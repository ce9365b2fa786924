import numpy as np
import pytest
import torch

from gnn2mlp.data.datasets import block_model
from gnn2mlp.data.datasets.block_model import (
    dense_features,
    draw_degrees,
    draw_edges,
    draw_labels,
    sparse_features,
)
from gnn2mlp.data.edges import canonical_edges

LABELS = draw_labels(3000, 5, 0.0, 0)
DEGREES = draw_degrees(3000, 12_000, 2.5, 0)


def test_classes_fall_off_as_asked_for() -> None:
    share = 1 / np.sqrt([1, 2, 3, 4])
    count = np.bincount(draw_labels(10_000, 4, 0.5, 0))
    np.testing.assert_allclose(count / 10_000, share / share.sum(), atol=2e-4)
    assert np.bincount(draw_labels(5000, 5, 0.0, 0)).tolist() == [1000] * 5


def test_every_class_has_a_node_however_skewed() -> None:
    assert np.bincount(draw_labels(40, 40, 3.0, 0)).tolist() == [1] * 40
    assert np.bincount(draw_labels(60, 40, 9.0, 0)).min() == 1


def test_degrees_add_up_and_follow_the_power_law() -> None:
    degrees = draw_degrees(200_000, 1_000_000, 2.5, 0)
    assert degrees.min() >= 1
    assert degrees.sum() == pytest.approx(2_000_000, rel=0.01)
    # The share of nodes above d falls as d^-1.5: from 20 to 80 by a factor of 8.
    assert (degrees >= 20).sum() / (degrees >= 80).sum() == pytest.approx(8, rel=0.1)


def test_edges_are_exactly_as_many_and_canonical() -> None:
    edges = draw_edges(LABELS, DEGREES, 12_000, 0.6, 0)
    assert edges.shape == (2, 24_000)
    again, notes = canonical_edges(edges, 3000)
    assert torch.equal(again, edges)
    assert notes == {}


def test_edges_keep_to_their_class_as_often_as_asked_for() -> None:
    for homophily in (0.0, 0.6):
        edges = draw_edges(LABELS, DEGREES, 12_000, homophily, 0).numpy()
        same = (LABELS[edges[0]] == LABELS[edges[1]]).mean()
        assert same == pytest.approx(homophily + (1 - homophily) / 5, abs=0.03)  # by chance a fifth as well


def test_nodes_have_the_degrees_that_they_ask_for() -> None:
    found = np.bincount(draw_edges(LABELS, DEGREES, 12_000, 0.6, 0)[0].numpy(), minlength=3000)
    assert np.corrcoef(found, DEGREES)[0, 1] > 0.9
    for low, high in ((1, 4), (4, 10), (10, 30)):
        among = np.isin(DEGREES, range(low, high))
        assert found[among].mean() == pytest.approx(DEGREES[among].mean(), rel=0.1)


def test_drawing_in_parts_leaves_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_model, "EDGES_AT_ONCE", 1000)
    monkeypatch.setattr(block_model, "ROWS_AT_ONCE", 7)
    edges = draw_edges(LABELS, DEGREES, 12_000, 0.6, 0)
    assert edges.shape == (2, 24_000)
    features = dense_features(LABELS[:100], 5, 0.0, 0)
    monkeypatch.undo()
    np.testing.assert_array_equal(features, dense_features(LABELS[:100], 5, 0.0, 0))


def test_a_crowded_graph_is_filled_up() -> None:
    labels = np.zeros(20, dtype=np.int64)
    edges = draw_edges(labels, np.ones(20, dtype=np.int64), 150, 0.5, 0)  # of 190 pairs
    assert edges.size(1) == 300


def test_dense_features_lie_around_the_centre_of_their_class() -> None:
    features = dense_features(LABELS, 16, 3.0, 0)
    assert features.dtype == np.float32
    for c in range(5):
        own = features[np.equal(LABELS, c)]
        assert np.linalg.norm(own.mean(0)) == pytest.approx(3.0, abs=0.2)
        assert own.std(0).mean() == pytest.approx(1.0, abs=0.05)


def test_sparse_features_are_words_of_which_some_follow_the_class() -> None:
    features = sparse_features(LABELS, 500, 20, 0.5, 0)
    features.check_format()
    assert features.shape == (3000, 500)
    assert set(features.data) == {1.0}
    count = features.getnnz(axis=1)
    assert 1 <= count.min() <= count.max() <= 20
    favourite = [np.asarray(features[np.equal(LABELS, c)].sum(0)).ravel().argsort()[::-1][:2] for c in range(5)]
    assert len({tuple(sorted(words)) for words in favourite}) > 1
    alike = sparse_features(LABELS, 500, 20, 0.0, 0)
    assert {np.asarray(alike[np.equal(LABELS, c)].sum(0)).argmax() for c in range(5)} == {
        0
    }  # without signal the common word


def test_equal_seeds_give_equal_draws() -> None:
    def draws(seed: int) -> list[np.ndarray]:
        labels, degrees = draw_labels(500, 3, 0.5, seed), draw_degrees(500, 900, 2.5, seed)
        edges = draw_edges(labels, degrees, 900, 0.5, seed).numpy()
        words = sparse_features(labels, 50, 5, 0.5, seed).toarray()
        return [labels, degrees, edges, dense_features(labels, 4, 1.0, seed), words]

    for one, same, other in zip(draws(0), draws(0), draws(1), strict=True):
        np.testing.assert_array_equal(one, same)
        assert not np.array_equal(one, other)
