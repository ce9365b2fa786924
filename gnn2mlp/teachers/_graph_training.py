"""Training a network on whole graphs: mini-batches of the labelled ones, and what it says of those that validate."""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from gnn2mlp.core.seeds import generator
from gnn2mlp.data.graphs import GraphBatch, GraphSet, ObservedGraphs
from gnn2mlp.nn.devices import to_device
from gnn2mlp.nn.loop import Step, Validation
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.norms import least_rows, steps_for
from gnn2mlp.nn.training_state import Position

# Graphs that are answered at a time, in evaluation.
_ANSWERED = 256


class GraphTraining:
    """What `gnn2mlp.nn.loop` trains: a network called as `module(batch)` on the graphs of an observed view.

    Args:
        module: on the device.
        observed: what may be seen.
        batch_size: n training graphs make round(n / batch_size) steps an epoch, at least one; with batch normalisation
            at most n // 2, as a graph may have one node alone.
        seed: of the order of graphs.
        device: where the module is.
    """

    def __init__(
        self, module: nn.Module, observed: ObservedGraphs, batch_size: int, seed: int, device: torch.device | str
    ):
        self.module = module
        self.observed = observed
        self.device = device
        self.random = generator(seed, "batches of graphs")
        self.num_steps = steps_for(observed.train.numel(), batch_size, least_rows(module))

    def steps(self, position: Position) -> Iterator[Step]:
        """Steps with an even share of the training graphs each; always of a whole epoch."""
        order = self.observed.train[torch.randperm(self.observed.train.numel(), generator=self.random)]
        for number, chosen in enumerate(order.tensor_split(self.num_steps), start=1):
            yield Step(position._replace(step=number), partial(self.loss, chosen))

    def loss(self, chosen: Tensor) -> Tensor:
        """The task's loss on the graphs `chosen`, its mean by their weights."""
        graphs = self.observed.graphs
        batch = graphs.batch(chosen).to(self.device)
        labels = to_device(graphs.labels[chosen], self.device)
        losses = self.observed.task.loss(self.logits(batch, chosen), labels, batch.weights)
        return losses.mean() if batch.weights is None else losses.sum() / batch.weights.sum().clamp(min=1e-12)

    def logits(self, batch: GraphBatch, chosen: Tensor) -> Tensor:
        """What the network says of a batch (graphs, outputs), which holds the graphs `chosen`."""
        found: Tensor = self.module(batch).logits
        return found

    def reduce(self, loss: Tensor) -> Tensor:
        """The loss itself: one process trains."""
        return loss

    def validate(self) -> Validation | None:
        """The task's score and loss on the validation graphs, if there are any."""
        valid, task = self.observed.valid, self.observed.task
        if not valid.numel():
            return None
        logits = self.judged(valid)
        labels = self.observed.graphs.labels[valid]
        return Validation(task.score(logits, labels), task.loss(logits, labels).mean().item())

    @torch.no_grad()
    def judged(self, ids: Tensor) -> Tensor:
        """What the network says of the graphs `ids` (graphs, outputs), on the CPU; leaves it in evaluation mode."""
        self.module.eval()
        graphs = self.observed.graphs
        return torch.cat([self.logits(graphs.batch(some).to(self.device), some).cpu() for some in ids.split(_ANSWERED)])

    def on_epoch_end(self, epoch: int) -> None:
        """Nothing."""


@torch.no_grad()
def answer_graphs(
    module: nn.Module, graphs: GraphSet, device: torch.device | str, ids: Tensor | None = None
) -> MLPOutput:
    """What a network says of the graphs `ids`, or of all, on the CPU and in evaluation mode.

    Graphs pass through it some at a time: memory beside the answers does not grow with their number.
    """
    module.eval()
    said = [module(batch.to(device)) for batch in graphs.batches(_ANSWERED, ids)]
    return MLPOutput(*(torch.cat([part.cpu() for part in parts]) for parts in zip(*said, strict=True)))
