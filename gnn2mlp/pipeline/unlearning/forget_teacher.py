"""A teacher's network forgets nodes of the graph that it learnt from, held to itself on the others (D2DGN)."""

import copy
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import Block, NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn import loop
from gnn2mlp.nn.csr import CSR, gather
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.optim import adam
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.training_state import Position, TrainingState
from gnn2mlp.objectives import Batch
from gnn2mlp.objectives.retain_and_forget import RetainAndForget
from gnn2mlp.pipeline.unlearning.forgetting_table import Destroyer, check_destroyer, forgetting_table
from gnn2mlp.pipeline.unlearning.going_on import network_teacher
from gnn2mlp.teachers import TEACHERS, LayerInput, NetworkTeacher, Teacher, input_features


def forget_teacher(
    teacher: Teacher,
    observed: Observed,
    left: Observed,
    forgotten: Tensor,
    objective: RetainAndForget,
    destroyer: Destroyer,
    epochs: int,
    seed: int = 0,
    ignorant_epochs: int = 15,
    *,
    device: torch.device | str = "cpu",
    progress: Progress = silent,
    listeners: Sequence[Listener] = (),
) -> NetworkTeacher:
    """A copy of `teacher`, trained on over a graph in which nothing links the nodes that are to be forgotten.

    The last epoch is kept, and there is no dropout, as in `forget_student`.

    Args:
        teacher: that is to forget, a network over a graph.
        observed: the nodes that it learnt from; edges of those that are to be forgotten are taken away here.
        left: the same without them, from which an ignorant destroyer learns.
        forgotten: bool (observed nodes,).
        objective: what is minimised, over all observed nodes.
        destroyer: what forgotten nodes are held to: `"random"` as in the paper, a network of the same architecture that
            was never trained; `"ignorant"`, one that was trained for a few epochs without them; `"uniform"`, the same
            odds for all classes.
        epochs: of forgetting, with the teacher's learning rate and weight decay; the last is kept.
        seed: of the destroyer, neighbours and dropout.
        ignorant_epochs: of the ignorant destroyer, of which validation chooses.
        device: where to train.
        progress: told after every epoch.
        listeners: told of the training.

    Raises:
        ConfigError: if it is no network over a graph.
        DataError: if there is nothing to forget, or nothing left.
    """
    started = time.perf_counter()
    check_destroyer(destroyer, objective.feature)
    made, device = copy.deepcopy(network_teacher(teacher, "d2dgn")), resolve_device(device)
    apart = observed.graph.without_links_of(forgotten.nonzero()[:, 0])
    keys = sorted({"logits", "hidden"} & objective.needs)
    own = made.evaluate(apart, device)
    if destroyer == "uniform":
        told: Mapping[str, Tensor] = {"logits": torch.zeros_like(own["logits"])}
    else:
        told = _destroyer(destroyer, made, left, seed, ignorant_epochs, device).evaluate(apart, device)
    gone = {key: told[key][forgotten] for key in keys}
    table = forgetting_table(observed.node_ids, {key: own[key] for key in keys}, gone, forgotten).to(device)
    with seeded(seed, f"forgetting {made.name}"):
        module = made.module_.to(device)
        # Without a validation the last epoch is kept: an early one, when nothing is forgotten yet, would validate best.
        selection = Selection(module, patience=epochs)
        state = TrainingState(module, adam(module.parameters(), made.fit_lr, made.weight_decay), selection)
        training = _Forgetting(made, apart, table, objective, seed, device)
        made.history_ = loop.fit(training, state, epochs, stage="teacher", progress=progress, listeners=listeners)
    made.history_.seconds = time.perf_counter() - started  # with those of the destroyer
    made.module_.cpu()
    return made


def _destroyer(
    name: Destroyer, teacher: NetworkTeacher, left: Observed, seed: int, epochs: int, device: torch.device
) -> NetworkTeacher:
    """A network of the same architecture that knows nothing of what is to be forgotten."""
    made = teacher.spec().build(TEACHERS)
    assert isinstance(made, NetworkTeacher), "it is of the same kind"
    if name == "ignorant":
        made.epochs = epochs
        # Validation chooses its epoch: on few labels the last is surer of itself than a model that is to know nothing.
        made.fit(left, seed=seed, device=device)
        return made
    with seeded(seed, "destroyer"):
        made.initialise(left.graph.num_features, left.graph.task.num_outputs)
    return made


class _Forgetting:
    """What the training loop trains: the network on a graph, held to a table."""

    def __init__(
        self,
        teacher: NetworkTeacher,
        graph: NodeData,
        table: TeacherKnowledge,
        objective: RetainAndForget,
        seed: int,
        device: torch.device,
    ):
        self.teacher, self.graph, self.objective, self.tables = teacher, graph, objective, {"teacher": table}
        self.task = graph.task
        self.features = input_features(graph, device)
        self.random = generator(seed, f"forgetting of {teacher.name}")
        self.sampler = teacher.sampler(graph)
        self.device = device
        self.whole: tuple[LayerInput, Sequence[Block]] | None = None
        if teacher.fanouts is None:
            block = self.sampler.full_block(device)
            self.whole = teacher.module_.pre_aggregate(self.features, block), [block] * teacher.depth

    def steps(self, position: Position) -> Iterator[loop.Step]:
        """One on the whole graph, or one for each chunk of all nodes, whose neighbours are sampled."""
        for number, (rows, x, blocks) in enumerate(self._batches(), start=1):
            yield loop.Step(position._replace(step=number), partial(self._loss, rows, x, blocks))

    def reduce(self, loss: Tensor) -> Tensor:
        """The loss itself: one process trains."""
        return loss

    def validate(self) -> None:
        """No row validates."""

    def on_epoch_end(self, epoch: int) -> None:
        """Nothing follows."""

    def _batches(self) -> Iterator[tuple[Tensor, LayerInput, Sequence[Block]]]:
        count = self.graph.num_nodes
        if self.whole is not None:
            yield torch.arange(count, device=self.device), *self.whole
            return
        assert isinstance(self.sampler, NeighbourSampler), "only teachers on graphs sample neighbours"
        assert self.teacher.fanouts is not None, "else the whole graph is one batch"
        for chunk in torch.randperm(count, generator=self.random).split(self.teacher.batch_size):
            sampled = self.sampler.sample_blocks(chunk, self.teacher.fanouts, self.random)
            blocks = [block.to(self.device) for block in sampled]
            sources = sampled[0].sources if isinstance(self.features, CSR) else blocks[0].sources
            yield chunk.to(self.device), gather(self.features, sources), blocks

    def _loss(self, rows: Tensor, x: LayerInput, blocks: Sequence[Block]) -> Tensor:
        # Without dropout, and with the statistics that norms have: else the teacher would not agree with itself, and
        # what is kept would move as well.
        answer = MLPOutput(*self.teacher.module_.eval()(x, blocks))
        blank = self.graph.labels.new_full((len(rows), *self.graph.labels.shape[1:]), self.task.blank)
        loss: Tensor = self.objective(Batch(rows, blank, tables=self.tables, answer=answer, task=self.task))
        return loss
