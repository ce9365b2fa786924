"""Binary cross-entropy of pairs."""

import math
from dataclasses import replace

import pytest
import torch

from gnn2mlp.objectives import LinkLabels
from tests.linked import link_batch


def test_it_is_the_mean_over_pairs_in_nats() -> None:
    there = replace(link_batch(), labels=torch.tensor([1.0, 0.0]))
    one = torch.tensor([math.log(3.0), 0.0], requires_grad=True)
    there.__dict__["pair_logits"] = one  # what the cached property would have computed
    value = LinkLabels()(there)
    assert value.item() == pytest.approx((-math.log(0.75) - math.log(0.5)) / 2, abs=1e-6)
    value.backward()
    assert one.grad is not None
    torch.testing.assert_close(one.grad, torch.tensor([-0.25, 0.5]) / 2)


def test_it_falls_as_links_and_other_pairs_part() -> None:
    there = link_batch()
    far = replace(there)
    far.__dict__["pair_logits"] = 20 * (2 * there.labels - 1)
    assert LinkLabels()(far) < 1e-6 < LinkLabels()(there)
