"""What several models answered of the same nodes, over one seed or several: what disagreements are read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.conditions import Conditions
from gnn2mlp.explore.grouping import Grouped

# Rows of validation nodes: no test, but groups may be looked for among them.
VALID = "valid"
NAMES = {"teacher": "teacher", "student": "student", "mlp": "plain MLP", "linear": "linear model", "boosting": "trees"}


@dataclass(frozen=True, eq=False, repr=False)
class Answered:
    """A row for each node of a population and seed; arrays have a value for each row unless it is said otherwise.

    Args:
        node: int64, position of the node in `ids`.
        seed: int64.
        population: of each row, position in `populations`.
        populations: `"unseen"`, `"seen"`, `"test"`, and `"valid"` for validation nodes.
        label: int64 (nodes,), position of the true class in `classes`; -1 for other tasks.
        errors: by model, float: 1 for a wrong answer and 0 for a right one; of several labels the share that is wrong;
            of numbers the absolute error.
        answers: by model, int64, position in `classes`; empty for other tasks.
        ids: (nodes,) what the user calls each node.
        classes: names; empty for other tasks.
        confidence: float, of the student; empty where there is none.
        groups: by attribute, such as `"degree"`: the group of each row.
        measure: what an error is: `"errors"`, `"wrong labels"` or `"absolute error"`.
        conditions: on the nodes.
        texts: (nodes,) what stands in each, to look at.
        subject: what was compared, in a sentence.
    """

    node: np.ndarray
    seed: np.ndarray
    population: np.ndarray
    populations: tuple[str, ...]
    label: np.ndarray
    errors: Mapping[str, np.ndarray]
    answers: Mapping[str, np.ndarray]
    ids: Sequence[str]
    conditions: Conditions
    classes: tuple[str, ...] = ()
    confidence: np.ndarray | None = None
    groups: Mapping[str, Grouped] = field(default_factory=dict)
    measure: str = "errors"
    texts: Sequence[str] = ()
    subject: str = ""

    def __post_init__(self) -> None:
        rows, nodes = self.node.size, len(self.ids)
        for name, values in {**_named("errors", self.errors), **_named("answers", self.answers)}.items():
            if values.shape != (rows,):
                raise DataError(f"{name}: expected one for each of {rows} answered nodes, got the shape {values.shape}")
        if "student" not in self.errors:
            raise DataError(f"expected answers of a student, got those of {', '.join(self.errors) or 'none'}")
        for what, size in {"label": self.label.size, "conditions": self.conditions.holds.shape[0]}.items():
            if size != nodes:
                raise DataError(f"{what}: expected one for each of {nodes} nodes, got {size}")

    @property
    def models(self) -> tuple[str, ...]:
        """Whose answers there are, the teacher first."""
        known = [name for name in NAMES if name in self.errors]
        return (*known, *(name for name in self.errors if name not in NAMES))

    @property
    def is_share(self) -> bool:
        """Whether an error is a share, from 0 to 1."""
        return self.measure != "absolute error"

    @property
    def tested(self) -> tuple[str, ...]:
        """The populations of test nodes that have rows, unseen ones first."""
        there = {self.populations[k] for k in np.unique(self.population)} - {VALID}
        order = ("unseen", "seen", "test")
        return tuple(sorted(there, key=lambda name: (order.index(name) if name in order else len(order), name)))

    @property
    def seeds(self) -> list[int]:
        """Numbers of the seeds."""
        return [int(seed) for seed in np.unique(self.seed)]

    def rows_of(self, population: str) -> np.ndarray:
        """Positions of the rows of a population.

        Raises:
            DataError: if there is no such population.
        """
        if population not in self.populations:
            raise DataError(f"population: expected one of {', '.join(self.tested)}, got {population!r}")
        found: np.ndarray = np.flatnonzero(self.population == self.populations.index(population))
        return found

    def take(self, rows: np.ndarray) -> "Answered":
        """The table of some rows; nodes stay numbered as they are."""
        return replace(
            self,
            node=self.node[rows],
            seed=self.seed[rows],
            population=self.population[rows],
            errors={name: each[rows] for name, each in self.errors.items()},
            answers={name: each[rows] for name, each in self.answers.items()},
            confidence=None if self.confidence is None else self.confidence[rows],
            groups={name: each._replace(group=each.group[rows]) for name, each in self.groups.items()},
        )

    def name_of(self, model: str) -> str:
        """What a model is called in a sentence."""
        return NAMES.get(model, model)


def _named(what: str, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{what} of {name}": each for name, each in values.items()}
