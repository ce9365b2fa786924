"""What every task promises. A new one is tested here as soon as its file exists."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.tasks import TASKS, MultiLabel, NodeClassification, Task
from gnn2mlp.tasks.answers import answers_from
from tests.cuda import nothing_waits, on_each_device

ROWS = 24
MANY = 120  # rows of both labels for metrics that look at the best fifty


def build(name: str) -> Task:
    """The task with what it cannot do without."""
    options: dict[str, Any] = {}
    if issubclass(TASKS.get(name), NodeClassification):
        options = {"classes": ["a", "b", "c"]}
    if issubclass(TASKS.get(name), MultiLabel):
        options = {"names": ["a", "b", "c"]}
    return Spec(name, **options).build(TASKS)


@pytest.fixture(params=TASKS.names())
def task(request: pytest.FixtureRequest) -> Task:
    return build(request.param)


def outputs(task: Task, seed: int = 0, scale: float = 1.0, rows: int = ROWS) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return scale * torch.randn(rows, task.num_outputs, generator=random, dtype=torch.float64)


def labels(task: Task, rows: int = ROWS) -> Tensor:
    """Labels of all rows, every value in turn."""
    if task.exclusive:
        return task.check_labels(torch.arange(rows) % task.num_outputs, rows, "g")
    each = torch.stack([(torch.arange(rows) + shift) % 2 for shift in range(task.num_outputs)], dim=1)
    return task.check_labels(each, rows, "g")


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_loss_and_divergence_are_finite_for_each_row(task: Task, scale: float) -> None:
    one, other = outputs(task, 0, scale), outputs(task, 1, scale)
    for value in (task.loss(one, labels(task)), task.divergence(one, other), task.divergence(one, other, 2.0)):
        assert value.shape == (ROWS,)
        assert torch.isfinite(value).all()
        assert (value >= 0).all()
        assert value.sum() > 0


def test_divergence_vanishes_where_both_agree_and_only_there(task: Task) -> None:
    one = outputs(task)
    assert task.divergence(one, one).abs().max() < 1e-12
    assert task.agreement(one, one) == 1
    assert task.agreement(one, -one) < 1
    assert (task.divergence(one, outputs(task, 1)) > 0).all()


def test_the_mean_of_outputs_stands_for_the_mean_of_what_they_say(task: Task) -> None:
    several = torch.stack([outputs(task, seed, scale=3.0) for seed in range(4)])
    torch.testing.assert_close(task.expected(task.mean_output(several)), task.expected(several).mean(0))
    sure = 1e4 * several  # whose probabilities are 0 and 1, and have no finite logarithm
    assert torch.isfinite(task.mean_output(sure)).all()
    torch.testing.assert_close(task.expected(task.mean_output(several[:1])), task.expected(several[0]))


@on_each_device
def test_a_step_waits_for_no_device(task: Task, device: str) -> None:
    weights = [name for name in ("class_weight", "pos_weight") if name in task.constructor_options()]
    fitted = task.overridden({name: [1, 2, 3] for name in weights}).fitted(labels(task))
    output, truth = outputs(task).to(device).requires_grad_(), labels(task).to(device)
    fitted.loss(output, truth)  # the first brings weights and units to the device
    with nothing_waits(device):
        (fitted.loss(output, truth) + fitted.divergence(output.detach() / 2, output)).sum().backward()
    assert output.grad is not None


def test_gradients_are_right(task: Task) -> None:
    truth, teacher = labels(task), outputs(task, 1)
    student = outputs(task).requires_grad_()
    assert torch.autograd.gradcheck(lambda s: task.loss(s, truth).sum(), (student,))
    assert torch.autograd.gradcheck(lambda s: task.divergence(teacher, s, 2.0).sum(), (student,))


def test_an_unknown_label_has_no_effect(task: Task) -> None:
    truth = labels(task)
    truth[::4] = task.blank
    known = task.known(truth)
    assert known.tolist() == [False, True, True, True] * (ROWS // 4)
    one = outputs(task).requires_grad_()
    loss = task.loss(one, truth)
    assert (loss[~known] == 0).all()
    assert (loss[known] > 0).all()
    loss.sum().backward()
    assert one.grad is not None
    assert (one.grad[~known] == 0).all()
    other = one.detach().clone()
    other[~known] += 5
    assert task.score(one.detach(), truth) == task.score(other, truth)
    assert task.scores(one.detach(), truth) == task.scores(other, truth)


def test_weights_multiply_the_loss_of_a_row(task: Task) -> None:
    weight = torch.arange(ROWS, dtype=torch.float64)
    one, truth = outputs(task), labels(task)
    torch.testing.assert_close(task.loss(one, truth, weight), weight * task.loss(one, truth))


def test_better_outputs_score_higher(task: Task) -> None:
    truth = labels(task, MANY)
    right = torch.nn.functional.one_hot(truth).double() if task.exclusive else truth.double()
    right = 2 * right - 1 if math.isnan(task.blank) and "r2" not in task.metrics else right
    for metric in task.metrics:
        judge = Spec(task.name, **{**task.spec().options, "metric": metric}).build(TASKS)
        assert judge.score(right, truth) > judge.score(outputs(task, rows=MANY), truth), metric
        assert math.isfinite(judge.score(outputs(task, rows=MANY), truth))


def test_scores_name_every_metric(task: Task) -> None:
    found = task.scores(outputs(task), labels(task))
    assert list(found) == list(task.metrics)
    assert task.metric in found
    assert abs(task.score(outputs(task), labels(task))) == found[task.metric]


def test_a_metric_that_it_does_not_have_is_named(task: Task) -> None:
    with pytest.raises(ConfigError, match=f"task.metric: expected one of {', '.join(task.metrics)}, got 'beauty'"):
        Spec(task.name, **{**task.spec().options, "metric": "beauty"}).build(TASKS)


def test_fitting_changes_nothing_but_a_copy_and_happens_once(task: Task) -> None:
    before = task.spec()
    fitted = task.fitted(labels(task))
    assert task.spec() == before
    assert fitted.fitted(labels(task)) == fitted
    assert fitted.with_threshold(outputs(task), labels(task)).num_outputs == task.num_outputs


def test_a_spec_leads_back(task: Task) -> None:
    fitted = task.fitted(labels(task))
    assert Spec.parse(fitted.spec().to_dict()).build(TASKS) == fitted


def test_answers_ship(task: Task) -> None:
    fitted, output = task.fitted(labels(task)), outputs(task)
    again = answers_from(fitted.answers.facts())
    assert again.num_outputs == task.num_outputs
    assert (again.predict(output.numpy()) == fitted.predict(output)).all()
    assert len(fitted.predict(output)) == ROWS


def test_names_are_taken_off_and_put_back(task: Task) -> None:
    bare = task.without_names()
    assert bare.output_names == tuple(map(str, range(task.num_outputs)))
    assert bare.fitted(labels(task)).with_names(task) == task.fitted(labels(task))


def test_strata_are_groups_of_the_outputs(task: Task) -> None:
    groups = task.strata(labels(task))
    assert groups.shape == (ROWS,)
    assert 0 <= int(groups.min()) <= int(groups.max()) < (task.num_outputs if task.exclusive else 1)


def test_a_user_s_options_win_over_those_of_the_data(task: Task) -> None:
    for metric in task.metrics:
        assert task.overridden({"metric": metric}).metric == metric
    assert task.overridden({}) == task
    assert task.overridden({"metric": task.metric}).output_names == task.output_names
    with pytest.raises(ConfigError, match=r"has no option 'metrics'; did you mean 'metric'\? \(options: metric"):
        task.overridden({"metrics": "accuracy"})
    fixed = "classes" if task.exclusive else "names"
    with pytest.raises(ConfigError, match=f"task.{fixed}: the data say it"):
        task.overridden({fixed: ["a"]})
