"""What every method inherits."""

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.methods import Method
from gnn2mlp.methods._base import check_hard_weight
from gnn2mlp.objectives import HardLabels, Objective, SoftLabels


class Halves(Method):
    """Half labels, half teacher."""

    name = "halves"
    citation = "none, 2000"

    def build_objective(self) -> Objective:
        return 0.5 * HardLabels() + 0.5 * SoftLabels()


def test_requires_what_its_objective_requires() -> None:
    assert Halves().teacher_keys == {"logits"}


def test_defaults() -> None:
    assert Halves().update == "joint"
    assert Halves().departures == ""
    assert Halves() == Halves()


@pytest.mark.parametrize(
    ("value", "fine"), [(0.0, True), (1.0, True), (-0.01, False), (1.01, False), (float("nan"), False)]
)
def test_the_share_of_hard_labels_lies_between_none_and_all(value: float, fine: bool) -> None:
    if fine:
        check_hard_weight(value)
        return
    with pytest.raises(ConfigError, match=r"method\.hard_weight: expected a number from 0 to 1, got"):
        check_hard_weight(value)


def test_one_that_trains_on_all_nodes_at_once_says_so_before_a_table_is_read() -> None:
    class Chain(Halves):
        """Several students."""

        streams = False

    Halves().check_streams()
    with pytest.raises(
        ConfigError, match="method 'halves' trains several students or phases on all nodes, and a table"
    ):
        Chain().check_streams()
