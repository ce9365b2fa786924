"""The baseline of links without a teacher."""

from gnn2mlp.methods._base import Method
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.link_labels import LinkLabels


class LinkMLP(Method):
    """A plain MLP and a decoder, trained on the training links and drawn pairs alone: what LLP has to beat.

    Example:
        >>> LinkMLP().teacher_keys  # no teacher is trained
        frozenset()
    """

    name = "link_mlp"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023, baseline 'MLP'"
    idea = (
        "A plain MLP embeds a node by its own features, and a decoder tells links from pairs that are none. It knows "
        "of no teacher. It is the least that distillation of links has to beat, as it costs as much to ask. Every run "
        "of links trains one beside the student and reports the difference."
    )
    unit = "pair"

    def build_objective(self) -> Objective:
        """Link labels."""
        return LinkLabels()
