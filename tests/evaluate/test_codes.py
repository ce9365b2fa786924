import math

import pytest
import torch

from gnn2mlp.evaluate.codes import usage


def test_usage_of_two_codes_of_four():
    # Shares 3/4 and 1/4: exp(3/4 ln 4/3 + 1/4 ln 4) = 4^(1/4) (4/3)^(3/4).
    found = usage(torch.tensor([2, 0, 2, 2]), 4)
    assert (found.used, found.utilisation) == (2, 0.5)
    assert found.perplexity == pytest.approx(4**0.25 * (4 / 3) ** 0.75)


def test_codes_that_are_all_used_alike_have_their_number_as_perplexity():
    assert usage(torch.arange(12) % 6, 6).perplexity == pytest.approx(6)


def test_one_code_is_a_collapse():
    assert usage(torch.zeros(5, dtype=torch.int64), 8) == (1, 1 / 8, pytest.approx(math.exp(0)))


def test_no_nodes():
    assert usage(torch.zeros(0, dtype=torch.int64), 3) == (0, 0.0, 0.0)
