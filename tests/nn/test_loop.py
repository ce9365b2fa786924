"""The training loop on a problem of one number, where every step is known."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import DivergenceError
from gnn2mlp.nn import loop
from gnn2mlp.nn.selection import Averaging, Selection
from gnn2mlp.nn.training_state import Position, TrainingState


class Number(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(8.0))


class Halving:
    """Gradient descent on v²/2 with rate 1/2, two steps an epoch: each halves the number."""

    def __init__(self, module: Number, spoilt_at: int = 0):
        self.module, self.spoilt_at = module, spoilt_at
        self.taken: list[Position] = []
        self.ended: list[tuple[int, float]] = []

    def steps(self, position: Position) -> Iterator[loop.Step]:
        for step in range(position.step, 2):
            yield loop.Step(Position(position.epoch, 0, step + 1), self.loss)

    def loss(self) -> Tensor:
        self.taken.append(Position(len(self.taken) // 2 + 1, 0, len(self.taken) % 2))
        spoil = float("inf") if len(self.taken) == self.spoilt_at else 1.0
        return spoil * self.module.value.square() / 2

    def reduce(self, loss: Tensor) -> Tensor:
        return loss

    def validate(self) -> loop.Validation:
        value = self.module.value.item()
        return loop.Validation(-abs(value - 0.5), 1 + abs(value - 0.5), {"value": value})

    def on_epoch_end(self, epoch: int) -> None:
        self.ended.append((epoch, self.module.value.item()))


def trained(
    epochs: int, patience: int = 9, spoilt_at: int = 0, averaging: Averaging = "none"
) -> tuple[Halving, TrainingState]:
    module = Number()
    training = Halving(module, spoilt_at)
    optimiser = torch.optim.SGD(module.parameters(), lr=0.5)
    state = TrainingState(module, optimiser, Selection(module, patience, averaging=averaging))
    loop.fit(training, state, epochs, stage="number")
    return training, state


def test_losses_scores_and_the_kept_epoch_by_hand() -> None:
    training, state = trained(epochs=3)
    history = state.history
    assert history.loss == [(32 + 8) / 2, (2 + 0.5) / 2, (0.125 + 0.03125) / 2]
    assert history.valid == [-1.5, 0.0, -0.375]
    assert history.logged == {"value": [2.0, 0.5, 0.125]}
    assert (history.best_epoch, history.epochs) == (2, 3)
    assert training.ended == [(1, 2.0), (2, 0.5), (3, 0.125)]
    assert state.module.value.item() == 0.5  # restored


def test_it_stops_when_selection_has_seen_enough() -> None:
    training, state = trained(epochs=50, patience=2)
    assert len(state.history.loss) == len(training.ended) == state.history.best_epoch + 2


def test_it_goes_on_from_where_the_state_is() -> None:
    module = Number()
    training = Halving(module)
    state = TrainingState(module, torch.optim.SGD(module.parameters(), lr=0.5), Selection(module, 9))
    state.position = Position(3, 0, 1)
    loop.fit(training, state, 3, stage="number")
    assert module.value.item() == 4.0  # the one step that was left of the last epoch


@pytest.mark.parametrize("spoilt_at", [1, 4])
def test_a_loss_that_is_not_finite_ends_training(spoilt_at: int) -> None:
    epoch, step = (spoilt_at + 1) // 2, (spoilt_at + 1) % 2 + 1
    with pytest.raises(
        DivergenceError, match=rf"number: training diverged: the loss is inf in epoch {epoch}, step {step} of 2, at"
    ):
        trained(epochs=3, spoilt_at=spoilt_at)


def test_a_checkpoint_is_due_after_so_many_steps_and_every_epoch() -> None:
    module, saved = Number(), []
    training = Halving(module)
    state = TrainingState(module, torch.optim.SGD(module.parameters(), lr=0.5), Selection(module, 9))
    keep = loop.Checkpointing(lambda: saved.append(state.position), every=1)
    loop.fit(training, state, 2, stage="number", checkpoint=keep)
    within, after = [Position(1, 0, 1), Position(1, 0, 2)], Position(2)
    assert saved == [*within, after, Position(2, 0, 1), Position(2, 0, 2), Position(3)]


def test_the_averaged_weights_are_validated_and_kept_and_steps_go_on_from_the_others() -> None:
    training, state = trained(epochs=6, averaging="tail")
    plain = [8 / 4**epoch for epoch in range(1, 7)]
    assert [value for _, value in training.ended] == plain
    fifth = plain[3] + (plain[4] - plain[3]) * 4 / 5
    sixth = fifth + (plain[5] - fifth) * 4 / 6
    assert state.history.logged["value"] == pytest.approx([*plain[:4], fifth, sixth])


class Fitting(Halving):
    """Least squares of a linear map to one row of bfloat16 numbers."""

    def loss(self) -> Tensor:
        return (self.module["map"](torch.ones(1, 2)) - 3).square().sum()

    def on_epoch_end(self, epoch: int) -> None:
        pass

    def validate(self) -> loop.Validation:
        with torch.no_grad():
            return loop.Validation(-self.loss().item(), self.loss().item())


@pytest.mark.parametrize("averaging", ["none", "tail", "ema"])
def test_autocast_around_a_training_meets_the_weights_of_each_step(averaging: Averaging) -> None:
    losses = []
    for cached in (True, False):
        torch.manual_seed(0)
        module = nn.ModuleDict({"map": nn.Linear(2, 1)})
        optimiser = torch.optim.SGD(module.parameters(), lr=0.1)
        state = TrainingState(module, optimiser, Selection(module, 9, averaging=averaging))
        with torch.autocast("cpu", dtype=torch.bfloat16, cache_enabled=cached):
            loop.fit(Fitting(module), state, 6, stage="number")
        losses.append((state.history.loss, state.history.valid))
    assert losses[0] == losses[1]
    assert losses[0][0][-1] < losses[0][0][0]
