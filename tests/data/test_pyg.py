from typing import Any

import numpy as np
import pytest
import torch
from torch_geometric.data import Data, HeteroData

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import graph_from_arrays
from gnn2mlp.data.pyg import graph_from_pyg
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_arrays, tiny_graph

X, Y, EDGES = map(torch.from_numpy, tiny_arrays())
WEIGHT = torch.linspace(0.5, 1.5, EDGES.shape[1])


def data(**changes: Any) -> Data:
    return Data(**{"x": X, "y": Y, "edge_index": EDGES, **changes})


def test_it_is_the_graph_of_its_arrays() -> None:
    graph = graph_from_pyg(data(), "tiny")
    assert graph.name == "tiny"
    assert graph.digest == tiny_graph().digest
    assert graph.own_splits == ()


def test_weights_in_either_form_and_the_direction() -> None:
    expected = graph_from_arrays(X, Y, EDGES, edge_weight=WEIGHT, directed=True)
    for weights in ({"edge_weight": WEIGHT}, {"edge_attr": WEIGHT}, {"edge_attr": WEIGHT[:, None]}):
        assert graph_from_pyg(data(**weights), directed=True).digest == expected.digest
        assert graph_from_pyg(data(**weights)).digest == graph_from_arrays(X, Y, EDGES, edge_weight=WEIGHT).digest


def test_labels_in_a_column_and_sparse_rows_are_read() -> None:
    graph = graph_from_pyg(data(y=Y[:, None], x=X.to_sparse_csr(), num_nodes=60))
    assert isinstance(graph.features, CSR)
    assert graph.digest == tiny_graph(sparse=True).digest


def test_masks_of_several_splits() -> None:
    train, rest = torch.zeros(60, 4, dtype=torch.bool), torch.ones(60, 4, dtype=torch.bool)
    train[:6], rest[:9] = True, False
    graph = graph_from_pyg(data(train_mask=train, val_mask=~train & ~rest, test_mask=rest[:, 0]))
    assert len(graph.own_splits) == 4
    assert graph.own_splits[3]["train"].tolist() == list(range(6))
    assert graph.own_splits[3]["test"].tolist() == list(range(9, 60))


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (HeteroData(), "expected a torch_geometric.data.Data with edge_index, got HeteroData"),
        (Data(x=X), "expected a torch_geometric.data.Data with edge_index, got Data"),
        (np.ones(3), "got ndarray; take one graph of a data set"),
        (data(edge_attr=torch.rand(EDGES.shape[1], 3)), r"one float for each edge .* set data\.edge_attr = None"),
        (data(edge_attr=torch.ones(EDGES.shape[1]).long()), r"one float for each edge in edge_attr, .* got int64"),
        (data(edge_attr=WEIGHT, edge_weight=WEIGHT), "or weights in edge_weight and no edge_attr"),
        (data(edge_weight=-WEIGHT), "weights of edges in edge_weight, finite numbers above 0, got -"),
        (data(y=torch.rand(60)), "y must hold classes"),
        (data(num_nodes=61), "num_nodes says 61, the other arrays have 60 nodes"),
    ],
)
def test_other_data_are_refused(given: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        graph_from_pyg(given)
