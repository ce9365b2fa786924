"""Links of an observed graph as a student's batches: labelled pairs, and anchors with the teacher's contexts."""

from collections.abc import Iterator
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data.links import ObservedLinks
from gnn2mlp.distill.in_memory import Tables, aligned, check_links, digest_of
from gnn2mlp.distill.process_group import ALONE
from gnn2mlp.distill.source import RowPass, Source, visited
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR, Features, compute_form, gather
from gnn2mlp.nn.devices import to_device
from gnn2mlp.nn.loop import Validation
from gnn2mlp.nn.training_state import START, Position
from gnn2mlp.objectives import TEACHER, LinkBatch, Objective, RowSet, check_declared, parse_needs
from gnn2mlp.tasks import Task

# A step has at most so many labelled pairs, and so many of anchors with their contexts.
_PAIRS = 1 << 16
# Validation scores so many pairs at a time, and embeds the nodes that occur in them.
_VALIDATED = 1 << 13
# Knowledge that stays on the CPU, where a step takes its anchors' part of it.
_OF_CONTEXTS = frozenset({"context_ids", "context_scores", "context_draws"})


class LinkRows(Source):
    """Training pairs and as many fresh negatives, and every node once in an epoch as an anchor beside its contexts.

    An epoch has as many steps as its anchors or its pairs ask for; both are shared evenly among them. A step holds the
    features of the nodes that it speaks of, each once, so that memory beside data and knowledge is bounded by a step's
    anchors, contexts and pairs. Where these are half of all nodes or more, all are embedded, and nothing is cut.

    Args:
        observed: features, training pairs, and pairs and negatives of validation.
        rows: the student's row (nodes, width) of each observed node.
        device: where to keep them.
        batch_size: anchors of a step: n nodes make round(n / batch_size) steps, more where pairs or contexts are many.
        random: decides the order of anchors and pairs, and draws negatives.
        objective: batches carry the knowledge that it needs, and contexts where it reads them; default: neither.
        tables: knowledge by name; each is joined to the observed nodes by id.
        fraction: of anchors and pairs that an epoch visits, drawn anew for each.

    Raises:
        MissingKnowledgeError: if the objective needs a key that the tables do not hold.
        DataError: if the objective does not speak of pairs, a table lacks an observed node, or every pair is a link.
    """

    random: torch.Generator

    def __init__(
        self,
        observed: ObservedLinks,
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
        observed.non_edges.sample(1, torch.Generator())  # if there is none, the message comes now
        found = aligned(tables or {}, needs.knowledge, observed.node_ids)
        self._knowledge_digest = digest_of(found)
        self._contexts = _Contexts.of(found.get(TEACHER))
        self.tables = {name: table.select(set(table.values) - _OF_CONTEXTS).to(device) for name, table in found.items()}
        self.task: Task = observed.task
        self.features = compute_form(rows, device).to(dtype=torch.get_default_dtype())
        self.num_features, self.num_classes = self.features.shape[1], self.task.num_outputs
        self.batch_size = batch_size
        self.random = random
        self.fraction = fraction
        self.group = ALONE
        self.num_nodes = observed.graph.num_nodes
        self._everything = torch.arange(self.num_nodes, device=device)
        asked = torch.cat([observed.valid_pairs, observed.valid_negatives])
        self._valid = [_Asked.of(pairs, device) for pairs in asked.split(_VALIDATED)]
        self.num_valid = len(asked)
        self.valid_labels = (torch.arange(self.num_valid, device=device) < len(observed.valid_pairs)).float()[:, None]
        self._observed = observed

    @property
    def tolerance(self) -> None:
        """The score alone decides: the loss of pairs is lowest long before their order is best."""
        return None

    @property
    def knowledge_digest(self) -> str | None:
        """Digest of what is read of the knowledge, if anything is."""
        return self._knowledge_digest

    @property
    def digest(self) -> str:
        """Digest of view and knowledge."""
        return digest_json([self._observed.digest, self.knowledge_digest])

    def check(self, network: nn.Module) -> None:
        """As in `Source`: it has to score pairs of embeddings."""
        if not callable(getattr(network, "score", None)):
            raise ConfigError(
                f"links are predicted by a student that scores two embeddings, got {type(network).__name__}; take "
                "LinkStudent(student, decoder)"
            )

    def steps(self, row_set: RowSet) -> int:
        """How many batches an epoch has, over whichever row set: links are labelled, and nodes are anchors."""
        anchors = visited(self.num_nodes, "all", self.fraction)
        compared = 0 if self._contexts is None else anchors * self._contexts.width
        by_pairs = -(-max(2 * self._visited_pairs(), compared) // _PAIRS)
        return max(1, round(anchors / self.batch_size), by_pairs)

    def _visited_pairs(self) -> int:
        return visited(len(self._observed.pairs), "all", self.fraction)

    def batches(
        self, row_set: RowSet, student: nn.Module, position: Position = START, following: RowPass | None = None
    ) -> Iterator[LinkBatch]:
        """One epoch: every node once as an anchor, every training pair once beside a negative; or a share of both."""
        assert position.step == 0, "orders come from a generator, which knows the beginning of an epoch alone"
        count, pairs = self.steps(row_set), self._observed.pairs
        anchors = torch.randperm(self.num_nodes, generator=self.random)
        order = torch.randperm(len(pairs), generator=self.random)
        anchors, order = anchors[: visited(self.num_nodes, "all", self.fraction)], order[: self._visited_pairs()]
        for own, links in zip(anchors.tensor_split(count), order.tensor_split(count), strict=True):
            yield self._batch(own, pairs[links], student, position.epoch)

    def whole(self, row_set: RowSet, student: nn.Module, epoch: int = 1) -> LinkBatch:
        """All anchors and pairs as one batch."""
        return self._batch(torch.arange(self.num_nodes), self._observed.pairs, student, epoch)

    def _batch(self, anchors: Tensor, links: Tensor, student: nn.Module, epoch: int) -> LinkBatch:
        """All that is drawn is drawn on the CPU, where sizes are known, and moved without waiting for the device."""
        pairs = torch.cat([links, self._observed.non_edges.sample(len(links), self.random)])
        labels = (torch.arange(len(pairs)) < len(links)).to(torch.get_default_dtype())
        near = None if self._contexts is None else self._contexts.of_anchors(anchors, epoch)
        ids = [pairs, anchors] if near is None else [pairs, anchors, near.rows]
        rows, features, (pairs, anchors, *contexts) = self._placed(ids)
        return LinkBatch(
            rows,
            to_device(labels, self.features.device),
            features,
            student,
            self.tables,
            epoch=epoch,
            task=self.task,
            pairs=pairs,
            anchors=anchors,
            contexts=contexts[0] if contexts else None,
            teacher_scores=None if near is None else to_device(near.scores, self.features.device),
        )

    def _placed(self, ids: list[Tensor]) -> tuple[Tensor, Features, list[Tensor]]:
        """The nodes that a step speaks of, their features, and where among them the nodes of each array lie."""
        device = self.features.device
        nodes, place = torch.cat([each.flatten() for each in ids]).unique(return_inverse=True)
        if 2 * nodes.numel() >= self.num_nodes:
            return self._everything, self.features, [to_device(each, device) for each in ids]
        there = to_device(nodes, device)
        features = gather(self.features, nodes if isinstance(self.features, CSR) else there)
        places = to_device(place, device).split([each.numel() for each in ids])
        return there, features, [each.view(like.shape) for each, like in zip(places, ids, strict=True)]

    @torch.no_grad()
    def validate(self, student: nn.Module) -> Validation | None:
        """The task's score and loss on the validation pairs and their negatives; leaves it in evaluation mode."""
        if not self.num_valid:
            return None
        logits = self._valid_logits(student.eval())
        loss = self.task.loss(logits, self.valid_labels).mean().item()
        return Validation(self.task.score(logits, self.valid_labels), loss)

    @torch.no_grad()
    def settled(self, student: nn.Module) -> Task:
        """The task, with what validation pairs decide of it, if anything."""
        if not self.num_valid:
            return self.task
        return self.task.with_threshold(self._valid_logits(student.eval()), self.valid_labels)

    def _valid_logits(self, student: nn.Module) -> Tensor:
        """(pairs, 1). Neither all rows nor all pairs are held beside each other."""
        return torch.cat([self._scored(student, asked) for asked in self._valid])[:, None]

    def _scored(self, student: nn.Module, asked: "_Asked") -> Tensor:
        rows = asked.rows.cpu() if isinstance(self.features, CSR) else asked.rows
        embeddings = student(gather(self.features, rows)).hidden
        logits: Tensor = student.score(*embeddings[asked.pairs].unbind(1))  # type: ignore[operator]
        return logits


class _Asked(NamedTuple):
    """Pairs as positions (pairs, 2) among the nodes that occur in them."""

    rows: Tensor
    pairs: Tensor

    @classmethod
    def of(cls, pairs: Tensor, device: torch.device | str) -> Self:
        rows, place = pairs.unique(return_inverse=True)
        return cls(rows.to(device), place.view(-1, 2).to(device))


class _Near(NamedTuple):
    """Contexts of some anchors: rows (anchors, contexts), and the teacher's logits."""

    rows: Tensor
    scores: Tensor


class _Contexts(NamedTuple):
    """Contexts of all nodes, on the CPU: several draws beside each other, of which each epoch takes one in turn."""

    rows: Tensor
    scores: Tensor
    draws: int

    @classmethod
    def of(cls, table: TeacherKnowledge | None) -> Self | None:
        if table is None or not table.values.keys() >= _OF_CONTEXTS:
            return None
        return cls(table.rows_of("context_ids"), table["context_scores"], int(table["context_draws"]))

    @property
    def width(self) -> int:
        """How many contexts a draw has."""
        return self.rows.size(1) // self.draws

    def of_anchors(self, anchors: Tensor, epoch: int) -> _Near:
        begin = (epoch - 1) % self.draws * self.width
        return _Near(*(each[:, begin : begin + self.width][anchors] for each in (self.rows, self.scores)))
