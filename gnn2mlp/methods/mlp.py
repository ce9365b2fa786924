"""The baseline without a teacher."""

from gnn2mlp.methods._base import Method
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.hard_labels import HardLabels


class MLPBaseline(Method):
    """A plain MLP trained on the training labels alone: what distillation has to beat.

    Example:
        >>> MLPBaseline().teacher_keys  # no teacher is trained
        frozenset()
    """

    name = "mlp"
    citation = "Zhang et al., Graph-less Neural Networks, ICLR 2022, baseline 'MLP'"
    idea = (
        "A plain MLP learns the training labels from a node's own features. It knows of no teacher and of no graph. "
        "It is the least that distillation has to beat, as it costs as much to serve. Every run trains one beside the "
        "student and reports the difference."
    )

    def build_objective(self) -> Objective:
        """Hard labels."""
        return HardLabels()
