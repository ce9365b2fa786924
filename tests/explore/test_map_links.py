import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.map_links import Links, links


def _neighbours(found: Links) -> list[list[int]]:
    """What the script of the page reads."""
    rest, lists = iter(found.packed.tolist()), []

    def number() -> int:
        value, shift = 0, 0
        for byte in rest:
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        return value

    for row in range(len(found.degree)):
        place, near = row, []
        for _ in range(number()):
            step = number()
            place += -(step + 1) // 2 if step % 2 else step // 2
            near.append(place)
        lists.append(near)
    assert list(rest) == []
    return lists


def test_neighbours_are_those_of_both_directions_each_once() -> None:
    edges = np.array([[0, 1, 2, 3, 3], [1, 0, 0, 3, 2]])  # twice between 0 and 1, and a loop
    found = links(edges, 4, np.arange(4), most=8)
    assert found.degree.tolist() == [2, 1, 2, 1]
    assert _neighbours(found) == [[1, 2], [0], [0, 3], [2]]
    assert found.stored.tolist() == [2, 1, 2, 1]


def test_rows_that_are_not_shown_count_and_are_not_listed() -> None:
    found = links(np.array([[0, 0, 5], [5, 9, 9]]), 10, np.array([9, 0]), most=8)
    assert found.degree.tolist() == [2, 2]
    assert _neighbours(found) == [[1], [0]]


def test_many_neighbours_are_drawn_from_by_seed() -> None:
    star = np.stack([np.zeros(5000, dtype=int), np.arange(1, 5001)])
    found = links(star, 5001, np.arange(5001), most=10, seed=1)
    assert found.degree[0] == 5000
    first = _neighbours(found)[0]
    assert len(set(first)) == 10
    assert first != _neighbours(links(star, 5001, np.arange(5001), most=10, seed=2))[0]
    assert max(first) > 128  # steps of more than one byte


@pytest.mark.parametrize("edges", [np.array([[0], [4]]), np.array([0, 1])])
def test_edges_of_another_graph_are_refused(edges: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"edges: expected the shape \(2, edges\) with ends in 0..3"):
        links(edges, 4, np.arange(4), most=2)
