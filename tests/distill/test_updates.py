"""Which terms share a pass, and over which rows."""

from gnn2mlp.distill.updates import passes
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.objectives import HardLabels, SoftLabels


def test_joint_is_one_pass_over_all_rows() -> None:
    (sweep,) = passes(0.5 * HardLabels() + 0.25 * SoftLabels(), "joint")
    assert sweep.rows == "all"
    assert sweep.objective == 0.5 * HardLabels() + 0.25 * SoftLabels()


def test_joint_visits_labelled_rows_if_no_weighted_term_speaks_of_others() -> None:
    assert [sweep.rows for sweep in passes(HardLabels(), "joint")] == ["labelled"]
    assert [sweep.rows for sweep in passes(HardLabels() + 0.0 * SoftLabels(), "joint")] == ["labelled"]


def test_joint_drops_terms_without_weight() -> None:
    (sweep,) = passes(GLNN().build_objective(), "joint")
    assert sweep.objective == 1.0 * SoftLabels()


def test_alternating_is_one_pass_per_term_in_order_with_its_weight() -> None:
    first, second = passes(0.5 * HardLabels() + 0.25 * SoftLabels(), "alternating")
    assert (first.objective, first.rows) == (0.5 * HardLabels(), "labelled")
    assert (second.objective, second.rows) == (0.25 * SoftLabels(), "all")


def test_alternating_keeps_the_pass_of_a_term_without_weight() -> None:
    first, second = passes(GLNN(hard_weight=0.0).build_objective(), "alternating")
    assert (first.objective, first.rows) == (0.0 * HardLabels(), "labelled")
    assert (second.objective, second.rows) == (1.0 * SoftLabels(), "all")


def test_nothing_but_terms_without_weight_is_still_a_pass() -> None:
    (sweep,) = passes(0.0 * HardLabels(), "joint")
    assert sweep.objective == 0.0 * HardLabels()
