import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import is_valid_linkage, ward

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.explore.merging import merge_map

VECTORS = np.random.default_rng(0).normal(size=(40, 3))


def test_with_one_node_each_it_is_wards_linkage() -> None:
    found = merge_map(VECTORS, np.ones(40, int)).linkage
    assert is_valid_linkage(found)
    # scipy's distance of two clusters is √2 times ours: √(2 ab / (a + b)) ‖c_a - c_b‖.
    np.testing.assert_allclose(found[:, 2] * np.sqrt(2), ward(VECTORS)[:, 2])
    np.testing.assert_array_equal(found[:, [0, 1, 3]], ward(VECTORS)[:, [0, 1, 3]])


def test_many_nodes_weigh() -> None:
    line = np.array([[0.0], [1.0], [2.1]])
    # 1 and 2.1 have few nodes, and merge before either joins the many at 0.
    assert merge_map(line, np.array([1000, 1, 1])).cut(2).tolist() == [0, 1, 1]
    assert merge_map(line, np.array([1, 1, 1])).cut(2).tolist() == [0, 0, 1]


def test_codes_without_nodes_are_in_no_group_and_groups_are_numbered_by_size() -> None:
    found = merge_map(np.array([[0.0], [9.0], [0.1], [5.0]]), np.array([1, 9, 1, 0]))
    assert found.cut(2).tolist() == [1, 0, 1, -1]
    assert found.cut(99).max() == 2
    with pytest.raises(ConfigError, match="groups: expected at least 1"):
        found.cut(0)


@pytest.mark.parametrize("used", [0, 1, 2, 40])
def test_any_number_of_codes_can_be_drawn_and_shown(used: int) -> None:
    found = merge_map(VECTORS, (np.arange(40) < used).astype(int))
    assert isinstance(found.plot(), Figure)
    assert (found.cut(1)[:used] == 0).all()
    assert len(repr(found)) < 100
