"""HGMD: the harder a node is to learn, the more of its neighbours teach it."""

from typing import Literal

from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.hardness_aware import HardnessAware, Scheme


class HGMD(Method):
    """Hardness-aware GNN-to-MLP Distillation (Wu et al., CIKM 2024, https://arxiv.org/abs/2407.14768).

    L = λ · CE(labels) + (1 - λ) · (mean over kept edges and self-loops of what neighbours teach); see `HardnessAware`.

    Args:
        hard_weight: λ in 0..1.
        scheme: `"mixup"` (HGMD-mixup, for which settings were released) or `"weight"` (HGMD-weight).
        temperature: τ of the divergence.
        alpha: the larger, the more neighbours teach; 1, 5 or 10 in the released settings.
        beta: of the Beta distribution of `"mixup"`.
        decay: of alpha, per epoch; 0.9908 in the released code.
        average: `"edges"` as in the released code, or `"nodes"`.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> sorted(HGMD().needs)
        ['logits', 'neighbours']
    """

    name = "hgmd"
    citation = (
        "Wu et al., Teach Harder, Learn Poorer: Rethinking Hard Sample Distillation for GNN-to-MLP Knowledge "
        "Distillation, CIKM 2024"
    )
    idea = (
        "Some nodes are hard for a student: those of which it is unsure while their neighbourhood tells more. HGMD "
        "measures hardness by the entropies of teacher and student as training goes on. The harder a node, the more "
        "of its neighbours teach it, either mixed into its own target or each by its weight. It adds no parameter to "
        "the student."
    )
    departures = (
        "Entropies are shares of log(classes) (released code: of the largest over nodes), and the student's are those "
        "of the step's own answers (released: of all nodes after the epoch before, so that the first epoch keeps every "
        "edge). α stays as it is (released: it falls to a hundredth; decay=0.9908). Divergences carry τ². Mini-batches "
        "(released: the batch of all nodes). Settings are not searched on test accuracy, as the released ones were."
    )

    def __init__(
        self,
        hard_weight: float = 0.0,
        scheme: Scheme = "mixup",
        temperature: float = 1.0,
        alpha: float = 5.0,
        beta: float = 0.4,
        decay: float = 1.0,
        average: Literal["nodes", "edges"] = "edges",
        update: UpdateRule = "joint",
    ):
        check_hard_weight(hard_weight)
        self.hard_weight = hard_weight
        self.scheme = scheme
        self.temperature = temperature
        self.alpha = alpha
        self.beta = beta
        self.decay = decay
        self.average = average
        self.update = update

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · hardness-aware neighbours."""
        neighbours = HardnessAware(self.scheme, self.temperature, self.alpha, self.beta, self.decay, self.average)
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * neighbours
