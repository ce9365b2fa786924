import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.explore.placement import CodePlacement
from gnn2mlp.knowledge import TeacherKnowledge


def _knowledge(code: list[int], unit: bool = False) -> TeacherKnowledge:
    codebook = torch.tensor([[3.0, 0.0], [0.0, 5.0], [-4.0, -4.0], [9.0, 9.0]])
    values = {"code": torch.tensor(code), "codebook": codebook, "code_unit_length": torch.tensor(unit)}
    return TeacherKnowledge(torch.arange(len(code)), values)


CODE = [0, 1, 2] * 40
HIDDEN = np.eye(3)[CODE] + 0.01 * np.random.default_rng(0).normal(size=(120, 3))


@pytest.mark.parametrize("unit", [False, True])
def test_rows_whose_activations_tell_their_code_are_placed_there(unit: bool) -> None:
    placement = CodePlacement.fit(HIDDEN, _knowledge(CODE, unit))
    placed = placement.place(HIDDEN)
    np.testing.assert_array_equal(placed.code, CODE)
    assert (placed.second != placed.code).all()
    assert placed.distance.max() < 0.5


def test_the_distance_is_that_to_the_code() -> None:
    placement = CodePlacement(np.eye(2), np.zeros(2), np.array([[0.0, 0.0], [3.0, 4.0]]), False, np.array([True, True]))
    placed = placement.place(np.array([[3.0, 0.0], [3.0, 3.0]]))
    assert (placed.code.tolist(), placed.second.tolist()) == ([0, 1], [1, 0])
    np.testing.assert_allclose(placed.distance, [3, 1])


def test_a_code_without_nodes_attracts_nothing() -> None:
    placement = CodePlacement.fit(HIDDEN, _knowledge(CODE))
    assert 3 not in placement.place(1000 * np.ones((5, 3))).code


def test_many_rows_are_placed_in_parts_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    placement = CodePlacement.fit(HIDDEN, _knowledge(CODE))
    whole = placement.place(HIDDEN)
    monkeypatch.setattr("gnn2mlp.explore.placement._ENTRIES", 10)
    for a, b in zip(whole, placement.place(HIDDEN), strict=True):
        np.testing.assert_allclose(a, b)
    assert placement.place(HIDDEN[:0]).code.shape == (0,)


def test_activations_of_other_nodes_are_refused() -> None:
    with pytest.raises(DataError, match="a row for each of 120 observed nodes"):
        CodePlacement.fit(HIDDEN[:5], _knowledge(CODE))


def test_it_is_written_and_read_and_anything_else_is_refused() -> None:
    placement = CodePlacement.fit(HIDDEN, _knowledge(CODE, unit=True))
    content = placement.encode()
    again = CodePlacement.decode(content)
    assert again.unit_length
    np.testing.assert_array_equal(again.place(HIDDEN).distance, placement.place(HIDDEN).distance)
    with pytest.raises(ArtefactError):
        CodePlacement.decode(content[:100])
