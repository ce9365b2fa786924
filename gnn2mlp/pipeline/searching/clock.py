"""How much of a budget is spent, also by an earlier process whose work is taken up."""

import time
from collections.abc import Callable

# Seconds between two news of a training.
NEWS = 1.0


class OutOfTimeError(Exception):
    """The budget is spent: what is being trained is given up."""


class Clock:
    """Counts the seconds of a search and says when they are over.

    Work that an earlier process did, and that is read now, counts as it did then: a search that was killed and goes on
    does not get a second budget.

    Args:
        budget: seconds; `None`: no limit.

    Attributes:
        told: called about every second while something is trained.

    Example:
        >>> clock = Clock(60)
        >>> clock.carry(50)
        >>> clock.limit = 0.8 * 60
        >>> clock.check()
        Traceback (most recent call last):
        gnn2mlp.pipeline.searching.clock.OutOfTimeError: 48 s are spent
    """

    def __init__(self, budget: float | None = None):
        self.budget = budget
        self.limit = budget
        self.told: Callable[[], None] = _nothing
        self._begun = self._said = time.monotonic()
        self._carried = 0.0

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._begun + self._carried

    @property
    def over(self) -> bool:
        """Whether the present limit is reached."""
        return self.limit is not None and self.spent >= self.limit

    def carry(self, seconds: float) -> None:
        """Count what an earlier process spent."""
        self._carried += seconds

    def check(self, done: int = 0, total: int = 0, note: str = "") -> None:
        """Raise `OutOfTimeError` if the limit is reached; it is called after every epoch, as a listener of progress.

        Now and then it calls `told`, so that who watches a search sees that time passes.
        """
        if self.over:
            raise OutOfTimeError(f"{self.limit:g} s are spent")
        if time.monotonic() - self._said >= NEWS:
            self._said = time.monotonic()
            self.told()


def _nothing() -> None:
    """Nobody is told."""
