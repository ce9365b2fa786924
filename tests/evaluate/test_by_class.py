import torch

from gnn2mlp.evaluate import class_counts


def test_counts_of_three_classes_by_hand():
    said = torch.tensor([0, 0, 1, 2, 2, 2])
    truth = torch.tensor([0, 1, 1, 1, 2, -1])
    assert class_counts(said, truth, 4) == ([1, 3, 1, 0], [2, 1, 2, 0], [1, 1, 1, 0])


def test_labels_of_which_a_row_may_have_several():
    nan = float("nan")
    said = torch.tensor([[True, False], [True, True], [False, True]])
    truth = torch.tensor([[1.0, 1.0], [nan, 1.0], [0.0, 0.0]])
    assert class_counts(said, truth, 2) == ([1, 2], [1, 2], [1, 1])


def test_no_row_counts_nothing():
    empty = torch.zeros(0, dtype=torch.int64)
    assert class_counts(empty, empty, 2) == ([0, 0], [0, 0], [0, 0])
