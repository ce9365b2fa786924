"""SIGN against the definition of its hops, with the same weights."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data import NeighbourSampler
from gnn2mlp.teachers._training import full_batch
from gnn2mlp.teachers.sign import SIGN
from tests.helpers import tiny_graph
from tests.teachers.test_propagation import dense_gcn
from tests.tiny import tiny_views


@pytest.mark.parametrize("combine", ["concat", "average", "last"])
@pytest.mark.parametrize("sparse", [False, True])
def test_reads_the_hops_of_the_definition(combine: Any, sparse: bool) -> None:
    views = tiny_views(weighted=True, directed=True, sparse=sparse)
    graph = views.full.graph
    teacher = SIGN(hops=2, hidden=16, combine=combine, epochs=3)
    teacher.fit(views.observed)
    first, second = teacher.module_.convs
    x = graph.features.to_dense() if sparse else graph.features
    a_hat = dense_gcn(graph).float()
    hops = torch.stack([x, a_hat @ x, a_hat @ a_hat @ x])
    rows = {"concat": torch.cat([*hops], dim=1), "average": hops.mean(0), "last": hops[2]}[combine]
    with torch.no_grad():
        expected = F.relu(rows @ first.weight + first.bias) @ second.weight + second.bias
    torch.testing.assert_close(teacher.predict(graph), expected, rtol=1e-4, atol=1e-5)


def test_row_normalisation_takes_the_mean_of_neighbours_and_the_node() -> None:
    graph = tiny_graph()
    with seeded(0, "test"):
        module = SIGN(hops=1, combine="last", normalise="row", layers=1).build(graph.num_features, 3).eval()
    block = NeighbourSampler(graph.adjacency).full_block()
    both = graph.adjacency.to_dense() + torch.eye(graph.num_nodes)
    expected = both @ graph.features / both.sum(1, keepdim=True)
    torch.testing.assert_close(module.hop(graph.features, block), expected)


def test_one_map_of_the_last_hop_is_sgc() -> None:
    graph = tiny_graph()
    with seeded(0, "test"):
        module = SIGN(hops=2, combine="last", layers=1).build(graph.num_features, 3).eval()
    (only,) = module.convs
    block = NeighbourSampler(graph.adjacency).full_block()
    logits, hidden = module(graph.features, [block] * 2)
    a_hat = dense_gcn(graph).float()
    torch.testing.assert_close(hidden, a_hat @ a_hat @ graph.features)
    torch.testing.assert_close(logits, hidden @ only.weight + only.bias)


def test_training_sees_the_observed_graph_alone() -> None:
    views = tiny_views(setting="inductive")
    teacher = SIGN(hops=2, hidden=8, epochs=2)
    teacher.fit(views.observed)
    block = teacher.sampler(views.observed.graph).full_block()
    made = teacher.module_.pre_aggregate(views.observed.graph.features, block)
    assert made.aggregated.shape == (views.observed.graph.num_nodes, 3 * views.observed.graph.num_features)
    assert views.observed.graph.num_nodes < views.full.graph.num_nodes


@pytest.mark.parametrize("wrong", [{"combine": "sum"}, {"normalise": "column"}, {"hops": 0}, {"layers": 0}])
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        SIGN(**wrong)


def test_a_step_computes_labelled_nodes_alone_and_the_same_loss() -> None:
    observed = tiny_views().observed
    teacher = SIGN(hops=2, hidden=8, dropout=0.0, input_dropout=0.0)
    with seeded(0, "test"):
        teacher.initialise(observed.graph.num_features, 3)
    block, random = teacher.sampler(observed.graph).full_block(), torch.Generator()
    plain = full_batch(observed, observed.graph.features, [block] * 2)
    made = full_batch(observed, teacher.module_.pre_aggregate(observed.graph.features, block), [block] * 2)
    seen: list[int] = []
    teacher.module_.convs[0].register_forward_pre_hook(lambda module, given: seen.append(len(given[0])))
    torch.testing.assert_close(teacher.loss(made, random), teacher.loss(plain, random))
    assert seen == [observed.train.numel(), observed.graph.num_nodes]
