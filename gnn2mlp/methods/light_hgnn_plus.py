"""LightHGNN+: soft labels of reliable hyperedges teach as well."""

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective, ReliabilityForm
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.reliable_hyperedges import ReliableHyperedges
from gnn2mlp.objectives.soft_labels import SoftLabels


class LightHGNNPlus(Method):
    """LightHGNN+ (Feng et al., ICLR 2024, https://arxiv.org/abs/2402.04296).

    L = λ · CE(labels) + (1 - λ) · (KL(teacher ‖ student) + w · KL(P_e ‖ Q_e) over sampled reliable hyperedges e), with
    P_e and Q_e the means of the teacher's and the student's class distributions over the nodes of e.

    Args:
        hard_weight: λ in 0..1; 0 is the released default.
        temperature: τ of both divergences; 1 in the released configuration.
        hyperedge_weight: w; 1 in the paper.
        form: reliability from `"absolute"` entropy shifts (paper) or squared ones.
        draws: how many draws of noise reliability averages; default: all that were written down. Released code: 1.
        sample: `False` lets every hyperedge teach, always.
        released_divergence: the released code's expression in place of both divergences; see `SoftLabels`.
        sharpen: power of the teacher's probabilities; see `SoftLabels`.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> sorted(LightHGNNPlus().needs)  # soft labels, how far noise moves their entropy, and the hyperedges
        ['entropy_shift', 'hyperedges', 'logits']
    """

    name = "light_hgnn_plus"
    citation = "Feng et al., LightHGNN: Distilling Hypergraph Neural Networks into MLPs for 100x Faster Inference, 2024"
    idea = (
        "Soft labels of single nodes say little of the groups that the teacher saw. LightHGNN+ compares the mean "
        "answer of teacher and student over whole hyperedges as well. Noise on the features tells which hyperedges "
        "the teacher is steady on, and those teach more often. The student reads a node's features alone, as "
        "LightHGNN's does."
    )
    departures = (
        "Noise is added to the features, in several draws (released code: one draw that multiplies them; "
        "export.perturbation=multiply with export.draws=1 does so). The temperature divides logits, and divergences "
        "carry τ² (released: probabilities as a log target, divided by τ: released_divergence). Hyperedges that "
        "isolated nodes are given for the teacher do not teach the student: they say what the node's soft label says."
    )

    def __init__(
        self,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        hyperedge_weight: float = 1.0,
        form: ReliabilityForm = "absolute",
        draws: int | None = None,
        sample: bool = True,
        released_divergence: bool = False,
        update: UpdateRule = "joint",
        sharpen: float = 1.0,
    ):
        check_hard_weight(hard_weight)
        check_at_least("method", 0, hyperedge_weight=hyperedge_weight)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.sharpen = sharpen
        self.hyperedge_weight = hyperedge_weight
        self.form = form
        self.draws = draws
        self.sample = sample
        self.released_divergence = released_divergence
        self.update = update

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · (soft labels + w · reliable hyperedges)."""
        hyperedges = ReliableHyperedges(
            self.temperature, self.form, self.draws, self.sample, self.released_divergence, self.sharpen
        )
        soft = SoftLabels(self.temperature, self.released_divergence, self.sharpen)
        both = soft + self.hyperedge_weight * hyperedges
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * both
