"""GLNN: soft labels of a GNN teach an MLP."""

from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.soft_labels import SoftLabels


class GLNN(Method):
    """Graph-less Neural Network (Zhang et al., ICLR 2022, https://arxiv.org/abs/2110.08727).

    L = λ · CE(labels) + (1 - λ) · KL(teacher ‖ student), over training nodes and all observed nodes respectively.

    Args:
        hard_weight: λ in 0..1; 0 (soft labels alone) is the released default.
        temperature: divides both logits in the divergence; 1 in the paper.
        sharpen: power of the teacher's probabilities; see `SoftLabels`.
        update: `"joint"` minimises the sum, as the paper writes it. `"alternating"` is what the released code does: two
            optimiser passes an epoch on one Adam state, hard labels then soft labels, the first of which still decays
            the weights when λ = 0.

    Example:
        >>> GLNN(hard_weight=0.25, temperature=2.0).build_objective()
        0.25 * Spec('hard_labels') + 0.75 * Spec('soft_labels', temperature=2.0, ..., table='teacher')
    """

    name = "glnn"
    citation = "Zhang et al., Graph-less Neural Networks: Teaching Old MLPs New Tricks via Distillation, ICLR 2022"
    idea = (
        "A trained graph neural network has an opinion on every node of the graph, labelled or not. GLNN lets an MLP "
        "that reads a node's own features imitate these opinions as probabilities. They tell more than labels do, and "
        "there are as many of them as nodes. The student that results answers without the graph, and every other "
        "method here builds on it."
    )
    departures = (
        "Joint update by default (released code: alternating). Every node is used in every epoch, in batches of equal "
        "size (released code: drops the remainder batch)."
    )

    def __init__(
        self,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        update: UpdateRule = "joint",
        sharpen: float = 1.0,
    ):
        check_hard_weight(hard_weight)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.sharpen = sharpen
        self.update = update

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · soft labels."""
        return self.hard_weight * HardLabels() + (1 - self.hard_weight) * SoftLabels(
            self.temperature, sharpen=self.sharpen
        )
