"""What an objective is: a scalar of a batch that declares what it reads, closed under weighted sums."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar, Literal, NamedTuple

from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import ALL_ROWS, parse_needs

RowSet = Literal["all", "labelled"]


class Objective(Configurable, nn.Module, ABC):
    """A term of the loss: `objective(batch)` is a finite scalar, the mean over the rows it speaks of.

    Weights live outside: `0.5 * HardLabels() + 0.5 * SoftLabels(temperature=2)` is an objective again. One of your own
    is used as an instance, wherever a method is expected, or by name through the entry points `gnn2mlp.objectives`.

    Attributes:
        needs: all that it reads beside labels, features and the student, checked before the first step: keys of the
            teacher's knowledge (`"logits"`) or of another table (`"assistant.logits"`); `"neighbours"` (works on graphs
            only) or `"hyperedges"` (on hypergraphs only), or `"adjacency"`, the whole observed graph; `"all_rows"`, if
            `after_epoch` looks at all rows; `"all_features"`, if a step reads features of rows outside its batch;
            `"pairs"`, if it speaks of pairs of nodes, which are linked or not: then its batch is a `LinkBatch`.
        speaks_of_classes: whether it reads outputs as one distribution over classes, so that no other task will do.
        row_set: `"labelled"` if only training labels matter, so that a pass over other rows would be idle.
        starts_at: the first epoch in which all that the term does is in force; no student of an earlier one is kept.
        further_answers: how often it asks the student of the rows again (`Batch.ask_again`). Processes that share a
            batch ask as often where they have none of its rows, as norms exchange their statistics.
        vanishes: whether the term is 0, with no gradient, where the student's outputs are what the knowledge holds; not
            so of likelihoods and of costs of transport, whose least value is another one.
        reads_features: whether it looks at the student's rows themselves, or disturbs them: whole graphs, whose rows
            are sets, will not do then.
        couples_rows: whether it compares rows of a batch with each other, so that its values for two halves of a batch
            do not tell that of the whole: several processes cannot share such a batch.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn import MLP
        >>> class Brier(Objective):
        ...     "Squared distance of the class probabilities of student and teacher."
        ...     name, citation, needs = "brier", "Brier, 1950", frozenset({"logits"})
        ...     def forward(self, batch):
        ...         gap = batch.output.logits.softmax(-1) - batch.knowledge("logits").softmax(-1)
        ...         return batch.mean(gap.square().sum(-1))
        >>> sorted((0.5 * Brier() + Brier()).needs)
        ['logits']
    """

    needs: frozenset[str] = frozenset()
    row_set: ClassVar[RowSet] = "all"
    speaks_of_classes: bool = False
    starts_at: int = 1
    further_answers: int = 0
    vanishes: ClassVar[bool] = True
    reads_features: bool = False
    couples_rows: bool = False

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """The term's value."""

    def prepare_features(self, num_features: int) -> None:
        """Take note of how wide the student's rows are, once, before `prepare`. Default: nothing."""

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build what depends on sizes, once, before the first step. Default: nothing.

        Parameters made here are trained with the student and left behind when it ships.

        Args:
            tables: the knowledge that batches will carry, by name; the teacher's is `"teacher"`.
            hidden: width of the student's last hidden layer.
        """

    def follows(self, epoch: int) -> bool:
        """Whether `after_epoch` is to be called after `epoch`; a batch of all rows is made only then."""
        return ALL_ROWS in self.needs

    def after_epoch(self, batch: Batch) -> None:
        """Update own state from a batch of all rows in evaluation mode; for those who need `"all_rows"`."""

    def terms(self) -> "list[Term]":
        """The weighted terms this objective is a sum of."""
        return [Term(1.0, self)]

    def __mul__(self, weight: Any) -> "WeightedSum":
        if isinstance(weight, bool) or not isinstance(weight, Real):
            return NotImplemented
        return WeightedSum([Term(float(weight) * w, objective) for w, objective in self.terms()])

    __rmul__ = __mul__

    def __add__(self, other: Any) -> "WeightedSum":
        return WeightedSum([*self.terms(), *other.terms()]) if isinstance(other, Objective) else NotImplemented

    # Modules are told apart by which they are: torch leaves one of two equal ones out where it goes over submodules.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    __call__: Any


class Term(NamedTuple):
    """A weight and the objective it multiplies."""

    weight: float
    objective: Objective


class WeightedSum(Objective):
    """A sum of weighted objectives; a term of weight zero is not computed and needs nothing."""

    def __init__(self, terms: Sequence[Term]):
        super().__init__()
        for weight, objective in terms:
            if not 0 <= weight < float("inf"):
                raise ConfigError(f"objective {objective.name!r}: expected a weight of at least 0, got {weight}")
        self._terms = list(terms)
        self.parts = nn.ModuleList(objective for _, objective in terms)

    @property
    def needs(self) -> frozenset[str]:  # type: ignore[override]
        """What the terms with a weight need."""
        return frozenset().union(*(t.objective.needs for t in self._terms if t.weight))

    @property
    def speaks_of_classes(self) -> bool:  # type: ignore[override]
        """Whether a term with a weight does."""
        return any(t.objective.speaks_of_classes for t in self._terms if t.weight)

    @property
    def starts_at(self) -> int:  # type: ignore[override]
        """When the last of the terms with a weight has started."""
        return max((t.objective.starts_at for t in self._terms if t.weight), default=1)

    @property
    def further_answers(self) -> int:  # type: ignore[override]
        """How often the terms with a weight ask in all."""
        return sum(t.objective.further_answers for t in self._terms if t.weight)

    def prepare_features(self, num_features: int) -> None:
        """Tell every term that has a weight."""
        for weight, objective in self._terms:
            if weight:
                objective.prepare_features(num_features)

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Prepare every term that has a weight."""
        for weight, objective in self._terms:
            if weight:
                objective.prepare(tables, hidden)

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


def _weighted(weight: float, value: Tensor) -> Tensor:
    return value if weight == 1 else weight * value


def check_declared(objective: Objective) -> None:
    """Raise `ConfigError` if a term follows training without needing all rows, or needs what is unknown."""
    for _, term in objective.terms():
        parse_needs(term.needs)
        follows = type(term).after_epoch is not Objective.after_epoch or type(term).follows is not Objective.follows
        if follows and ALL_ROWS not in term.needs:
            raise ConfigError(
                f"objective {term.name!r} has an after_epoch, which is given all rows, and does not declare it; add "
                f"{ALL_ROWS!r} to its needs"
            )


def check_weighted(objective: Objective) -> None:
    """Raise `ConfigError` if no term has a weight, so that nothing would be learnt."""
    if not any(weight for weight, _ in objective.terms()):
        names = ", ".join(term.name for _, term in objective.terms())
        raise ConfigError(f"objective: expected a weight above 0 for one of {names}, got 0 for each; nothing is learnt")


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
