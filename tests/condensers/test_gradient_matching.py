from itertools import pairwise

import numpy as np
import pytest
import torch
from torch_geometric.nn import GCNConv

from gnn2mlp.condensers import GradientMatching, Random
from gnn2mlp.condensers._base import training_graphs
from gnn2mlp.condensers.gradient_matching import Synthetic, _distance, _gradient, _read, gcn
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import generator
from tests.condensers.sets import graph_set, observed


def _weights(*sizes: int) -> list[torch.Tensor]:
    torch.manual_seed(0)
    return [torch.randn(a, b).requires_grad_() for a, b in pairwise(sizes)]


def test_the_network_is_a_gcn_that_pools_the_mean() -> None:
    graphs, weights = graph_set(), _weights(5, 4, 3, 2)
    inputs = _read(graphs, np.array([2, 0, 7]))
    conv, h = GCNConv(1, 1, bias=False), inputs.rows
    for weight in weights[:-1]:
        conv.lin.weight = torch.nn.Parameter(weight.T)
        h = conv(h, inputs.edges).relu()
    pooled = torch.stack([h[inputs.graph_of_node == one].mean(0) for one in range(3)])
    assert torch.allclose(gcn(weights, inputs), pooled @ weights[-1], atol=1e-5)


def test_graphs_that_are_drawn_with_certainty_are_those_that_were_begun_with() -> None:
    graphs = graph_set().take([3, 8, 5])
    synthetic = Synthetic(graphs, edges=True)
    assert synthetic.settled().digest == graphs.digest
    for logits in (*synthetic.codes, synthetic.links):
        with torch.no_grad():
            logits.copy_(torch.where(logits > 0, 40.0, -40.0))
    weights = _weights(5, 4, 2)
    drawn = synthetic.drawn(np.array([0, 2]), 0.1, generator(0, "test"))
    assert torch.allclose(gcn(weights, drawn), gcn(weights, _read(graphs, np.array([0, 2]))), atol=1e-4)


def test_steps_bring_gradients_of_new_networks_nearer() -> None:
    training = training_graphs(observed())

    def far(steps: int) -> float:
        condenser = GradientMatching(graphs=2, steps=steps, lr=0.4)
        found = condenser.condensed(training, 0)
        total, random = 0.0, generator(9, "networks that matched nothing")
        for _ in range(10):
            weights = condenser._network(training.graphs, random)
            for number, members in enumerate(training.members):
                own = _read(found.parts, np.flatnonzero(found.set_class == number))
                made = _gradient(weights, own, training.graphs.task, number)
                real = _gradient(weights, _read(training.graphs, members), training.graphs.task, number)
                total += sum(float(_distance(one, other)) for one, other in zip(made, real, strict=True))
        return total

    assert far(25) < 0.95 * far(0)


def test_no_step_leaves_random_graphs() -> None:
    seen = observed()
    none, drawn = GradientMatching(graphs=3, steps=0), Random(graphs=3)
    assert none.condense(seen, 2).digest == drawn.condense(seen, 2).digest
    moved = GradientMatching(graphs=3, steps=12, lr=1.0).condense(seen, 2)
    assert moved.digest != drawn.condense(seen, 2).digest
    assert moved.parts.nodes_per_graph.tolist() == drawn.condense(seen, 2).parts.nodes_per_graph.tolist()


def test_made_graphs_are_in_canonical_form() -> None:
    parts = GradientMatching(graphs=3, steps=12, lr=1.0).condense(observed()).parts
    source, target = parts.edge_index
    key = source * parts.num_nodes + target
    assert bool((key.diff() > 0).all())
    assert set(key.tolist()) == set((target * parts.num_nodes + source).tolist())
    assert torch.equal(parts.graph_of_node[source], parts.graph_of_node[target])
    counts = torch.bincount(parts.graph_of_node[source], minlength=parts.num_graphs)
    assert torch.equal(parts.edge_offsets.diff(), counts)
    assert parts.edge_codes is not None
    assert parts.edge_codes.size(0) == source.numel()


def test_edges_stay_where_they_are_not_learnt_and_features_move() -> None:
    features = np.random.default_rng(0).random((graph_set().num_nodes, 2)).astype(np.float32)
    seen = observed(graph_set(features=features, node_codes=None))
    here = GradientMatching(graphs=2, steps=5, edges=False).condense(seen)
    there = Random(graphs=2).condense(seen)
    assert torch.equal(here.parts.edge_index, there.parts.edge_index)
    assert torch.equal(here.parts.edge_codes, there.parts.edge_codes)
    assert not torch.equal(here.parts.features, there.parts.features)


def test_too_many_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gnn2mlp.condensers.gradient_matching._MOST_PAIRS", 10)
    with pytest.raises(ConfigError, match=r"at most 10 pairs of nodes .* --set method\.edges=false"):
        GradientMatching(graphs=2).condense(observed())
