"""A method put together by its user, in Python or YAML."""

from typing import Any, Literal

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill.learner import PREVIOUS
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives import TEACHER, Objective, check_weighted, parse_needs, parse_objective


class Composed(Method):
    """Any weighted sum of registered objectives.

    In Python `Composed(0.5 * HardLabels() + 0.5 * SoftLabels())`; in YAML

        method:
          name: composed
          objective: [{name: hard_labels, weight: 0.5}, {name: soft_labels, weight: 0.5, temperature: 2}]

    Args:
        objective: an `Objective`, or its YAML form: a name, a mapping, or a list of them.
        update: `"joint"` or `"alternating"`.

    Raises:
        ConfigError: if no term has a weight, or one reads a table of knowledge that no training at once has.
    """

    name = "composed"
    citation = "the papers of its objectives"
    idea = (
        "Every method here is a weighted sum of terms, and so is one that you put together. Take any terms of the "
        "library, or one that you wrote, and give each a weight. What the terms read of the teacher decides which "
        "knowledge is written. Nothing needs to be registered, in Python or in YAML."
    )

    def __init__(self, objective: Any, update: UpdateRule = "joint"):
        # Stored in its plain form: every training run builds fresh terms, which may hold state.
        given = parse_objective(objective)
        check_weighted(given)
        _check_tables(given)
        self.objective = given.to_list()
        self.update = update

    @property
    def unit(self) -> Literal["node", "pair"]:  # type: ignore[override]
        """Pairs, if its terms speak of them."""
        return "pair" if parse_needs(self.needs).pairs else "node"

    def build_objective(self) -> Objective:
        """The weighted sum, built anew."""
        return parse_objective(self.objective)


def _check_tables(objective: Objective) -> None:
    """Raise `ConfigError` if a table is read that methods of several phases alone write."""
    there = (TEACHER, PREVIOUS)
    for table in sorted(parse_needs(objective.needs).knowledge):
        if table not in there:
            raise ConfigError(
                f"objective: a term reads the table {table!r}, but what is trained at once has {TEACHER!r}, and "
                f"{PREVIOUS!r} beside a deployed student; others are written by a method of your own, in its learn"
            )
