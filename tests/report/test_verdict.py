from collections.abc import Callable
from typing import Any

import pytest

from gnn2mlp.report.verdict import verdict
from tests.report.conftest import judge_by, set_scores

Make = Callable[..., dict[str, Any]]
WHERE = "on nodes that appeared after training"


def _verdict(make: Make, student: list[float], teacher: list[float], mlp: list[float]) -> str:
    return verdict(set_scores(make(seeds=3), "unseen", student=student, teacher=teacher, mlp=mlp))


SURE, WILD = [0.80, 0.801, 0.802], [0.6, 0.9, 0.7]


def _shifted(by: float) -> list[float]:
    """So far above `SURE`, within a ten-thousandth, as scores that differ alike tell nothing of chance."""
    return [value + by + rest for value, rest in zip(SURE, (1e-5, 0.0, -1e-5), strict=True)]


@pytest.mark.parametrize(
    ("teacher", "told"),
    [
        (_shifted(-0.05), ", and is better than its teacher;"),
        (_shifted(0.01), " in place of its teacher, behind which it is by at most 1.0 point;"),
        (_shifted(0.05), " where the graph is not at hand, 5.0 points behind its teacher;"),
        (WILD, " where the graph is not at hand; whether it is behind its teacher is not shown;"),
    ],
)
def test_a_student_above_a_plain_mlp_may_be_used_at_a_price(make_results: Make, teacher: list[float], told: str):
    sentence = _verdict(make_results, SURE, teacher, _shifted(-0.2))
    assert sentence == f"The student may be used{told} {WHERE} it is better than a plain MLP."


def test_a_plain_mlp_that_is_better_or_may_be(make_results: Make):
    assert _verdict(make_results, SURE, SURE, _shifted(0.1)).startswith("Do not use the student")
    assert "may be chance" in _verdict(make_results, SURE, SURE, WILD)


def test_a_price_within_the_margin_is_none_only_if_its_interval_is(make_results: Make):
    # As far behind on average as in the case above, but nobody can say how far.
    assert "not shown" in _verdict(make_results, SURE, [0.75, 0.81, 0.88], _shifted(-0.2))


def test_two_seeds_say_nothing_and_errors_have_no_points(make_results: Make):
    assert verdict(make_results(seeds=2)).startswith("Whether the student may be used is not known from 2 seeds")
    assert verdict(judge_by(make_results(), "mean absolute error", False, False)) == ""
