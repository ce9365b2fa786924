"""Intervals of ROC-AUC and Hits@k."""

import numpy as np
import pytest
import torch

from gnn2mlp.evaluate.link_intervals import Weighed, link_intervals
from gnn2mlp.tasks import LinkPrediction


def _said(shift: float, seed: int, positives: int = 300, negatives: int = 200) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.normal(shift, 1, positives).round(1), random.normal(0, 1, negatives).round(1)  # with ties


@pytest.mark.parametrize("metric", ["auc", "hits@20", "hits@50"])
def test_a_figure_is_that_of_the_task_and_weights_are_repetitions(metric: str) -> None:
    positives, negatives = _said(1.0, 0)
    weighed, task = Weighed(positives, negatives), LinkPrediction(metric)

    def by_task(links: np.ndarray, others: np.ndarray) -> float:
        labels = torch.cat([torch.ones(len(links)), torch.zeros(len(others))])
        return task.score(torch.from_numpy(np.concatenate([links, others])), labels)

    once = np.ones(300), np.ones(200)
    assert weighed.figure(metric, *once) == pytest.approx(by_task(positives, negatives))
    random = np.random.default_rng(1)
    weights = random.integers(0, 3, 300), random.integers(0, 3, 200)
    repeated = by_task(np.repeat(positives, weights[0]), np.repeat(negatives, weights[1]))
    assert weighed.figure(metric, *weights) == pytest.approx(repeated)


def test_an_interval_holds_the_value_and_narrows_with_pairs() -> None:
    few = link_intervals({"a": _said(1.0, 0)})["scores"]["auc"]["a"]
    many = link_intervals({"a": _said(1.0, 0, 30_000, 20_000)})["scores"]["auc"]["a"]
    assert few.low < few.value < few.high
    assert many.high - many.low < 0.2 * (few.high - few.low)
    assert few.nodes == 300


def test_differences_are_of_the_same_pairs() -> None:
    ours = _said(1.0, 0)
    alike = tuple(part + 0.01 for part in ours)
    found = link_intervals({"ours": ours, "alike": alike, "worse": _said(0.2, 0)}, reference="ours")["differences"]
    assert found["auc"]["alike"].high - found["auc"]["alike"].low < 0.01
    assert found["auc"]["worse"].low > 0
    assert "ours" not in found["auc"]


def test_few_pairs_that_are_all_right_are_not_certain() -> None:
    """No sample of them differs, so that percentiles would have a width of zero."""
    sure = np.full(11, 2.0), np.zeros(40)
    worst = np.full(11, -2.0), np.zeros(40)
    found = link_intervals({"sure": sure, "other": sure, "worst": worst}, reference="sure")
    for metric, by in found["scores"].items():
        assert by["sure"] == pytest.approx((1.0, 11 / (11 + 1.96**2), 1.0, 11), abs=1e-3), metric
        assert by["worst"].low == 0 < by["worst"].high < 0.3
    for by in found["differences"].values():
        assert by["other"].value == 0
        assert by["other"].low == -by["other"].high < -0.1
        assert by["worst"].value == 1
        assert 0.5 < by["worst"].low < by["worst"].high == 1
    few_others = link_intervals({"sure": (np.full(500, 2.0), np.zeros(5))})["scores"]["auc"]["sure"]
    assert (few_others.nodes, few_others.low) == (500, pytest.approx(5 / (5 + 1.96**2), abs=1e-3))


def test_a_metric_of_too_few_negatives_is_left_out() -> None:
    assert [*link_intervals({"a": _said(1.0, 0, 30, 10)})["scores"]] == ["auc"]
