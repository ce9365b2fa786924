"""The student's embedding of a node in the direction of the teacher's."""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._link_batch import LinkBatch
from gnn2mlp.objectives._needs import PAIRS, TEACHER


class EmbeddingMatch(Objective):
    """L = mean over anchors of 1 - cos(P z, h), z the student's embedding of the node and h the teacher's.

    It is the baseline of representation matching in LLP (Guo et al., ICML 2023, https://arxiv.org/abs/2210.05801). P is
    the identity where both are of one width, else an affine map that is learnt and left behind.

    Example:
        >>> sorted(EmbeddingMatch().needs)
        ['hidden', 'pairs']
    """

    name = "embedding_match"
    citation = "Guo et al., Linkless Link Prediction, ICML 2023, baseline of representation matching"
    needs = frozenset({PAIRS, "hidden"})

    def __init__(self) -> None:
        super().__init__()
        self.projection: nn.Module = nn.Identity()

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the map from the student's width to the teacher's.

        Raises:
            ConfigError: without a table.
        """
        if TEACHER not in tables:
            raise ConfigError("embedding_match: expected knowledge with embeddings, got none; name a teacher")
        width = tables[TEACHER]["hidden"].size(1)
        self.projection = nn.Identity() if width == hidden else Linear(hidden, width)

    def forward(self, batch: LinkBatch) -> Tensor:  # type: ignore[override]  # what "pairs" among the needs brings
        """Mean of one minus the cosine, 0..2."""
        anchors = batch.anchor_rows
        own = self.projection(batch.output.hidden.index_select(0, anchors))
        theirs = batch.knowledge("hidden").index_select(0, anchors)
        return batch.mean(1 - F.cosine_similarity(own, theirs, dim=-1))
