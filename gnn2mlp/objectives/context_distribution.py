"""How likely an anchor is linked to each of its contexts, beside the others."""

from typing import Literal

from torch import Tensor

from gnn2mlp.core.limits import check_positive
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._link_batch import LinkBatch
from gnn2mlp.objectives._needs import PAIRS

On = Literal["probabilities", "logits"]


class ContextDistribution(Objective):
    """L_D = τ² · mean over anchors of KL(softmax_i(y_i / τ) ‖ softmax_i(ŷ_i / τ)): LLP's distribution term.

    i runs over the contexts of an anchor, y_i and ŷ_i are what teacher and student say of a link to each (Guo et al.,
    ICML 2023, https://arxiv.org/abs/2210.05801, L_LLP_D).

    Args:
        temperature: τ; 1 in the released code.
        on: `"probabilities"`: y = σ(logit), as in the released code. They lie in 0..1, so that both distributions are
            nearly flat and the term is small. `"logits"`: the softmax of the logits themselves.

    Example:
        >>> ContextDistribution(temperature=2.0, on="logits")
        Spec('context_distribution', temperature=2.0, on='logits')
    """

    name = "context_distribution"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023, L_LLP_D"
    needs = frozenset({PAIRS, "context_ids", "context_scores", "context_draws"})

    def __init__(self, temperature: float = 1.0, on: On = "probabilities"):
        super().__init__()
        self.temperature = temperature
        self.on: On = on
        check_positive(self.name, temperature=temperature)

    def forward(self, batch: LinkBatch) -> Tensor:  # type: ignore[override]  # what "pairs" among the needs brings
        """Mean divergence in nats, times τ²."""
        log_q, log_p = (self._log_shares(scores) for scores in (batch.context_logits, batch.context_scores))
        return self.temperature**2 * batch.mean((log_p.exp() * (log_p - log_q)).sum(-1))

    def _log_shares(self, logits: Tensor) -> Tensor:
        values = logits.sigmoid() if self.on == "probabilities" else logits
        return (values / self.temperature).log_softmax(-1)
