"""The history of a training: what the loop notes of every epoch, to be drawn and kept with the model."""

from dataclasses import asdict, dataclass, field
from typing import Any

from gnn2mlp.core.showing import short_repr


@dataclass
class History:
    """Loss and validation score per epoch, the epoch that was kept, and the seconds that it all took.

    Args:
        loss: mean loss of the steps of each epoch.
        valid: validation score of each epoch, the more the better; empty where no row validates.
        best_epoch: the epoch that was kept, counted from 1; 0 before training.
        seconds: how long training took, interruptions left out.
        logged: whatever else was measured after each epoch, by name.
        epochs: how many training was allowed; 0 if that is not known.

    Example:
        >>> History(valid=[0.5, 0.7, 0.6], best_epoch=2, epochs=30).note()
        'epoch 2 of at most 30 was kept, in the first tenth of training; see the curve, try a lower learning rate'
        >>> History(valid=[0.5, 0.7, 0.6], best_epoch=2, epochs=10).note()
        ''
    """

    loss: list[float] = field(default_factory=list)
    valid: list[float] = field(default_factory=list)
    best_epoch: int = 0
    seconds: float = 0.0
    logged: dict[str, list[float]] = field(default_factory=dict)
    epochs: int = 0

    __repr__ = short_repr

    def note(self) -> str:
        """What a reader of the scores should know of this training; nothing if it went as it should.

        A model that was kept before it has learnt much may owe its validation score to chance, and the soft labels of
        such a teacher are nearly flat.
        """
        if not 0 < self.best_epoch <= self.epochs / 10:
            return ""
        return (
            f"epoch {self.best_epoch} of at most {self.epochs} was kept, in the first tenth of training; see the "
            "curve, try a lower learning rate"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain types, for a card."""
        return asdict(self)
