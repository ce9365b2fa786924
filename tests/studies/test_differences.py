from pathlib import Path

import pytest

from gnn2mlp.studies.differences import differences, task_sentence
from tests.studies.test_cells import made


@pytest.mark.parametrize(
    ("gains", "told"),
    [
        ((0.1, 0.11), "fewer than 3 splits"),
        ((0.1, -0.1, 0.1, -0.1), "no model differs from mlp"),
        ((-0.1, -0.11, -0.12, -0.1), "glnn (gcn) is worse than mlp"),
    ],
)
def test_no_difference_is_claimed_that_chance_may_have_made(
    tmp_path: Path, gains: tuple[float, ...], told: str
) -> None:
    comparison = made(tmp_path, gains=gains)
    assert told in task_sentence(comparison, comparison.tasks[0])


def test_differences_are_points_and_two_splits_have_no_interval(tmp_path: Path) -> None:
    comparison = made(tmp_path, gains=(0.1, 0.1, 0.13))
    one = next(one for one in differences(comparison, comparison.tasks[0]) if one.model == "glnn (gcn)")
    assert one.value == pytest.approx(11)
    assert one.low < 11 < one.high
    few = made(tmp_path, gains=(0.1, 0.11))
    assert all(one.low != one.low for one in differences(few, few.tasks[0]))
