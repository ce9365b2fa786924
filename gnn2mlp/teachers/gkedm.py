"""Attention over neighbours on the hidden states of a trained graph neural network."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.sampling import Block, BlockSampler, GraphBlock
from gnn2mlp.data.view import Observed
from gnn2mlp.nn.attention import aggregate, dot_scores, softmax
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.nn.training import History
from gnn2mlp.teachers._around import AroundNetwork
from gnn2mlp.teachers._base import TEACHERS, Teacher
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._network import GNN, LayerInput, OverAll, rows_of
from gnn2mlp.teachers.gat import neighbours_and_self

_KEYS = frozenset({"attention_query", "attention_key"})


class NeighbourAttention(nn.Module):
    """h'_i = h_i + W_o ‖_heads Σ_j a_ij W_v h_j, a_ij = softmax_j (⟨W_q h_i, W_k h_j⟩ / √width + log w_ij).

    j goes over the neighbours of i and i itself. With the logarithm of its weight an edge of weight 2 counts as two.
    Nothing is larger than edges x heads. W_o begins as 0, so that training begins with what the network says without.

    Args:
        hidden: width of h.
        heads: of attention.
        width: of queries, keys and values of a head.
    """

    def __init__(self, hidden: int, heads: int, width: int):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (Linear(hidden, heads * width, bias=False, init="glorot") for _ in range(3))
        self.out = Linear(heads * width, hidden, bias=False, init="glorot")
        nn.init.zeros_(self.out.weight)
        self.numbers_per_link = 4 * heads

    def asked(self, h: Tensor) -> Tensor:
        """Queries (rows, heads, width)."""
        return self._by_head(self.query(h))

    def asking(self, h: Tensor) -> Tensor:
        """Keys (rows, heads, width)."""
        return self._by_head(self.key(h))

    def _by_head(self, rows: Tensor) -> Tensor:
        return rows.view(rows.size(0), self.heads, -1)

    def forward(self, x: LayerInput, block: GraphBlock) -> Tensor:
        """Map (sources, hidden) to (targets, hidden)."""
        h = rows_of(x)
        assert isinstance(h, Tensor), "hidden states are dense"
        pattern, own = block.operator(neighbours_and_self), h[: block.num_targets]
        keys = self.asking(h)
        scores = dot_scores(pattern, self.asked(own), keys) / keys.size(-1) ** 0.5
        if block.weighted:
            scores = scores + pattern.remembered("log", lambda: pattern.values.log()[:, None])
        mixed = aggregate(pattern, softmax(pattern, scores), self._by_head(self.value(h)))
        said: Tensor = self.out(mixed.flatten(1))
        return own + said


class AttentiveGNN(GNN):
    """A `GNN` whose last layer reads hidden states behind an attention over neighbours.

    Args:
        convs: the layers.
        widths: output width of each hidden layer.
        dropout: probability that a hidden activation is dropped in training.
        norm: normalisation of hidden layers.
        attention: on the last hidden states.
    """

    def __init__(
        self,
        convs: Sequence[nn.Module],
        widths: Sequence[int],
        dropout: float,
        norm: Norm,
        attention: NeighbourAttention,
    ):
        super().__init__(convs, widths, dropout, norm)
        self.attention = attention
        self.numbers_per_link = attention.numbers_per_link

    def by_layer(self, x: LayerInput, blocks: Sequence[Block]) -> tuple[Tensor, list[Tensor]]:
        """As in `GNN`; there is one block more, the last but one, for the attention, which counts as a layer."""
        h, layers = x, []
        for index, block in enumerate(blocks[:-2]):
            h = self.hidden_layer(index, h, block)
            layers.append(h)
        layers.append(self.attention(h, blocks[-2]))
        return self.last_layer(layers[-1], blocks[-1]), [each[: blocks[-1].num_targets] for each in layers]

    def over_all(self, x: LayerInput, each: OverAll) -> dict[str, Tensor]:
        """As in `GNN`, with the queries and keys of all nodes."""
        h = each(partial(self.hidden_layer, 0), x)
        for index in range(1, len(self.convs) - 1):
            h = each(partial(self.hidden_layer, index), h)
        attended = each(self.attention, h)
        rows = h.to(self.attention.key.weight.device)
        told = {"attention_query": self.attention.asked(rows), "attention_key": self.attention.asking(rows)}
        return {"logits": each(self.last_layer, attended), "hidden": attended, **told}


class GKEDMTeacher(AroundNetwork):
    """GKEDM's enhanced network (Wu, 2024, https://arxiv.org/abs/2403.15419) around any registered GNN on graphs.

    In a first stage the encoder is trained by itself. Then multi-head attention over neighbours is put on its last
    hidden states, with a residual and a new classifier behind it, and all is fine-tuned. It writes down the two sides
    of its attention scores, from which `attention_maps` makes the maps of all nodes; they are never N x N.

    No code was released and the paper's tables are not at hand: the classifier is a layer of the encoder's kind, the
    output map of the attention begins as 0, and the fine-tuning has the encoder's settings with a tenth of its learning
    rate, all of which the abstract leaves open. At the whole rate the hidden states are gone before the new classifier
    has learnt to read them: that cost two points of validation on cpf-citeseer and half a point on cpf-cora in trials.
    As the network of a student (`gnn`) it is trained in one stage.

    Args:
        encoder: the network: `"gcn"`, `"sage"`, `"gat"`, or a mapping with its options, which are also those of the
            training (lr, weight_decay, epochs, patience, fanouts, batch_size).
        heads: of attention.
        attention: width of a head's queries, keys and values.
        warm_epochs: of the first stage at most; 0 leaves it out.
        tuning: learning rate of the second stage, as a share of the encoder's; without a first stage it is the
            encoder's.

    Example:
        >>> teacher = GKEDMTeacher(encoder={"name": "gcn", "hidden": 16}, heads=2, attention=8)
        >>> teacher.depth  # the layers of the encoder, and the attention
        3
        >>> teacher.build(num_features=8, num_classes=3).attention.query.weight.shape
        torch.Size([16, 16])
    """

    name = "gkedm"
    citation = "Wu, Graph Knowledge Enhancement and Distillation Module, 2024, arXiv 2403.15419"
    provides = GNNTeacher.provides | _KEYS
    module_: AttentiveGNN

    def __init__(
        self, encoder: Any = "gcn", heads: int = 4, attention: int = 32, warm_epochs: int = 200, tuning: float = 0.1
    ):
        super().__init__(encoder)
        self.heads = heads
        self.attention = attention
        self.warm_epochs = warm_epochs
        self.tuning = tuning
        check_positive("teacher", tuning=tuning)
        check_at_least("teacher", 1, heads=heads, attention=attention)
        check_at_least("teacher", 0, warm_epochs=warm_epochs)
        if self.fanouts is not None:  # the attention samples as the last layer does
            self.fanouts = (*self.fanouts, self.fanouts[-1])
        self._warm: GNNTeacher | None = None

    @classmethod
    def takes(cls, kind: type[Teacher]) -> bool:
        """A stack of layers on a graph but one with something between them."""
        return issubclass(kind, GNNTeacher) and not issubclass(kind, AroundNetwork) and kind.reads is GraphData

    @property
    def fit_lr(self) -> float:
        """A share of the encoder's, if that is trained before."""
        return self.lr * (self.tuning if self.warm_epochs else 1.0)

    @property
    def depth(self) -> int:
        """One link for each layer, and one for the attention."""
        return self.layers + 1

    def build(self, num_features: int, num_classes: int) -> AttentiveGNN:
        """The untrained network for these sizes."""
        convs, widths = self.convs(num_features, num_classes), [self.hidden] * (self.layers - 1)
        module = NeighbourAttention(self.hidden, self.heads, self.attention)
        return AttentiveGNN(convs, widths, self.hidden_dropout, self.norm, module)

    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Train the encoder, then all of it, each as in `NetworkTeacher`."""
        if not self.warm_epochs:
            return super().fit(observed, seed=seed, device=device, progress=progress, listeners=listeners)
        self._warm = self.network.spec().override(epochs=self.warm_epochs).build(TEACHERS)  # type: ignore[assignment]
        assert self._warm is not None
        before = self._warm.fit(observed, seed=seed, device=device)
        history = super().fit(observed, seed=seed, device=device, progress=progress, listeners=listeners)
        self.history_ = replace(history, seconds=history.seconds + before.seconds)
        self._warm = None
        return self.history_

    def on_fit_start(self, sampler: BlockSampler[Any], features: Features, random: torch.Generator) -> None:
        """Take up the encoder's hidden layers; its classifier is made anew."""
        if self._warm is None:
            return
        for own, trained in zip(self.module_.convs[:-1], self._warm.module_.convs[:-1], strict=True):
            own.load_state_dict(copy.deepcopy(trained.state_dict()))
        self.module_.norms.load_state_dict(copy.deepcopy(self._warm.module_.norms.state_dict()))
