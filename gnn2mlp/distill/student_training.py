"""What the training loop does to a student: a step for each batch of its rows, alone or among several processes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor, nn

from gnn2mlp.distill.source import RowPass, Source
from gnn2mlp.distill.updates import Pass
from gnn2mlp.nn import loop
from gnn2mlp.nn.training_state import Position
from gnn2mlp.objectives import Batch, Objective


@dataclass(eq=False)
class StudentTraining:
    """A student's steps and validation, as `nn.loop.fit` asks for them.

    Args:
        source: of the rows.
        module: the network that learns.
        objective: what it minimises.
        passes: the parts of the objective that share an optimiser pass, one after the other in every epoch.
        has_rows: whether this process has any of the present step's.
    """

    source: Source
    module: nn.Module
    objective: Objective
    passes: Sequence[Pass]
    has_rows: bool = True

    def steps(self, position: Position) -> Iterator[loop.Step]:
        """A step for each batch of what is left of an epoch, one pass over rows after the other."""
        epoch, begin, done = position
        for number, each in enumerate(self.passes[begin:], start=begin):
            start = Position(epoch, number, done if number == begin else 0)
            after = Position(epoch, number + 1) if number + 1 < len(self.passes) else Position(epoch + 1)
            following = RowPass(self.passes[after.pass_].rows, after)
            batches = self.source.batches(each.rows, self.module, start, following)
            for step, batch in enumerate(batches, start=start.step + 1):
                self.has_rows = len(batch.labels) > 0
                yield loop.Step(Position(epoch, number, step), _loss_of(each.objective, batch, self.source))

    def reduce(self, loss: Tensor) -> Tensor:
        """Sum loss and gradients over the processes."""
        parameters = chain(self.module.parameters(), self.objective.parameters())
        return self.source.group.sum_gradients(loss, parameters, counts=self.has_rows)

    def validate(self) -> loop.Validation | None:
        """Score the student on the validation rows."""
        return self.source.validate(self.module)

    def on_epoch_end(self, epoch: int) -> None:
        """Let the objective follow training."""
        if self.objective.follows(epoch):
            with torch.no_grad():
                self.objective.after_epoch(self.source.whole("all", self.module.eval(), epoch))


def _loss_of(objective: Objective, batch: Batch, source: Source) -> Callable[[], Tensor]:
    """The loss of a batch, or what this process's part of it adds to the loss of all."""
    if not source.group.connected:
        return lambda: objective(batch)
    return lambda: _share_of_loss(objective, batch, source)


def _share_of_loss(objective: Objective, batch: Batch, source: Source) -> Tensor:
    """What this process's rows add to the loss of the whole batch, whose terms are means over rows or labelled rows."""
    own = source.weight_of(batch.labels, batch.weights)
    own = own.to(torch.promote_types(own.dtype, batch.output.logits.dtype))  # in half precision rows are miscounted
    total = source.group.sum(own.clone())
    share = own / total.where(total > 0, 1.0)
    terms = [(weight * share[0 if term.row_set == "all" else 1], term) for weight, term in objective.terms() if weight]
    values = [weight * term(batch) for weight, term in terms] if len(batch.labels) else []
    if not values:  # zero, and yet from the student: others wait for this process in the backward pass of its norms
        answers = [batch.output, *(batch.ask_again() for _ in range(objective.further_answers))]
        return torch.stack([each.logits.sum() + each.hidden.sum() for each in answers]).sum() * 0.0
    return torch.stack(values).sum()
