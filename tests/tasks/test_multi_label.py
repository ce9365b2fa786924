"""Several labels for each node: loss and divergence by hand, gaps, weights, thresholds."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn import metrics as reference
from torch.distributions import Bernoulli, kl_divergence

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.tasks import MultiLabel

NAN = math.nan


def drawn(rows: int = 60, labels: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    output = torch.randn(rows, labels, generator=random)
    return output, (torch.rand(rows, labels, generator=random) < 0.3).float()


def test_loss_by_hand() -> None:
    output = torch.tensor([[math.log(3), 0.0]])  # probabilities 3/4 and 1/2
    task = MultiLabel(["a", "b"])
    both = math.log(4 / 3) + math.log(2)
    assert task.loss(output, torch.tensor([[1.0, 0.0]])).item() == pytest.approx(both)
    assert task.loss(output, torch.tensor([[1.0, NAN]])).item() == pytest.approx(math.log(4 / 3))
    assert task.loss(output, torch.tensor([[NAN, NAN]])).item() == 0


def test_loss_is_the_sum_of_torch_s() -> None:
    output, labels = drawn()
    expected = F.binary_cross_entropy_with_logits(output, labels, reduction="none").sum(-1)
    torch.testing.assert_close(MultiLabel("abc").loss(output, labels), expected)


def test_a_gap_has_no_gradient() -> None:
    output = torch.zeros(1, 2, requires_grad=True)
    MultiLabel(["a", "b"]).loss(output, torch.tensor([[NAN, 1.0]])).sum().backward()
    assert output.grad is not None
    assert output.grad.tolist() == [[0, -0.5]]


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_divergence_is_that_of_independent_labels(temperature: float) -> None:
    teacher, student = drawn()[0].double(), drawn()[0].double().flip(0)
    pair = (Bernoulli(logits=one / temperature) for one in (teacher, student))
    torch.testing.assert_close(
        MultiLabel("abc").divergence(teacher, student, temperature), kl_divergence(*pair).sum(-1)
    )


def test_balanced_weights_are_zeros_by_ones() -> None:
    labels = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, NAN], [0.0, 0.0, 0.0]])
    fitted = MultiLabel("abc", pos_weight="balanced").fitted(labels)
    assert fitted.pos_weight == [3, 1, 2]
    with pytest.raises(ConfigError, match=r"take the loss of task\.fitted"):
        MultiLabel("abc", pos_weight="balanced").loss(torch.zeros(4, 3), labels)


def test_metrics_are_those_of_scikit_learn() -> None:
    output, labels = drawn()
    said = (output >= 0).long()
    expected = {
        "roc_auc": reference.roc_auc_score(labels, output, average="macro"),
        "average_precision": reference.average_precision_score(labels, output, average="macro"),
        "macro_f1": reference.f1_score(labels, said, average="macro"),
        "micro_f1": reference.f1_score(labels, said, average="micro"),
    }
    assert MultiLabel("abc").scores(output, labels) == pytest.approx(expected)


def test_a_label_with_one_value_is_left_out_as_ogb_does() -> None:
    output, labels = drawn()
    constant = torch.cat([labels, torch.zeros(60, 1)], dim=1)
    wide = torch.cat([output, output[:, :1]], dim=1)
    assert MultiLabel("abcd").score(wide, constant) == pytest.approx(MultiLabel("abc").score(output, labels))


def test_thresholds_are_chosen_for_each_label() -> None:
    output = torch.tensor([[0.3, 0.9], [0.2, 0.8], [0.1, 0.7]]).logit()
    labels = torch.tensor([[1.0, 1.0], [0.0, 0.0], [0.0, NAN]])
    chosen = MultiLabel(["a", "b"], threshold="f1").with_threshold(output, labels)
    assert chosen.threshold == pytest.approx([0.25, 0.85])
    assert chosen.predict(output).tolist() == [[1, 1], [0, 0], [0, 0]]
    np.testing.assert_allclose(chosen.probabilities(output), [[0.3, 0.9], [0.2, 0.8], [0.1, 0.7]], rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"names": ["a", "a"]}, "each once"),
        ({"metric": "accuracy"}, "expected one of roc_auc"),
        ({"pos_weight": [1.0]}, "pos_weight: expected a number .* 2 of them"),
        ({"threshold": 2}, "threshold: expected a number from 0 to 1"),
        ({"threshold": "best"}, "threshold: expected"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        MultiLabel(**{"names": ["a", "b"], **options})


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([[0, 1]], r"labels of shape \(2, 2\), a line for each node and a column for each of the labels"),
        ([0, 1], r"got \(2,\)"),
        ([[0, 2], [1, 0]], "given as 1 and 0, NaN for unknown, got 2"),
        ([[NAN, NAN], [NAN, NAN]], "every node is unlabelled"),
        ([["a", "b"], ["c", "d"]], "must be numbers"),
    ],
)
def test_bad_labels_are_refused(labels: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        MultiLabel(["a", "b"]).check_labels(labels, 2, "g")


def test_some_label_has_to_take_both_values() -> None:
    good, bad = torch.tensor([[0.0, 1.0], [1.0, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    MultiLabel(["a", "b"]).check_split(good, good, "g")
    with pytest.raises(DataError, match="some validation nodes have and others do not"):
        MultiLabel(["a", "b"]).check_split(good, bad, "g")


def test_sharpened_probabilities_by_hand() -> None:
    # 3 : 1 squared is 9 : 1, of each label by itself.
    made = MultiLabel(["a", "b"]).sharpened(torch.tensor([[math.log(3), 0.0]]), 2.0).sigmoid()
    torch.testing.assert_close(made, torch.tensor([[0.9, 0.5]]))


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision", "macro_f1"])
def test_each_label_by_itself(metric: str) -> None:
    output, labels = drawn()
    labels[:, 2] = 1.0
    labels[::4, 0] = NAN
    name, scores = MultiLabel("abc", metric=metric).scores_by_label(output, labels)
    assert name == ("average_precision" if metric == "average_precision" else "roc_auc")
    judge = reference.average_precision_score if name == "average_precision" else reference.roc_auc_score
    there = ~labels[:, 0].isnan()
    assert scores[0] == pytest.approx(judge(labels[there, 0], output[there, 0]))
    assert scores[1] == pytest.approx(judge(labels[:, 1], output[:, 1]))
    assert scores[2] is None
