"""What a teacher says of pairs, matched one by one."""

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.link_labels import LinkLabels
from gnn2mlp.objectives.link_logits import LinkLogits


class LinkLogitMatching(Method):
    """L = α · BCE(links) + β · mean (s - t)² over anchors and contexts, logits s of the student, t of the teacher.

    The baseline of logit matching beside LLP (Guo et al., ICML 2023, https://arxiv.org/abs/2210.05801).

    Args:
        label_weight: α.
        logit_weight: β.

    Example:
        >>> LinkLogitMatching().build_objective()
        1 * Spec('link_labels') + 1 * Spec('link_logits')
    """

    name = "link_logits"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023, baseline of logit matching"
    idea = (
        "A teacher of links gives every pair of nodes a number, the larger the likelier they are linked. Here the "
        "student has to give the same number, pair by pair. That is more than it can do where the features do not tell "
        "what the graph does. LLP asks for the order alone, and this is what it is compared with."
    )
    departures = (
        "Pairs of anchors and their contexts are matched (released code: training links and drawn pairs), so that both "
        "methods read the same knowledge."
    )
    unit = "pair"

    def __init__(self, label_weight: float = 1.0, logit_weight: float = 1.0):
        self.label_weight = label_weight
        self.logit_weight = logit_weight
        check_at_least("method", 0, label_weight=label_weight, logit_weight=logit_weight)

    def build_objective(self) -> Objective:
        """α · labels + β · logits."""
        return self.label_weight * LinkLabels() + self.logit_weight * LinkLogits()
