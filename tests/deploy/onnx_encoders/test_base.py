import numpy as np
import pytest

from gnn2mlp.deploy.onnx_encoders._base import Block, Given, all_of, as_float, beside, side_by_side, taken
from gnn2mlp.deploy.onnx_parts import Part
from gnn2mlp.encoders.number import Number
from tests.deploy.test_onnx_parts import ran

pytest.importorskip("onnx")
X = np.arange(6.0).reshape(2, 3)


def result(part: Part, value: str, width: int) -> np.ndarray:
    part.output("y", value, np.float64, width)
    return ran(part.model(), x=X)["y"]


def test_columns_of_a_matrix_are_taken_unless_they_are_all_of_it() -> None:
    part = Part("p")
    value = part.input("x", np.float64, 3)
    whole = [Given(number, None, value, number, 3) for number in range(3)]
    assert side_by_side(part, whole) == value
    assert result(part, side_by_side(part, whole[::2]), 2).tolist() == X[:, [0, 2]].tolist()


def test_inputs_of_their_own_are_put_beside_each_other() -> None:
    part = Part("p")
    value = part.input("x", np.float64, 3)
    assert side_by_side(part, [Given(0, None, value)]) == value
    assert result(part, side_by_side(part, [Given(0, None, value), Given(1, None, value)]), 6).shape == (2, 6)


def test_small_pieces() -> None:
    part = Part("p")
    value = part.input("x", np.float64, 3)
    made = beside(part, [taken(part, value, [1]), taken(part, value, [0, 2])])
    part.output("single", as_float(part, made), np.float32, 3)
    assert ran(part.model(), x=X)["single"].tolist() == X[:, [1, 0, 2]].tolist()


def test_all_features_of_a_column() -> None:
    assert all_of("value", Given(4, Number().fit([1.0, None]), "x")) == Block("value", [(4, 0), (4, 1)])
