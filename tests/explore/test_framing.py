import numpy as np
import pytest

from gnn2mlp.explore.framing import frame


def test_without_outliers_the_frame_is_that_of_the_points() -> None:
    points = np.random.default_rng(0).uniform(-1, 1, (500, 2))
    found = frame(points)
    np.testing.assert_array_equal(found.points, points)
    np.testing.assert_array_equal(found.high, points.max(axis=0))
    assert found.note == ""


def test_an_outlier_goes_to_the_rim_and_the_others_keep_their_room() -> None:
    points = np.random.default_rng(0).uniform(-1, 1, (500, 2))
    points[7] = [1e6, 0]
    found = frame(points)
    assert found.high[0] < 1.5
    assert found.points[7].tolist() == [found.high[0], 0]
    np.testing.assert_array_equal(np.flatnonzero(found.outside), [7])
    assert found.note == "One node lies farther out and is drawn at the rim."
    assert found.clip(np.array([[-5.0, 5.0]])).tolist() == [[found.low[0], found.high[1]]]


def test_several_outliers_are_counted() -> None:
    points = np.concatenate([np.zeros((1000, 2)), np.full((3, 2), 9.0)])
    assert frame(points).note.startswith("3 nodes lie farther out")


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_points_have_a_frame(count: int) -> None:
    assert frame(np.ones((count, 2))).points.shape == (count, 2)
