"""GKEDM: attention maps of an enhanced graph neural network are taught beside its soft labels."""

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.attention_maps import AttentionMaps
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.soft_labels import SoftLabels


class GKEDM(Method):
    """Graph Knowledge Enhancement and Distillation Module (Wu, 2024, https://arxiv.org/abs/2403.15419).

    L = λ · CE(labels) + (1 - λ) · KL(teacher ‖ student) + α · KL(attention maps). A teacher without attention gets the
    module of the teacher `gkedm` put around its network. The paper's student is a smaller network with the same module:

        --student gnn --set student.encoder=gkedm --set student.encoder.encoder='{name: gcn, hidden: 8}'

    Any other student learns the maps too, in training alone: an MLP ships without a graph.

    Args:
        attention_weight: α; .1 is the best in the paper.
        hard_weight: λ in 0..1.
        temperature: of soft labels; the maps are compared at 1.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> sorted(GKEDM().teacher_keys)
        ['attention_key', 'attention_query', 'logits']
    """

    name = "gkedm"
    citation = "Wu, Graph Knowledge Enhancement and Distillation Module, 2024, arXiv 2403.15419"
    idea = (
        "A trained graph neural network gets an attention over neighbours on top of its hidden states, and is trained "
        "on with it. Whom a node attends to is a distribution over its neighbours, and tells more of the teacher than "
        "its answer does. The student learns this distribution beside the soft labels. It may be a smaller network "
        "that needs the graph when it answers, or an MLP, which needs it in training alone."
    )
    departures = (
        "No code was released, and the tables of the paper were not at hand. The student's side of a map is a linear "
        "map of its hidden activations, asked of the teacher's keys, so that students without attention have one too "
        "(paper: the student's own module). No hard labels by default, as in GLNN (paper: labels and soft labels)."
    )

    def __init__(
        self,
        attention_weight: float = 0.1,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        update: UpdateRule = "joint",
    ):
        check_hard_weight(hard_weight)
        check_at_least("method", 0, attention_weight=attention_weight)
        self.attention_weight = attention_weight
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.update = update

    def build_objective(self) -> Objective:
        """λ · hard labels + (1 - λ) · soft labels + α · attention maps."""
        labels = self.hard_weight * HardLabels() + (1 - self.hard_weight) * SoftLabels(self.temperature)
        return labels + self.attention_weight * AttentionMaps()
