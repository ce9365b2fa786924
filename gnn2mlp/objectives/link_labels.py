"""Links and pairs that are none, told apart."""

import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._link_batch import LinkBatch
from gnn2mlp.objectives._needs import PAIRS


class LinkLabels(Objective):
    """L = mean over pairs of -y log σ(s) - (1 - y) log(1 - σ(s)), s the student's logit, y whether they are linked.

    A step has as many training links as pairs that were drawn uniformly among those that are none of them (Guo et al.,
    LLP, ICML 2023, https://arxiv.org/abs/2210.05801, L_sup).

    Example:
        >>> import torch
        >>> from gnn2mlp.decoders import Dot
        >>> from gnn2mlp.nn.link_network import LinkNetwork
        >>> from gnn2mlp.nn.mlp import MLP
        >>> student = LinkNetwork(MLP(2, 8, 4), Dot().build(4))
        >>> pairs = torch.tensor([[0, 1]])
        >>> batch = LinkBatch(torch.arange(2), torch.ones(1), torch.eye(2), student, pairs=pairs)
        >>> expected = -batch.pair_logits.sigmoid().log().mean()
        >>> torch.allclose(LinkLabels()(batch), expected)
        True
    """

    name = "link_labels"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023, L_sup"
    needs = frozenset({PAIRS})
    vanishes = False

    def forward(self, batch: LinkBatch) -> Tensor:  # type: ignore[override]  # what "pairs" among the needs brings
        """Mean over the pairs, in nats."""
        logits = batch.pair_logits
        return batch.mean(F.binary_cross_entropy_with_logits(logits, batch.labels.to(logits.dtype), reduction="none"))
