import numpy as np
import pytest
import torch

from gnn2mlp.evaluate.node_errors import error_measure, node_errors
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression


def test_of_classes_an_error_is_a_wrong_answer() -> None:
    task = NodeClassification(["cat", "dog"], threshold=0.9)
    logits = torch.tensor([[0.0, 1.0], [0.0, 9.0]])
    assert node_errors(task, logits, torch.tensor([1, 1])).tolist() == [1, 0]  # as it will be answered, not by argmax
    assert error_measure(task) == "errors"


def test_of_several_labels_it_is_the_share_of_the_known_ones() -> None:
    task = MultiLabel(["a", "b", "c"])
    logits = torch.tensor([[5.0, 5.0, -5.0], [5.0, 5.0, 5.0]])
    labels = torch.tensor([[1.0, 0.0, float("nan")], [1.0, 1.0, 1.0]])
    assert node_errors(task, logits, labels).tolist() == [0.5, 0]
    assert error_measure(task) == "wrong labels"


def test_of_numbers_it_is_the_absolute_error_in_their_unit() -> None:
    one = Regression(["price"], mean=[100.0], scale=[10.0])
    assert node_errors(one, torch.tensor([[1.0]]), torch.tensor([[95.0]])).tolist() == [15]
    assert error_measure(one) == "absolute error"
    two = Regression(["price", "size"], mean=[0.0, 0.0], scale=[10.0, 1.0])
    labels = torch.tensor([[0.0, 0.0], [5.0, float("nan")]])
    found = node_errors(two, torch.tensor([[1.0, 3.0], [1.0, 0.0]]), labels)
    assert found == pytest.approx(np.array([2.0, 0.5]))
