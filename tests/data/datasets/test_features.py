from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets._features import Construction, constructed
from gnn2mlp.data.graph import graph_from_arrays
from gnn2mlp.data.hypergraph import hypergraph_from_arrays
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_graph, tiny_hypergraph

DEGREES = [1, 2, 3, 6, 7, 0, 14, 15]
# Node i lies in the first DEGREES[i] of 15 hyperedges; its label is unknown if it is the last one.
STAIRS = hypergraph_from_arrays(
    np.ones((8, 1)),
    [0, 1, 2, 0, 1, 2, 0, -1],
    np.array([(node, hyperedge) for node, degree in enumerate(DEGREES) for hyperedge in range(degree)]).T,
)


def dense(features: Tensor | CSR) -> Tensor:
    assert isinstance(features, Tensor)
    return features


def test_degrees_become_their_magnitude() -> None:
    features = dense(constructed(STAIRS, "degree", 1.0).features)
    # 0 | 1-2 | 3-6 | 7-14 | 15-30
    assert features.argmax(1).tolist() == [1, 1, 2, 2, 3, 0, 3, 4]
    assert features.shape == (8, 32)
    assert features.sum(1).tolist() == [1] * 8
    assert features.dtype == torch.float32


def test_degree_features_do_not_depend_on_nodes_that_are_not_there() -> None:
    hypergraph = tiny_hypergraph()
    ids = (hypergraph.degree < 3).nonzero()[:, 0]  # the columns of larger degrees are there all the same
    of_subgraph = dense(constructed(hypergraph.subgraph(ids), "degree", 1.0).features)
    rows = dense(constructed(hypergraph, "degree", 1.0).features)[ids]
    assert hypergraph.degree.max() >= 3
    assert torch.equal(of_subgraph, rows)  # as many columns, too


def test_degree_features_of_a_graph_are_refused() -> None:
    with pytest.raises(DataError, match="^tiny: features made of degrees count neighbours .* expected a hypergraph"):
        constructed(tiny_graph(), "degree", 1.0)


def test_one_hot_features_are_the_nodes_number() -> None:
    for data in (STAIRS, tiny_graph()):
        features = constructed(data, "one_hot", 1.0).features
        assert isinstance(features, CSR)
        assert features.dtype == torch.float32
        assert torch.equal(features.to_dense(), torch.eye(data.num_nodes))


def test_noisy_labels_without_noise_are_the_labels() -> None:
    features = dense(constructed(STAIRS, "noisy_labels", 0.0).features)
    assert features.tolist() == torch.cat([torch.eye(3)[[0, 1, 2, 0, 1, 2, 0]], torch.zeros(1, 3)]).tolist()


def test_the_noise_of_noisy_labels_is_normal_with_the_deviation_asked_for() -> None:
    graph = graph_from_arrays(np.ones((2000, 1)), np.arange(2000) % 3, [[0], [1]])
    labels = torch.eye(3)[graph.labels]
    noise = dense(constructed(graph, "noisy_labels", 0.6).features) - labels
    # 6,000 numbers: the mean has a deviation of 0.008, the deviation one of 0.006.
    assert noise.mean().abs() < 4 * 0.008
    assert (noise.std() - 0.6).abs() < 4 * 0.006
    assert ((noise.abs() < 0.6).float().mean() - 0.683).abs() < 4 * 0.006
    twice = dense(constructed(graph, "noisy_labels", 1.2).features) - labels
    torch.testing.assert_close(twice, 2 * noise, rtol=0, atol=1e-6)  # one draw, stretched


def test_noise_is_drawn_alike_every_time_and_from_no_global_generator() -> None:
    state = torch.get_rng_state()
    first, second = (constructed(tiny_graph(), "noisy_labels", 1.0).digest for _ in range(2))
    assert first == second
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("kind", ["degree", "one_hot", "noisy_labels"])
def test_nothing_but_the_features_changes(kind: Construction) -> None:
    hypergraph = tiny_hypergraph()
    before = hypergraph.digest
    made = constructed(hypergraph, kind, 1.0)
    assert made.digest != before
    assert made.labels is hypergraph.labels
    assert all(values is hypergraph.structure[array] for array, values in made.structure.items())
    assert tiny_hypergraph().digest == hypergraph.digest == before


def test_constructed_features_have_no_names() -> None:
    named = replace(tiny_graph(), feature_names=tuple("abcdefghijkl"))
    assert constructed(named, "one_hot", 1.0).feature_names is None


def test_words_are_those_of_ten_texts_at_least() -> None:
    texts = ["Common word"] * 9 + ["common, rare"] + [""]
    graph = graph_from_arrays(np.ones((11, 1)), [0] * 11, [[0], [1]], texts=texts)
    made = constructed(graph, "words", 1.0)
    assert made.feature_names == ("common",)
    assert isinstance(made.features, CSR)
    assert made.features.to_dense().tolist() == [[1.0]] * 10 + [[0.0]]
    assert made.texts == graph.texts


def test_words_take_texts() -> None:
    with pytest.raises(DataError, match="tiny: expected texts to take words from, got none; .* with --texts$"):
        constructed(tiny_graph(), "words", 1.0)
