"""What a task is: what the outputs for a unit stand for, and how they are learnt, judged and answered."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.nn.averaged import Outputs
from gnn2mlp.tasks.answers import Answers

# Options of tasks that follow from data or training, and not from a wish.
_OF_DATA = ("classes", "dtype", "names", "mean", "scale", "flat")


class Metric(NamedTuple):
    """A figure of merit of outputs.

    Args:
        title: as a report writes it.
        value: of a task, outputs (rows, outputs) and the labels of the same rows, all of them known.
        greater_is_better: whether the best epoch is the one with the greatest value.
        share: whether it is a share of 1, which a report writes in per cent.
    """

    title: str
    value: Callable[[Any, Tensor, Tensor], float]
    greater_is_better: bool = True
    share: bool = True


class Task(Configurable, ABC):
    """What is predicted of a unit, immutable. A subclass with a `name`, `metrics` and the abstract methods is a task.

    Labels are a tensor with a line for each unit; `blank` marks what is not known. `fitted` gives a copy that has taken
    from the training labels what loss and answers need (class weights, the scale of targets); teacher and student train
    with the same one.

    Attributes:
        unit: what a line of the labels speaks of.
        outputs_called: the plural of what an output stands for.
        exclusive: whether a unit has one of the outputs' classes, and no other.
        metrics: by name, what outputs can be judged by.
        metric: the one of them that chooses the epoch.
        blank: the label that is not known.
        averaged_as: what outputs stand for where those of several networks are averaged; see `nn.averaged`.
    """

    unit: ClassVar[str] = "node"
    outputs_called: ClassVar[str] = "outputs"
    exclusive: ClassVar[bool] = False
    metrics: ClassVar[Mapping[str, Metric]]
    metric: str
    blank: ClassVar[float] = float("nan")
    averaged_as: ClassVar[Outputs] = "values"

    @property
    @abstractmethod
    def num_outputs(self) -> int:
        """Width of what a network has to say of a unit."""

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output stands for, as text. Default: its number."""
        return tuple(map(str, range(self.num_outputs)))

    @property
    @abstractmethod
    def answers(self) -> Answers:
        """How outputs become answers, in a form that ships."""

    @abstractmethod
    def loss(self, output: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """The supervised loss (rows,), times `weight` (rows,) if there is one; 0 where the label is not known."""

    @abstractmethod
    def divergence(self, teacher: Tensor, student: Tensor, temperature: float = 1.0) -> Tensor:
        """How far the student's outputs are from the teacher's, (rows,): at least 0, and 0 where they agree.

        Both are divided by the temperature first; the factor temperature² is left to the objective.
        """

    def sharpened(self, outputs: Tensor, power: float) -> Tensor:
        """Outputs that stand for the same probabilities to a power, renormalised: p_c^power / Σ_k p_k^power.

        Where outputs are logarithms of odds, as they are but in regression, they need only grow by that factor.

        Raises:
            ConfigError: if outputs stand for no probabilities, and the power is not 1.
        """
        return outputs if power == 1 else outputs * power

    def expected(self, output: Tensor) -> Tensor:
        """What outputs (..., outputs) stand for: probabilities if there are some. Default: the outputs themselves."""
        return output

    def mean_output(self, outputs: Tensor) -> Tensor:
        """Of outputs (models, ..., outputs) those (..., outputs) whose `expected` is the mean of theirs.

        Default: their mean.
        """
        return outputs.mean(0)

    def check_labels(self, labels: Any, count: int, where: str) -> Tensor:
        """Labels from outside as the tensor that `loss` and `score` read.

        Args:
            labels: numbers (units,) or (units, outputs), `blank` where unknown.
            count: of the units.
            where: for messages.

        Raises:
            DataError: if they are of another shape or kind, or none is known.
        """
        values = as_numbers(labels, where)
        shape = (count, self.num_outputs)
        if values.shape != shape and not (values.shape == (count,) and self.num_outputs == 1):
            raise DataError(
                f"{where}: expected labels of shape {shape}, a line for each {self.unit} and a column for each of the "
                f"{self.outputs_called}, got {values.shape}"
            )
        found = torch.from_numpy(values.astype(np.float32).reshape(shape))
        if bool(found.isinf().any()):
            raise DataError(f"{where}: labels must be finite numbers, or NaN for unknown, got infinity; correct them")
        if not bool(self.known(found).any()):
            raise DataError(f"{where}: every {self.unit} is unlabelled; expected some labelled ones to train on")
        return found

    def known(self, labels: Tensor) -> Tensor:
        """Bool (units,): which have a label, or a part of one."""
        return ~labels.isnan().flatten(1).all(1)

    def without_names(self) -> Self:
        """The task with numbers in place of names: what training is given, so that a name decides nothing there."""
        return self

    def with_names(self, other: Self) -> Self:
        """The task with the names of `other`: what was trained without names answers with them."""
        return self

    def overridden(self, options: Mapping[str, Any]) -> Self:
        """A copy in which the options of a user win; what the data say (classes, names) stays.

        Raises:
            ConfigError: for an option that there is not, or that is the data's to say.
        """
        known = self.constructor_options()
        for key in options:
            if key in _OF_DATA:
                raise ConfigError(f"task.{key}: the data say it, and a setting cannot; expected {self._settings()}")
            if key not in known:
                near = nearest(key, known)
                raise ConfigError(f"task {self.name!r} has no option {key!r}{near} (options: {self._settings()})")
        checked = Spec(self.name, **{**self.spec().options, **options}).checked(type(self), "task")
        return self._with(**{key: checked[key] for key in options})

    def _settings(self) -> str:
        return ", ".join(key for key in self.constructor_options() if key not in _OF_DATA) or "none"

    def _with(self, **options: Any) -> Self:
        """A copy with other options."""
        return type(self)(**{**{key: getattr(self, key) for key in self.constructor_options()}, **options})

    def fitted(self, labels: Tensor) -> Self:
        """The task with all that training labels (rows, all of them known) decide. Default: nothing is."""
        return self

    def with_threshold(self, output: Tensor, labels: Tensor) -> Self:
        """The task with the decision threshold, if one is to be chosen, that suits these validation rows best."""
        return self

    def check_split(self, train: Tensor, valid: Tensor, where: str) -> None:
        """Raise `DataError` if these labels can neither be learnt from nor choose an epoch. Default: all can."""

    def strata(self, labels: Tensor) -> Tensor:
        """int64 (units,): groups that a split draws from alike. Default: one group."""
        return torch.zeros(labels.size(0), dtype=torch.int64)

    def score(self, output: Tensor, labels: Tensor) -> float:
        """The figure that chooses the epoch, over rows with a label; higher is better, so that errors are negative."""
        chosen, known = self.metrics[self.metric], self.known(labels)
        value = chosen.value(self, output[known], labels[known])
        return value if chosen.greater_is_better else -value

    def scores(self, output: Tensor, labels: Tensor) -> dict[str, float]:
        """Every metric by name, as it is, over rows with a label; NaN where it is not defined."""
        known = self.known(labels)
        return {name: one.value(self, output[known], labels[known]) for name, one in self.metrics.items()}

    @abstractmethod
    def agreement(self, student: Tensor, teacher: Tensor) -> float:
        """Fidelity: how alike the answers of student and teacher are, 1 at best."""

    def predict(self, output: Tensor) -> np.ndarray:
        """Answers in the user's own values."""
        return self.answers.predict(output.detach().cpu().numpy())

    def probabilities(self, output: Tensor) -> np.ndarray:
        """Probabilities (rows, outputs), for tasks that have them."""
        return self.answers.probabilities(output.detach().cpu().numpy())

    def check_metric(self) -> None:
        """Raise `ConfigError` if `metric` is none of this task's metrics."""
        if self.metric not in self.metrics:
            raise ConfigError(
                f"task.metric: expected one of {', '.join(self.metrics)}, got {self.metric!r}"
                f"{nearest(str(self.metric), self.metrics)}"
            )


class NamedTask(Task):
    """A task of outputs that stand beside each other, each with a name of its own, such as labels or targets."""

    names: tuple[Any, ...]

    @property
    def num_outputs(self) -> int:
        """Number of names."""
        return len(self.names)

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names as text."""
        return tuple(map(str, self.names))

    def without_names(self) -> Self:
        """With the numbers of the outputs as names."""
        return self._with(names=range(self.num_outputs))

    def with_names(self, other: Self) -> Self:
        """With the names of `other`."""
        return self._with(names=other.names)


TASKS: Registry[Task] = Registry("task", "gnn2mlp.tasks", Task)  # type: ignore[type-abstract]


def as_numbers(given: Any, where: str, what: str = "labels", advice: str = "; number them from 0") -> np.ndarray:
    """An array of numbers, whatever they came as.

    Args:
        given: an array, a tensor, or sequences of numbers.
        where: for messages.
        what: they are, for messages.
        advice: what to do with others, for messages.

    Raises:
        DataError: if they are none.
    """
    try:
        values = given.detach().cpu().numpy() if isinstance(given, Tensor) else np.asarray(given)
    except ValueError as error:  # rows of different lengths
        raise DataError(f"{where}: expected an array of {what}, got rows of different lengths ({error})") from error
    if values.dtype.kind == "O":
        try:
            values = values.astype(np.float64)  # which makes NaN of None
        except (TypeError, ValueError) as error:
            raise DataError(f"{where}: {what} must be numbers, got {error}") from error
    if values.dtype.kind not in "iufb":
        raise DataError(f"{where}: {what} must be numbers, got {values.dtype}{advice}")
    return values


def check_names(names: Any, what: str) -> tuple[Any, ...]:
    """Names as a tuple of Python values of one type, none twice.

    Raises:
        ConfigError: if there is none, one is given twice, or they are of several types.
    """
    values = tuple(names.tolist() if isinstance(names, np.ndarray) else (_python(value) for value in names))
    if not values:
        raise ConfigError(f"{what}: expected at least one, got none")
    if twice := sorted({str(value) for value in values if values.count(value) > 1}):
        raise ConfigError(f"{what}: expected each once, got {', '.join(twice)} more than once; rename one")
    kinds = sorted({type(value).__name__ for value in values})
    if len(kinds) > 1 or not isinstance(values[0], str | bool | int | float):
        raise ConfigError(f"{what}: expected text, integers, floats or booleans throughout, got {' and '.join(kinds)}")
    return values


def _python(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic | Tensor) else value
