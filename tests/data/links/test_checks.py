"""Features that say nothing are refused in one sentence."""

from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.links.checks import check_readable, is_identity
from gnn2mlp.nn.csr import CSR, Features
from tests.helpers import tiny_graph


def of(features: Features) -> None:
    check_readable(replace(tiny_graph(), features=features), "production")


def test_features_that_differ_are_read() -> None:
    of(torch.rand(60, 4))
    of(CSR.from_dense(torch.rand(60, 4).round()))
    of(torch.eye(60)[:, :30])


@pytest.mark.parametrize("features", [torch.empty(60, 0), CSR.from_dense(torch.zeros(60, 0))])
def test_no_features(features: Features) -> None:
    with pytest.raises(
        DataError, match="tiny: expected node features, got none: a graph-free predictor has nothing to"
    ):
        of(features)


@pytest.mark.parametrize(
    "features",
    [torch.ones(60, 3), torch.zeros(60, 3), CSR.from_dense(torch.ones(60, 3)), CSR.from_dense(torch.zeros(60, 3))],
)
def test_the_same_features_for_all(features: Features) -> None:
    with pytest.raises(DataError, match="expected node features that differ, got the same for every node"):
        of(features)


@pytest.mark.parametrize("features", [torch.eye(60), 3 * torch.eye(60, 70).flip(0), CSR.from_dense(torch.eye(60))])
def test_the_number_of_a_node_says_nothing_of_new_ones(features: Features) -> None:
    with pytest.raises(DataError, match=r"got the number of each node \(one-hot\), which says nothing of new nodes"):
        of(features)
    check_readable(replace(tiny_graph(), features=features), "transductive")


def test_what_is_no_number_of_a_node() -> None:
    twice = torch.eye(60)
    twice[1] = twice[0]
    for features in (twice, torch.eye(60) + torch.eye(60).flip(0), torch.eye(60, 60).roll(1, 0)[:, :59]):
        assert not is_identity(replace(tiny_graph(), features=features))
