"""What links nodes: tables of ids, row numbers, graphs of other libraries, or distance."""

import warnings
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
import torch
from torch_geometric.data import Data

from gnn2mlp.core.errors import ConfigError, DataError, DataWarning
from gnn2mlp.estimators.linking import Linked, Links, linked
from gnn2mlp.estimators.nodes import read_nodes
from gnn2mlp.estimators.targets import class_targets

IDS, LABELS = ["a", "b", "c", "d"], [0, 1, 0, 1]
X = torch.tensor([[0.0], [1.0], [4.0], [9.0]])
FRAME = pd.DataFrame({"x": X[:, 0].numpy()}, index=IDS)
EDGES = {"source": ["a", "b", "z"], "target": ["b", "c", "a"]}
PATH = [[0, 1, 1, 2], [1, 0, 2, 1]]


def join(X: Any = FRAME, y: Any = LABELS, weight: Any = None, edges: Any = None, k: int = 1, **links: Any) -> Linked:
    nodes = read_nodes(X, y, weight, edges)
    x = torch.as_tensor(np.arange(4.0)[:, None]) if X is not FRAME else torch.from_numpy(FRAME.to_numpy())
    return linked(x.float(), nodes, Links(**links), lambda y: class_targets(y, None, None, None), k)


@pytest.mark.parametrize("table", [dict, pd.DataFrame, pl.DataFrame, pa.table, lambda t: np.array(list(t.values()))])
def test_edges_by_id(table: Any) -> None:
    found = join(edges=table(EDGES))
    assert found.graph.edge_index.tolist() == PATH
    assert found.counts == {"given": 3, "dangling": 1, "duplicate": 0, "self_loops": 0, "kept": 2}
    assert found.graph.name == "fit"


@pytest.mark.parametrize(
    "edges",
    [
        [[0, 1], [1, 2]],
        np.array(PATH),
        sp.csr_matrix((np.ones(2), ([0, 1], [1, 2])), shape=(4, 4)),
        Data(edge_index=torch.tensor([[0, 1], [1, 2]]), num_nodes=4),
        nx.relabel_nodes(nx.path_graph(3), {0: 0}),
    ],
)
def test_edges_by_row_where_there_are_no_ids(edges: Any) -> None:
    assert join(np.eye(4), edges=edges).graph.edge_index.tolist() == PATH


def test_weights_and_directions_reach_the_graph() -> None:
    found = join(edges={**EDGES, "weight": [2.0, 3.0, 4.0]})
    assert found.graph.edge_weight.tolist() == [2, 2, 3, 3]
    assert join(edges=EDGES, directed=True).graph.num_edges == 2
    assert join(edges=EDGES, directed=True).graph.directed


def test_ids_and_row_numbers_are_not_confused() -> None:
    """A fold of cross-validation numbers its rows anew, and must not take numbers of the whole for its own."""
    with pytest.raises(
        DataError, match=r"edges: expected row numbers of X in 0..3, got 7 .* as is needed in cross-valid"
    ):
        join(np.eye(4), edges=[[0, 7], [1, 2]])
    with pytest.raises(DataError, match="expected whole numbers, as the row numbers of X, which has neither an index"):
        join(np.eye(4), edges=EDGES)


def test_many_edges_that_lead_nowhere_are_told(recwarn: pytest.WarningsRecorder) -> None:
    join(edges=EDGES)
    assert not [found for found in recwarn if issubclass(found.category, DataWarning)]
    with pytest.warns(DataWarning, match="edges: 9 of 11 lead to an id that is no node's, such as 'z'"):
        join(edges={"source": ["a", "b", *"z" * 9], "target": ["b", "c", *"a" * 9]})


FULL = {"source": ["a", "b", "c", "z"], "target": ["b", "c", "a", "a"]}
PAIRS = np.array([FULL["source"], FULL["target"]])


@pytest.mark.parametrize(
    "edges",
    [pl.DataFrame(FULL), pa.table(FULL), pd.DataFrame(FULL), PAIRS.T, PAIRS.T.tolist()],
    ids=["polars", "arrow", "pandas", "array", "list"],
)
def test_edges_that_leave_no_trace_of_a_cut_are_told_by_those_that_lead_out(edges: Any) -> None:
    with pytest.warns(
        DataWarning, match=r"as many rows as X \(4\), and 1 of them lead to .* cut the edges as it cuts X"
    ):
        join(edges=edges)


@pytest.mark.parametrize(
    ("edges", "dangling"),
    [
        (FULL, 1),
        (PAIRS, 1),
        (nx.DiGraph(PAIRS.T.tolist()), 1),
        (pl.DataFrame(FULL).head(3), 0),  # fewer than nodes
        (pl.DataFrame({"source": list("abcd"), "target": list("bcda")}), 0),  # as many, and all within
    ],
    ids=["mapping", "array", "graph", "short", "whole"],
)
def test_what_was_not_cut_is_no_reason_to_warn(edges: Any, dangling: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataWarning)
        assert join(edges=edges).counts["dangling"] == dangling  # type: ignore[index]


def test_scikit_learn_cuts_tables_that_are_as_long_as_nodes() -> None:
    """Should it cease to, the warning has no reason any more."""
    from sklearn.utils.validation import _check_method_params

    for table in (pl.DataFrame(FULL), pa.table(FULL)):
        cut = _check_method_params(FRAME, {"edges": table}, np.array([0, 1]))["edges"]
        assert len(cut) == 2


def test_edges_that_were_cut_like_nodes_are_told() -> None:
    edges = pd.DataFrame({"source": list("abcd"), "target": list("bcda")}, index=[0, 1, 3, 4])
    with pytest.warns(DataWarning, match="scikit-learn has cut the edges as it cuts X; hand them over as an array"):
        join(edges=edges)


def test_links_of_one_kind() -> None:
    assert join(np.eye(4), edge_index=[[0, 1], [1, 2]]).graph.edge_index.tolist() == PATH
    assert join(np.eye(4), hyperedge_index=[[0, 1], [0, 0]]).graph.kind == "hypergraph"
    for two in ({"edges": EDGES, "edge_index": PATH}, {"edge_index": PATH, "hyperedge_index": PATH}):
        with pytest.raises(ConfigError, match="expected edges, edge_index or hyperedge_index, and not both"):
            join(**two)


def test_without_links_the_nearest_are_linked() -> None:
    found = join()
    assert found.counts is None
    assert found.graph.name == "1 nearest samples"
    values = found.graph.features[:, 0]
    ends = {tuple(sorted(values[edge].tolist())) for edge in found.graph.edge_index.T}
    assert ends == {(0, 1), (1, 4), (4, 9)}


def test_samples_without_weight_are_none() -> None:
    found = join(weight=[1, 0, 2, 1])
    assert sorted(found.graph.features[:, 0].tolist()) == [0, 4, 9]
    assert sorted(found.graph.sample_weight.tolist()) == [1, 1, 2]
    with pytest.raises(DataError, match="sample_weight: .* not all of them zero"):
        join(weight=[0, 0, 0, 0])
    with pytest.raises(DataError, match="got one class, 0"):
        join(weight=[1, 0, 1, 0])
    with pytest.raises(DataError, match="y: expected one label or target per node, 4 in all, got 3"):
        join(y=[0, 1, 0])
