"""What every training loop notes: a history to draw."""

from dataclasses import asdict, dataclass, field
from typing import Any


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
