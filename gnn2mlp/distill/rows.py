"""The observed rows as a student sees them: features and training labels; and neighbours, where an objective asks."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.evaluate.metrics import accuracy
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR, Features, compute_form, gather
from gnn2mlp.objectives import OBJECTIVES, Objective, RowSet


class Cut(NamedTuple):
    """Some rows: features (rows, features), ids in the observed view (rows,), training label or -1 (rows,).

    `neighbours` is the pattern (rows, observed nodes) of all their edges in the observed graph, or `None`; `hyperedges`
    the pattern (hyperedges, observed nodes) of the whole observed hypergraph, or `None`. `table` is the knowledge of
    which `ids` are rows, or `None`.
    """

    x: Features
    ids: Tensor
    labels: Tensor
    neighbours: CSR | None = None
    hyperedges: CSR | None = None
    table: TeacherKnowledge | None = None


class Place(NamedTuple):
    """A point of training: epoch, counted from 1, which of its passes, and how many steps of that are over."""

    epoch: int
    sweep: int = 0
    step: int = 0


START = Place(1)


def check_links(objective: Objective, data: NodeData) -> None:
    """Raise `DataError` if the objective speaks of links that these data do not have."""
    for weight, term in objective.terms():
        wanted = "graph" if term.needs_edges else "hypergraph" if term.needs_hyperedges else data.kind
        if weight and wanted != data.kind:
            works = "needs_edges" if data.kind == "graph" else "needs_hyperedges"
            others = [repr(name) for name, cls in OBJECTIVES.classes.items() if getattr(cls, works) is True]
            raise DataError(
                f"objective {term.name!r} works on a {wanted}, and {data.name} is a {data.kind}: "
                f"{' or '.join(others)} is its counterpart there"
            )


def _links(data: NodeData, objective: Objective | None, device: torch.device | str) -> tuple[CSR | None, CSR | None]:
    """Adjacency and members of hyperedges, where the objective needs them."""
    if objective is None:
        return None, None
    check_links(objective, data)
    return (
        data.adjacency.to(device) if objective.needs_edges and isinstance(data, GraphData) else None,
        data.members.to(device) if objective.needs_hyperedges and isinstance(data, HypergraphData) else None,
    )


class Rows:
    """The observed rows on the device, cut into batches anew in every epoch.

    Args:
        observed: features, training labels and validation nodes.
        device: where to keep them.
        batch_size: n rows make round(n / batch_size) batches, at least one, whose sizes differ by one at most.
        random: decides which row is in which batch.
        objective: cuts carry the neighbours or hyperedges, and the knowledge, that it needs; default: none.
        knowledge: the teacher's table; joined to the observed nodes by id.

    Raises:
        MissingKnowledgeError: if the objective needs a key that the table does not hold.
        DataError: if the objective speaks of edges on a hypergraph, or of hyperedges on a graph, or if the table lacks
            an observed node.
    """

    def __init__(
        self,
        observed: Observed,
        device: torch.device | str,
        batch_size: int,
        random: torch.Generator,
        objective: Objective | None = None,
        knowledge: TeacherKnowledge | None = None,
    ):
        self.table = None if objective is None else read_knowledge(knowledge, objective, observed, device)
        self.num_features, self.num_classes = observed.graph.num_features, observed.graph.num_classes
        self.features = compute_form(observed.graph.features, device).to(dtype=torch.get_default_dtype())
        self.labels = observed.train_labels.to(device)
        self.sets: dict[RowSet, Tensor] = {"all": torch.arange(observed.graph.num_nodes), "labelled": observed.train}
        self.batch_size = batch_size
        self.random = random
        self.valid_x = gather(self.features, observed.valid.to(device))
        self.valid_labels = observed.graph.labels[observed.valid].to(device)
        self.adjacency, self.hyperedges = _links(observed.graph, objective, device)
        self._observed = observed
        self._whole: dict[RowSet, Cut] = {}

    @property
    def knowledge_digest(self) -> str | None:
        """Digest of what is read of the knowledge, if anything is."""
        return None if self.table is None else self.table.digest

    @property
    def digest(self) -> str:
        """Digest of view and knowledge."""
        return digest_json([self._observed.digest, self.knowledge_digest])

    def steps(self, row_set: RowSet) -> int:
        """How many batches an epoch over the row set has."""
        return max(1, round(self.sets[row_set].numel() / self.batch_size))

    def batches(self, row_set: RowSet, place: Place = START, /) -> Iterator[Cut]:
        """One epoch over a row set: every row once."""
        assert place.step == 0, "orders come from a generator, which knows the beginning of an epoch alone"
        rows, count = self.sets[row_set], self.steps(row_set)
        if count == 1:
            yield self.whole(row_set)
            return
        order = rows[torch.randperm(rows.numel(), generator=self.random)]
        # Moved once an epoch: a copy from the host in every step would wait for the device.
        yield from map(self._cut, order.to(self.labels.device).tensor_split(count))

    def whole(self, row_set: RowSet) -> Cut:
        """The row set as one batch, kept: it is the same in every epoch, and so is the transpose of sparse rows."""
        if row_set not in self._whole:
            self._whole[row_set] = self._cut(self.sets[row_set].to(self.labels.device))
        return self._whole[row_set]

    def _cut(self, rows: Tensor) -> Cut:
        neighbours = None if self.adjacency is None else self.adjacency.rows(rows)
        return Cut(gather(self.features, rows), rows, self.labels[rows], neighbours, self.hyperedges, self.table)

    @torch.no_grad()
    def valid_score(self, module: nn.Module) -> float:
        """Share of validation nodes that the student gets right; leaves it in evaluation mode."""
        return accuracy(module.eval()(self.valid_x).logits, self.valid_labels)


def read_knowledge(
    knowledge: TeacherKnowledge | None, objective: Objective, observed: Observed, device: torch.device | str
) -> TeacherKnowledge | None:
    """What the objective reads of the knowledge, a row for each observed node; `None` if it reads nothing.

    Raises:
        MissingKnowledgeError: if the table does not hold a key that is read.
        DataError: if it lacks an observed node.
    """
    if not objective.requires:
        return None
    given = knowledge if knowledge is not None else TeacherKnowledge(torch.zeros(0, dtype=torch.int64), {})
    return given.select(objective.requires).align(observed.node_ids).to(device)
