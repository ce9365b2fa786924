"""Which terms share a pass, and over which rows."""

from typing import Any

from gnn2mlp.distill.updates import UpdateRule, passes
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.objectives import HardLabels, Objective, SoftLabels, WeightedSum


def told(objective: Objective, rule: UpdateRule) -> list[tuple[list[dict[str, Any]], str]]:
    """Terms and rows of each pass."""
    return [(WeightedSum(each.objective.terms()).to_list(), each.rows) for each in passes(objective, rule)]


def test_joint_is_one_pass_over_all_rows() -> None:
    mixed = 0.5 * HardLabels() + 0.25 * SoftLabels()
    assert told(mixed, "joint") == [(mixed.to_list(), "all")]


def test_joint_visits_labelled_rows_if_no_weighted_term_speaks_of_others() -> None:
    assert [each.rows for each in passes(HardLabels(), "joint")] == ["labelled"]
    assert [each.rows for each in passes(HardLabels() + 0.0 * SoftLabels(), "joint")] == ["labelled"]


def test_joint_drops_terms_without_weight() -> None:
    assert told(GLNN().build_objective(), "joint") == [((1.0 * SoftLabels()).to_list(), "all")]


def test_alternating_is_one_pass_per_term_in_order_with_its_weight() -> None:
    assert told(0.5 * HardLabels() + 0.25 * SoftLabels(), "alternating") == [
        ((0.5 * HardLabels()).to_list(), "labelled"),
        ((0.25 * SoftLabels()).to_list(), "all"),
    ]


def test_alternating_keeps_the_pass_of_a_term_without_weight() -> None:
    assert told(GLNN(hard_weight=0.0).build_objective(), "alternating") == [
        ((0.0 * HardLabels()).to_list(), "labelled"),
        ((1.0 * SoftLabels()).to_list(), "all"),
    ]


def test_nothing_but_terms_without_weight_is_still_a_pass() -> None:
    nothing = 0.0 * HardLabels()
    assert told(nothing, "joint") == [(nothing.to_list(), "labelled")]
