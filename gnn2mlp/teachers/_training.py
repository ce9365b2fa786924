"""Training a message-passing teacher: its steps on the whole graph or on sampled neighbourhoods, and its validation."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator
from gnn2mlp.data.sampling import Block, BlockSampler, NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.nn.devices import to_device
from gnn2mlp.nn.loop import Step, Validation
from gnn2mlp.nn.norms import least_rows
from gnn2mlp.nn.training_state import Position
from gnn2mlp.tasks import Task
from gnn2mlp.teachers._network import LayerInput

if TYPE_CHECKING:
    from gnn2mlp.teachers._network_teacher import NetworkTeacher


class MiniBatch(NamedTuple):
    """What a step reads: features of the first block's sources, a block for each layer, and what is labelled.

    `rows` (labelled,) are positions among the last block's targets, `labels` (labelled, ...) those of `task`, `weights`
    (labelled,) how much each counts, `None` for all alike.
    """

    features: LayerInput
    blocks: Sequence[Block]
    rows: Tensor
    labels: Tensor
    task: Task
    weights: Tensor | None = None


class GNNTraining:
    """What `gnn2mlp.nn.loop` trains: a teacher's network on an observed view.

    Args:
        teacher: with its network initialised, on the device of `features`.
        observed: what it may see.
        sampler: of the observed graph.
        features: (nodes, features), from `inputs`.
        seed: of the draws of neighbours and of whatever else the teacher draws.
    """

    def __init__(
        self, teacher: "NetworkTeacher", observed: Observed, sampler: BlockSampler[Any], features: Features, seed: int
    ):
        self.teacher = teacher
        self.observed = observed
        self.sampler = sampler
        self.features: LayerInput = features
        self.random = generator(seed, f"draws of {teacher.name}")
        self.found: Mapping[str, Tensor] = {}
        teacher.on_fit_start(sampler, features, self.random)
        # The mini-batches of one epoch: one on the whole graph, or one for each chunk of the input nodes.
        self.batches: Callable[[], Iterable[MiniBatch]]
        if teacher.fanouts is None:
            block = sampler.full_block(features.device)
            self.features = teacher.module_.pre_aggregate(features, block)
            whole = [full_batch(observed, self.features, [block] * teacher.depth)]
            self.batches = lambda: whole
        else:
            assert isinstance(sampler, NeighbourSampler), "only teachers on graphs have the option"
            nodes, draws = teacher.input_nodes(observed), generator(seed, f"neighbours {teacher.name}")
            how = teacher.fanouts, teacher.batch_size, draws, least_rows(teacher.module_)
            self.batches = partial(sampled_batches, observed, nodes, sampler, features, *how)

    def steps(self, position: Position) -> Iterator[Step]:
        """A step for each mini-batch; always of a whole epoch, as teachers are trained without checkpoints."""
        for number, batch in enumerate(self.batches(), start=1):
            yield Step(position._replace(step=number), partial(self.teacher.loss, batch, self.random))

    def reduce(self, loss: Tensor) -> Tensor:
        """The loss itself: one process trains."""
        return loss

    def validate(self) -> Validation | None:
        """The task's score and loss on the validation nodes, if any, and what the teacher measures of all nodes."""
        valid = self.observed.valid
        if not valid.numel() and not self.teacher.uses_passes:
            return None
        self.found = self.teacher.validate(self.sampler, self.features)
        if not valid.numel():
            return None
        # Of what the GPU has found only the rows that are scored come to the host.
        logits = self.found["logits"]
        logits, labels = logits[to_device(valid, logits.device)].cpu(), self.observed.graph.labels[valid]
        task = self.observed.task
        loss = task.loss(logits, labels).mean().item()
        return Validation(task.score(logits, labels), loss, self.teacher.metrics(self.found))

    def on_epoch_end(self, epoch: int) -> None:
        """Let the teacher use what the validation found."""
        self.teacher.on_epoch_end(self.found, self.random)


def full_batch(observed: Observed, features: LayerInput, blocks: Sequence[Block]) -> MiniBatch:
    """All observed nodes."""
    labels = observed.graph.labels[observed.train].to(features.device)
    weights = None if observed.sample_weight is None else observed.sample_weight[observed.train].to(features.device)
    return MiniBatch(features, blocks, observed.train.to(features.device), labels, observed.task, weights)


def sampled_batches(
    observed: Observed,
    nodes: Tensor,
    sampler: NeighbourSampler,
    features: Features,
    fanouts: Sequence[int],
    batch_size: int,
    random: torch.Generator,
    least: int = 1,
) -> Iterator[MiniBatch]:
    """A mini-batch for each chunk of the shuffled `nodes`, with neighbours sampled anew; none of fewer than `least`."""
    device, labels, weight = features.device, observed.train_labels, observed.sample_weight
    order = nodes[torch.randperm(nodes.numel(), generator=random)]
    for chunk in _chunks(order, max(least, batch_size), least):
        sampled = sampler.sample_blocks(chunk, fanouts, random)
        sources, blocks = sampled[0].sources, [block.to(device) for block in sampled]
        known = observed.task.known(labels[chunk]).nonzero()[:, 0]
        rows, labelled = to_device(known, device), chunk[known]
        weights = None if weight is None else to_device(weight[labelled], device)
        # Sparse rows are asked for by ids on the CPU, which tell there how many entries they have.
        x = gather(features, sources if isinstance(features, CSR) else blocks[0].sources)
        yield MiniBatch(x, blocks, rows, to_device(labels[labelled], device), observed.task, weights)


def _chunks(order: Tensor, size: int, least: int) -> Sequence[Tensor]:
    """So many at a time; a last chunk of fewer than `least` is a part of the one before."""
    *others, last = order.split(size)
    if not others or last.numel() >= least:
        return [*others, last]
    return [*others[:-1], torch.cat([others[-1], last])]
