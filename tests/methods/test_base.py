"""What every method inherits."""

from gnn2mlp.methods import Method
from gnn2mlp.objectives import HardLabels, Objective, SoftLabels


class Halves(Method):
    """Half labels, half teacher."""

    name = "halves"
    citation = "none, 2000"

    def build_objective(self) -> Objective:
        return 0.5 * HardLabels() + 0.5 * SoftLabels()


def test_requires_what_its_objective_requires() -> None:
    assert Halves().requires == {"logits"}


def test_defaults() -> None:
    assert Halves().update == "joint"
    assert Halves().departures == ""
    assert Halves() == Halves()
