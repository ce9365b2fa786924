"""Who follows a training: experiment trackers, notebooks, tests. They are told, and decide nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class EpochEnd(NamedTuple):
    """What a listener is told after an epoch.

    Args:
        stage: what is trained, such as `"seed-000/teacher"`.
        epoch: counted from 1.
        epochs: at most so many.
        metrics: numbers by name; at least `loss` and `valid`, the score that chooses the epoch.
    """

    stage: str
    epoch: int
    epochs: int
    metrics: Mapping[str, float]


class Listener:
    """Base class of listeners, which does nothing; subclasses override what they want to hear of.

    Example:
        >>> class Printing(Listener):
        ...     def on_epoch_end(self, end):
        ...         print(f"{end.stage} {end.epoch}/{end.epochs}: {end.metrics['valid']:.2f}")
        >>> Printing().on_epoch_end(EpochEnd("student", 3, 200, {"loss": 0.5, "valid": 0.81}))
        student 3/200: 0.81
    """

    def on_fit_start(self, stage: str, epochs: int) -> None:
        """A training begins, of at most `epochs` epochs."""

    def on_epoch_end(self, end: EpochEnd) -> None:
        """An epoch is over and validated."""

    def on_fit_end(self, stage: str, history: Mapping[str, Any]) -> None:
        """The training is over; `history` has the losses, scores and the kept epoch, as `History.to_dict` gives it."""


class Staged(Listener):
    """Passes on what it hears, each stage with a prefix: how a run tells the trainings of its seeds apart.

    Args:
        listener: who is told.
        prefix: such as `"seed-000/"`.
    """

    def __init__(self, listener: Listener, prefix: str):
        self.listener = listener
        self.prefix = prefix

    def on_fit_start(self, stage: str, epochs: int) -> None:
        """Pass it on."""
        self.listener.on_fit_start(self.prefix + stage, epochs)

    def on_epoch_end(self, end: EpochEnd) -> None:
        """Pass it on."""
        self.listener.on_epoch_end(end._replace(stage=self.prefix + end.stage))

    def on_fit_end(self, stage: str, history: Mapping[str, Any]) -> None:
        """Pass it on."""
        self.listener.on_fit_end(self.prefix + stage, history)
