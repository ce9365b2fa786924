import numpy as np

from gnn2mlp.explore.sampling import crowding, drawing_order, sample_by_density


def test_few_points_are_all_kept() -> None:
    assert sample_by_density(np.zeros((4, 2)), 4).tolist() == [0, 1, 2, 3]


def test_a_crowd_is_thinned_more_than_what_is_sparse() -> None:
    random = np.random.default_rng(0)
    points = np.concatenate([random.normal(0, 0.01, (9000, 2)), random.uniform(1, 5, (1000, 2))])
    kept = sample_by_density(points, 1000, seed=3)
    assert len(set(kept.tolist())) == len(kept) == 1000
    assert (np.diff(kept) > 0).all()
    assert (kept >= 9000).sum() > 400  # a tenth of all points, not a tenth of the sample
    assert (kept < 9000).sum() > 100
    np.testing.assert_array_equal(kept, sample_by_density(points, 1000, seed=3))
    assert not np.array_equal(kept, sample_by_density(points, 1000, seed=4))


def test_a_cell_holds_what_is_near() -> None:
    assert crowding(np.array([[0.0, 0.0], [0.001, 0.0], [1.0, 1.0]])).tolist() == [2, 2, 1]
    assert crowding(np.zeros((0, 2))).tolist() == []


def test_the_order_of_drawing_mixes_and_repeats() -> None:
    order = drawing_order(100, seed=1)
    assert sorted(order) == list(range(100))
    assert order.tolist() != list(range(100))
    np.testing.assert_array_equal(order, drawing_order(100, seed=1))
