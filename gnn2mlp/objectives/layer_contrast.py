"""A student's row is to lie near what a language model makes of the node, and far from nodes of other classes."""

from collections.abc import Mapping
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.block_network import layers_of
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER


class LayerContrast(Objective):
    """L = Σ_l softmax(γ)_l · L_l, a contrast for each hop l of what a language model makes of a node (LinguGKD).

    L_l is the mean over rows i of -log( exp(⟨h_i, f_i⟩/τ) / (exp(⟨h_i, f_i⟩/τ) + Σ_j exp(⟨h_i, f_j⟩/τ)) ), j over the
    rows of the batch of another class than i. h is a hidden layer of the student and f the hop's embedding, both mapped
    to a common space and scaled to unit length; in nats, without a factor τ. The maps are trained with the student and
    left behind: an affine one of the student, which its layers share, and of the teacher an affine map, PReLU and layer
    norm for each hop, then a linear map that hops share.

    Of an MLP the last hidden layer meets every hop. A student that reads the graph tells of each of its layers: the
    last one meets the farthest hop, the one before it the hop before, and the first one all hops that are left.

    The class of a row is its training label where that is known, elsewhere the teacher's answer; labels of test nodes
    have no part in it. With sample weights a row counts as often among the others.

    Args:
        temperature: τ of the cosines.
        width: of the common space.
        weights: `"learnt"`: γ are trained with the student, from 0, and always weigh hops by a distribution;
            `"equal"`: every hop counts alike.

    Example:
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> values = {"logits": torch.eye(2), "hop_embeddings": torch.ones(2, 3, 8)}  # hops 0, 1 and 2
        >>> teacher = TeacherKnowledge(torch.arange(2), values)
        >>> term = LayerContrast()
        >>> term.prepare({"teacher": teacher}, hidden=4)
        >>> student = MLPOutput(torch.zeros(2, 2), torch.ones(2, 4))
        >>> batch = Batch(torch.arange(2), torch.tensor([0, -1]), tables={"teacher": teacher}, answer=student)
        >>> round(term(batch).item(), 4)  # log 2: of two rows alike either could be one's own
        0.6931
        >>> [round(weight, 4) for weight in term.hop_weights.tolist()]
        [0.3333, 0.3333, 0.3333]
    """

    name = "layer_contrast"
    citation = (
        "Hu et al., Large Language Model Meets Graph Neural Network in Knowledge Distillation, AAAI 2025, "
        "arXiv 2402.05894"
    )
    departures = (
        "An MLP has one hidden layer for all hops. Of a GNN the layers before the one that gives logits meet the hops, "
        "counted from the last of both (paper: layer l meets hop l, and a classifier follows the last). Classes of "
        "negatives are training labels, elsewhere the teacher's answers. No dropout in the maps, and a width of 128 "
        "(released code: 1024)."
    )
    needs = frozenset({"logits", "hop_embeddings"})
    couples_rows = True
    vanishes = False
    speaks_of_classes = True

    def __init__(
        self, temperature: float = 0.07, width: int = 128, weights: Literal["learnt", "equal"] = "learnt"
    ) -> None:
        super().__init__()
        check_at_least("layer_contrast", 1, width=width)
        check_positive("layer_contrast", temperature=temperature)
        self.temperature = temperature
        self.width = width
        self.weights = weights

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the maps to the common space, and the weights of hops.

        Raises:
            ConfigError: without a table.
        """
        if TEACHER not in tables:
            raise ConfigError("layer_contrast: expected knowledge with hop embeddings, got none; name a teacher")
        _, hops, wide = tables[TEACHER]["hop_embeddings"].shape
        self.ours = Linear(hidden, self.width)
        self.theirs = nn.ModuleList(
            nn.Sequential(Linear(wide, self.width), nn.PReLU(), nn.LayerNorm(self.width)) for _ in range(hops)
        )
        self.shared = Linear(self.width, self.width, bias=False)
        self.gamma = nn.Parameter(torch.zeros(hops), requires_grad=self.weights == "learnt")

    @property
    def hop_weights(self) -> Tensor:
        """How much each hop counts, (hops,): at least 0, and 1 in all."""
        return self.gamma.softmax(0)

    def forward(self, batch: Batch) -> Tensor:
        """Weighted sum over hops of the means over rows."""
        apart = self.of_hops(batch)
        return (self.hop_weights * torch.stack([batch.mean(each) for each in apart])).sum()

    def of_hops(self, batch: Batch) -> list[Tensor]:
        """For each hop the contrast (rows,) of each row."""
        layers = [F.normalize(self.ours(each), dim=-1) for each in layers_of(batch.output)]
        dtype, classes = layers[-1].dtype, classes_of(batch)
        others = classes[:, None] != classes
        often = None if batch.weights is None else (batch.weights / batch.weights.mean()).to(dtype)
        hops = batch.knowledge("hop_embeddings").to(dtype).unbind(1)
        if len(hops) != len(self.theirs):
            raise ConfigError(
                f"layer_contrast: expected {len(self.theirs)} hops as it was prepared for, got {len(hops)}"
            )
        rows = [F.normalize(self.shared(own(hop)), dim=-1) for own, hop in zip(self.theirs, hops, strict=True)]
        met = [layers[layer] for layer in layers_for(len(hops), len(layers))]
        return [contrast(own @ row.T / self.temperature, others, often) for own, row in zip(met, rows, strict=True)]


def layers_for(hops: int, layers: int) -> list[int]:
    """Which hidden layer meets each hop, nearest hop first: the last ones meet, then those before them.

    Example:
        >>> layers_for(hops=3, layers=1), layers_for(hops=3, layers=2), layers_for(hops=3, layers=4)
        ([0, 0, 0], [0, 0, 1], [1, 2, 3])
    """
    return [max(0, layers - hops + hop) for hop in range(hops)]


def classes_of(batch: Batch) -> Tensor:
    """int64 (rows,): the training label of each row where it is known, elsewhere the teacher's answer."""
    return batch.labels.where(batch.labels >= 0, batch.knowledge("logits").argmax(-1))


def contrast(alike: Tensor, others: Tensor, often: Tensor | None = None) -> Tensor:
    """-log of exp(s_ii) / (exp(s_ii) + Σ_j o_j exp(s_ij)), (rows,), j over the `others` of i; 0 where it has none.

    Args:
        alike: s (rows, rows), how near row i of the student is to row j of the teacher.
        others: bool (rows, rows), whether j is among the others of i; not i itself.
        often: o (rows,), at least 0, how much each row counts among the others; `None`: all alike.

    Example:
        >>> alike = torch.tensor([[0.0, 0.0, 9.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
        >>> classes = torch.tensor([0, 1, 0])  # row 2 is of the class of row 0, however near it is
        >>> contrast(alike, classes[:, None] != classes).exp().tolist()
        [2.0, 3.0, 2.0]
    """
    counted = alike if often is None else alike + often.clamp(min=torch.finfo(alike.dtype).tiny).log()
    own = alike.diagonal()
    return torch.logaddexp(own, counted.masked_fill(~others, -torch.inf).logsumexp(1)) - own
