"""A linear stand-in for a graph neural network: what it says is a sum over the nodes that it reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal, NamedTuple

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor
from torch.nn import functional as F

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import NeighbourSampler
from gnn2mlp.nn import loop
from gnn2mlp.nn.csr import CSR, Features, compute_form
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.optim import adam
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.training_state import Position, TrainingState
from gnn2mlp.teachers.gcn import gcn_norm

Reads = Literal["own", "degree", "auto"]
"""What the surrogate reads of a node: its features, the one-hot number of its neighbours, or what suits the graph."""

# Degrees from here on are one class.
_HIGHEST_DEGREE = 1000
# Numbers in Â^K X from which on it is not held, and the maps are propagated in every epoch instead.
_HELD = 50_000_000
# A linear map is known from so many nodes, and its agreement from so many others.
_MOST_FITTED, _MOST_HELD_OUT = 20_000, 5_000


@dataclass(frozen=True, eq=False)
class Surrogate:
    """Z = Â^K X Θ + b with Â = D̃^-1/2 (A+I) D̃^-1/2 (SGC), fitted to the answers of a teacher.

    Pereira et al., Distill n' Explain, AISTATS 2023, section 3.1. Row i of Z is a sum of what each node within K hops
    adds, Â^K_ij x_j Θ, and b: that makes it easy to explain. How well it stands for the teacher is measured on nodes
    that it was not fitted to.

    Args:
        operator: Â, (nodes, nodes).
        features: X, (nodes, features), dense or sparse.
        weight: Θ, (features, classes); its mean over classes is 0, as is that of b.
        bias: b, (classes,).
        hops: K.
        reads: which features those are.
        agreement: share of nodes held out whose likeliest class is the teacher's.
        divergence: mean KL(teacher ‖ surrogate) of them, in nats.
    """

    operator: sp.csr_matrix
    features: np.ndarray | sp.csr_matrix
    weight: np.ndarray
    bias: np.ndarray
    hops: int
    reads: Reads
    agreement: float
    divergence: float

    __repr__ = short_repr

    @cached_property
    def mapped(self) -> np.ndarray:
        """X Θ, float64 (nodes, classes): what each node adds to another, but for Â^K."""
        return np.asarray(self.features @ self.weight, dtype=np.float64)

    def rows(self, nodes: np.ndarray) -> sp.csr_matrix:
        """The rows `nodes` of Â^K, (rows, nodes): how much each node within K hops weighs in theirs."""
        found = self.operator[np.asarray(nodes)]
        for _ in range(self.hops - 1):
            found = found @ self.operator
        found.sort_indices()
        return found

    def logits(self, rows: sp.csr_matrix) -> np.ndarray:
        """Z of the nodes whose `rows` these are, (rows, classes)."""
        return np.asarray(rows @ self.mapped + self.bias)


def fit_surrogate(
    graph: NodeData,
    logits: Tensor,
    *,
    hops: int = 2,
    reads: Reads = "auto",
    epochs: int = 1000,
    patience: int = 100,
    lr: float = 0.2,
    weight_decay: float = 5e-6,
    held_out: float = 0.1,
    seed: int = 0,
    progress: Progress = silent,
) -> Surrogate:
    """Fit a surrogate to a teacher's soft labels: cross entropy, Adam, the settings of DnX's released code.

    That code keeps its best epoch by reference, so that the last one is used; here it is a copy. It reads the one-hot
    degree where the teacher saw other features; here that is an option.

    Args:
        graph: that the teacher answered on.
        logits: (nodes, classes) its answers.
        hops: K; as many as the teacher has layers.
        reads: `"auto"` is the degree where all nodes have the same features, else their own.
        epochs: at most so many.
        patience: stop after this many epochs without a better one.
        lr: learning rate.
        weight_decay: L2 penalty.
        held_out: share of nodes that fit nothing, and choose the epoch and measure the agreement, half of them each;
            at most 5,000 each. At most 20,000 nodes are fitted to.
        seed: of weights, and of which nodes those are.
        progress: told after every epoch.

    Raises:
        DataError: for a hypergraph, or answers of other nodes.
        ConfigError: for settings that cannot be.
    """
    _check(graph, logits, hops, held_out)
    assert isinstance(graph, GraphData), "checked"
    reads = ("degree" if _constant(graph.features) else "own") if reads == "auto" else reads
    operator = gcn_norm(NeighbourSampler(graph.adjacency).full_block(torch.device("cpu")))
    rows = compute_form(_degrees(graph) if reads == "degree" else graph.features).to(dtype=torch.get_default_dtype())
    parts = _parts(graph.num_nodes, held_out, seed)
    with seeded(seed, "surrogate"):
        module = Linear(rows.shape[1], logits.size(1))
        training = _Training(module, _product(operator, rows, hops, parts), logits.log_softmax(-1).float(), parts)
        selection = Selection(module, patience)
        state = TrainingState(module, adam(module.parameters(), lr, weight_decay), selection)
        loop.fit(training, state, epochs, stage="surrogate", progress=progress)
    agreement, divergence = training.judged("judged")
    plain = rows.to_scipy() if isinstance(rows, CSR) else rows.numpy()
    learnt = module.state_dict()
    weight, bias = (_centred(learnt[name].double().numpy()) for name in ("weight", "bias"))
    return Surrogate(operator.to_scipy(), plain, weight, bias, hops, reads, agreement, divergence)


def _centred(values: np.ndarray) -> np.ndarray:
    """Less their mean over classes, which changes no probability, and would change scores that multiply logits."""
    centred: np.ndarray = values - values.mean(-1, keepdims=True)
    return centred


class _Parts(NamedTuple):
    """Nodes that are fitted to, that choose the epoch, and that tell how good the surrogate is."""

    fitted: Tensor
    choosing: Tensor
    judged: Tensor


# Z of a part's nodes, by a linear map.
_Product = Callable[[Linear, str], Tensor]


class _Training:
    """What `nn.loop` trains: a linear map behind a product with Â^K."""

    def __init__(self, module: Linear, product: _Product, target: Tensor, parts: _Parts):
        self.module, self.product = module, product
        self.targets = {name: target[nodes] for name, nodes in parts._asdict().items()}

    def steps(self, position: Position) -> Iterator[loop.Step]:
        """One step on all nodes that are fitted to."""
        yield loop.Step(Position(position.epoch, 0, 1), self._loss)

    def _loss(self) -> Tensor:
        said = self.product(self.module, "fitted").log_softmax(-1)
        return -(self.targets["fitted"].exp() * said).sum(-1).mean()

    def reduce(self, loss: Tensor) -> Tensor:
        """The loss itself: one process trains."""
        return loss

    def validate(self) -> loop.Validation:
        """Agreement with the teacher on nodes held out, and divergence from it as the loss."""
        return loop.Validation(*self.judged("choosing"))

    @torch.no_grad()
    def judged(self, part: str) -> tuple[float, float]:
        """Share of equal likeliest classes, and mean KL(teacher ‖ surrogate), on the nodes of a part."""
        said, target = self.product(self.module, part).log_softmax(-1), self.targets[part]
        divergence = F.kl_div(said, target, reduction="batchmean", log_target=True).item()
        return (said.argmax(-1) == target.argmax(-1)).double().mean().item(), divergence

    def on_epoch_end(self, epoch: int) -> None:
        """Nothing."""


def _product(operator: CSR, rows: Features, hops: int, parts: _Parts) -> _Product:
    """Â^K (X Θ) + b by part: Â^K X is made once where it has room, as it costs least then."""
    if isinstance(rows, CSR) or rows.numel() > _HELD:
        return partial(_propagated, operator, rows, hops, parts)
    for _ in range(hops):
        rows = operator @ rows
    held = {name: rows[nodes] for name, nodes in parts._asdict().items()}
    return lambda module, part: module(held[part])


def _propagated(operator: CSR, rows: Features, hops: int, parts: _Parts, module: Linear, part: str) -> Tensor:
    assert module.bias is not None, "a map with a bias is fitted"
    mapped: Tensor = module(rows) - module.bias
    for _ in range(hops):
        mapped = operator @ mapped
    return mapped[getattr(parts, part)] + module.bias


def _parts(count: int, held_out: float, seed: int) -> _Parts:
    order = torch.randperm(count, generator=generator(seed, "nodes held out of the surrogate"))
    each = min(max(1, round(held_out * count / 2)), _MOST_HELD_OUT)
    return _Parts(order[2 * each :][:_MOST_FITTED], order[:each], order[each : 2 * each])


def _check(graph: NodeData, logits: Tensor, hops: int, held_out: float) -> None:
    if not isinstance(graph, GraphData):
        raise DataError(f"explanations speak of graphs, and {graph.name} is a {graph.kind}; expected a graph")
    if logits.dim() != 2 or logits.size(0) != graph.num_nodes:
        raise DataError(
            f"surrogate: expected the teacher's logits ({graph.num_nodes}, classes), a row for each node of "
            f"{graph.name}, got {tuple(logits.shape)}"
        )
    if logits.size(1) < 2:
        raise DataError("surrogate: expected at least two classes to tell apart, got one")
    check_at_least("surrogate", 1, hops=hops)
    check_share("surrogate", held_out=held_out)
    if not 0 < held_out <= 0.5 or graph.num_nodes < 4:
        raise ConfigError(
            f"surrogate.held_out: expected a share above 0 and at most .5 of at least 4 nodes, got {held_out} of "
            f"{graph.num_nodes}"
        )


def _constant(features: Features) -> bool:
    """Whether all nodes have the same features."""
    if isinstance(features, CSR):
        first = features.rows(torch.zeros(1, dtype=torch.int64)).to_dense()
        alike = bool((features.values == first[0, features.indices]).all())
        return alike and features.nnz == len(features) * int(first.count_nonzero())
    return bool((features == features[:1]).all())


def _degrees(graph: GraphData) -> Tensor:
    """The number of neighbours of each node, one-hot."""
    degree = graph.degree.clamp(max=_HIGHEST_DEGREE)
    return F.one_hot(degree).float()
