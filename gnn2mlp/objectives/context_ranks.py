"""Which of two contexts an anchor is the likelier to be linked to, as the teacher ranks them."""

from typing import Literal

from torch import Tensor

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._link_batch import LinkBatch
from gnn2mlp.objectives._needs import PAIRS
from gnn2mlp.objectives._ordered_pairs import ordered_hinges

Ties = Literal["keep", "drop"]


class ContextRanks(Objective):
    """L_R = mean over anchors and pairs i < k of their contexts of max(0, -ρ (ŷ_i - ŷ_k) + δ): LLP's rank term.

    y_i and ŷ_i are the probabilities that teacher and student give to a link between the anchor and its context i;
    ρ = 1 where y_i - y_k > δ, -1 where y_k - y_i > δ, and else 0 (Guo et al., ICML 2023,
    https://arxiv.org/abs/2210.05801, L_LLP_R). As in the released code one δ is both the margin and what tells a tie.

    Args:
        margin: δ, at least 0.
        ties: `"keep"`: pairs with ρ = 0 are a part of the mean, each with the constant δ and without gradient, as in
            the released code; they only scale the gradient. `"drop"`: the mean is over ordered pairs.

    Example:
        >>> import torch
        >>> from gnn2mlp.decoders import Dot
        >>> from gnn2mlp.nn.link_network import LinkNetwork
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> class Same(torch.nn.Module):
        ...     def forward(self, x):
        ...         return MLPOutput(x, x)
        >>> x = torch.tensor([[1.0], [3.0], [-3.0]])  # logits of both contexts: 3 and -3, as the teacher says
        >>> batch = LinkBatch(
        ...     torch.arange(3), torch.zeros(0), x, LinkNetwork(Same(), Dot().build(1)), anchors=torch.tensor([0]),
        ...     contexts=torch.tensor([[1, 2]]), teacher_scores=torch.tensor([[3.0, -3.0]]))
        >>> ContextRanks(margin=0.1)(batch).item()
        0.0
    """

    name = "context_ranks"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023, L_LLP_R"
    needs = frozenset({PAIRS, "context_ids", "context_scores", "context_draws"})
    vanishes = False

    def __init__(self, margin: float = 0.1, ties: Ties = "keep"):
        super().__init__()
        self.margin = margin
        self.ties: Ties = ties
        check_at_least(self.name, 0, margin=margin)

    def forward(self, batch: LinkBatch) -> Tensor:  # type: ignore[override]  # what "pairs" among the needs brings
        """Mean hinge over pairs of contexts; 0 without any."""
        student, teacher = batch.context_logits.sigmoid(), batch.context_scores.sigmoid()
        total, ordered = ordered_hinges(student, teacher, self.margin)
        if self.ties == "drop":
            return (total / ordered.clamp(min=1)).to(student.dtype)
        anchors, contexts = student.shape
        pairs = anchors * contexts * (contexts - 1) // 2
        return ((total + self.margin * (pairs - ordered)) / max(1, pairs)).to(student.dtype)
