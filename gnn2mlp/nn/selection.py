"""Which epoch of a training is kept, and when training stops."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import torch
from torch import Tensor, nn

# How much higher than the lowest validation loss that of a kept epoch may be, as a share of it. By validation no
# value from 0 to 0.1 is clearly better than another; teachers on cpf-cora lose a little accuracy as it grows.
TOLERANCE = 0.02

Averaging = Literal["tail", "ema", "none"]
"""What is validated and kept: the mean of the last epochs, a moving average of all, or the weights of each epoch."""

# Weights are averaged over about this share of the epochs so far, the last ones: the first, which differ most, are soon
# forgotten, and no number of epochs has to be chosen for each training.
SHARE = 0.25
# By how much a moving average of weights keeps of itself in an epoch: it spans about 33 of them.
DECAY = 0.97


def first_kept(epochs: int) -> int:
    """The first epoch that may be kept of a training of at most `epochs`: what comes before has learnt too little."""
    return max(1, epochs // 10)


class Selection:
    """Keeps the epoch with the best validation score among those whose validation loss is near the lowest.

    A score on some hundred validation nodes is best at some epoch by chance, often before the model has learnt much;
    patience then ends training, and the soft labels of such a teacher are nearly flat and spoil its students. The loss
    knows better: it asks for confidence as well, and it falls smoothly. It alone would keep models that still gain in
    score while their confidence grows too fast, so that the score decides where losses are alike.

    The weights of one epoch are those of its last mini-batches and dropout masks, so that students of one teacher
    differ by chance. What is validated and kept of a student is the average of its weights over about the last quarter
    of the epochs so far (`averaged`), and no epoch before the last of the first tenth is kept (`first_kept`): with few
    labels its loss can be lowest after two epochs, when it has learnt little of what the teacher knows. Teachers go
    without either: averages of early epochs bring them no closer, and later epochs, which do on cpf-citeseer, cost
    accuracy there, that of their students too.

    The rule was chosen by halves of validation nodes, one of which chose epochs and the other judged them
    (`benchmarks/selection.py`; figures in `benchmarks/RESULTS.md`).

    Args:
        module: whose state is kept.
        patience: stop after this many epochs in a row of which none was kept.
        begin: the first epoch that may be kept and that patience counts; one before it is kept only if training ends
            before it.
        tolerance: an epoch is a candidate if its loss is at most `1 + tolerance` times the lowest so far. Among
            candidates the best score wins, the later one of equals. `None`: the score alone decides.
        averaging: what `averaged` makes of the epochs: `"tail"`, `"ema"`, or nothing.
        decay: what `"ema"` keeps of the average in an epoch, in 0..1.

    Example:
        >>> module = nn.Linear(1, 1)
        >>> selection = Selection(module, patience=2)
        >>> epochs = [(0.70, 1.90), (0.68, 0.80), (0.69, 0.81), (0.65, 0.80), (0.70, 0.95)]  # score, loss
        >>> [selection.update(epoch, *found) for epoch, found in enumerate(epochs, start=1)]
        [False, False, False, False, True]
        >>> selection.best_epoch
        3
    """

    def __init__(
        self,
        module: nn.Module,
        patience: int,
        begin: int = 1,
        tolerance: float | None = TOLERANCE,
        averaging: Averaging = "none",
        decay: float = DECAY,
    ):
        self.module = module
        self.patience = patience
        self.begin = begin
        self.tolerance = tolerance
        self.averaging: Averaging = averaging
        self.decay = decay
        self.average: dict[str, Tensor] = {}
        self.best_epoch = 0
        self.waited = 0
        self.best_state: dict[str, Tensor] = {}
        self._forget()

    def _forget(self) -> None:
        """Let the next epoch be kept, whatever came before it."""
        self.best_score, self.best_loss, self.lowest_loss = -math.inf, math.inf, math.inf

    @contextmanager
    def averaged(self, epoch: int) -> Iterator[None]:
        """Within the block the module has the averaged weights, to be validated and given to `update`.

        To be entered once after each epoch. After it the module goes on from where it was. The average of epoch t is
        w̄_t = w̄_(t-1) + r_t (w_t - w̄_(t-1)), of parameters and of the statistics of norms alike. `"tail"`: r_t =
        min(1, 4 / t), so that the first four epochs are taken as they are (polynomial-decay averaging, Shamir and
        Zhang, ICML 2013). `"ema"`: r_t = (1 - decay) / (1 - decay^t), the exponential moving average of all epochs, in
        which epoch s weighs as decay^(t - s) (Tarvainen and Valpola, NeurIPS 2017, by epochs, and
        corrected for its beginning as Adam's averages are).

        Args:
            epoch: counted from 1.
        """
        if self.averaging == "none":
            yield
            return
        rate = 1 / (SHARE * epoch)
        if self.averaging == "ema":
            rate = (1 - self.decay) / (1 - self.decay**epoch)
        state = self.module.state_dict(keep_vars=True)
        live = {name: tensor for name, tensor in state.items() if tensor.is_floating_point()}
        if rate < 1 and self.average:
            with torch.no_grad():
                for name, tensor in live.items():
                    self.average[name].lerp_(tensor, rate)
        else:
            self.average = _copied(live)
        # Parameters and buffers look at other memory for a while: nothing is copied.
        own = {name: tensor.data for name, tensor in live.items()}
        try:
            for name, tensor in live.items():
                tensor.data = self.average[name]
            yield
        finally:
            for name, tensor in live.items():
                tensor.data = own[name]

    @property
    def stopped(self) -> bool:
        """Whether training should stop."""
        return self.waited >= self.patience

    def update(self, epoch: int, score: float, loss: float | None = None) -> bool:
        """Record how the module did on validation data after `epoch`; return whether training should stop.

        Args:
            epoch: counted from 1.
            score: the more the better, such as accuracy.
            loss: the less the better; `None` where there is none: the score alone decides.
        """
        if epoch == self.begin:
            self._forget()
        # What is not a number is the worst there is.
        score = -math.inf if math.isnan(score) else score
        loss = 0.0 if loss is None or self.tolerance is None else math.inf if math.isnan(loss) else loss
        self.lowest_loss = min(self.lowest_loss, loss)
        outdone = not self._is_candidate(self.best_loss)
        if self._is_candidate(loss) and (outdone or score >= self.best_score):
            self.best_score, self.best_loss, self.best_epoch, self.waited = score, loss, epoch, 0
            self.best_state = _copied(self.module.state_dict())
        elif epoch >= self.begin:
            self.waited += 1
        return self.stopped

    def _is_candidate(self, loss: float) -> bool:
        return loss <= self.lowest_loss + (self.tolerance or 0.0) * abs(self.lowest_loss)

    def restore(self) -> None:
        """Put the best state back into the module and switch it to evaluation."""
        if self.best_state:
            self.module.load_state_dict(self.best_state)
        self.module.eval()

    def state_dict(self) -> dict[str, Tensor]:
        """All that `update` changes, as tensors, so that training goes on from it with the same bits."""
        facts = [self.best_score, self.best_loss, self.lowest_loss, self.best_epoch, self.waited]
        held = {"best": self.best_state, "average": self.average}
        tensors = {f"{part}/{name}": value for part, state in held.items() for name, value in state.items()}
        return {"facts": torch.tensor(facts, dtype=torch.float64), **tensors}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take up what `state_dict` gave; arrays of the module go to the module's device."""
        self.best_score, self.best_loss, self.lowest_loss, epoch, waited = state["facts"].tolist()
        self.best_epoch, self.waited = int(epoch), int(waited)
        device = next(self.module.parameters()).device
        self.best_state, self.average = (
            {
                name.removeprefix(part): value.to(device, copy=True)
                for name, value in state.items()
                if name.startswith(part)
            }
            for part in ("best/", "average/")
        )


def tolerance_for(rows: int) -> float:
    """How far above the lowest validation loss an epoch may lie, as a share of it, with so many validation rows.

    In proportion to their number: 2 % at 200, where the best score is mostly luck (its standard error is some 3
    points) and the loss tells more; with thousands of rows every epoch is a candidate and the score decides, as the
    literature has it. A loss that rises again, as with few labels, says little where the score goes on rising.

    Example:
        >>> tolerance_for(200), tolerance_for(29_799)
        (0.02, 2.9799)
    """
    return rows / 10_000


def _copied(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A copy that training does not change. Not `deepcopy`: it takes as long as an epoch of a small network."""
    return {name: value.detach().clone() for name, value in state.items()}
