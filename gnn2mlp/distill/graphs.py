"""Whole graphs as a student's rows: the nodes of each as a set, and none of its edges."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.graphs import GraphSet, ObservedGraphs
from gnn2mlp.data.graphs.graph_set import rows_of_parts
from gnn2mlp.distill.in_memory import Tables, aligned, digest_of
from gnn2mlp.distill.process_group import ALONE
from gnn2mlp.distill.source import RowPass, Source, visited
from gnn2mlp.inputs import Inputs
from gnn2mlp.nn.devices import to_device
from gnn2mlp.nn.distinct import code_keys
from gnn2mlp.nn.loop import Validation
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.node_sets import NodeSets, node_rows
from gnn2mlp.nn.norms import steps_for
from gnn2mlp.nn.set_network import SetNetwork
from gnn2mlp.nn.training_state import START, Position
from gnn2mlp.objectives import OBJECTIVES, Batch, Objective, RowSet, check_declared, parse_needs
from gnn2mlp.tasks import Task

# Graphs whose nodes are rows at a time, in validation.
_ANSWERED = 1_024


def node_sets(graphs: GraphSet, ids: Tensor | None = None) -> NodeSets:
    """What a student reads of the graphs `ids`, or of all: rows of their nodes, and whose they are.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> graphs = graph_set_from_arrays([0, 1], [0, 0, 1], [[0], [1]], node_codes=[0, 1, 1])
        >>> sets = node_sets(graphs, torch.tensor([1, 0]))
        >>> sets.rows.to_dense().tolist(), sets.set_of_row.tolist()
        ([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], [0, 1, 1])
    """
    chosen = torch.arange(graphs.num_graphs) if ids is None else ids
    places, counts = rows_of_parts(graphs.node_offsets, chosen)  # `graphs.batch` looks the edges up as well
    codes, features = (None if each is None else each[places] for each in (graphs.node_codes, graphs.features))
    rows = node_rows(codes, graphs.code_sizes, features)
    return NodeSets(rows, torch.repeat_interleave(counts), chosen.numel())


class DistinctNodes:
    """The nodes of each graph, equal ones once, with how many there are: a student that reads no edge needs no more.

    On molecules that leaves a fraction of the rows: an atom is one of few kinds. Nodes with features are as they are.

    Args:
        graphs: whose nodes are read.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> graphs = graph_set_from_arrays([0, 1], [0, 0, 0, 1], [[0], [1]], node_codes=[1, 0, 1, 1])
        >>> sets = DistinctNodes(graphs).sets(torch.tensor([0, 1]))
        >>> sets.rows.to_dense().tolist(), sets.counts.tolist()
        ([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], [1.0, 2.0, 1.0])
    """

    def __init__(self, graphs: GraphSet):
        self._graphs, self._first, self._counts = graphs, torch.arange(graphs.num_nodes), None
        self._offsets = graphs.node_offsets
        if graphs.features is not None or graphs.node_codes is None:
            return
        key = code_keys(graphs.node_codes.numpy(), graphs.code_sizes, graphs.graph_of_node.numpy())
        _, first, counts = np.unique(key, return_index=True, return_counts=True)
        self._first, self._counts = torch.from_numpy(first), torch.from_numpy(counts)
        owners = torch.bincount(graphs.graph_of_node[self._first], minlength=graphs.num_graphs)
        self._offsets = torch.cat([owners.new_zeros(1), owners.cumsum(0)])

    def sets(self, ids: Tensor) -> NodeSets:
        """What a student reads of the graphs `ids`."""
        places, counts = rows_of_parts(self._offsets, ids)
        nodes, graphs = self._first[places], self._graphs
        codes, features = (None if each is None else each[nodes] for each in (graphs.node_codes, graphs.features))
        rows = node_rows(codes, graphs.code_sizes, features)
        times = None if self._counts is None else self._counts[places].to(torch.get_default_dtype())
        return NodeSets(rows, torch.repeat_interleave(counts), ids.numel(), times)


def check_of_graphs(objective: Objective, task: Task, name: str) -> None:
    """Raise `DataError` if a term reads what whole graphs have not: rows of nodes, links between them, classes."""
    for _, term in ((weight, term) for weight, term in objective.terms() if weight):
        needs = parse_needs(term.needs)
        if needs.links or needs.pairs or needs.all_features or term.reads_features:
            able = [n for n, cls in OBJECTIVES.classes.items() if _of_rows(cls)]
            raise DataError(
                f"objective {term.name!r} reads the rows of nodes, or what links them, and the rows of {name} are "
                f"whole graphs, sets of nodes that nothing links; expected one of {', '.join(able)}"
            )
        if term.speaks_of_classes and not task.exclusive:
            raise DataError(
                f"objective {term.name!r} compares distributions over classes, and the task {task.name!r} of {name} "
                "has none; soft_labels and hard_labels go with every task"
            )


def _of_rows(kind: type[Objective]) -> bool:
    """Whether an objective of this kind reads what whole graphs have: labels, outputs, and rows of the teacher's."""
    needs: Any = kind.needs  # of some an object alone can say it
    return isinstance(needs, frozenset) and needs <= {"logits", "hidden"} and not kind.reads_features


class GraphRows(Source):
    """The observed graphs, each a set of nodes. A batch's rows are made when it is asked for, of its graphs alone.

    Args:
        observed: nodes, training labels and validation graphs.
        device: where batches go.
        batch_size: n graphs make round(n / batch_size) batches, at least one, whose sizes differ by one at most.
        random: decides which graph is in which batch.
        objective: batches carry the knowledge that it needs; default: none.
        tables: knowledge by name; each is joined to the observed graphs by id.
        fraction: of the graphs that an epoch visits, drawn anew for each.

    Raises:
        MissingKnowledgeError: if the objective needs a key that the tables do not hold.
        DataError: if the objective speaks of links, or a table lacks an observed graph.
    """

    random: torch.Generator

    def __init__(
        self,
        observed: ObservedGraphs,
        device: torch.device | str,
        batch_size: int,
        random: torch.Generator,
        objective: Objective | None = None,
        tables: Tables | None = None,
        fraction: float = 1.0,
    ):
        needs = parse_needs(() if objective is None else objective.needs)
        if objective is not None:
            check_declared(objective)
            check_of_graphs(objective, observed.task, observed.graphs.name)
        found = aligned(tables or {}, needs.knowledge, observed.graph_ids)
        self.tables = {name: table.to(device) for name, table in found.items()}
        self.task: Task = observed.task
        graphs = observed.graphs
        self.num_features = sum(graphs.code_sizes) + graphs.num_features
        self.num_classes = self.task.num_outputs
        self.sets: dict[RowSet, Tensor] = {"all": torch.arange(graphs.num_graphs), "labelled": observed.train}
        self.batch_size = batch_size
        self.random = random
        self.fraction = fraction
        self.group = ALONE
        self.num_valid = observed.valid.numel()
        self.device = device
        self._observed = observed
        self._nodes = DistinctNodes(graphs)

    @property
    def knowledge_digest(self) -> str | None:
        """Digest of what is read of the knowledge, if anything is."""
        return digest_of(self.tables)

    @property
    def digest(self) -> str:
        """Digest of view and knowledge."""
        return digest_json([self._observed.digest, self.knowledge_digest])

    def check(self, network: nn.Module) -> None:
        """As in `Source`: it has to read sets of rows."""
        if not isinstance(network, SetNetwork):
            raise ConfigError(
                f"whole graphs are predicted by a student that reads their nodes as a set, got one of rows alone "
                f"({type(network).__name__}); take the student set_mlp"
            )
        super().check(network)

    def steps(self, row_set: RowSet) -> int:
        """How many batches an epoch over the row set has."""
        return steps_for(self._visited(row_set), self.batch_size, self.least_rows)

    def _visited(self, row_set: RowSet) -> int:
        return visited(self.sets[row_set].numel(), row_set, self.fraction)

    def batches(
        self, row_set: RowSet, student: nn.Module, position: Position = START, following: RowPass | None = None
    ) -> Iterator[Batch]:
        """One epoch over a row set: every graph once, or a fraction of them."""
        assert position.step == 0, "orders come from a generator, which knows the beginning of an epoch alone"
        rows = self.sets[row_set]
        order = rows[torch.randperm(rows.numel(), generator=self.random)[: self._visited(row_set)]]
        for chosen in order.tensor_split(self.steps(row_set)):
            yield self._batch(chosen, student, position.epoch)

    def whole(self, row_set: RowSet, student: nn.Module, epoch: int = 1) -> Batch:
        """The row set as one batch."""
        return self._batch(self.sets[row_set], student, epoch)

    def _batch(self, ids: Tensor, student: nn.Module, epoch: int) -> Batch:
        graphs = self._observed.graphs
        weights = None if graphs.weights is None else to_device(graphs.weights[ids], self.device)
        return Batch(
            to_device(ids, self.device),
            to_device(self._observed.train_labels[ids], self.device),
            self._nodes.sets(ids).to(self.device),
            student,
            self.tables,
            weights=weights,
            epoch=epoch,
            task=self.task,
        )

    @torch.no_grad()
    def validate(self, student: nn.Module) -> Validation | None:
        """The task's score and loss on the validation graphs, if any; leaves the student in evaluation mode."""
        if not self.num_valid:
            return None
        logits, labels = self._of_valid(student)
        return Validation(self.task.score(logits, labels), self.task.loss(logits, labels).mean().item())

    @torch.no_grad()
    def settled(self, student: nn.Module) -> Task:
        """With the threshold, if one is to be chosen, that suits the student's answers to the validation graphs."""
        return self.task.with_threshold(*self._of_valid(student)) if self.num_valid else self.task

    def _of_valid(self, student: nn.Module) -> tuple[Tensor, Tensor]:
        """Logits and labels of the validation graphs, on the CPU."""
        valid, student = self._observed.valid, student.eval()
        said = [student(self._nodes.sets(part).to(self.device)).logits.cpu() for part in valid.split(_ANSWERED)]
        return torch.cat(said), self._observed.graphs.labels[valid]


@torch.no_grad()
def answered(
    student: nn.Module, graphs: GraphSet, ids: Tensor | None = None, device: torch.device | str = "cpu"
) -> MLPOutput:
    """What a student says of the graphs `ids`, or of all, on the CPU; some at a time, in evaluation mode.

    Args:
        student: a network of sets, on `device`.
        graphs: of which it reads the nodes.
        ids: of graphs.
        device: where to compute.
    """
    student.eval()
    every = torch.arange(graphs.num_graphs) if ids is None else ids
    said = [student(node_sets(graphs, part).to(device)) for part in every.split(_ANSWERED)]
    return MLPOutput(*(torch.cat([part.cpu() for part in parts]) for parts in zip(*said, strict=True)))


def check_inputs(inputs: Inputs) -> None:
    """Raise `ConfigError` if inputs are more than a node's own features, as they are."""
    if inputs.name != "features":
        raise ConfigError(
            f"inputs {inputs.name!r} make rows of nodes that have a place in one graph; for whole graphs expected "
            "'features': what each node is, as it is"
        )
