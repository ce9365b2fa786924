"""Matching of embeddings beside labels."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.methods import EmbeddingMatching
from gnn2mlp.objectives import EmbeddingMatch, LinkLabels
from gnn2mlp.students import LinkStudent
from tests.linked import link_batch, link_views, planted


def test_it_is_the_weighted_sum_of_both_terms() -> None:
    there = link_batch()
    value = EmbeddingMatching(label_weight=0.5, match_weight=2.0).build_objective()(there)
    torch.testing.assert_close(value, 0.5 * LinkLabels()(there) + 2 * EmbeddingMatch()(there))


def test_the_map_to_the_teachers_width_is_left_behind() -> None:
    observed = link_views().observed
    student = LinkStudent({"name": "mlp", "hidden": 16}, "dot", width=8)
    result = EmbeddingMatching().learn(Learner(Distiller(epochs=2), student, observed, planted(observed)))
    assert result.module(observed.graph.features).hidden.shape == (60, 8)
    assert result.objective is not None
    assert [tuple(each.shape) for each in result.objective.parameters()] == [(8, 3), (3,)]
    assert not set(map(id, result.objective.parameters())) & set(map(id, result.module.parameters()))


def test_a_weight_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="method.match_weight: expected at least 0, got -2"):
        EmbeddingMatching(match_weight=-2.0)
