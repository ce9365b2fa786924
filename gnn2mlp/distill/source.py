"""Where the rows of a training come from: a graph in memory, or a table that is streamed."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.distill.process_group import ProcessGroup
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.loop import Validation
from gnn2mlp.nn.norms import least_rows
from gnn2mlp.nn.selection import tolerance_for
from gnn2mlp.nn.training_state import START, Position
from gnn2mlp.objectives import Batch, RowSet
from gnn2mlp.tasks import Task


class RowPass(NamedTuple):
    """An epoch over some rows, from its beginning."""

    row_set: RowSet
    position: Position


def visited(rows: int, row_set: RowSet, fraction: float) -> int:
    """How many of `rows` rows an epoch visits: all that are labelled, a fraction of all others, at least one if any.

    Example:
        >>> visited(10, "all", 0.25), visited(10, "labelled", 0.25), visited(10, "all", 1.0)
        (2, 10, 10)
    """
    return rows if row_set == "labelled" or fraction == 1 else min(rows, max(1, round(fraction * rows)))


class Source(ABC):
    """Rows of features, labels and knowledge, cut into batches anew in every epoch.

    Attributes:
        num_features: width of the student's rows.
        num_classes: width of its answers.
        num_valid: how many rows validate.
        tables: what is read of the knowledge, by the name of the table; perhaps without rows, where it is streamed.
        random: decides which row is in which batch, if that follows from a stream of random numbers; such a source
            takes up training after whole epochs only.
        group: the processes that share the rows.
        least_rows: of a batch, as the network needs them that was checked.
    """

    num_features: int
    num_classes: int
    num_valid: int
    tables: Mapping[str, TeacherKnowledge]
    random: torch.Generator | None
    group: ProcessGroup
    least_rows: int = 1

    @property
    def tolerance(self) -> float | None:
        """How far above the lowest validation loss a kept epoch may lie; `None`: the score alone decides."""
        return tolerance_for(self.num_valid)

    @property
    @abstractmethod
    def knowledge_digest(self) -> str | None:
        """Digest of what is read of the knowledge, if anything is."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """Digest of all rows: equal digests, equal training."""

    @abstractmethod
    def steps(self, row_set: RowSet) -> int:
        """How many batches an epoch over the row set has."""

    @abstractmethod
    def batches(
        self, row_set: RowSet, student: nn.Module, position: Position = START, following: RowPass | None = None
    ) -> Iterator[Batch]:
        """One epoch over a row set, from a step on: every row once, or a fraction of them.

        Where processes share the rows, this one's part of every batch. `following` says what will be asked for next,
        for those who read ahead.
        """

    @abstractmethod
    def whole(self, row_set: RowSet, student: nn.Module, epoch: int = 1) -> Batch:
        """The row set as one batch, for objectives that need all rows."""

    @abstractmethod
    def validate(self, student: nn.Module) -> Validation | None:
        """Score the student on the validation rows; leaves it in evaluation mode."""

    @abstractmethod
    def settled(self, student: nn.Module) -> Task:
        """What the trained student answers, with all that validation rows decide of it."""

    def check(self, network: nn.Module) -> None:
        """Note what the network needs of a batch; raise `ConfigError` if it cannot answer for such rows."""
        self.least_rows = least_rows(network)

    def weight_of(self, labels: Tensor, weights: Tensor | None) -> Tensor:
        """How much the rows (rows,) of a batch count: weights of all, and of labelled ones; float (2,)."""
        each = torch.ones_like(labels, dtype=torch.get_default_dtype()) if weights is None else weights
        return torch.stack([each.sum(), each.where(labels >= 0, 0.0).sum()])
