"""Which epoch of a training is kept, and when training stops."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class Selection:
    """Keeps the state with the best validation score; ties go to the later epoch (GLNN's rule).

    Args:
        module: whose state is kept.
        patience: stop after this many epochs in a row without an equal or better score.
        begin: the first epoch that patience counts; an earlier one is kept only if training ends before it.

    Example:
        >>> module = nn.Linear(1, 1)
        >>> selection = Selection(module, patience=2)
        >>> [selection.update(epoch, score, loss=1.0) for epoch, score in enumerate([0.5, 0.7, 0.6, 0.6], start=1)]
        [False, False, False, True]
        >>> selection.best_epoch
        2
    """

    def __init__(self, module: nn.Module, patience: int, begin: int = 1):
        self.module = module
        self.patience = patience
        self.begin = begin
        self.best_score = float("-inf")
        self.best_epoch = 0
        self.waited = 0
        self.best_state: dict[str, Tensor] = {}

    @property
    def stopped(self) -> bool:
        """Whether training should stop."""
        return self.waited >= self.patience

    def update(self, epoch: int, score: float, loss: float = 0.0) -> bool:
        """Record how the module did on validation data after `epoch`; return whether training should stop.

        Args:
            epoch: counted from 1.
            score: the more the better, such as accuracy.
            loss: the less the better.
        """
        if epoch == self.begin:
            self.best_score = float("-inf")
        if score >= self.best_score:
            self.best_score, self.best_epoch, self.waited = score, epoch, 0
            # Not deepcopy: it takes as long as an epoch of a small network.
            self.best_state = {key: value.detach().clone() for key, value in self.module.state_dict().items()}
        elif epoch >= self.begin:
            self.waited += 1
        return self.stopped

    def restore(self) -> None:
        """Put the best state back into the module and switch it to evaluation."""
        if self.best_state:
            self.module.load_state_dict(self.best_state)
        self.module.eval()

    def state_dict(self) -> dict[str, Tensor]:
        """All that `update` changes, as tensors, so that training goes on from it with the same bits."""
        facts = torch.tensor([self.best_score, self.best_epoch, self.waited], dtype=torch.float64)
        return {"facts": facts, **{f"best/{name}": value for name, value in self.best_state.items()}}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take up what `state_dict` gave; arrays of the module go to the module's device."""
        score, epoch, waited = state["facts"].tolist()
        self.best_score, self.best_epoch, self.waited = score, int(epoch), int(waited)
        device = next(self.module.parameters()).device
        self.best_state = {
            name.removeprefix("best/"): value.to(device) for name, value in state.items() if name.startswith("best/")
        }
