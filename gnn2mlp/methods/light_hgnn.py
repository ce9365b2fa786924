"""LightHGNN: soft labels of a hypergraph neural network teach an MLP."""

from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.soft_labels import SoftLabels


class LightHGNN(Method):
    """LightHGNN (Feng et al., ICLR 2024, https://arxiv.org/abs/2402.04296), whose teacher is a hypergraph network.

    L = λ · CE(labels) + (1 - λ) · KL(teacher ‖ student), over training nodes and all observed nodes respectively.

    Args:
        hard_weight: λ in 0..1; 0 (soft labels alone) is the released default.
        temperature: divides both logits in the divergence; 1 in the released configuration.
        released_divergence: the released code's expression in place of KL; see `SoftLabels`.
        sharpen: power of the teacher's probabilities; see `SoftLabels`.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> sorted(LightHGNN().needs)  # soft labels alone: whatever links the nodes is the teacher's affair
        ['logits']
    """

    name = "light_hgnn"
    citation = "Feng et al., LightHGNN: Distilling Hypergraph Neural Networks into MLPs for 100x Faster Inference, 2024"
    idea = (
        "A hypergraph network looks at whole groups of nodes, such as all papers of an author, and is slower still to "
        "serve than a graph network. LightHGNN trains one as the teacher. The student learns its soft labels as "
        "GLNN's does, and reads a node's features alone. At serving time there is neither graph nor hypergraph."
    )
    departures = (
        "The divergence is one (released code: probabilities are passed as a log target, which limits how sure the "
        "target can be: released_divergence). The temperature divides logits (released: probabilities). Of epochs that "
        "validate alike the last is kept (released: the first)."
    )

    def __init__(
        self,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        released_divergence: bool = False,
        update: UpdateRule = "joint",
        sharpen: float = 1.0,
    ):
        check_hard_weight(hard_weight)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.sharpen = sharpen
        self.released_divergence = released_divergence
        self.update = update

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · soft labels."""
        soft = SoftLabels(self.temperature, self.released_divergence, self.sharpen)
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * soft
