"""SIGN: features are averaged over links once, before training, and an MLP reads all averages of a node."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Tensor, nn

from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.data.sampling import Block, GraphBlock
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.dropout import dropout, relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import Norm, make_norm
from gnn2mlp.teachers._network import LayerInput, Network, OverAll, PreAggregated, rows_of
from gnn2mlp.teachers._network_teacher import NetworkTeacher
from gnn2mlp.teachers._training import MiniBatch
from gnn2mlp.teachers.gcn import gcn_norm

Combine = Literal["concat", "average", "last"]
Normalise = Literal["symmetric", "row"]


def row_norm(block: GraphBlock) -> CSR:
    """D̃^-1 (A+I), with D̃ the degrees of A+I in the whole graph: a node's mean over its neighbours and itself."""
    target = (block.target_degree + 1).reciprocal()
    neighbours = block.pattern.with_values(block.of_entries(block.links_per_sample * target))
    return neighbours.with_diagonal(target)


OPERATORS: dict[Normalise, Callable[[GraphBlock], CSR]] = {"symmetric": gcn_norm, "row": row_norm}


def combined(hops: Sequence[Tensor], combine: Combine) -> Tensor:
    """What the MLP reads of X, ÂX, ..., Â^K X, each (rows, features): side by side, their mean, or the last.

    Example:
        >>> hops = [torch.tensor([[1.0]]), torch.tensor([[3.0]])]
        >>> [combined(hops, how).tolist() for how in ("concat", "average", "last")]
        [[[1.0, 3.0]], [[2.0]], [[3.0]]]
    """
    if combine == "concat":
        return torch.cat(list(hops), dim=1)
    return torch.stack(list(hops)).mean(0) if combine == "average" else hops[-1]


class HopNetwork(Network):
    """An MLP on the combined hops of a node: norm, ReLU and dropout behind each map but the last.

    Args:
        widths: of the combined row, of hidden layers, and of the answer.
        dropout: probability that a hidden activation is dropped in training.
        input_dropout: the same of an entry of the combined row.
        norm: normalisation of hidden layers.
        hops: K.
        combine: what is read of the hops.
        normalise: which Â.
    """

    def __init__(
        self,
        widths: Sequence[int],
        dropout: float,
        input_dropout: float,
        norm: Norm,
        hops: int,
        combine: Combine,
        normalise: Normalise,
    ):
        super().__init__()
        self.convs = nn.ModuleList(Linear(a, b) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(make_norm(norm, width) for width in widths[1:-1])
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.hops = hops
        self.combine: Combine = combine
        self.operator = OPERATORS[normalise]

    def head(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and the activations that enter the last map, of combined rows (nodes, width)."""
        h = dropout(rows, self.input_dropout, self.training)
        for conv, norm in zip(self.convs[:-1], self.norms, strict=True):
            h = relu_dropout_(norm(conv(h)), self.dropout, self.training)
        logits: Tensor = self.convs[-1](h)
        return logits, h

    def hop(self, x: LayerInput, block: Block) -> Tensor:
        """Â x (targets, features) of a block."""
        assert isinstance(x, Tensor), "hops are dense"
        return block.operator(self.operator) @ x  # type: ignore[arg-type]

    def forward(self, x: LayerInput, blocks: Sequence[Block]) -> tuple[Tensor, Tensor]:
        """As in `Network`; there is one block per hop."""
        if isinstance(x, PreAggregated):
            return self.head(x.aggregated)
        hops = [_dense(x)]
        for block in blocks:
            hops.append(self.hop(hops[-1], block))
        return self.head(combined([rows[: blocks[-1].num_targets] for rows in hops], self.combine))

    def over_all(self, x: LayerInput, each: OverAll) -> dict[str, Tensor]:
        """As in `Network`."""
        if not isinstance(x, PreAggregated):
            x = PreAggregated(_dense(x), self._all(_dense(x), partial(each, self.hop)))
        logits, hidden = self.head(x.aggregated)
        return {"logits": logits, "hidden": hidden}

    @torch.no_grad()
    def pre_aggregate(self, x: Features, block: Block) -> LayerInput:
        """The combined hops, which no weight decides: once is enough."""
        rows = _dense(x)
        return PreAggregated(rows, self._all(rows, partial(self.hop, block=block)))

    def _all(self, x: Tensor, travel: Callable[[Tensor], Tensor]) -> Tensor:
        hops = [x]
        for _ in range(self.hops):
            hops.append(travel(hops[-1]))
        return combined(hops, self.combine)


def _dense(x: LayerInput) -> Tensor:
    rows = rows_of(x)
    return rows.to_dense() if isinstance(rows, CSR) else rows


class SIGN(NetworkTeacher):
    """SIGN (Frasca et al., 2020, https://arxiv.org/abs/2004.11198): an MLP on [X, ÂX, ..., Â^K X].

    Nothing that is learnt stands before or between the hops: they are computed once, and training needs no graph.
    Hops of a graph that is larger than the memory come from `gnn2mlp propagate`, and `gnn2mlp teach` trains on them.
    With `combine="last"` and `layers=1` it is SGC (Wu et al., ICML 2019), with `combine="average"` it reads the mean
    over hops that GRAND reads (Feng et al., NeurIPS 2020), without what GRAND drops.

    Â is D̃^-1/2 (A + I) D̃^-1/2 (`normalise="symmetric"`, as in `GCN`) or D̃^-1 (A + I) (`"row"`), D̃ the degrees of
    A + I; weights and the direction of edges are read as in `GCN`. In training hops are those of the observed nodes on
    the observed graph alone.

    Departures from the paper: the first map reads all hops at once, where the paper maps each by itself and puts the
    results side by side; Â alone stands for the paper's several operators; ReLU for PReLU.

    Args:
        hidden: width of hidden layers.
        hops: K.
        combine: `"concat"`: hops side by side; `"average"`: their mean; `"last"`: Â^K X alone.
        normalise: which Â.
        layers: number of maps, at least 1.
        dropout: on hidden activations.
        input_dropout: on the combined row.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept, by the rule of `nn.selection.Selection`.

    Example:
        >>> from gnn2mlp.data import Observed, graph_from_arrays
        >>> graph = graph_from_arrays(torch.eye(6), [0, 0, 0, 1, 1, 1], [[0, 1, 3, 4], [1, 2, 4, 5]])
        >>> observed = Observed(graph, torch.arange(6), train=torch.tensor([0, 3]), valid=torch.tensor([1, 4]))
        >>> teacher = SIGN(hops=2, hidden=16, epochs=60)
        >>> history = teacher.fit(observed)
        >>> teacher.predict(graph).argmax(1).tolist()
        [0, 0, 0, 1, 1, 1]
    """

    name = "sign"
    citation = "Frasca et al., SIGN: Scalable Inception Graph Neural Networks, 2020, arXiv 2004.11198"
    module_: HopNetwork

    def __init__(
        self,
        hidden: int = 256,
        hops: int = 3,
        combine: Combine = "concat",
        normalise: Normalise = "symmetric",
        layers: int = 2,
        dropout: float = 0.5,
        input_dropout: float = 0.2,
        norm: Norm = "none",
        lr: float = 0.01,
        weight_decay: float = 5e-4,
        epochs: int = 200,
        patience: int = 50,
    ):
        super().__init__(hidden, dropout, norm, lr, weight_decay, epochs, patience)
        self.hops = hops
        self.combine: Combine = combine
        self.normalise: Normalise = normalise
        self.layers = layers
        self.input_dropout = input_dropout
        check_at_least("teacher", 1, hops=hops, layers=layers)
        check_share("teacher", input_dropout=input_dropout)

    @property
    def depth(self) -> int:
        """One link for each hop."""
        return self.hops

    def combined_width(self, num_features: int) -> int:
        """How wide the row is that the MLP reads."""
        return num_features * (self.hops + 1 if self.combine == "concat" else 1)

    def loss(self, batch: MiniBatch, random: torch.Generator) -> Tensor:
        """The supervised loss; of labelled nodes alone, as no node reads another one's row any more."""
        if not isinstance(batch.features, PreAggregated):
            return super().loss(batch, random)
        rows = batch.features.aggregated[batch.rows]
        logits, _ = self.module_.head(rows)
        return self.supervised_loss(logits, batch._replace(rows=torch.arange(len(rows), device=rows.device)))

    def build(self, num_features: int, num_classes: int) -> HopNetwork:
        """The untrained network for these sizes."""
        widths = [self.combined_width(num_features), *[self.hidden] * (self.layers - 1), num_classes]
        names = ("dropout", "input_dropout", "norm", "hops", "combine", "normalise")
        options: dict[str, Any] = {name: getattr(self, name) for name in names}
        return HopNetwork(widths, **options)
