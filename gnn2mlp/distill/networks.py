"""The observed nodes as the rows of a student that reads the graph: a network of teachers, trained by an objective."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.sampling import NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.in_memory import InMemory, Tables
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.inputs import Inputs
from gnn2mlp.nn.block_network import BlockNetwork, BlockRows
from gnn2mlp.nn.csr import CSR, gather
from gnn2mlp.nn.devices import to_device
from gnn2mlp.nn.loop import Validation
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import OBJECTIVES, Objective, RowSet, parse_needs
from gnn2mlp.students import Student
from gnn2mlp.students.gnn import GNNStudent
from gnn2mlp.tasks import Task
from gnn2mlp.teachers import LayerInput, NetworkTeacher, infer


class NetworkRows(InMemory):
    """The observed nodes, of each of which a student reads its neighbourhood.

    Without `fanouts` of the encoder a step is a pass over the whole graph, and an epoch one step; with them each batch
    of rows has the blocks of its sampled neighbourhood. Objectives see the rows of the batch alone, as of any student.

    Args:
        observed: nodes, links, training labels and validation nodes.
        student: whose network is trained.
        device: where to keep them.
        batch_size: where neighbours are sampled, n rows make round(n / batch_size) batches.
        random: decides which row is in which batch, and which neighbours are drawn.
        objective: batches carry the links and the knowledge that it needs.
        tables: knowledge by name.
        fraction: of the rows that an epoch visits.

    Raises:
        DataError: if the layers cannot go along what links these nodes, or the objective reads what such a student has
            not; see `check_of_network`.
    """

    def __init__(
        self,
        observed: Observed,
        student: GNNStudent,
        device: torch.device | str,
        batch_size: int,
        random: torch.Generator,
        objective: Objective,
        tables: Tables,
        fraction: float = 1.0,
    ):
        check_of_network(objective)
        self.teacher: NetworkTeacher = student.teacher
        self.sampler = self.teacher.sampler(observed.graph)
        super().__init__(observed, observed.graph.features, device, batch_size, random, objective, tables, fraction)
        # What passes over all nodes read; `check`, which knows the network, may find what they share.
        self.read: LayerInput = self.features
        self._drops = bool(student.input_dropout)

    def check(self, network: nn.Module) -> None:
        """As in `Source`. What every pass over the whole graph would do alike is done once."""
        assert isinstance(network, BlockNetwork), "that of the student"
        super().check(network)
        if self.teacher.fanouts is None and not self._drops:
            self.read = _network(network).pre_aggregate(self.features, self._block())

    def steps(self, row_set: RowSet) -> int:
        """How many batches an epoch over the row set has."""
        return 1 if self.teacher.fanouts is None else super().steps(row_set)

    def takes_whole(self, row_set: RowSet) -> bool:
        """Never where neighbours are sampled: a pass over a graph for which they are might not fit."""
        return self.teacher.fanouts is None and super().takes_whole(row_set)

    def read_of(self, here: Tensor, there: Tensor, whole: bool) -> BlockRows:
        """The whole graph, of which the rows are chosen, or their sampled neighbourhood."""
        fanouts = self.teacher.fanouts
        if whole or fanouts is None:
            every = here.numel() == self.sampler.num_nodes and whole
            return BlockRows(self.read, [self._block()] * self.teacher.depth, None if every else there)
        assert isinstance(self.sampler, NeighbourSampler), "only teachers on graphs have the option"
        sampled = self.sampler.sample_blocks(here, fanouts, self.random)
        sources, blocks = sampled[0].sources, [block.to(there.device) for block in sampled]
        # Sparse rows are asked for by ids on the CPU, which tell there how many entries they have.
        x = gather(self.features, sources if isinstance(self.features, CSR) else blocks[0].sources)
        return BlockRows(x, blocks)

    def _block(self) -> Any:
        return self.sampler.full_block(self.features.device)

    @torch.no_grad()
    def validate(self, student: nn.Module) -> Validation | None:
        """The task's score and loss on the validation nodes, if any; leaves the student in evaluation mode."""
        if not self.num_valid:
            return None
        logits = self._of_valid(student)
        loss = self.task.loss(logits, self.valid_labels).mean().item()
        return Validation(self.task.score(logits, self.valid_labels), loss)

    @torch.no_grad()
    def settled(self, student: nn.Module) -> Task:
        """With the threshold, if one is to be chosen, that suits the student's answers to the validation nodes."""
        return self.task.with_threshold(self._of_valid(student), self.valid_labels) if self.num_valid else self.task

    def _of_valid(self, student: nn.Module) -> Tensor:
        """Logits of the validation nodes, from full neighbourhoods among the observed nodes."""
        student.eval()
        logits = infer(_network(student), self.sampler, self.read)["logits"]
        chosen = to_device(self._observed.valid, logits.device)
        return logits[chosen].to(self.valid_labels.device)


def _network(student: nn.Module) -> Any:
    assert isinstance(student, BlockNetwork), "that of a student that reads the graph"
    return student.network


def check_of_network(objective: Objective) -> None:
    """Raise `DataError` if a term looks at rows of features, or disturbs them: a network reads a graph."""
    for _, term in ((weight, term) for weight, term in objective.terms() if weight):
        if term.reads_features or parse_needs(term.needs).all_features:
            able = [name for name, kind in OBJECTIVES.classes.items() if _of_answers(kind)]
            raise DataError(
                f"objective {term.name!r} looks at the student's rows of features, or disturbs them, and a student "
                f"that reads the graph has none of its own; expected terms of its answers, such as {', '.join(able)}"
            )


def _of_answers(kind: type[Objective]) -> bool:
    """Whether an objective of this kind reads labels, answers and the commonest knowledge alone."""
    needs: Any = kind.needs  # of some an object alone can say it
    return isinstance(needs, frozenset) and needs <= {"logits", "hidden", "neighbours"} and not kind.reads_features


def check_read(student: Student, data: Any, inputs: Inputs) -> None:
    """Raise `ConfigError` if a student that needs the graph is to be trained on other rows than nodes as they are."""
    if not student.needs_graph:
        return
    if not isinstance(data, Observed):
        raise ConfigError(
            f"student {student.name!r} needs the graph, and is trained on the nodes of one in memory: gnn2mlp run; "
            "of tables, links and whole graphs learn graph-free students, such as mlp"
        )
    check_inputs_of(student, inputs)


def check_inputs_of(student: Student, inputs: Inputs) -> None:
    """Raise `ConfigError` if a student that needs the graph is to read other rows than the features as they are."""
    if student.needs_graph and inputs.name != "features":
        raise ConfigError(
            f"inputs {inputs.name!r} make rows of a graph-free student, and student {student.name!r} reads the graph's "
            "features as they are; leave inputs out, or name another student, such as mlp"
        )


@torch.no_grad()
def network_answers(result: DistillationResult, observed: Observed) -> MLPOutput:
    """What a trained network says of all observed nodes, on the CPU; in evaluation mode, from full neighbourhoods."""
    found = as_teacher(result).evaluate(observed.graph)
    return MLPOutput(found["logits"], found["hidden"])


def as_teacher(result: DistillationResult) -> NetworkTeacher:
    """A trained student that reads the graph in the form of a fitted teacher: it predicts on graphs, saves and loads.

    Args:
        result: of `Distiller.fit` with a `GNNStudent`.
    """
    assert isinstance(result.student, GNNStudent) and isinstance(result.module, BlockNetwork), "of such a student"
    made: Any = copy.deepcopy(result.student.teacher)
    made.num_features_, made.num_classes_ = result.num_features, result.module.num_classes
    made.module_ = result.module.network.eval()
    made.history_ = result.history
    assert isinstance(made, NetworkTeacher), "those are distillable"
    return made
