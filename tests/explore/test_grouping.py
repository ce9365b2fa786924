import numpy as np

from gnn2mlp.explore.grouping import Grouped, by_degree, by_distance, by_homophily, by_name, most_common


def test_degrees_fall_into_the_group_that_names_them() -> None:
    group, texts = by_degree(np.array([0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 10_000]))
    told = [texts[k].removeprefix("degree is ") for k in group]
    assert told == ["0", "1", "2", *["3 to 4"] * 2, *["5 to 8"] * 2, *["9 to 16"] * 2, *["17 or more"] * 2]


def test_neighbours_and_distances_fall_into_the_group_that_names_them() -> None:
    group, texts = by_homophily(np.array([0.0, 0.49, 0.5, 0.99, 1.0, np.nan]))
    assert [texts[k].split()[0] for k in group] == ["no", "fewer", "half", "half", "all", "it"]
    group, texts = by_distance(np.array([0, 1, 2, 3, 4, 9, -1]))
    assert group.tolist() == [-1, 0, 1, 2, 3, 3, 4]  # a node that trains is in no group
    assert len(texts) == 5


def test_names_are_prefixed() -> None:
    group, texts = by_name(np.array([1, -1]), ["cat", "dog"], "class is")
    assert (group.tolist(), texts) == ([1, -1], ("class is cat", "class is dog"))


def test_a_node_is_in_the_group_of_most_of_its_rows() -> None:
    rows = Grouped(np.array([2, 2, 0, 1, -1]), ("a", "b", "c"))
    assert most_common(rows, np.array([0, 0, 0, 1, 2]), 4).group.tolist() == [2, 1, -1, -1]
