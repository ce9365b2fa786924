"""LLP: labels, ranks and distributions with their weights."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.methods import LLP, METHODS
from gnn2mlp.objectives import ContextDistribution, ContextRanks, LinkLabels
from tests.linked import link_batch


def test_it_is_the_weighted_sum_of_its_three_terms() -> None:
    there = link_batch()
    method = LLP(label_weight=2.0, rank_weight=3.0, distribution_weight=0.5, margin=0.2, ties="drop", temperature=2.0)
    expected = (
        2 * LinkLabels()(there)
        + 3 * ContextRanks(0.2, "drop")(there)
        + 0.5 * ContextDistribution(temperature=2.0)(there)
    )
    torch.testing.assert_close(method.build_objective()(there), expected)


def test_the_defaults_are_those_released_for_cora() -> None:
    weights = [(weight, term.name) for weight, term in LLP().build_objective().terms()]
    assert weights == [(0.1, "link_labels"), (1.0, "context_ranks"), (0.001, "context_distribution")]
    _, ranks, distribution = (term for _, term in LLP().build_objective().terms())
    assert ranks.spec() == ContextRanks(margin=0.1, ties="keep").spec()
    assert distribution.spec() == ContextDistribution(temperature=1.0, on="probabilities").spec()


def test_a_term_of_weight_zero_asks_for_nothing() -> None:
    assert not LLP(rank_weight=0.0, distribution_weight=0.0).teacher_keys


def test_mistakes_are_named() -> None:
    with pytest.raises(ConfigError, match="method.rank_weight: expected at least 0, got -1"):
        LLP(rank_weight=-1.0)
    with pytest.raises(ConfigError, match="method.on: expected .*'logits'"):
        Spec("llp", on="odds").build(METHODS)
    with pytest.raises(ConfigError, match="context_ranks.margin: expected at least 0"):
        LLP(margin=-0.1)
