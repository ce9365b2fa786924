"""What the teacher says of each pair of anchor and context, matched by itself."""

from torch import Tensor

from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._link_batch import LinkBatch
from gnn2mlp.objectives._needs import PAIRS


class LinkLogits(Objective):
    """L = mean over anchors and contexts of (s - t)², s and t the logits of student and teacher.

    It is the baseline of logit matching in LLP (Guo et al., ICML 2023, https://arxiv.org/abs/2210.05801): every pair is
    matched by itself, and no ranking is asked for.

    Example:
        >>> sorted(LinkLogits().needs)
        ['context_draws', 'context_ids', 'context_scores', 'pairs']
    """

    name = "link_logits"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023, baseline of logit matching"
    needs = frozenset({PAIRS, "context_ids", "context_scores", "context_draws"})

    def forward(self, batch: LinkBatch) -> Tensor:  # type: ignore[override]  # what "pairs" among the needs brings
        """Mean squared difference."""
        return batch.mean((batch.context_logits - batch.context_scores).square().mean(-1))
