"""Targets as people have them: classes, several labels, numbers."""

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.estimators.targets import class_targets, number_targets
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression


def test_classes_keep_their_values() -> None:
    task, codes = class_targets(["yes", "no", -1, "yes"], "macro_f1", {"yes": 3}, 0.3)
    assert task == NodeClassification(["no", "yes"], "macro_f1", {"yes": 3}, 0.3)
    assert codes.tolist() == [1, 0, -1, 1]


def test_columns_are_labels() -> None:
    task, values = class_targets([[1, 0], [0, 1], [np.nan, 1]], None, "balanced", None)
    assert task == MultiLabel([0, 1], pos_weight="balanced")
    assert values.shape == (3, 2)
    named, _ = class_targets(pd.DataFrame({"red": [1, 0], "round": [0, 1]}), "macro_f1", None, "f1")
    assert named == MultiLabel(["red", "round"], "macro_f1", threshold="f1")
    with pytest.raises(ConfigError, match="of several labels expected 'balanced' or None"):
        class_targets([[1, 0], [0, 1]], None, {0: 1}, None)


def test_numbers_remember_their_shape() -> None:
    assert number_targets([1.0, None], "mae").task == Regression([0])
    assert number_targets(np.ones((3, 1)), "r2").task == Regression([0], "r2", flat=False)
    assert number_targets(pd.DataFrame({"a": [1.0], "b": [2.0]}), "mae").task == Regression(["a", "b"], flat=False)
    for wrong, match in ((None, "target y is None"), (np.ones((2, 2, 2)), "got shape"), (["a"], "must be numbers")):
        with pytest.raises(DataError, match=match):
            number_targets(wrong, "mae")
