"""Logit matching beside labels."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.methods import LinkLogitMatching
from gnn2mlp.objectives import LinkLabels, LinkLogits
from tests.linked import link_batch


def test_it_is_the_weighted_sum_of_both_terms() -> None:
    there = link_batch()
    value = LinkLogitMatching(label_weight=0.5, logit_weight=2.0).build_objective()(there)
    torch.testing.assert_close(value, 0.5 * LinkLabels()(there) + 2 * LinkLogits()(there))


def test_a_weight_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="method.logit_weight: expected at least 0, got -2"):
        LinkLogitMatching(logit_weight=-2.0)
