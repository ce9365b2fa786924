"""Labels and names as they come in, whatever the task."""

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.tasks._base import as_numbers, check_names


def test_numbers_come_as_lists_arrays_and_tensors() -> None:
    for given in ([1, 2], np.array([1, 2]), torch.tensor([1, 2]), np.array([1, 2], dtype=object)):
        assert as_numbers(given, "g").tolist() == [1, 2]
    assert np.isnan(as_numbers([None, 1.5], "g")[0])
    for wrong in (["a"], [[1], [1, 2]], np.array(["a", None], dtype=object)):
        with pytest.raises(DataError, match="^g: "):
            as_numbers(wrong, "g")


def test_names_are_python_values_of_one_type() -> None:
    assert check_names(np.array([3, 7]), "classes") == (3, 7)
    assert check_names((np.str_("a"), "b"), "classes") == ("a", "b")
    assert check_names(range(2), "classes") == (0, 1)
    with pytest.raises(ConfigError, match="expected each once, got 1 more than once"):
        check_names([1, 1], "classes")
    with pytest.raises(ConfigError, match="got bool and int"):
        check_names([True, 0], "classes")
