"""KRD: a student learns from its reliable neighbours as well."""

from typing import Literal

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective, ReliabilityForm
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.reliable_neighbours import ReliableNeighbours
from gnn2mlp.objectives.soft_labels import SoftLabels


class KRD(Method):
    """Knowledge-inspired Reliable Distillation (Wu et al., ICML 2023, https://arxiv.org/abs/2306.05628).

    L = λ · CE(labels) + (1 - λ) · (KL(teacher ‖ student) + w · KL(teacher at sampled reliable neighbours ‖ student)).

    Args:
        hard_weight: λ in 0..1.
        temperature: τ of both divergences.
        neighbour_weight: w; 1 in the paper.
        form: reliability from `"squared"` entropy shifts (paper) or `"absolute"` ones (released code).
        draws: how many draws of noise reliability averages; default: all that were written down. Released code: 1.
        sample: `False` lets every neighbour teach, always.
        warmup: epochs in which every neighbour teaches. A student whose best epoch lies within them, as happens when
            an epoch has many steps, has never met sampling.
        alpha: α of the sampling probability 1 - ρ^α until it is fitted.
        momentum: of α, per epoch.
        every: epochs between two fits of α.
        average: `"nodes"`: every node's neighbours count as one; `"edges"`: every edge does.
        released_mean: the released code's loss in place of the bracket: one mean over sampled edges and self-loops,
            in which `neighbour_weight` and `average` have no part.
        sharpen: power of the teacher's probabilities; see `SoftLabels`.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> sorted(KRD().needs)  # soft labels, how far noise moves their entropy, and the edges
        ['all_rows', 'entropy_shift', 'logits', 'neighbours']
    """

    name = "krd"
    citation = "Wu et al., Quantifying the Knowledge in GNNs for Reliable Distillation into MLPs, ICML 2023"
    idea = (
        "A teacher's answers are not equally worth repeating. KRD shakes the features with a little noise and looks "
        "how far the teacher's certainty moves: what stays is reliable. A node then learns from its own soft label, "
        "and from those of neighbours that are drawn the more often the more reliable they are. How strict the draw "
        "is follows the training."
    )
    departures = (
        "Two means, over nodes and over each node's sampled neighbours, as the paper writes it (released code: one "
        "mean over edges and self-loops, in which nodes of high degree prevail: released_mean). Squared shifts over "
        "several draws of noise (released: absolute, one draw). α is fitted without empty bins, weighed by nodes, at "
        "the bins' centres, every fifth epoch with momentum to the fifth power. Divergences carry τ². Mini-batches "
        "(released: full batch), so that a warm-up of 50 epochs takes more steps than its 49."
    )

    def __init__(
        self,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        neighbour_weight: float = 1.0,
        form: ReliabilityForm = "squared",
        draws: int | None = None,
        sample: bool = True,
        warmup: int = 50,
        alpha: float = 1.0,
        momentum: float = 0.99,
        every: int = 5,
        average: Literal["nodes", "edges"] = "nodes",
        released_mean: bool = False,
        update: UpdateRule = "joint",
        sharpen: float = 1.0,
    ):
        check_hard_weight(hard_weight)
        check_at_least("method", 0, neighbour_weight=neighbour_weight)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.sharpen = sharpen
        self.neighbour_weight = neighbour_weight
        self.form = form
        self.draws = draws
        self.sample = sample
        self.warmup = warmup
        self.alpha = alpha
        self.momentum = momentum
        self.every = every
        self.average = average
        self.released_mean = released_mean
        self.update = update

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · (soft labels + w · reliable neighbours)."""
        neighbours = ReliableNeighbours(
            temperature=self.temperature,
            form=self.form,
            draws=self.draws,
            sample=self.sample,
            warmup=self.warmup,
            alpha=self.alpha,
            momentum=self.momentum,
            every=self.every,
            average="edges" if self.released_mean else self.average,
            include_self=self.released_mean,
            sharpen=self.sharpen,
        )
        if self.released_mean:
            return self.hard_weight * HardLabels() + (1 - self.hard_weight) * neighbours
        soft = SoftLabels(self.temperature, sharpen=self.sharpen) + self.neighbour_weight * neighbours
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * soft
