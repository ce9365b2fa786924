"""Embeddings matched by direction."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives import EmbeddingMatch
from tests.linked import NODES, WIDTH, embeddings, link_batch, taught


def with_hidden(hidden: torch.Tensor) -> TeacherKnowledge:
    return TeacherKnowledge(torch.arange(NODES), {**taught().values, "hidden": hidden})


def test_directions_count_and_lengths_do_not() -> None:
    z = embeddings()
    for factor, expected in ((3.0, 0.0), (-0.5, 2.0)):
        value = EmbeddingMatch()(link_batch(z, with_hidden(factor * z.detach())))
        assert value.item() == pytest.approx(expected, abs=1e-6)


def test_another_width_is_projected_by_a_map_that_learns() -> None:
    objective, table = EmbeddingMatch(), taught(hidden=WIDTH + 3)
    objective.prepare({"teacher": table}, WIDTH)
    assert isinstance(objective.projection, Linear)
    objective(link_batch(table=table)).backward()
    assert objective.projection.weight.grad is not None
    objective.prepare({"teacher": taught()}, WIDTH)
    assert not list(objective.parameters())


def test_without_a_table_it_says_so() -> None:
    with pytest.raises(ConfigError, match="expected knowledge with embeddings, got none; name a teacher"):
        EmbeddingMatch().prepare({}, WIDTH)
