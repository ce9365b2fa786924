"""Numbers for each node."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.nn.devices import constant
from gnn2mlp.tasks._base import Metric, NamedTask, as_numbers, check_names
from gnn2mlp.tasks.answers import ValueAnswers
from gnn2mlp.tasks.metrics import r2

# Labels are off by less than this part of their standard deviation: a figure of them has no more than three digits.
_ROUNDING = 1e-3


class Regression(NamedTask):
    """One number or several for each node; labels are float (nodes, targets), NaN where unknown.

    A network learns targets that are standardised by mean and standard deviation of the training labels, and answers
    are turned back: its outputs are means in these units. The loss is L_i = Σ_t (ŷ_t - y_t)² over the targets that are
    known, without a factor 1/2; soft labels are the teacher's means, matched by the same square.

    Args:
        names: of the targets, in the order of the outputs.
        metric: chooses the epoch: `"mae"` (mean absolute error), `"rmse"`, both in the units of the labels, or `"r2"`.
        mean: of each target, from training labels; default: `fitted` takes it.
        scale: standard deviation of each target, likewise.
        flat: answer (rows,) where there is one target.

    Raises:
        ConfigError: for a name that is given twice, or an option that cannot be.

    Example:
        >>> import torch
        >>> task = Regression(["price"]).fitted(torch.tensor([[10.0], [30.0]]))
        >>> (task.mean, task.scale)
        ([20.0], [10.0])
        >>> task.predict(torch.tensor([[1.5]])).tolist()
        [35.0]
    """

    name = "regression"
    citation = "Hastie et al., The Elements of Statistical Learning, 2009, chapter 3"
    outputs_called = "targets"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "mae": Metric("mean absolute error", lambda task, output, labels: task.error(output, labels, 1), False, False),
        "rmse": Metric(
            "root mean squared error", lambda task, output, labels: task.error(output, labels, 2), False, False
        ),
        "r2": Metric("R²", lambda task, output, labels: r2(task.values(output), labels), True, False),
    }

    def __init__(
        self,
        names: Any = ("target",),
        metric: str = "mae",
        mean: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        flat: bool = True,
    ):
        self.names = check_names(names, "names")
        self.metric = metric
        self.mean = mean
        self.scale = scale
        self.flat = flat
        self.check_metric()
        for option, given in (("mean", mean), ("scale", scale)):
            if given is not None and len(given) != self.num_outputs:
                raise ConfigError(f"{option}: expected one for each of {self.num_outputs} targets, got {len(given)}")

    def check_labels(self, labels: Any, count: int, where: str) -> Tensor:
        """As `Task.check_labels`; labels that single precision cannot tell apart are refused as well."""
        found = super().check_labels(labels, count, where)
        given = as_numbers(labels, where).astype(np.float64).reshape(tuple(found.shape))
        for name, exact, rounded in zip(self.names, given.T, found.numpy().T, strict=True):
            exact, rounded = exact[~np.isnan(exact)], rounded[~np.isnan(exact)]
            off, spread = np.abs(rounded - exact).max(initial=0), exact.std() if exact.size else 0.0
            if off > _ROUNDING * spread > 0:
                raise DataError(
                    f"{where}: labels of {name} vary by {spread:.3g} (standard deviation), and numbers as large as "
                    f"{exact[np.abs(exact).argmax()]:g} are rounded by up to {off:.3g}, as they are held in single "
                    "precision; subtract an offset from them, such as their mean"
                )
        return found

    @property
    def answers(self) -> ValueAnswers:
        """Values in the units of the labels."""
        mean, scale = self._units()
        return ValueAnswers(mean, scale, self.flat and self.num_outputs == 1)

    def _units(self) -> tuple[Sequence[float], Sequence[float]]:
        return self.mean or [0.0] * self.num_outputs, self.scale or [1.0] * self.num_outputs

    def values(self, output: Tensor) -> Tensor:
        """Outputs in the units of the labels."""
        mean, scale = (constant(each, output) for each in self._units())
        return output * scale + mean

    def outputs_of(self, values: Tensor) -> Tensor:
        """The outputs that stand for values in the units of the labels: the inverse of `values`."""
        mean, scale = (constant(each, values) for each in self._units())
        return (values - mean) / scale

    def loss(self, output: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Squared differences in units of standard deviations, their sum over the known targets of each row."""
        mean, scale = (constant(each, output) for each in self._units())
        there = ~labels.isnan()
        target = ((labels.to(output.dtype) - mean) / scale).where(there, 0)
        summed = (output - target).square().where(there, 0).sum(-1)
        return summed if weight is None else summed * weight

    def divergence(self, teacher: Tensor, student: Tensor, temperature: float = 1.0) -> Tensor:
        """Squared differences, their sum over targets (rows,); temperature² in front of it makes it that of τ = 1."""
        return ((teacher - student) / temperature).square().sum(-1)

    def sharpened(self, outputs: Tensor, power: float) -> Tensor:
        """The outputs themselves; numbers have no probabilities that could be sharper."""
        if power != 1:
            raise ConfigError(
                f"sharpen: expected 1 where numbers are predicted, which have no probabilities, got {power}; "
                "leave it out"
            )
        return outputs

    def fitted(self, labels: Tensor) -> Self:
        """With mean and standard deviation of each target over these training labels, where none were given."""
        values = labels.double()
        mean = values.nanmean(0)
        scale = (values - mean).square().nanmean(0).sqrt()
        return self._with(
            mean=mean.tolist() if self.mean is None else self.mean,
            scale=scale.where(scale > 0, 1.0).tolist() if self.scale is None else self.scale,
        )

    def check_split(self, train: Tensor, valid: Tensor, where: str) -> None:
        """Raise `DataError` unless every target takes two values in training, and in validation if R² chooses."""
        parts = [("training", train)] + ([("validation", valid)] if self.metric == "r2" else [])
        for part, labels in parts:
            if unchanging := [n for n, column in zip(self.names, labels.T, strict=True) if _constant(column)]:
                raise DataError(
                    f"{where}: expected two different values among the {part} labels of each target, got fewer for "
                    f"{', '.join(map(str, unchanging))}; label more {self.unit}s"
                )

    def agreement(self, student: Tensor, teacher: Tensor) -> float:
        """R² of the student if the teacher's values are taken for the truth."""
        return r2(self.values(student), self.values(teacher))

    def error(self, output: Tensor, labels: Tensor, power: int) -> float:
        """Mean over targets of (mean |ŷ - y|^power)^(1/power) over the rows where they are known."""
        off = (self.values(output).double() - labels.double()).abs().pow(power).nanmean(0)
        return off.pow(1 / power).nanmean().item()


def _constant(column: Tensor) -> bool:
    return bool(column[~column.isnan()].unique().numel() < 2)
