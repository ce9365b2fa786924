"""One class for each node: loss by hand, weights, thresholds, and what is refused."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn import metrics as reference
from sklearn.utils import compute_class_weight

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.tasks import TASKS, NodeClassification

LABELS = torch.tensor([0] * 6 + [1] * 2)


def logits(rows: int = 40, classes: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, classes, generator=torch.Generator().manual_seed(seed))


def test_loss_by_hand() -> None:
    # q = (1/4, 3/4)
    output = torch.tensor([[0.0, math.log(3)]] * 3)
    loss = NodeClassification(["a", "b"]).loss(output, torch.tensor([0, 1, -1]))
    torch.testing.assert_close(loss, torch.tensor([math.log(4), math.log(4 / 3), 0.0]))


def test_class_weights_scale_the_loss_of_a_class() -> None:
    output = torch.zeros(3, 2)
    task = NodeClassification(["a", "b"], class_weight={"b": 3})
    expected = math.log(2) * torch.tensor([1.0, 3.0, 0.0])
    torch.testing.assert_close(task.loss(output, torch.tensor([0, 1, -1])), expected)
    torch.testing.assert_close(
        task.loss(output, torch.tensor([0, 1, -1]), torch.tensor([2.0, 1.0, 1.0]))[0], 2 * expected[0]
    )


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    fitted = NodeClassification(["a", "b"], class_weight="balanced").fitted(LABELS)
    expected = compute_class_weight("balanced", classes=np.array([0, 1]), y=LABELS.numpy())
    np.testing.assert_allclose(fitted.class_weight, expected)
    assert NodeClassification(["a", "b"], class_weight="balanced").class_weight == "balanced"  # as it was


def test_fitted_weights_make_the_mean_loss_that_of_torch() -> None:
    output, weight = logits(8, 2), [1.0, 5.0]
    fitted = NodeClassification([0, 1], class_weight=weight).fitted(LABELS)
    torch.testing.assert_close(
        fitted.loss(output, LABELS).mean(), F.cross_entropy(output, LABELS, torch.tensor(weight))
    )


def test_weights_by_class_are_found_by_value_and_by_text() -> None:
    assert NodeClassification([3, 7], class_weight={7: 2.0}).class_weight == [1, 2]
    assert NodeClassification([3, 7], class_weight={"7": 2.0}).class_weight == [1, 2]  # as YAML and JSON have it


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"classes": ["a", "b", "a"]}, "expected each once, got a more than once"),
        ({"classes": []}, "at least one, got none"),
        ({"classes": ["a", 1]}, "throughout, got int and str"),
        ({"classes": [["a"], ["b"]]}, "throughout, got list"),
        ({"metric": "f1_macro"}, "task.metric: expected one of accuracy, .* did you mean 'macro_f1'"),
        ({"class_weight": {"c": 1}}, "weights of the classes 'a', 'b', got c"),
        ({"class_weight": [1.0]}, "for each of 2 classes"),
        ({"class_weight": [1.0, -1.0]}, "at least 0"),
        ({"class_weight": "even"}, "'balanced', a mapping"),
        ({"threshold": 1.5}, "from 0 to 1"),
        ({"threshold": "roc_auc"}, "a number or one of f1, "),
        ({"threshold": 0.5, "classes": ["a", "b", "c"]}, "between two classes, got 3"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        NodeClassification(**{"classes": ["a", "b"], **options})


def test_balanced_weights_want_labels_first() -> None:
    with pytest.raises(ConfigError, match=r"take the loss of task\.fitted"):
        NodeClassification([0, 1], class_weight="balanced").loss(torch.zeros(1, 2), torch.tensor([0]))


@pytest.mark.parametrize("classes", [["no", "yes"], [3, 7], [False, True], np.array([1, 2], np.int8)], ids=str)
def test_a_spec_leads_back_to_the_same_answers(classes: object) -> None:
    task = NodeClassification(classes, metric="macro_f1", threshold=0.25)
    again = Spec.parse(task.spec().to_dict()).build(TASKS)
    assert again == task
    answers = again.predict(torch.tensor([[0.0, 1.0]]))
    assert answers.dtype == np.asarray(classes).dtype
    assert answers[0] == np.asarray(classes)[1]


@pytest.mark.parametrize("classes", [2, 4])
def test_metrics_are_those_of_scikit_learn(classes: int) -> None:
    output, labels = logits(60, classes), torch.arange(60) % classes
    share, said = output.softmax(-1).numpy(), output.argmax(-1)
    score = share[:, 1] if classes == 2 else share
    hot = F.one_hot(labels, classes).numpy()
    expected = {
        "accuracy": reference.accuracy_score(labels, said),
        "balanced_accuracy": reference.balanced_accuracy_score(labels, said),
        "macro_f1": reference.f1_score(labels, said, average="macro"),
        "roc_auc": reference.roc_auc_score(labels, score, multi_class="ovr"),
        "average_precision": reference.average_precision_score(*((labels, score) if classes == 2 else (hot, share))),
    }
    task = NodeClassification(range(classes))
    assert task.scores(output, labels) == pytest.approx(expected, rel=1e-5)
    for metric, value in expected.items():
        chosen = NodeClassification(range(classes), metric=metric)
        assert chosen.score(output, labels) == pytest.approx(value, rel=1e-5)


def test_the_threshold_is_chosen_and_applied() -> None:
    output = torch.tensor([[0.7, 0.3], [0.8, 0.2], [0.6, 0.4], [0.9, 0.1]]).log()
    labels = torch.tensor([1, 0, 1, 0])
    task = NodeClassification(["no", "yes"], threshold="f1")
    assert task.predict(output).tolist() == ["no"] * 4  # until it is chosen: the likelier
    chosen = task.with_threshold(output, labels)
    assert chosen.threshold == pytest.approx(0.25)
    assert chosen.predict(output).tolist() == ["yes", "no", "yes", "no"]
    assert chosen.scores(output, labels)["macro_f1"] == 1
    assert chosen.scores(output, labels)["accuracy"] == 1
    assert task.scores(output, labels)["accuracy"] == 0.5


def test_two_validation_classes_are_needed_where_ranks_or_thresholds_choose() -> None:
    train, valid = torch.tensor([0, 1]), torch.tensor([0, 0])
    NodeClassification([0, 1]).check_split(train, valid, "g")
    for options in ({"metric": "average_precision"}, {"threshold": "f1"}):
        with pytest.raises(DataError, match="g: expected two classes among the validation labels"):
            NodeClassification([0, 1], **options).check_split(train, valid, "g")


@pytest.mark.parametrize("labels", [[0, -1, 1], np.array([0.0, -1.0, 1.0]), torch.tensor([0, -1, 1], dtype=torch.int8)])
def test_labels_of_any_numeric_type_become_int64(labels: object) -> None:
    checked = NodeClassification(range(3)).check_labels(labels, 3, "g")
    assert checked.dtype == torch.int64
    assert checked.tolist() == [0, -1, 1]


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([0, 1], r"one label per node, 3 in all, got an array of shape \(2,\)"),
        ([[0], [1], [0]], r"got an array of shape \(3, 1\)"),
        ([[0], [1, 2], [0]], "rows of different lengths"),
        ([0, 1, -2], "-1 .unknown. or a class from 0 upwards, got -2"),
        ([0.5, 1, 0], "labels must be integers"),
        ([float("nan"), 1, 0], "labels must be integers, -1 for unknown"),
        (["cat", "dog", "cat"], "labels must be numbers.*number them from 0"),
        ([-1, -1, -1], "every node is unlabelled"),
        ([0, 1, 3], r"labels must lie in 0\.\.2 .* got 3"),
    ],
)
def test_bad_labels_are_refused(labels: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        NodeClassification(range(3)).check_labels(labels, 3, "g")


def test_no_node_is_refused() -> None:
    with pytest.raises(DataError, match="at least one node, got none"):
        NodeClassification([0]).check_labels(np.zeros(0, dtype=int), 0, "g")
