from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import graph_from_arrays
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_from_arrays, hypergraph_of
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_graph, tiny_hypergraph

X = np.arange(10.0).reshape(5, 2)
Y = [0, 1, 0, 1, -1]
# Hyperedge 0 holds the nodes 0 (named twice) and 2, hyperedge 1 none, hyperedge 2 the nodes 1, 2, 3; node 4 is alone.
INDEX = [[2, 0, 0, 3, 1, 2], [0, 0, 0, 2, 2, 2]]
# The same without the flaws, and a hyperedge of node 4.
CLEAN = [[0, 2, 1, 2, 3, 4], [0, 0, 1, 1, 1, 2]]
WEIGHT = [0.5, 2.0, 3.0]

# A path 0-1-2 and node 3 alone.
PATH = graph_from_arrays(X[:4], Y[:4], [[0, 1], [1, 2]], name="path")


def clean(**changes: Any) -> HypergraphData:
    return hypergraph_from_arrays(X, Y, CLEAN, hyperedge_weight=WEIGHT, **changes)


def incidence(hypergraph: HypergraphData) -> Tensor:
    """H, (nodes, hyperedges)."""
    dense = torch.zeros(hypergraph.num_nodes, hypergraph.num_hyperedges)
    dense[hypergraph.hyperedge_index[0], hypergraph.hyperedge_index[1]] = 1
    return dense


def is_canonical(hypergraph: HypergraphData) -> bool:
    node, hyperedge = hypergraph.hyperedge_index
    ascending = bool(((hyperedge * hypergraph.num_nodes + node).diff() > 0).all())
    return ascending and hyperedge.unique().tolist() == list(range(hypergraph.num_hyperedges))


def test_a_small_hypergraph_worked_by_hand() -> None:
    hypergraph = hypergraph_from_arrays(X, Y, INDEX, name="hand", class_names=["a", "b"])
    assert hypergraph.hyperedge_index.tolist() == [[0, 2, 1, 2, 3], [0, 0, 1, 1, 1]]
    assert hypergraph.notes == {"duplicates": 1, "empty_hyperedges": 1}
    assert hypergraph.weight.tolist() == [1, 1]
    assert (hypergraph.relation_names, hypergraph.relation.tolist()) == (("all",), [0, 0])
    assert not hypergraph.anchor.any()
    assert hypergraph.anchor.shape == (5,)
    assert torch.equal(hypergraph.features, torch.from_numpy(X))
    assert hypergraph.labels.tolist() == Y
    assert repr(hypergraph) == "HypergraphData('hand': 5 nodes, 2 hyperedges, 5 incidences, 2 features, 2 classes)"


def test_weights_follow_their_hyperedges() -> None:
    hypergraph = hypergraph_from_arrays(X, Y, INDEX, hyperedge_weight=[0.5, 9.0, 2.0])
    assert hypergraph.weight.tolist() == [0.5, 2]
    assert hypergraph.weight.dtype == torch.float32


def test_hyperedges_that_only_have_a_weight_are_empty() -> None:
    hypergraph = hypergraph_from_arrays(X, Y, INDEX, hyperedge_weight=[0.5, 9.0, 2.0, 7.0])
    assert hypergraph.weight.tolist() == [0.5, 2]
    assert hypergraph.notes == {"duplicates": 1, "empty_hyperedges": 2}


def test_relations_are_stacked_in_their_order() -> None:
    relations = {"paper": INDEX, "term": [[4, 0], [1, 0]]}
    hypergraph = hypergraph_from_arrays(X, Y, relations, hyperedge_weight={"term": [3.0, 4.0]})
    assert hypergraph.hyperedge_index.tolist() == [[0, 2, 1, 2, 3, 0, 4], [0, 0, 1, 1, 1, 2, 3]]
    assert hypergraph.weight.tolist() == [1, 1, 3, 4]
    assert hypergraph.relation.tolist() == [0, 0, 1, 1]
    assert hypergraph.relation_names == ("paper", "term")
    assert hypergraph.notes == {"duplicates": 1, "empty_hyperedges": 1}


def test_a_relation_begins_after_all_weights_of_the_one_before() -> None:
    weights = {"b": [5.0], "a": [1.0, 2.0, 3.0, 4.0]}
    hypergraph = hypergraph_from_arrays(X, Y, {"a": INDEX, "b": [[4], [0]]}, hyperedge_weight=weights)
    assert hypergraph.weight.tolist() == [1, 3, 5]
    assert hypergraph.relation.tolist() == [0, 0, 1]


def test_relations_have_weight_1_by_default_and_may_be_empty() -> None:
    relations = {"none": np.zeros((2, 0), dtype=int), "some": CLEAN}
    hypergraph = hypergraph_from_arrays(X, Y, relations)
    assert hypergraph.weight.tolist() == [1, 1, 1]
    assert hypergraph.relation.tolist() == [1, 1, 1]
    assert hypergraph.relation_names == ("none", "some")


def test_own_splits_are_checked_and_kept() -> None:
    splits = [{"train": [1, 0], "test": [3]}, {"train": [2], "test": [1]}]
    first, second = clean(own_splits=splits).own_splits
    assert first["train"].tolist() == [0, 1]
    assert second["test"].tolist() == [1]
    with pytest.raises(DataError, match="in one part at most"):
        clean(own_splits=[{"train": [1], "test": [1]}])


def test_canonical_form_is_idempotent() -> None:
    hypergraph = tiny_hypergraph(sparse=True)
    again = hypergraph_from_arrays(
        hypergraph.features,
        hypergraph.labels,
        hypergraph.hyperedge_index,
        hyperedge_weight=hypergraph.weight,
        task=hypergraph.task,
    )
    assert again.digest == hypergraph.digest
    assert again.notes == {}


def test_the_order_of_incidences_does_not_matter() -> None:
    order = np.random.default_rng(0).permutation(6)
    other = hypergraph_from_arrays(X, Y, np.array(CLEAN)[:, order], hyperedge_weight=WEIGHT)
    assert other.digest == clean().digest


def test_sparse_features_stay_sparse() -> None:
    hypergraph = hypergraph_from_arrays(sp.csr_matrix(X), Y, CLEAN)
    assert isinstance(hypergraph.features, CSR)
    assert torch.equal(hypergraph.features.to_dense(), torch.from_numpy(X))


def test_arguments_are_not_changed() -> None:
    index, weight = np.array(INDEX), np.array([0.5, 9.0, 2.0], dtype=np.float32)
    hypergraph_from_arrays(X, Y, index, hyperedge_weight=weight)
    assert index.tolist() == INDEX
    assert weight.tolist() == [0.5, 9, 2]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"features": X[:3]}, "one label per node, 3 in all"),
        ({"features": np.full_like(X, np.nan)}, "features must be finite"),
        ({"labels": [0, 1, 5, 0, 0], "class_names": ["a", "b"]}, r"labels must lie in 0\.\.1"),
        ({"hyperedge_index": [[5], [0]]}, r"^h: nodes of hyperedges \(first row\) must lie in 0\.\.4, got 5"),
        ({"hyperedge_index": {"a": CLEAN, "b": [[5], [0]]}}, r"^h \(b\): nodes of hyperedges"),
        ({"hyperedge_index": [[0], [-1]]}, "must be numbered from 0, got -1"),
        ({"hyperedge_index": np.zeros((2, 0), dtype=int)}, "at least one hyperedge with a node, got none"),
        ({"hyperedge_index": {"a": np.zeros((2, 0), dtype=int)}}, "at least one hyperedge with a node, got none"),
        ({"hyperedge_index": {}}, "hyperedges of at least one relation, got none"),
        ({"hyperedge_weight": [1.0, 2.0]}, r"a number as weight of each hyperedge, 3 in all, got float64 of shape"),
        ({"hyperedge_weight": [1.0, 0.0, 1.0]}, "must be finite and above 0"),
        ({"hyperedge_weight": {"a": WEIGHT}}, "a number as weight of each hyperedge, 3 in all, got object"),
        ({"hyperedge_index": {"a": CLEAN}, "hyperedge_weight": {"b": WEIGHT}}, "by the names a, got {'b'"),
        ({"hyperedge_index": {"a": CLEAN}, "hyperedge_weight": WEIGHT}, r"by the names a, got \[0.5"),
        ({"hyperedge_index": {"a": CLEAN, "b": CLEAN}, "hyperedge_weight": np.ones(6)}, "by the names a, b, got array"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], match: str) -> None:
    arrays = {"features": X, "labels": Y, "hyperedge_index": CLEAN, "name": "h", **change}
    with pytest.raises(DataError, match=match):
        hypergraph_from_arrays(**arrays)


def test_members_and_degrees_by_hand() -> None:
    hypergraph = clean()
    assert hypergraph.members.to_dense().tolist() == [[1, 0, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 1]]
    assert hypergraph.members.shape == (3, 5)
    assert hypergraph.degree.tolist() == [1, 1, 2, 1, 1]
    assert hypergraph_from_arrays(X, Y, INDEX).degree.tolist() == [1, 1, 2, 1, 0]


def test_members_are_the_incidences() -> None:
    hypergraph = tiny_hypergraph()
    assert torch.equal(hypergraph.members.to_dense(), incidence(hypergraph).T)
    assert hypergraph.members is hypergraph.members


def test_a_subgraph_truncates_hyperedges() -> None:
    sub = clean().subgraph(torch.tensor([1, 2, 4]))
    assert sub.hyperedge_index.tolist() == [[1, 0, 1, 2], [0, 1, 1, 2]]
    assert sub.weight.tolist() == WEIGHT
    assert sub.labels.tolist() == [1, 0, -1]
    assert torch.equal(sub.features, torch.from_numpy(X[[1, 2, 4]]))


def test_a_hyperedge_without_a_node_vanishes_and_the_others_are_renumbered() -> None:
    relations = {"a": CLEAN, "b": [[3, 0], [0, 1]]}
    hypergraph = hypergraph_from_arrays(X, Y, relations, hyperedge_weight={"a": WEIGHT, "b": [4.0, 5.0]})
    sub = hypergraph.subgraph(torch.tensor([1, 3]))  # leaves the hyperedges 1, of "a", and 3, of "b"
    assert sub.hyperedge_index.tolist() == [[0, 1, 1], [0, 0, 1]]
    assert sub.weight.tolist() == [2, 4]
    assert sub.relation.tolist() == [0, 1]
    assert sub.relation_names == ("a", "b")
    assert not sub.anchor.any()
    assert sub.anchor.shape == (3,)


def test_cold_nodes_leave_their_hyperedges_and_keep_their_place() -> None:
    index = [[0, 1, 2, 2, 3, 1], [0, 0, 0, 1, 2, 2]]
    cold = hypergraph_from_arrays(torch.eye(4), [0, 1, 0, 1], index, hyperedge_weight=[1.0, 2.0, 3.0]).without_links_of(
        torch.tensor([2])
    )
    assert cold.hyperedge_index.tolist() == [[0, 1, 1, 3], [0, 0, 1, 1]]
    assert cold.weight.tolist() == [1.0, 3.0]
    assert cold.degree.tolist() == [1, 2, 0, 1]


def test_an_edge_as_hyperedge_does_not_outlive_a_cold_end() -> None:
    path = graph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1], [1, 2]])
    assert hypergraph_of(path, ["edges"]).without_links_of(torch.tensor([0])).hyperedge_index.tolist() == [
        [1, 2],
        [0, 0],
    ]


def test_a_subgraph_may_have_no_hyperedge() -> None:
    sub = hypergraph_from_arrays(X, Y, INDEX).subgraph(torch.tensor([4]))
    assert (sub.num_nodes, sub.num_hyperedges) == (1, 0)
    assert sub.hyperedge_index.shape == (2, 0)
    assert sub.members.shape == (0, 1)
    assert sub.degree.tolist() == [0]


def test_the_subgraph_of_a_subgraph_is_one() -> None:
    hypergraph = tiny_hypergraph()
    ids, inner = torch.arange(0, 60, 2), torch.arange(0, 30, 3)
    assert hypergraph.subgraph(ids).subgraph(inner).digest == hypergraph.subgraph(ids[inner]).digest


def test_the_subgraph_on_all_nodes_shares_its_arrays() -> None:
    hypergraph = tiny_hypergraph()
    same = hypergraph.subgraph(torch.arange(hypergraph.num_nodes))
    assert same.hyperedge_index is hypergraph.hyperedge_index
    assert same.features is hypergraph.features
    assert same.digest == hypergraph.digest


def test_a_subgraph_in_any_order_is_canonical() -> None:
    hypergraph = tiny_hypergraph(sparse=True)
    anchored = replace(hypergraph, anchor=hypergraph.hyperedge_index[0] % 10 == 0)
    ids = torch.randperm(60, generator=torch.Generator().manual_seed(0))[:25]
    gone = torch.ones(60, dtype=torch.bool).index_fill_(0, ids, False)
    for given in (hypergraph, anchored):
        sub = given.subgraph(ids)
        assert is_canonical(sub)
        whole, node = incidence(given), given.hyperedge_index[0]
        alive = whole[ids].any(0)
        alive[given.hyperedge_index[1][given.anchor & gone[node]]] = False
        assert 0 < int(alive.sum()) < given.num_hyperedges
        assert torch.equal(incidence(sub), whole[ids][:, alive])
        assert torch.equal(sub.weight, given.weight[alive])
        assert torch.equal(sub.anchor, torch.isin(ids[sub.hyperedge_index[0]], node[given.anchor]))


def test_a_nodes_degree_does_not_depend_on_who_else_is_there() -> None:
    hypergraph = tiny_hypergraph()
    ids = torch.arange(0, 60, 2)
    assert hypergraph.degree[ids].max() > 1
    assert torch.equal(hypergraph.subgraph(ids).degree, hypergraph.degree[ids])


def test_the_digest_follows_the_content() -> None:
    hypergraph = clean()
    others = [
        hypergraph_from_arrays(X, Y, CLEAN),  # weights
        hypergraph_from_arrays(X, Y, [[0, 3, 1, 2, 3, 4], CLEAN[1]], hyperedge_weight=WEIGHT),
        hypergraph_from_arrays(X, Y, {"a": [[0, 2], [0, 0]], "b": [[1, 2, 3, 4], [0, 0, 0, 1]]}),
        replace(hypergraph, anchor=~hypergraph.anchor),
    ]
    assert len({hypergraph.digest, *(other.digest for other in others)}) == 5
    assert replace(hypergraph, relation_names=("other",)).digest == hypergraph.digest


def test_edges_of_a_graph_are_hyperedges_of_their_ends() -> None:
    hypergraph = hypergraph_of(PATH, ["edges"])
    assert hypergraph.hyperedge_index.tolist() == [[0, 1, 1, 2], [0, 0, 1, 1]]
    assert hypergraph.anchor.all()
    assert hypergraph.relation_names == ("edges",)
    assert hypergraph.relation.tolist() == [0, 0]


def test_neighbourhoods_of_a_graph_are_anchored_at_their_centre() -> None:
    hypergraph = hypergraph_of(PATH, ["neighbourhoods"])
    assert hypergraph.hyperedge_index.tolist() == [[0, 1, 0, 1, 2, 1, 2, 3], [0, 0, 1, 1, 1, 2, 2, 3]]
    assert hypergraph.anchor.tolist() == [True, False, False, True, False, False, True, True]
    assert hypergraph.weight.tolist() == [1, 1, 1, 1]


def test_both_are_stacked_as_relations_in_the_order_asked_for() -> None:
    both = hypergraph_of(PATH)
    assert both.relation_names == ("edges", "neighbourhoods")
    assert both.relation.tolist() == [0, 0, 1, 1, 1, 1]
    ends, around = incidence(hypergraph_of(PATH, ["edges"])), incidence(hypergraph_of(PATH, ["neighbourhoods"]))
    assert torch.equal(incidence(both), torch.cat([ends, around], dim=1))
    assert both.anchor.tolist() == [True] * 4 + [True, False, False, True, False, False, True, True]
    turned = hypergraph_of(PATH, ["neighbourhoods", "edges"])
    assert turned.relation_names == ("neighbourhoods", "edges")
    assert torch.equal(incidence(turned), torch.cat([around, ends], dim=1))


def test_a_graph_keeps_what_is_not_an_edge() -> None:
    graph = graph_from_arrays(X, Y, [[0, 0], [1, 1]], name="g", own_splits=[{"train": [0], "test": [1]}])
    hypergraph = hypergraph_of(graph)
    assert hypergraph.name == "g"
    assert hypergraph.features is graph.features
    assert hypergraph.labels is graph.labels
    assert hypergraph.class_names == graph.class_names
    assert hypergraph.own_splits == graph.own_splits
    assert hypergraph.notes == {"duplicates": 1}


def test_a_hyperedge_does_not_outlive_its_anchors() -> None:
    sub = hypergraph_of(PATH).subgraph(torch.tensor([0, 2, 3]))
    # Both edges and the neighbourhood of node 1 are gone; those of 0, 2 and 3 hold their centres alone.
    assert sub.hyperedge_index.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert sub.relation.tolist() == [1, 1, 1]
    assert sub.anchor.all()


@pytest.mark.parametrize("kinds", [["edges"], ["neighbourhoods"], ["edges", "neighbourhoods"]])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_hypergraph_of_a_subgraph_is_the_subgraph_of_the_hypergraph(kinds: list[str], seed: int) -> None:
    graph = tiny_graph(seed)
    ids = torch.rand(60, generator=torch.Generator().manual_seed(seed)).lt(0.6).nonzero()[:, 0]
    of_subgraph = hypergraph_of(graph.subgraph(ids), kinds)
    assert of_subgraph.digest == hypergraph_of(graph, kinds).subgraph(ids).digest
    assert of_subgraph.num_hyperedges < hypergraph_of(graph, kinds).num_hyperedges


@pytest.mark.parametrize("kinds", [["edges"], ["neighbourhoods"], ["neighbourhoods", "edges"]])
def test_hypergraphs_of_graphs_are_canonical(kinds: list[str]) -> None:
    graph = tiny_graph()
    hypergraph = hypergraph_of(graph, kinds)
    assert is_canonical(hypergraph)
    count = {"edges": graph.num_edges, "neighbourhoods": 60}
    assert hypergraph.num_hyperedges == sum(count[kind] for kind in kinds)


def test_without_an_edge_there_are_neighbourhoods_at_most() -> None:
    lone = PATH.subgraph(torch.tensor([0, 2]))
    assert hypergraph_of(lone, ["edges"]).num_hyperedges == 0
    assert hypergraph_of(lone).hyperedge_index.tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize("kinds", [[], ["edge"], ["edges", "edges"], "edges"])
def test_other_hyperedges_are_refused(kinds: Any) -> None:
    with pytest.raises(DataError, match="expected some of edges, neighbourhoods, each once, got"):
        hypergraph_of(PATH, kinds)


def test_numbers_of_hyperedges_may_have_gaps_however_large() -> None:
    made = hypergraph_from_arrays(np.eye(3), [0, 1, 0], [[0, 1, 2], [7, 7, 10**12]])
    assert made.hyperedge_index.tolist() == [[0, 1, 2], [0, 0, 1]]
    assert made.notes == {"empty_hyperedges": 10**12 - 1}


@pytest.mark.parametrize(("options", "what"), [({"directed": True}, "a direction"), ({"weighted": True}, "weights")])
def test_edges_that_hyperedges_cannot_say_are_refused(options: dict[str, bool], what: str) -> None:
    with pytest.raises(DataError, match=f"tiny: its edges have {what}, which hyperedges cannot say"):
        hypergraph_of(tiny_graph(**options))


def test_texts_go_along() -> None:
    texts = [f"text {row}" for row in range(PATH.num_nodes)]
    said = hypergraph_from_arrays(np.eye(3), [0, 1, 0], [[0, 1], [0, 0]], texts=["a", "b", "c"])
    assert said.texts == ("a", "b", "c")
    assert hypergraph_of(replace(PATH, texts=tuple(texts)), ["edges"]).texts == tuple(texts)
