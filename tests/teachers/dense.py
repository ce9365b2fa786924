"""Hypergraph layers as products of dense float64 matrices, made from the incidences alone, to check sparse ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.seeds import seeded
from gnn2mlp.data import HyperedgeSampler, HypergraphData, hypergraph_from_arrays
from gnn2mlp.teachers._hyper import HypergraphTeacher


class Dense(NamedTuple):
    """Float64.

    Args:
        h: the incidence H, (nodes, hyperedges).
        w: W, (hyperedges, hyperedges).
        node: D_v, (nodes, nodes), weighted degrees.
        size: D_e, (hyperedges, hyperedges).
    """

    h: Tensor
    w: Tensor
    node: Tensor
    size: Tensor


Formula = Callable[[Dense], Tensor]


def dense(hypergraph: HypergraphData, singletons: str = "isolated") -> Dense:
    """With a hyperedge of weight 1 for each node that lies in none, or for each node."""
    h = torch.zeros(hypergraph.num_nodes, hypergraph.num_hyperedges, dtype=torch.float64)
    for node, hyperedge in hypergraph.hyperedge_index.T.tolist():
        h[node, hyperedge] = 1
    alone = (h.sum(1) == 0) if singletons == "isolated" else torch.ones(hypergraph.num_nodes, dtype=torch.bool)
    own = torch.eye(hypergraph.num_nodes, dtype=torch.float64)[:, alone]
    h, w = torch.cat([h, own], dim=1), torch.cat([hypergraph.weight.double(), own.new_ones(own.size(1))])
    return Dense(h, w.diag(), (h @ w).diag(), h.sum(0).diag())


def power(diagonal: Tensor, exponent: float) -> Tensor:
    """A power of a diagonal matrix."""
    return diagonal.diag().pow(exponent).diag()


def small(nodes: int, seed: int) -> HypergraphData:
    """Twelve random weighted hyperedges of 1 to 5 of the first nodes; the last three lie in none."""
    random = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, 6, (12,), generator=random)
    members = [torch.randperm(nodes - 3, generator=random)[:size] for size in sizes]
    index = torch.stack([torch.cat(members), torch.arange(12).repeat_interleave(sizes)])
    weight = 0.1 + 3 * torch.rand(12, generator=random)
    x = torch.randn(nodes, 5, generator=random)
    return hypergraph_from_arrays(x, torch.arange(nodes) % 3, index, hyperedge_weight=weight)


def check_layer(kind: type[HypergraphTeacher], formula: Formula, seed: int, singletons: str) -> None:
    """One layer of this kind is formula(H, W, D_v, D_e) X Θ + b."""
    hypergraph = small(15, seed)
    with seeded(seed, "layer"):
        layer = kind().conv(5, 4, last=False)
        torch.nn.init.normal_(layer.bias)
    out = layer(hypergraph.features, HyperedgeSampler(hypergraph, singletons).full_block())  # type: ignore[arg-type]
    x, theta, b = (tensor.double() for tensor in (hypergraph.features, layer.map.weight, layer.bias))
    expected = formula(dense(hypergraph, singletons)) @ x @ theta + b
    assert expected.abs().max() > 1
    torch.testing.assert_close(out.double(), expected, rtol=1e-5, atol=1e-5)


def check_network(kind: type[HypergraphTeacher], formula: Formula) -> None:
    """Two layers, with a rectifier between them, are what a teacher predicts."""
    hypergraph, teacher = small(15, 7), kind(hidden=6, singletons="all")
    with seeded(0, "network"):
        teacher.initialise(5, 3)
        for layer in teacher.module_.convs:
            torch.nn.init.normal_(layer.bias)
    first, second = teacher.module_.double().convs
    operator = formula(dense(hypergraph, "all"))
    hidden = F.relu(operator @ hypergraph.features.double() @ first.map.weight + first.bias)
    expected = operator @ hidden @ second.map.weight + second.bias
    teacher.module_.float()
    found = teacher.evaluate(hypergraph)
    torch.testing.assert_close(found["hidden"].double(), hidden, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found["logits"].double(), expected, rtol=1e-5, atol=1e-5)


def check_gradient(kind: type[HypergraphTeacher]) -> None:
    """The gradient of features, Θ and b is that of finite differences."""
    with double_precision():
        hypergraph = small(9, 1)
        layer, block = kind().conv(5, 2, last=False), HyperedgeSampler(hypergraph).full_block()

        def value(x: Tensor, theta: Tensor, b: Tensor) -> Tensor:
            parameters = {"map.weight": theta, "bias": b}
            out: Tensor = torch.func.functional_call(layer, parameters, (x, block))
            return out

        random = torch.Generator().manual_seed(0)
        inputs = [torch.randn(shape, generator=random).requires_grad_() for shape in ((9, 5), (5, 2), (2,))]
        assert torch.autograd.gradcheck(value, inputs)


@contextmanager
def double_precision() -> Iterator[None]:
    """Within the block new parameters and operators are float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
