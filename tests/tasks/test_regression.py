"""Numbers for each node: standardised targets, squares by hand, errors in the user's units."""

import math

import numpy as np
import pytest
import torch
from sklearn import metrics as reference

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.tasks import Regression

NAN = math.nan


def test_targets_are_standardised_by_the_training_labels() -> None:
    task = Regression(["a", "b"]).fitted(torch.tensor([[10.0, 5.0], [30.0, 5.0], [NAN, 5.0]]))
    assert (task.mean, task.scale) == ([20, 5], [10, 1])  # a constant keeps its scale
    output = torch.tensor([[1.0, 0.5]])
    assert task.loss(output, torch.tensor([[40.0, 5.0]])).item() == pytest.approx((1 - 2) ** 2 + 0.5**2)
    assert task.loss(output, torch.tensor([[NAN, 5.0]])).item() == pytest.approx(0.25)
    assert task.loss(output, torch.tensor([[NAN, NAN]])).item() == 0
    assert task.predict(output).tolist() == [[30, 5.5]]


def test_units_that_are_given_stay() -> None:
    labels = torch.tensor([[10.0], [30.0]])
    assert Regression(mean=[0.0]).fitted(labels).mean == [0]
    halved = Regression(scale=[2.0]).fitted(labels)
    assert (halved.mean, halved.scale) == ([20], [2])


def test_one_target_is_answered_flat_unless_asked_otherwise() -> None:
    output = torch.tensor([[1.0], [2.0]])
    assert Regression().predict(output).shape == (2,)
    assert Regression(flat=False).predict(output).shape == (2, 1)


def test_a_gap_has_no_gradient() -> None:
    output = torch.zeros(1, 2, requires_grad=True)
    Regression(["a", "b"]).loss(output, torch.tensor([[NAN, 1.0]])).sum().backward()
    assert output.grad is not None
    assert output.grad.tolist() == [[0, -2]]


def test_temperature_cancels_with_its_square() -> None:
    teacher, student = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.0, 4.0]])
    task = Regression(["a", "b"])
    assert task.divergence(teacher, student).item() == 5
    assert 9 * task.divergence(teacher, student, 3.0).item() == pytest.approx(5)


def test_metrics_are_those_of_scikit_learn_in_the_units_of_the_labels() -> None:
    random = torch.Generator().manual_seed(0)
    labels, output = 100 + 7 * torch.randn(50, 2, generator=random), torch.randn(50, 2, generator=random)
    task = Regression(["a", "b"]).fitted(labels)
    values = task.predict(output)
    expected = {
        "mae": reference.mean_absolute_error(labels, values),
        "rmse": reference.root_mean_squared_error(labels, values),
        "r2": reference.r2_score(labels, values),
    }
    assert task.scores(output, labels) == pytest.approx(expected, rel=1e-5)
    assert task.score(output, labels) == pytest.approx(-expected["mae"], rel=1e-5)  # the less the better


def test_partly_unknown_labels_count_where_they_are_known() -> None:
    task, output = Regression(["a", "b"]), torch.zeros(2, 2)
    assert task.scores(output, torch.tensor([[1.0, NAN], [3.0, 6.0]]))["mae"] == pytest.approx((2 + 6) / 2)


def test_labels_of_one_target_may_be_flat() -> None:
    assert Regression().check_labels([1, 2.5], 2, "g").tolist() == [[1], [2.5]]
    assert Regression().check_labels([1, None], 2, "g")[0].tolist() == [1]
    np.testing.assert_array_equal(Regression().known(torch.tensor([[1.0], [NAN]])), [True, False])


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([1.0, math.inf], "got infinity"),
        ([1.0], r"labels of shape \(2, 1\)"),
        ([NAN, NAN], "every node is unlabelled"),
        (["a", "b"], "must be numbers"),
    ],
)
def test_bad_labels_are_refused(labels: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        Regression().check_labels(labels, 2, "g")


def test_labels_that_single_precision_rounds_away_are_refused() -> None:
    random = np.random.default_rng(0)
    prices = random.normal(size=(40, 2))
    with pytest.raises(
        DataError, match="labels of b vary by .* as large as 1e\\+07 are rounded by up to 0.*; subtract"
    ):
        Regression(["a", "b"]).check_labels(prices + np.array([0, 1e7]), 40, "g")
    seconds = 1.7e9 + 1e7 * prices  # of a year: off by a minute at most
    assert np.allclose(Regression(["a", "b"]).check_labels(seconds, 40, "g").double(), seconds, atol=64)
    Regression(["a", "b"]).check_labels(np.full((40, 2), 1e9), 40, "g")  # which `check_split` tells of


def test_a_target_has_to_vary() -> None:
    two, one = torch.tensor([[1.0], [2.0]]), torch.tensor([[1.0], [1.0]])
    Regression().check_split(two, one, "g")
    with pytest.raises(DataError, match="training labels of each target, got fewer for target"):
        Regression().check_split(one, two, "g")
    with pytest.raises(DataError, match="validation labels"):
        Regression(metric="r2").check_split(two, one, "g")


def test_options_that_cannot_be() -> None:
    with pytest.raises(ConfigError, match="task.metric: expected one of mae"):
        Regression(metric="accuracy")
    with pytest.raises(ConfigError, match="scale: expected one for each of 2"):
        Regression(["a", "b"], scale=[1.0])
