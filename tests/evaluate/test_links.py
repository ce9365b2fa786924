"""Figures of links by population, against the task's own on the pairs of each."""

import math

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.links.split import LinkSetting
from gnn2mlp.evaluate import LINK_POPULATIONS, link_scores
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.tasks.metrics import roc_auc
from gnn2mlp.tasks.ranking import hits
from tests.helpers import tiny_graph
from tests.links import tiny_link_split


def scored(setting: LinkSetting) -> tuple[torch.Tensor, torch.Tensor]:
    split, random = tiny_link_split(tiny_graph(), setting), torch.Generator().manual_seed(0)
    positive = torch.randn(split.test.size(0), generator=random) + 1
    return positive, torch.randn(split.test_negatives.size(0), generator=random)


def test_each_population_is_compared_with_all_negatives() -> None:
    split, (positive, negative) = tiny_link_split(tiny_graph(), "production"), scored("production")
    found = link_scores(split, positive, negative)
    assert list(found) == list(LINK_POPULATIONS)
    for name, mask in split.populations(split.test).items():
        own = positive[mask]
        assert found[name]["hits@20"] == hits(own, negative, 20)
        both = torch.cat([own, negative])
        assert found[name]["auc"] == pytest.approx(roc_auc(both, torch.arange(both.numel()) < own.numel()))


def test_overall_is_the_mean_of_the_populations_by_size() -> None:
    split, (positive, negative) = tiny_link_split(tiny_graph(), "production"), scored("production")
    found, masks = link_scores(split, positive, negative), split.populations(split.test)
    for metric in ("auc", "hits@20", "mrr"):
        parts = [found[name][metric] * int(masks[name].sum()) for name in masks if name != "overall"]
        assert sum(parts) / positive.numel() == pytest.approx(found["overall"][metric])


def test_what_is_not_defined_is_left_out() -> None:
    split, (positive, negative) = tiny_link_split(tiny_graph()), scored("transductive")
    assert negative.numel() < 50
    found = link_scores(split, positive, negative)
    assert list(found) == ["overall"]
    assert set(found["overall"]) == set(LinkPrediction.metrics) - {"hits@50"}


def test_scores_that_do_not_fit_are_refused() -> None:
    split, (positive, negative) = tiny_link_split(tiny_graph()), scored("transductive")
    with pytest.raises(
        DataError, match=rf"test: expected a score for each of {positive.numel()} pairs, got shape \(3,\)"
    ):
        link_scores(split, positive[:3], negative)
    with pytest.raises(DataError, match="test_negatives: expected finite scores, got 1 that are NaN or infinite"):
        link_scores(split, positive, negative.index_fill(0, torch.tensor([2]), math.inf))
