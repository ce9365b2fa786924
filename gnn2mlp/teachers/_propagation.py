"""Teachers that map rows first, and then let them travel many hops along one fixed operator."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from torch import Tensor, nn

from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.data.sampling import Block
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import Norm, make_norm
from gnn2mlp.teachers._network import LayerInput, Network, OverAll, drop_input, rows_of
from gnn2mlp.teachers._network_teacher import NetworkTeacher
from gnn2mlp.teachers.gcn import gcn_norm

Hop = Callable[[Tensor], Tensor]
"""Rows of some nodes, multiplied with Â: rows of the nodes among them whose neighbours are all there, which lead."""


def hop(x: LayerInput, block: Block) -> Tensor:
    """Â x (targets, width) of a block, Â as in GCN."""
    assert isinstance(x, Tensor), "features are mapped before they travel"
    return block.operator(gcn_norm) @ x  # type: ignore[arg-type]


def spread(h: Tensor, hops: Iterable[Hop], keep: float, restart: float) -> Tensor:
    """The last z of z ← keep · Â z + restart · h, a step for each hop, from z = h.

    With keep = restart = 1 it is Σ_k Â^k h, k = 0 .. K; with 1 - α and α the personalised PageRank of APPNP.

    Args:
        h: (sources, width).
        hops: K products with Â.
        keep: factor of what arrives.
        restart: factor of a node's own row.
    """
    z = h
    for travel in hops:
        arrived = travel(z)
        z = (arrived if keep == 1 else keep * arrived).add(h[: arrived.size(0)], alpha=restart)
    return z


def unit_rows(x: Features) -> Features:
    """Rows divided by the sum of their absolute values; rows of zeros stay."""
    if isinstance(x, CSR):
        lengths = x.with_values(x.values.abs()).row_sums()
        return x.with_values(x.values / lengths.clamp(min=1e-12)[x.row_ids()])
    return x / x.abs().sum(1, keepdim=True).clamp(min=1e-12)


class PropagationNetwork(Network):
    """Two learnt maps, and a propagation over `hops` links that none of them is part of.

    Args:
        maps: the two maps.
        hidden: width between them.
        dropout: probability that a hidden activation is dropped in training.
        input_dropout: the same of a feature; of sparse rows stored values alone are dropped.
        norm: normalisation before the ReLU.
        normalise: divide each row of features by the sum of its absolute values.
        hops: K.
    """

    def __init__(
        self,
        maps: Sequence[Linear],
        hidden: int,
        dropout: float,
        input_dropout: float,
        norm: Norm,
        normalise: bool,
        hops: int,
    ):
        super().__init__()
        self.convs = nn.ModuleList(maps)
        self.norms = nn.ModuleList([make_norm(norm, hidden)])
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.normalise = normalise
        self.hops = hops

    def first_map(self, x: LayerInput) -> Tensor:
        """Features, normalised and dropped, through the first map: (rows, features) to (rows, hidden)."""
        rows = unit_rows(rows_of(x)) if self.normalise else rows_of(x)
        mapped: Tensor = self.convs[0](drop_input(rows, self.input_dropout, self.training))
        return mapped

    @abstractmethod
    def travel(self, mapped: Tensor, hops: Sequence[Hop]) -> tuple[Tensor, Tensor]:
        """Logits and the activations that enter the last map, of rows that the first map made, over `hops`."""

    def forward(self, x: LayerInput, blocks: Sequence[Block]) -> tuple[Tensor, Tensor]:
        """As in `Network`; there is one block per hop."""
        return self.travel(self.first_map(x), self.steps(blocks))

    def steps(self, blocks: Sequence[Block]) -> list[Hop]:
        """The products with Â that blocks stand for."""
        return [partial(hop, block=block) for block in blocks]

    def over_all(self, x: LayerInput, each: OverAll) -> dict[str, Tensor]:
        """As in `Network`. The maps read a node's own row alone, and so meet all rows as they are."""
        travel: Hop = partial(each, hop)
        logits, hidden = self.travel(self.first_map(x), [travel] * self.hops)
        return {"logits": logits, "hidden": hidden}


class PropagationTeacher(NetworkTeacher):
    """A teacher whose messages travel many hops along one fixed operator, trained on the whole graph.

    Neighbours are not sampled: after a few hops most of a graph is in reach, and its operator is a sparse product that
    costs links times hidden units a hop. A step on a graph of n nodes holds some ten arrays of n x hidden numbers.

    Args:
        hidden: width between the two maps.
        hops: K, how far messages travel.
        dropout: on hidden activations.
        input_dropout: on features; of sparse rows, such as bags of words, stored values alone are dropped.
        norm: `"none"`, `"batch"` or `"layer"`, on the hidden layer.
        normalise: divide each row of features by the sum of its absolute values.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept, by the rule of `nn.selection.Selection`.
    """

    def __init__(
        self,
        hidden: int = 64,
        hops: int = 8,
        dropout: float = 0.5,
        input_dropout: float = 0.5,
        norm: Norm = "none",
        normalise: bool = True,
        lr: float = 0.01,
        weight_decay: float = 5e-4,
        epochs: int = 400,
        patience: int = 60,
    ):
        super().__init__(hidden, dropout, norm, lr, weight_decay, epochs, patience)
        self.hops = hops
        self.input_dropout = input_dropout
        self.normalise = normalise
        check_at_least("teacher", 1, hops=hops)
        check_share("teacher", input_dropout=input_dropout)

    @property
    def depth(self) -> int:
        """One link for each hop."""
        return self.hops

    def network_options(self) -> dict[str, Any]:
        """What its network is given of the options above."""
        names = ("hidden", "dropout", "input_dropout", "norm", "normalise", "hops")
        return {name: getattr(self, name) for name in names}
