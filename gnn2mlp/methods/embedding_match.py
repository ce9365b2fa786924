"""The embeddings of a teacher of links, matched by direction."""

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.embedding_match import EmbeddingMatch
from gnn2mlp.objectives.link_labels import LinkLabels


class EmbeddingMatching(Method):
    """L = α · BCE(links) + β · mean of 1 - cos(z, h) over nodes, embeddings z of the student, h of the teacher.

    The baseline of representation matching beside LLP (Guo et al., ICML 2023, https://arxiv.org/abs/2210.05801).

    Args:
        label_weight: α.
        match_weight: β.

    Example:
        >>> sorted(EmbeddingMatching().teacher_keys)
        ['hidden']
    """

    name = "embedding_match"
    citation = "Guo et al., Linkless Link Prediction, ICML 2023, baseline of representation matching"
    idea = (
        "A teacher of links puts every node somewhere in space, and scores a pair by where both are. Here the student "
        "puts a node in the same direction from its features alone. The space is the teacher's, and its decoder knows "
        "it better than the student's does. LLP leaves the student a space of its own, and this is what it is compared "
        "with."
    )
    departures = "Where widths differ, an affine map that is learnt, and left behind, stands between the two."
    unit = "pair"

    def __init__(self, label_weight: float = 1.0, match_weight: float = 1.0):
        self.label_weight = label_weight
        self.match_weight = match_weight
        check_at_least("method", 0, label_weight=label_weight, match_weight=match_weight)

    def build_objective(self) -> Objective:
        """α · labels + β · embeddings."""
        return self.label_weight * LinkLabels() + self.match_weight * EmbeddingMatch()
