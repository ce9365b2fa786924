"""The one training loop: teachers and students say what a step and a validation are, the loop does the rest.

It takes steps, looks at their losses, validates after each epoch, keeps the best epoch, tells listeners, writes
checkpoints and goes on from them.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor

from gnn2mlp.core.errors import DivergenceError
from gnn2mlp.core.listeners import EpochEnd, Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.nn.devices import forget_lowered
from gnn2mlp.nn.optim import clear
from gnn2mlp.nn.training import History
from gnn2mlp.nn.training_state import Position, TrainingState


class Validation(NamedTuple):
    """How the model does on the validation rows after an epoch.

    Args:
        score: the metric that chooses the epoch; higher is better.
        loss: the supervised loss on the same rows; `None` where there are no labels.
        metrics: what else was measured, by name; it is kept in the history and told to listeners.
    """

    score: float
    loss: float | None = None
    metrics: Mapping[str, float] = {}


class Step(NamedTuple):
    """One optimiser step: where training will be after it, and the loss that it minimises, computed when called."""

    position: Position
    loss: Callable[[], Tensor]


@runtime_checkable
class Training(Protocol):
    """What is trained. `fit` calls these in turn, in every epoch."""

    def steps(self, position: Position) -> Iterator[Step]:
        """The steps of the epoch that `position` lies in, from there on."""

    def reduce(self, loss: Tensor) -> Tensor:
        """Called between backward pass and update with the step's loss; returns the loss over all processes."""

    def validate(self) -> Validation | None:
        """Score the model; may leave it in evaluation mode. `None` where no row validates: the last epoch is kept."""

    def on_epoch_end(self, epoch: int) -> None:
        """Called after the epoch's state was kept, if it was the best: whatever changes now belongs to the next."""


class Checkpointing(NamedTuple):
    """How to keep the training state while it changes.

    Args:
        save: writes it.
        every: steps within an epoch between two times; `None`: only after epochs, where steps cannot be taken up.
    """

    save: Callable[[], None]
    every: int | None


def fit(
    training: Training,
    state: TrainingState,
    epochs: int,
    *,
    stage: str,
    progress: Progress = silent,
    listeners: Sequence[Listener] = (),
    checkpoint: Checkpointing | None = None,
) -> History:
    """Train from where `state` is until its selection stops, or for `epochs` epochs in all; then restore the best.

    Args:
        training: what a step and a validation are.
        state: module, optimiser and all else that changes; at its beginning, or restored from a checkpoint.
        epochs: at most so many.
        stage: what is trained, for messages and listeners, such as `"teacher"`.
        progress: told after every epoch.
        listeners: told at the beginning, after every epoch and at the end.
        checkpoint: how to keep the state.

    Returns:
        Loss and validation score of each epoch, the epoch that was kept, and seconds without interruptions.

    Raises:
        DivergenceError: at the end of the first epoch with a loss that is not finite; it names epoch, step and
            learning rate.
    """
    for listener in listeners:
        listener.on_fit_start(stage, epochs)
    history = state.history
    history.epochs = epochs
    weight = next(state.module.parameters())
    while state.position.epoch <= epochs and not state.selection.stopped:
        epoch = state.position.epoch
        state.module.train()
        for step in training.steps(state.position):
            loss = step.loss()
            clear(state.optimiser)
            loss.backward()
            total = training.reduce(loss.detach())
            state.optimiser.step()
            forget_lowered(weight)
            state.position = step.position
            state.add_loss(total)
            if checkpoint is not None and checkpoint.every and state.position.step % checkpoint.every == 0:
                checkpoint.save()
        history.loss.append(_mean_loss(state, stage))
        with state.selection.averaged(epoch):
            found = training.validate()
            state.selection.update(epoch, found.score if found else 0.0, found.loss if found else None)
        forget_lowered(weight)  # now it is that of averaged weights
        _note(history, found)
        progress(epoch, epochs, f"valid {found.score:.3f}" if found else f"loss {history.loss[-1]:.3f}")
        for listener in listeners:
            listener.on_epoch_end(EpochEnd(stage, epoch, epochs, _told(history.loss[-1], found)))
        training.on_epoch_end(epoch)
        state.next_epoch()
        if checkpoint is not None:
            checkpoint.save()
    state.selection.restore()
    history.best_epoch, history.seconds = state.selection.best_epoch, state.seconds
    for listener in listeners:
        listener.on_fit_end(stage, history.to_dict())
    return history


def _told(loss: float, found: Validation | None) -> dict[str, float]:
    return {"loss": loss} if found is None else {"loss": loss, "valid": found.score, **found.metrics}


def _note(history: History, found: Validation | None) -> None:
    if found is None:
        return
    history.valid.append(found.score)
    for name, value in found.metrics.items():
        history.logged.setdefault(name, []).append(value)


def _mean_loss(state: TrainingState, stage: str) -> float:
    """Mean loss of the epoch's steps.

    The losses are looked at once an epoch: a look in every step would let a GPU wait for the host.
    """
    losses = state.losses
    mean: float = losses.mean().item()
    if math.isfinite(mean):
        return mean
    finite = torch.isfinite(losses)
    if finite.all():  # each is finite, and their sum is not
        return losses.double().mean().item()
    first = int((~finite).nonzero()[0, 0])
    raise DivergenceError(
        f"{stage}: training diverged: the loss is {losses[first].item()} in epoch {state.position.epoch}, "
        f"step {first + 1} of {losses.numel()}, at learning rate {_lr(state.optimiser):g}; lower it "
        "(teacher.lr or distill.lr), or scale features that are very large"
    )


def _lr(optimiser: torch.optim.Optimizer) -> Any:
    return optimiser.param_groups[0]["lr"]
