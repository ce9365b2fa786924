from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.data.datasets import load_dataset
from gnn2mlp.data.datasets.cpf import largest_component
from gnn2mlp.data.graph import graph_from_arrays


def test_the_largest_component_keeps_the_order() -> None:
    # Components {0, 3}, {1, 2, 5}, {4}.
    x = np.arange(6, dtype=np.float32)[:, None]
    graph = graph_from_arrays(x, [0, 1, 0, 1, 0, 1], [[0, 5, 5], [3, 2, 1]])
    largest = largest_component(graph)
    assert largest.features.tolist() == [[1], [2], [5]]
    assert largest.labels.tolist() == [1, 0, 1]
    assert largest.edge_index.tolist() == [[0, 1, 2, 2], [2, 2, 0, 1]]


def test_cora_is_connected_and_binary(data_root: Path) -> None:
    graph = load_dataset("cpf-cora", data_root)
    assert largest_component(graph).digest == graph.digest
    assert graph.features.values.unique().tolist() == [1.0]
    assert graph.features.nnz == int(torch.count_nonzero(graph.features.to_dense()))


def test_homophily_is_as_published(data_root: Path) -> None:
    for name, published in (("cpf-cora", 0.81), ("cpf-citeseer", 0.74), ("cpf-a-photo", 0.83)):
        graph = load_dataset(name, data_root)
        ends = graph.labels[graph.edge_index]
        assert float((ends[0] == ends[1]).double().mean()) == pytest.approx(published, abs=0.01)
