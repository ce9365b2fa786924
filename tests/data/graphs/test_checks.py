"""Checks of what comes in from outside; `test_build` has the messages."""

import numpy as np
import torch

from gnn2mlp.data.graphs.checks import check_codes, check_names, check_task
from gnn2mlp.tasks import GraphClassification


def test_codes_of_one_field_may_be_in_a_line() -> None:
    codes, sizes = check_codes([3, 0], 2, None, "node_codes", "g")
    assert codes is not None
    assert codes.tolist() == [[3], [0]]
    assert sizes == (4,)
    assert check_codes(torch.zeros(0, 2, dtype=torch.int64), 0, None, "edge_codes", "g")[1] == (1, 1)
    assert check_codes(None, 2, None, "edge_codes", "g") == (None, ())


def test_names_are_text_or_numbers() -> None:
    names = check_names(np.array(["a", "b"], dtype=object), 2, "g")
    assert names is not None
    assert names.dtype.kind == "U"


def test_labels_are_classes_by_default() -> None:
    task, labels = check_task([1, 0, -1], ["no", "yes"], None, "g")
    assert isinstance(task, GraphClassification)
    assert labels.tolist() == [1, 0, -1]
