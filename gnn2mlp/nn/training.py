"""What every training loop keeps: the best state by validation, and a history to draw."""

from dataclasses import asdict, dataclass, field
from typing import Any

from torch import Tensor, nn


@dataclass
class History:
    """Loss and validation accuracy per epoch, the epoch that was kept, and the seconds that it all took.

    `logged` holds whatever else was measured per epoch, by name.
    """

    loss: list[float] = field(default_factory=list)
    valid: list[float] = field(default_factory=list)
    best_epoch: int = 0
    seconds: float = 0.0
    logged: dict[str, list[float]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain types, for a card."""
        return asdict(self)


class EarlyStopping:
    """Keeps the state with the best validation score; ties go to the later epoch (GLNN's rule).

    Args:
        module: whose state is kept.
        patience: stop after this many epochs in a row without an equal or better score.
    """

    def __init__(self, module: nn.Module, patience: int):
        self.module = module
        self.patience = patience
        self.best_score = float("-inf")
        self.best_epoch = 0
        self.waited = 0
        self.best_state: dict[str, Tensor] = {}

    @property
    def stopped(self) -> bool:
        """Whether training should stop."""
        return self.waited >= self.patience

    def update(self, epoch: int, score: float) -> bool:
        """Record the score of `epoch`; return whether training should stop."""
        if score >= self.best_score:
            self.best_score, self.best_epoch, self.waited = score, epoch, 0
            # Not deepcopy: it takes as long as an epoch of a small network.
            self.best_state = {key: value.detach().clone() for key, value in self.module.state_dict().items()}
        else:
            self.waited += 1
        return self.stopped

    def restore(self) -> None:
        """Put the best state back into the module and switch it to evaluation."""
        if self.best_state:
            self.module.load_state_dict(self.best_state)
        self.module.eval()
