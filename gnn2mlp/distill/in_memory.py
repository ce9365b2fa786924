"""The observed nodes of a graph as a student's rows; with neighbours or hyperedges, where an objective asks."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.process_group import ALONE
from gnn2mlp.distill.source import RowPass, Source, visited
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.block_network import BlockRows
from gnn2mlp.nn.csr import CSR, Features, compute_form, gather
from gnn2mlp.nn.devices import to_device
from gnn2mlp.nn.loop import Validation
from gnn2mlp.nn.norms import steps_for
from gnn2mlp.nn.training_state import START, Position
from gnn2mlp.objectives import OBJECTIVES, PAIRS, Batch, Objective, RowSet, check_declared, parse_needs
from gnn2mlp.tasks import Task

Tables = Mapping[str, TeacherKnowledge]

# The kind of links that an objective may need, and the data that have it.
_HAVING = {"neighbours": "graph", "adjacency": "graph", "hyperedges": "hypergraph"}


class _Rows(NamedTuple):
    """Some rows with all that a batch holds of them, but for student and epoch."""

    ids: Tensor
    features: Features | BlockRows
    labels: Tensor
    links: Mapping[str, CSR]
    weights: Tensor | None


def check_links(objective: Objective, data: NodeData) -> None:
    """Raise `DataError` if the objective speaks of links, of classes or of pairs that these data do not have."""
    for term in (term for weight, term in objective.terms() if weight):
        _check_unit(term, data)
        if term.speaks_of_classes and not data.task.exclusive:
            raise DataError(
                f"objective {term.name!r} compares distributions over classes, and the task {data.task.name!r} of "
                f"{data.name} has none; soft_labels and hard_labels go with every task"
            )
        if wrong := [kind for kind in parse_needs(term.needs).links if _HAVING[kind] != data.kind]:
            counterpart = next(kind for kind, having in _HAVING.items() if having == data.kind)
            others = [repr(name) for name, cls in OBJECTIVES.classes.items() if counterpart in cls.needs]
            raise DataError(
                f"objective {term.name!r} works on a {_HAVING[wrong[0]]}, and {data.name} is a {data.kind}: "
                f"{' or '.join(others)} is its counterpart there"
            )


def _check_unit(term: Objective, data: NodeData) -> None:
    """Raise `DataError` if the term speaks of pairs where nodes are predicted, or of nodes where pairs are."""
    pairs, task = parse_needs(term.needs).pairs, data.task
    if pairs == (task.unit == "pair"):
        return
    if pairs:
        raise DataError(
            f"objective {term.name!r} speaks of pairs of nodes, and the task {task.name!r} of {data.name} of single "
            "ones; predict links (task: link), or take soft_labels and hard_labels"
        )
    others = ", ".join(repr(name) for name, cls in OBJECTIVES.classes.items() if PAIRS in cls.needs)
    raise DataError(
        f"objective {term.name!r} speaks of single nodes, and the task {task.name!r} of {data.name} of pairs; of pairs "
        f"speak {others}"
    )


class InMemory(Source):
    """The observed nodes on the device.

    Args:
        observed: features, training labels and validation nodes.
        rows: the student's row (nodes, width) of each observed node.
        device: where to keep them.
        batch_size: n rows make round(n / batch_size) batches, at least one, whose sizes differ by one at most.
        random: decides which row is in which batch.
        objective: batches carry the links and the knowledge that it needs; default: none.
        tables: knowledge by name; each is joined to the observed nodes by id.
        fraction: of the rows that an epoch visits, drawn anew for each.

    Raises:
        MissingKnowledgeError: if the objective needs a key that the tables do not hold.
        DataError: if the objective speaks of edges on a hypergraph, or of hyperedges on a graph, or if a table lacks
            an observed node.
    """

    def __init__(
        self,
        observed: Observed,
        rows: Features,
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
            check_links(objective, observed.graph)
        found = aligned(tables or {}, needs.knowledge, observed.node_ids)
        self.tables = {name: table.to(device) for name, table in found.items()}
        self.task = observed.task
        self.features = compute_form(rows, device).to(dtype=torch.get_default_dtype())
        self.num_features, self.num_classes = self.features.shape[1], self.task.num_outputs
        self.labels = observed.train_labels.to(device)
        weights = observed.sample_weight
        self.weights = None if weights is None else weights.to(device, torch.get_default_dtype())
        self.sets: dict[RowSet, Tensor] = {"all": torch.arange(observed.graph.num_nodes), "labelled": observed.train}
        self.batch_size = batch_size
        self.random = random
        self.fraction = fraction
        self.group = ALONE
        self.valid_x = gather(self.features, observed.valid.to(device))
        self.valid_labels = observed.graph.labels[observed.valid].to(device)
        self.num_valid = observed.valid.numel()
        self.adjacency, self.shared = _links(observed.graph, needs.links, device)
        self.table_features = self.features if needs.all_features else None
        self._observed = observed
        self._whole: dict[RowSet, _Rows] = {}

    @property
    def knowledge_digest(self) -> str | None:
        """Digest of what is read of the knowledge, if anything is."""
        return digest_of(self.tables)

    @property
    def digest(self) -> str:
        """Digest of view and knowledge."""
        return digest_json([self._observed.digest, self.knowledge_digest])

    def steps(self, row_set: RowSet) -> int:
        """How many batches an epoch over the row set has."""
        return steps_for(self._visited(row_set), self.batch_size, self.least_rows)

    def takes_whole(self, row_set: RowSet) -> bool:
        """Whether an epoch over the row set is one batch of all its rows."""
        return self.steps(row_set) == 1 and self._visited(row_set) == self.sets[row_set].numel()

    def _visited(self, row_set: RowSet) -> int:
        return visited(self.sets[row_set].numel(), row_set, self.fraction)

    def batches(
        self, row_set: RowSet, student: nn.Module, position: Position = START, following: RowPass | None = None
    ) -> Iterator[Batch]:
        """One epoch over a row set: every row once, or a fraction of them."""
        assert position.step == 0, "orders come from a generator, which knows the beginning of an epoch alone"
        rows, count, kept = self.sets[row_set], self.steps(row_set), self._visited(row_set)
        if self.takes_whole(row_set):
            yield self.whole(row_set, student, position.epoch)
            return
        order = rows[torch.randperm(rows.numel(), generator=self.random)[:kept]]
        # Moved once an epoch: a copy from the host in every step would wait for the device.
        moved = to_device(order, self.labels.device)
        for here, there in zip(order.tensor_split(count), moved.tensor_split(count), strict=True):
            yield self._batch(self._gather(here, there), student, position.epoch)

    def whole(self, row_set: RowSet, student: nn.Module, epoch: int = 1) -> Batch:
        """The row set as one batch. Its rows are kept: they are the same in every epoch, as their transpose is."""
        if row_set not in self._whole:
            rows = self.sets[row_set]
            self._whole[row_set] = self._gather(rows, rows.to(self.labels.device), whole=True)
        return self._batch(self._whole[row_set], student, epoch)

    def _gather(self, here: Tensor, there: Tensor, whole: bool = False) -> _Rows:
        """Some rows, whose ids are given on the CPU and on the device; `whole` is of all rows of a set."""
        links = dict(self.shared)
        if self.adjacency is not None:
            links["neighbours"] = self.adjacency.rows(here)
        weights = None if self.weights is None else self.weights[there]
        return _Rows(there, self.read_of(here, there, whole), self.labels[there], links, weights)

    def read_of(self, here: Tensor, there: Tensor, whole: bool) -> Features | BlockRows:
        """What the student reads of some rows; see `_gather`.

        How many entries sparse rows have is known here; asked of the device, it would be waited for in every step.
        """
        return gather(self.features, here if isinstance(self.features, CSR) else there)

    def _batch(self, rows: _Rows, student: nn.Module, epoch: int) -> Batch:
        return Batch(
            rows.ids,
            rows.labels,
            rows.features,
            student,
            self.tables,
            rows.links,
            rows.weights,
            epoch,
            task=self.task,
            table_features=self.table_features,
        )

    @torch.no_grad()
    def validate(self, student: nn.Module) -> Validation | None:
        """The task's score and loss on the validation nodes, if any; leaves the student in evaluation mode."""
        if not self.valid_labels.numel():
            return None
        logits = student.eval()(self.valid_x).logits
        loss = self.task.loss(logits, self.valid_labels).mean().item()
        return Validation(self.task.score(logits, self.valid_labels), loss)

    @torch.no_grad()
    def settled(self, student: nn.Module) -> Task:
        """With the threshold, if one is to be chosen, that suits the student's answers to the validation nodes."""
        if not self.valid_labels.numel():
            return self.task
        return self.task.with_threshold(student.eval()(self.valid_x).logits, self.valid_labels)


def digest_of(tables: Tables) -> str | None:
    """One digest of all tables; `None` of none."""
    digests = {name: table.digest for name, table in tables.items()}
    return next(iter(digests.values())) if len(digests) == 1 else digest_json(digests) if digests else None


def aligned(tables: Tables, wanted: Mapping[str, frozenset[str]], ids: Tensor) -> dict[str, TeacherKnowledge]:
    """What is read of each table, a row for each of the `ids` of what is observed."""
    nothing = torch.zeros(0, dtype=torch.int64)
    found = {}
    for name, keys in wanted.items():
        given = tables.get(name) or TeacherKnowledge(nothing, {}, {"teacher": "unknown" if not tables else name})
        found[name] = given.select(keys).align(ids)
    return found


def _links(data: NodeData, wanted: frozenset[str], device: torch.device | str) -> tuple[CSR | None, dict[str, CSR]]:
    """The adjacency whose rows go with those of a batch, and what is the same in all batches, where they are wanted."""
    if isinstance(data, HypergraphData):
        return None, {"hyperedges": data.members.to(device)} if "hyperedges" in wanted else {}
    if not isinstance(data, GraphData) or not wanted & {"neighbours", "adjacency"}:
        return None, {}
    adjacency = data.adjacency.to(device)
    return adjacency if "neighbours" in wanted else None, {"adjacency": adjacency} if "adjacency" in wanted else {}
