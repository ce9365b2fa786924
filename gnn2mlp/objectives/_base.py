"""What an objective is: a scalar of a batch, with the knowledge it needs declared, closed under weighted sums."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput

RowSet = Literal["all", "labelled"]


@dataclass(frozen=True, eq=False)
class Batch:
    """All that an objective may see of some nodes.

    Args:
        rows: int64 (rows,), which rows of the knowledge table these nodes are.
        labels: int64 (rows,), class, or -1 where it is not a training label.
        output: what the student says of them: logits (rows, classes), hidden (rows, hidden).
        table: the teacher's knowledge over all training rows, or `None` for objectives that need none.
        neighbours: pattern (rows, rows of the table) without self-loops: every neighbour that each of these nodes has
            in the observed graph, whether it is in the batch or not; `None` unless an objective `needs_edges`.
        epoch: which epoch of training this is, counted from 1.
        hyperedges: pattern (hyperedges, rows of the table): the members of every observed hyperedge, whether they are
            in the batch or not; `None` unless an objective `needs_hyperedges`. The same object in every batch.
    """

    rows: Tensor
    labels: Tensor
    output: MLPOutput
    table: TeacherKnowledge | None = None
    neighbours: CSR | None = None
    epoch: int = 1
    hyperedges: CSR | None = None

    def knowledge(self, key: str) -> Tensor:
        """The teacher's array `key` for these rows (all of it, if nodes share it), without gradient.

        Raises:
            MissingKnowledgeError: if the table does not hold it.
        """
        value = self.all_knowledge(key)
        return value.index_select(0, self.rows) if KEYS[key].per_node else value

    def all_knowledge(self, key: str) -> Tensor:
        """The teacher's array `key` for every row of the table, to be looked up by `neighbours`; without gradient.

        Raises:
            MissingKnowledgeError: if the table does not hold it.
        """
        table = self.table if self.table is not None else TeacherKnowledge(self.rows.new_zeros(0), {})
        return table[key].to(self.rows.device).detach()


class Objective(Configurable, nn.Module, ABC):
    """A term of the loss: `objective(batch)` is a finite scalar, the mean over the rows it speaks of.

    Weights live outside: `0.5 * HardLabels() + 0.5 * SoftLabels(temperature=2)` is an objective again.

    Attributes:
        requires: knowledge keys that must be in the table.
        row_set: `"labelled"` if only training labels matter, so that a pass over other rows would be idle.
        needs_edges: whether batches must carry `neighbours`: works on graphs only.
        needs_hyperedges: whether batches must carry `hyperedges`: works on hypergraphs only.
        starts_at: the first epoch in which all that the term does is in force; no student of an earlier one is kept.
    """

    requires: frozenset[str] = frozenset()
    row_set: ClassVar[RowSet] = "all"
    needs_edges: bool = False
    needs_hyperedges: bool = False
    starts_at: int = 1

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """The term's value."""

    def prepare(self, table: TeacherKnowledge | None, hidden: int) -> None:
        """Build what depends on sizes, once, before the first step. Default: nothing.

        Parameters made here are trained with the student and left behind when it ships.

        Args:
            table: the knowledge that batches will carry.
            hidden: width of the student's last hidden layer.
        """

    def follows(self, epoch: int) -> bool:
        """Whether `after_epoch` is to be called after `epoch`; a batch of all rows is made only then."""
        return False

    def after_epoch(self, batch: Batch) -> None:
        """Update own state from a batch of all rows in evaluation mode. Default: nothing."""

    def terms(self) -> "list[Term]":
        """The weighted terms this objective is a sum of."""
        return [Term(1.0, self)]

    def __rmul__(self, weight: float) -> "WeightedSum":
        return WeightedSum([Term(weight * w, objective) for w, objective in self.terms()])

    def __add__(self, other: "Objective") -> "WeightedSum":
        return WeightedSum([*self.terms(), *other.terms()])

    __call__: Any


class Term(NamedTuple):
    """A weight and the objective it multiplies."""

    weight: float
    objective: Objective


class WeightedSum(Objective):
    """A sum of weighted objectives; a term of weight zero is not computed and requires nothing."""

    def __init__(self, terms: Sequence[Term]):
        super().__init__()
        for weight, objective in terms:
            if not 0 <= weight < float("inf"):
                raise ConfigError(f"objective {objective.name!r}: expected a weight of at least 0, got {weight}")
        self._terms = list(terms)
        self.parts = nn.ModuleList(objective for _, objective in terms)

    @property
    def requires(self) -> frozenset[str]:  # type: ignore[override]
        """Keys that the terms with a weight require."""
        return frozenset().union(*(t.objective.requires for t in self._terms if t.weight))

    @property
    def needs_edges(self) -> bool:  # type: ignore[override]
        """Whether a term with a weight needs them."""
        return any(t.objective.needs_edges for t in self._terms if t.weight)

    @property
    def needs_hyperedges(self) -> bool:  # type: ignore[override]
        """Whether a term with a weight needs them."""
        return any(t.objective.needs_hyperedges for t in self._terms if t.weight)

    @property
    def starts_at(self) -> int:  # type: ignore[override]
        """When the last of the terms with a weight has started."""
        return max((t.objective.starts_at for t in self._terms if t.weight), default=1)

    def prepare(self, table: TeacherKnowledge | None, hidden: int) -> None:
        """Prepare every term that has a weight."""
        for weight, objective in self._terms:
            if weight:
                objective.prepare(table, hidden)

    def follows(self, epoch: int) -> bool:
        """Whether a term with a weight follows this epoch."""
        return any(t.objective.follows(epoch) for t in self._terms if t.weight)

    def terms(self) -> list[Term]:
        """The terms, in order."""
        return self._terms

    def forward(self, batch: Batch) -> Tensor:
        """Sum of weight times value."""
        values = [_weighted(weight, objective(batch)) for weight, objective in self._terms if weight]
        return sum(values[1:], values[0]) if values else batch.output.logits.sum() * 0.0

    def after_epoch(self, batch: Batch) -> None:
        """Let every term that follows this epoch update itself."""
        for weight, objective in self._terms:
            if weight and objective.follows(batch.epoch):
                objective.after_epoch(batch)

    def to_list(self) -> list[dict[str, Any]]:
        """`[{"name": ..., "weight": ..., **options}, ...]`: the YAML form, read by `parse_objective`."""
        return [{**objective.spec().to_dict(), "weight": weight} for weight, objective in self._terms]

    def __repr__(self) -> str:
        return " + ".join(f"{weight:g} * {objective!r}" for weight, objective in self._terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WeightedSum) and self.to_list() == other.to_list()

    __hash__ = object.__hash__


def _weighted(weight: float, value: Tensor) -> Tensor:
    return value if weight == 1 else weight * value


OBJECTIVES: Registry[Objective] = Registry("objective", "gnn2mlp.objectives", Objective)  # type: ignore[type-abstract]


def parse_objective(value: Any) -> WeightedSum:
    """An objective from Python (an `Objective`) or from YAML (a name, a mapping, or a list of them).

    Each mapping may carry a `weight` (default 1) beside `name` and the objective's own options.

    Raises:
        ConfigError: for an unknown name or option, or a weight that is not a number.
    """
    if isinstance(value, Objective):
        return WeightedSum(value.terms())
    entries = value if isinstance(value, list | tuple) else [value]
    if not entries:
        raise ConfigError("method.objective: expected at least one term, got an empty list")
    terms = []
    for entry in entries:
        weight = entry.get("weight", 1.0) if isinstance(entry, Mapping) else 1.0
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise ConfigError(f"method.objective: expected a number as weight, got {weight!r}")
        spec = Spec.parse({k: v for k, v in entry.items() if k != "weight"} if isinstance(entry, Mapping) else entry)
        terms.append(Term(float(weight), spec.build(OBJECTIVES)))
    return WeightedSum(terms)
