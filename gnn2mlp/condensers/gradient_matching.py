"""Gradient matching: synthetic graphs on which a network's gradient is that on the training graphs."""

import math
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.condensers._base import Condensed, Training
from gnn2mlp.condensers._set import as_labels
from gnn2mlp.condensers.random import Random
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.seeds import generator
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.node_sets import node_rows
from gnn2mlp.tasks import Task

# Pairs of nodes whose edge is learnt; some hundred bytes each while a step is taken.
_MOST_PAIRS = 2_000_000
# How much of what is drawn, of codes and of edges, is at first other than in the graphs that it begins with.
_OTHER = 0.1


class GradientMatching(Random):
    """Graphs of each class are drawn, and changed until a network's gradient on them is that on the training graphs.

    In each step a network θ with new random weights is asked once, for each class c, for two gradients: that of the
    loss on synthetic graphs S_c, and on some training graphs T_c. What the nodes are and which of them are linked
    descends

    Σ_c Σ_l Σ_o (1 - cos(∂L(θ, S_c)/∂W_lo, ∂L(θ, T_c)/∂W_lo)),

    l over layers and o over the outputs of each (equations 4, 5 and 7 of the paper). Categories and edges are drawn
    from the distributions that are learnt, relaxed with temperature (Gumbel-softmax, binary concrete), and each is what
    is most likely at the end.

    In departure from the paper, the node's categories are learnt as distributions, as networks here read categories;
    the network is a GCN that pools the mean, whatever is trained later; regularisation of the number of edges is left
    out. Edges that have codes keep them, and new ones have those that are most frequent.

    Args:
        graphs: as in `WholeGraphs`.
        nodes: as in `WholeGraphs`.
        classes: as in `WholeGraphs`.
        steps: networks that are asked, one step of Adam each; 0 leaves the graphs as they were drawn.
        lr: learning rate of Adam.
        edges: whether edges are learnt too.
        depth: layers of the network.
        hidden: its width.
        temperature: of relaxed draws.
        batch_size: training graphs of each class in a step.

    Raises:
        ConfigError: for synthetic graphs with more pairs of nodes than fit.
    """

    name = "gradient_matching"
    citation = "Jin et al., Condensing Graphs via One-Step Gradient Matching, KDD 2022"

    def __init__(
        self,
        graphs: int = 10,
        nodes: int | None = None,
        classes: Literal["balanced", "share"] = "balanced",
        steps: int = 200,
        lr: float = 0.1,
        edges: bool = True,
        depth: int = 2,
        hidden: int = 32,
        temperature: float = 0.5,
        batch_size: int = 32,
    ):
        super().__init__(graphs, nodes, classes)
        check_at_least(self.name, 0, steps=steps)
        check_at_least(self.name, 1, depth=depth, hidden=hidden, batch_size=batch_size)
        check_positive(self.name, lr=lr, temperature=temperature)
        self.steps = steps
        self.lr = lr
        self.edges = edges
        self.depth = depth
        self.hidden = hidden
        self.temperature = temperature
        self.batch_size = batch_size

    def condensed(self, training: Training, seed: int) -> Condensed:
        """As in `Condenser`; each graph is a set of its own."""
        drawn = super().condensed(training, seed)
        begun = drawn.parts.take(torch.from_numpy(drawn.set_parts))  # one for each task that chose it
        synthetic = Synthetic(begun, self.edges)
        random, choice = generator(seed, "gradient matching"), np.random.default_rng(seed)
        optimiser = torch.optim.Adam(synthetic.learnt, self.lr) if self.steps else None
        for _ in range(self.steps):
            assert optimiser is not None, "there are steps"
            weights = self._network(begun, random)
            loss = torch.zeros(())
            for number, members in enumerate(training.members):
                some = choice.choice(members, min(self.batch_size, len(members)), replace=False)
                real = _gradient(weights, _read(training.graphs, some), training.graphs.task, number)
                own = synthetic.drawn(np.flatnonzero(drawn.set_class == number), self.temperature, random)
                made = _gradient(weights, own, training.graphs.task, number, differentiable=True)
                loss = loss + sum(_distance(one, other) for one, other in zip(made, real, strict=True))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        facts = {**drawn.facts, "synthetic": True}
        return drawn._replace(parts=synthetic.settled(), set_parts=np.arange(begun.num_graphs), facts=facts)

    def _network(self, graphs: GraphSet, random: torch.Generator) -> list[Tensor]:
        """Random weights of a GCN, as Glorot and Bengio draw them: from inputs, layer by layer, to outputs."""
        inputs = sum(graphs.code_sizes) + graphs.num_features
        sizes = [inputs, *[self.hidden] * self.depth, graphs.task.num_outputs]
        drawn = [torch.randn(a, b, generator=random) * (2 / (a + b)) ** 0.5 for a, b in pairwise(sizes)]
        return [one.requires_grad_() for one in drawn]


class Inputs(NamedTuple):
    """Graphs side by side, as a GCN reads them, each of its parts differentiable.

    Args:
        rows: float (nodes, width).
        edges: int64 (2, messages), sources and targets.
        strength: float (messages,), 1 for an edge, 0 for none.
        graph_of_node: int64 (nodes,).
        num_graphs: how many there are.
    """

    rows: Tensor
    edges: Tensor
    strength: Tensor
    graph_of_node: Tensor
    num_graphs: int


def gcn(weights: list[Tensor], inputs: Inputs) -> Tensor:
    """Logits (graphs, outputs): H ← relu(D^-1/2 (A + I) D^-1/2 H W), layer by layer, then the mean over nodes, then W.

    Args:
        weights: of each layer and of the answer.
        inputs: graphs.
    """
    source, target = inputs.edges
    degree = 1 + inputs.strength.new_zeros(len(inputs.rows)).index_add(0, target, inputs.strength)
    scale = degree.rsqrt()
    passed = (inputs.strength * scale[source] * scale[target])[:, None]
    h = inputs.rows
    for weight in weights[:-1]:
        h = h @ weight
        h = (h / degree[:, None]).index_add(0, target, h[source] * passed).relu()
    counts = torch.bincount(inputs.graph_of_node, minlength=inputs.num_graphs)[:, None]
    pooled = h.new_zeros(inputs.num_graphs, h.size(1)).index_add(0, inputs.graph_of_node, h) / counts
    return pooled @ weights[-1]


class Synthetic:
    """Graphs whose nodes and edges are learnt.

    Args:
        graphs: what they begin as.
        edges: whether edges are learnt.

    Attributes:
        learnt: logits of each field of codes (nodes, values), features, and logits of pairs (pairs,).
    """

    def __init__(self, graphs: GraphSet, edges: bool):
        self.graphs = graphs
        codes = [] if graphs.node_codes is None else list(graphs.node_codes.unbind(1))
        self.codes = [
            (math.log((size - 1) * (1 / _OTHER - 1) + 1e-6) * F.one_hot(one, size).float()).requires_grad_()
            for one, size in zip(codes, graphs.code_sizes, strict=True)
        ]
        self.features = None if graphs.features is None else graphs.features.clone().requires_grad_()
        self.pairs = _pairs(graphs) if edges else _canonical(graphs)
        linked = torch.isin(_keys(self.pairs, graphs), _keys(graphs.edge_index, graphs))
        unlinked = _OTHER * linked.sum() / (~linked).sum().clamp(min=1)  # as many are gained as lost
        self.links = torch.where(linked, 1 - _OTHER, unlinked).logit(1e-6)
        self.learnt = [*self.codes, *([] if self.features is None else [self.features])]
        if edges:
            self.learnt.append(self.links.requires_grad_())

    def drawn(self, ids: np.ndarray, temperature: float, random: torch.Generator) -> Inputs:
        """Some of the graphs, their codes and edges drawn.

        Args:
            ids: int64 (chosen,), ascending.
            temperature: of the relaxed draws; the lower, the nearer to categories.
            random: what draws.
        """
        of_node = self.graphs.graph_of_node
        chosen = torch.isin(of_node, torch.from_numpy(ids))
        row = chosen.cumsum(0) - 1
        own = [_gumbel(one[chosen], temperature, random) for one in self.codes]
        rows = torch.cat([*own, *([] if self.features is None else [self.features[chosen]])], 1)
        inside = chosen[self.pairs[0]]
        strength = self.links[inside]
        if self.links.requires_grad:
            noise = torch.rand(strength.shape, generator=random).clamp(1e-6, 1 - 1e-6).logit()
            strength = ((strength + noise) / temperature).sigmoid()
        else:
            strength = (strength > 0).float()
        ends = row[self.pairs[:, inside]]
        if not self.graphs.directed:
            ends, strength = torch.cat([ends, ends.flip(0)], 1), torch.cat([strength, strength])
        graph = torch.searchsorted(torch.from_numpy(ids), of_node[chosen])
        return Inputs(rows, ends, strength, graph, len(ids))

    def settled(self) -> GraphSet:
        """The graphs, each code and edge as it is most likely."""
        graphs, kept = self.graphs, self.pairs[:, self.links > 0]
        if not graphs.directed:
            kept = torch.cat([kept, kept.flip(0)], 1)
        keys, order = _keys(kept, graphs).sort()
        kept = kept[:, order]
        counts = torch.bincount(graphs.graph_of_node[kept[0]], minlength=graphs.num_graphs)
        return replace(
            graphs,
            node_codes=torch.stack([one.argmax(1) for one in self.codes], 1) if self.codes else None,
            features=None if self.features is None else self.features.detach(),
            edge_index=kept,
            edge_offsets=torch.cat([counts.new_zeros(1), counts.cumsum(0)]),
            edge_codes=_edge_codes(keys, graphs),
        )


def _read(graphs: GraphSet, ids: np.ndarray) -> Inputs:
    """Some graphs as they are."""
    batch = graphs.batch(ids)
    rows = node_rows(batch.node_codes, graphs.code_sizes, batch.features)
    strength = torch.ones(batch.edge_index.size(1))
    dense = rows.to_dense() if isinstance(rows, CSR) else rows
    return Inputs(dense, batch.edge_index, strength, batch.graph_of_node, batch.num_graphs)


def _gradient(
    weights: list[Tensor], inputs: Inputs, task: Task, number: int, differentiable: bool = False
) -> tuple[Tensor, ...]:
    """The gradient of the mean loss on graphs of class `number`, for each weight."""
    labels = as_labels(torch.full((inputs.num_graphs,), number), task)
    loss = task.loss(gcn(weights, inputs), labels).mean()
    return torch.autograd.grad(loss, weights, create_graph=differentiable)


def _distance(made: Tensor, real: Tensor) -> Tensor:
    """Σ_o (1 - cos) of two gradients (inputs, outputs) over their columns."""
    distance: Tensor = (1 - F.cosine_similarity(made, real, dim=0, eps=1e-6)).sum()
    return distance


def _gumbel(logits: Tensor, temperature: float, random: torch.Generator) -> Tensor:
    """Rows near to one-hot, drawn from the distributions of logits (rows, values)."""
    uniform = torch.rand(logits.shape, generator=random).clamp(1e-6, 1 - 1e-6)
    return ((logits - (-uniform.log()).log()) / temperature).softmax(1)


def _keys(edges: Tensor, graphs: GraphSet) -> Tensor:
    """A number for each pair of nodes, in the order of `edge_index`."""
    return edges[0] * graphs.num_nodes + edges[1]


def _canonical(graphs: GraphSet) -> Tensor:
    """Edges, int64 (2, edges); an undirected one once."""
    source, target = graphs.edge_index
    return graphs.edge_index if graphs.directed else graphs.edge_index[:, source < target]


def _pairs(graphs: GraphSet) -> Tensor:
    """All pairs of two nodes of one graph, int64 (2, pairs); without direction once."""
    sizes = graphs.nodes_per_graph
    if (count := int((sizes * (sizes - 1)).sum())) > _MOST_PAIRS:
        raise ConfigError(
            f"gradient_matching: expected at most {_MOST_PAIRS:,} pairs of nodes whose edge is learnt, got {count:,}; "
            "ask for fewer graphs or nodes, or leave edges as they are with --set method.edges=false"
        )
    begins = graphs.node_offsets[:-1]
    found = [torch.combinations(torch.arange(size)) + begin for begin, size in zip(begins, sizes.tolist(), strict=True)]
    pairs = torch.cat(found).T
    return torch.cat([pairs, pairs.flip(0)], 1) if graphs.directed else pairs


def _edge_codes(keys: Tensor, graphs: GraphSet) -> Tensor | None:
    """Codes of the edges with these keys: those that they had, and the most frequent for new ones."""
    if graphs.edge_codes is None:
        return None
    known = _keys(graphs.edge_index, graphs)
    order = known.argsort()
    place = order[torch.searchsorted(known[order], keys).clamp(max=known.numel() - 1)]
    kinds, counts = graphs.edge_codes.unique(dim=0, return_counts=True)
    there = known[place] == keys
    return torch.where(there[:, None], graphs.edge_codes[place], kinds[counts.argmax()])
