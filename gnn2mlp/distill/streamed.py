"""Rows of a table that is larger than the memory, shuffled anew in every epoch and cut into batches.

A table's shards are dealt to a fixed number of lanes. A batch is made of a piece of each lane, so it mixes rows of as
many shards, each of which is a random part of the table; a lane holds one shard, its rows in random order. Every epoch
shuffles shards and rows. What is in a batch follows from seed, epoch and step alone: not from how many processes share
the lanes among them, nor from where training was taken up again.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import partial
from itertools import accumulate, pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Int
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.seeds import derive, generator, reseed
from gnn2mlp.distill.prefetch import Make, Prefetch
from gnn2mlp.distill.process_group import ALONE, ProcessGroup
from gnn2mlp.distill.source import RowPass, Source, visited
from gnn2mlp.inputs import Inputs
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.loop import Validation
from gnn2mlp.nn.norms import steps_for
from gnn2mlp.nn.training_state import START, Position
from gnn2mlp.objectives import TEACHER, Batch, Objective, RowSet, check_declared, parse_needs
from gnn2mlp.tables.join import LANES
from gnn2mlp.tables.table import Role, RowChunk, RowTable, Shard
from gnn2mlp.tasks import NodeClassification, Task

# Rows that are scored at a time.
CHUNK = 16_384


class Scores(NamedTuple):
    """How a student does on some rows.

    Args:
        rows: how many there are.
        labelled: of them, those with a label.
        accuracy: share of labelled rows that it gets right; `None` without any.
        agreement: share of rows on which it answers as the teacher; `None` without rows, or logits of the teacher.
        teacher_accuracy: share of labelled rows that the teacher gets right; `None` likewise.
        loss: mean cross-entropy of labelled rows; `None` without any.
    """

    rows: int
    labelled: int
    accuracy: float | None
    agreement: float | None
    teacher_accuracy: float | None
    loss: float | None


class Streamed(Source):
    """The rows of a table, a few shards of which are held at a time.

    Args:
        table: what to read.
        device: where batches are.
        batch_size: n rows make round(n / batch_size) batches, at least one, over all processes; sizes differ by one at
            most.
        seed: of what is in which batch, and of dropout.
        objective: what it needs of the knowledge is read.
        inputs: what makes the student's rows of the features, fitted; default: the features themselves.
        group: the processes that share the table.
        ahead: whether shards are read, shuffled and moved in a thread while the device computes; default: on CUDA.
        fraction: of the rows that an epoch visits: it ends so much earlier, and each begins with other shards.

    Raises:
        MissingKnowledgeError: if the objective needs a key that the table does not hold.
        ConfigError: if it speaks of links, or looks at all rows at once; or if there are more processes than lanes.
        DataError: if no validation row has a label and the table has no logits to agree with.
    """

    def __init__(
        self,
        table: RowTable,
        device: torch.device | str,
        batch_size: int,
        seed: int,
        objective: Objective,
        inputs: Inputs | None = None,
        group: ProcessGroup = ALONE,
        ahead: bool | None = None,
        fraction: float = 1.0,
    ):
        check_rows_suffice(objective)
        _check(objective, table, group)
        self.source = table
        self.device = device
        self.batch_size = batch_size
        self.fraction = fraction
        self.seed = seed
        self.group = group
        self._inputs = inputs
        self._keys = sorted(parse_needs(objective.needs).knowledge.get(TEACHER, ()))
        self._buffers: dict[int, RowChunk] = {}
        self._prefetch = Prefetch(device, ahead)
        self._coming: dict[tuple[RowPass, str], Make] = {}
        self._empty = self._needed(table.empty)  # where the knowledge that rows share stays until it is moved, once
        self._empty = self._moved(self._empty)
        self.num_features, self.num_classes = self._empty.x.shape[1], len(table.classes)
        judged = "rows" if table.judges == "agreement" else "labelled"
        self.num_valid = sum(getattr(shard, judged) for shard in table.shards("valid"))
        self.tables = {TEACHER: self._empty.knowledge} if self._keys else {}
        self.random: torch.Generator | None = None

    @property
    def knowledge_digest(self) -> str | None:
        """Digest of the file that knowledge is read from, if any is."""
        return self.source.manifest["identity"]["knowledge"] if self._keys else None

    @property
    def digest(self) -> str:
        """Digest of the table."""
        return self.source.digest

    def steps(self, row_set: RowSet) -> int:
        """How many batches an epoch over the row set has."""
        rows = sum(_size(shard, row_set) for shard in self.source.shards("train"))
        return steps_for(visited(rows, row_set, self.fraction), self.batch_size, self.least_rows)

    def batches(
        self, row_set: RowSet, student: nn.Module, position: Position = START, following: RowPass | None = None
    ) -> Iterator[Batch]:
        """One epoch over a row set, from a step on: this process's part of every batch, which may be no row.

        Torch's global generators are seeded for each. One epoch at a time: lanes are read into the same memory.
        """
        steps = self.steps(row_set)
        sizes = [sum(_size(shard, row_set) for shard in self._shards("train", lane)) for lane in range(LANES)]
        given = visited(sum(sizes), row_set, self.fraction) * torch.arange(position.step, steps + 1) // steps
        ends = dealt(torch.tensor(sizes), given).T.tolist()
        here = RowPass(row_set, position._replace(step=0))
        self._coming = {key: make for key, make in self._coming.items() if key[0] == here}
        lanes = [self._lane(lane, here, following, ends[lane]) for lane in self._own_lanes()]
        for step in range(position.step, steps):
            parts = [part for lane in lanes for part in next(lane)]
            chunk = RowChunk.joined(parts) if parts else self._empty
            purpose = f"step/{position.epoch}/{position.pass_}/{step}/{self.group.rank}"
            reseed(derive(self.seed, purpose), self.device)
            ids = torch.arange(len(chunk.labels), device=chunk.labels.device)
            tables = {TEACHER: chunk.knowledge} if self._keys else {}
            yield Batch(ids, chunk.labels, chunk.x, student, tables, epoch=position.epoch)

    def whole(self, row_set: RowSet, student: nn.Module, epoch: int = 1) -> Batch:
        """Not to be had of a table: objectives that ask for it are refused at the start."""
        raise AssertionError(f"a table has no batch of {row_set} rows")

    def settled(self, student: nn.Module) -> Task:
        """The classes of the table."""
        return NodeClassification(self.source.classes)

    def validate(self, student: nn.Module) -> Validation:
        """Share of validation rows that the student gets right; leaves it in evaluation mode.

        Without labels there, of those on which it agrees with the teacher.
        """
        found = self.scores(student, "valid")
        score = found.accuracy if self.source.judges == "accuracy" else found.agreement
        assert score is not None, "checked at the start"
        return Validation(score, found.loss)

    @torch.no_grad()
    def scores(self, module: nn.Module, role: Role) -> Scores:
        """How the student does on the rows with a role; leaves it in evaluation mode."""
        module.eval()
        tally = torch.zeros(6, dtype=torch.float64, device=self.device)
        for lane in self._own_lanes():
            for chunk in self._prefetch.each(partial(self._read, shard) for shard in self._shards(role, lane)):
                for start in range(0, len(chunk.labels), CHUNK):
                    tally += _tally(module, chunk.take(slice(start, start + CHUNK)))
        rows, labelled, right, agreeing, teacher_right, loss = self.group.sum(tally).tolist()
        has_logits = "logits" in self.source.empty.knowledge.values
        return Scores(
            int(rows),
            int(labelled),
            accuracy=right / labelled if labelled else None,
            agreement=agreeing / rows if rows and has_logits else None,
            teacher_accuracy=teacher_right / labelled if labelled and has_logits else None,
            loss=loss / labelled if labelled else None,
        )

    def _own_lanes(self) -> range:
        return range(self.group.rank, LANES, self.group.size)

    def _shards(self, role: Role, lane: int) -> list[Shard]:
        return list(self.source.shards(role))[lane::LANES]

    def _lane(self, lane: int, here: RowPass, following: RowPass | None, bounds: list[int]) -> Iterator[list[RowChunk]]:
        """The lane's part of every step from the position on, between two bounds each: no chunk, one, or several.

        Several are the ends of neighbouring shards.
        """
        shards = self._ordered(lane, here)
        sizes = [_size(shard, here.row_set) for shard in shards]
        ends = list(accumulate(sizes))
        held, chunk = -1, self._empty
        for low, high in pairwise(bounds):
            parts = []
            while low < high:
                at = bisect_right(ends, low)
                if at != held:
                    held, chunk = at, self._taken(lane, here, shards[at])
                    if at + 1 < len(shards):
                        self._begin(lane, here, shards[at + 1])
                    elif following is not None and (coming := self._ordered(lane, following)):
                        self._begin(lane, following, coming[0])
                begin, end = ends[at] - sizes[at], min(high, ends[at])
                part = slice(low - begin, end - begin)
                # A view, unless the next shard is written over this one within the step.
                view = end == high or self._prefetch.ahead
                parts.append(chunk.take(part if view else torch.arange(part.start, part.stop)))
                low = end
            yield parts

    def _ordered(self, lane: int, which: RowPass) -> list[Shard]:
        """The lane's shards that have rows, in the order of a pass."""
        shards = self._shards("train", lane)
        random = generator(self.seed, f"lane/{lane}/{_purpose(which)}")
        order = torch.randperm(len(shards), generator=random).tolist()
        return [shards[i] for i in order if _size(shards[i], which.row_set)]

    def _begin(self, lane: int, which: RowPass, shard: Shard) -> None:
        """Begin to read a shard, if reading ahead is of use."""
        if self._prefetch.ahead:
            make = partial(self._shuffled, lane, shard, which.row_set, _purpose(which))
            self._coming[which, shard.file] = self._prefetch.soon(make)

    def _taken(self, lane: int, which: RowPass, shard: Shard) -> RowChunk:
        """The shuffled rows of a shard, which may have been begun."""
        if self._prefetch.ahead and (which, shard.file) not in self._coming:
            self._begin(lane, which, shard)
        make = self._coming.pop((which, shard.file), None)
        return make() if make is not None else self._shuffled(lane, shard, which.row_set, _purpose(which))

    def _read(self, shard: Shard) -> RowChunk:
        """All rows of a shard in their own order, with the teacher's logits, on the device."""
        chunk = self.source.load(shard)
        known = {"logits"} & chunk.knowledge.values.keys()
        return self._moved(chunk._replace(knowledge=chunk.knowledge.select(known)))

    def _shuffled(self, lane: int, shard: Shard, row_set: RowSet, purpose: str) -> RowChunk:
        chunk = self.source.load(shard)
        rows: Tensor = torch.arange(shard.rows) if row_set == "all" else (chunk.labels >= 0).nonzero()[:, 0]
        random = generator(self.seed, f"shard/{shard.file}/{purpose}")
        return self._moved(self._reused(lane, self._needed(chunk), rows[torch.randperm(len(rows), generator=random)]))

    def _reused(self, lane: int, chunk: RowChunk, rows: Tensor) -> RowChunk:
        """Some rows in the memory of their lane, which one shard after the other is read into.

        Were it freed and asked for again, the C library would not always find the same place, and memory would grow.
        What is read ahead is copied from here, which CUDA does while the host goes on if the memory is pinned.
        """
        if lane not in self._buffers:
            most = max(shard.rows for shard in self.source.shards("train"))
            made = chunk.take(torch.zeros(most, dtype=torch.int64))
            self._buffers[lane] = made.pin_memory() if self._prefetch.device.type == "cuda" else made
        view = self._buffers[lane].take(slice(0, len(rows)))
        for target, source in zip(view.arrays, chunk.arrays, strict=True):
            torch.index_select(source, 0, rows, out=target)
        return view

    def _needed(self, chunk: RowChunk) -> RowChunk:
        """The same rows with what the objective needs of the knowledge."""
        return chunk._replace(knowledge=chunk.knowledge.select(self._keys))

    def _moved(self, chunk: RowChunk) -> RowChunk:
        """The same rows on the device, with the student's rows in place of the features."""
        alike = chunk._replace(knowledge=chunk.knowledge.sharing(self._empty.knowledge))
        moved = alike.to(self.device, torch.get_default_dtype(), non_blocking=True, copy=self._prefetch.ahead)
        if self._inputs is None:
            return moved
        rows = self._inputs.transform(moved.x)
        return moved._replace(x=rows.to_dense() if isinstance(rows, CSR) else rows)


def dealt(sizes: Int[Tensor, " lanes"], totals: Int[Tensor, " steps"]) -> Int[Tensor, "steps lanes"]:
    """How many rows each lane has given when all together have given so many, in proportion to their sizes.

    By Webster's rule of apportionment, under which no lane takes rows back as the total grows: a lane's i-th row, from
    0, is due when the share (i + 1/2) / size of all rows is.

    Example:
        >>> dealt(torch.tensor([4, 2]), torch.arange(7)).tolist()
        [[0, 0], [1, 0], [1, 1], [2, 1], [3, 1], [3, 2], [4, 2]]
    """
    wide = sizes.double()
    given = (wide * (totals / sizes.sum().clamp(min=1))[:, None] + 0.5).long().minimum(sizes)
    while (lacking := totals - given.sum(1)).any():
        # The row that is due next, of the first lane where several are; or the one that was due last, of the last lane.
        due = ((given + 0.5) / wide).where(given < sizes, torch.inf).argmin(1)
        last = len(sizes) - 1 - ((given - 0.5) / wide).where(given > 0, -torch.inf).flip(1).argmax(1)
        change = lacking.sign()
        given.scatter_add_(1, due.where(change > 0, last)[:, None], change[:, None])
    return given


def feature_chunks(table: RowTable) -> Iterator[Tensor]:
    """The features (rows, features) of all rows that training reads, a shard at a time."""
    for shard in table.shards("train"):
        yield table.load(shard).x


def _tally(module: nn.Module, chunk: RowChunk) -> Tensor:
    """Float64 (6,): rows, labelled ones, right ones, where the teacher agrees, where it is right; summed losses."""
    labels, logits = chunk.labels, module(chunk.x).logits
    predicted = logits.argmax(1)
    known = chunk.knowledge.values
    teacher = known["logits"].argmax(1) if "logits" in known else torch.full_like(labels, -2)
    marks = (labels >= -1, labels >= 0, labels == predicted, teacher == predicted, teacher == labels)
    loss = F.cross_entropy(logits, labels, ignore_index=-1, reduction="sum")
    return torch.stack([*(mark.sum().double() for mark in marks), loss.double()])


def _purpose(which: RowPass) -> str:
    return f"{which.position.epoch}/{which.position.pass_}"


def _size(shard: Shard, row_set: RowSet) -> int:
    return shard.rows if row_set == "all" else shard.labelled


def check_rows_suffice(objective: Objective) -> None:
    """Raise `ConfigError` if the objective looks at more than the rows of a batch."""
    check_declared(objective)
    for term in (term for weight, term in objective.terms() if weight):
        needs = parse_needs(term.needs)
        if needs.links or needs.pairs:
            raise ConfigError(
                f"objective {term.name!r} speaks of links between nodes, and a table of rows has none; "
                "distil on the graph: gnn2mlp run"
            )
        if needs.all_features:
            raise ConfigError(
                f"objective {term.name!r} reads features of rows beside those of a batch, and a table of rows is never "
                "held whole; distil on the graph: gnn2mlp run"
            )
        if needs.all_rows:
            raise ConfigError(
                f"objective {term.name!r} looks at all rows after an epoch, and a table of rows is never held whole; "
                "distil on the graph: gnn2mlp run"
            )
        if others := needs.knowledge.keys() - {TEACHER}:
            raise ConfigError(
                f"objective {term.name!r} reads the knowledge of {', '.join(sorted(others))}, and a table of rows has "
                "that of the teacher alone; distil on the graph: gnn2mlp run"
            )


def _check(objective: Objective, table: RowTable, group: ProcessGroup) -> None:
    known = table.empty.knowledge
    known.require(parse_needs(objective.needs).knowledge.get(TEACHER, ()))
    if group.size > LANES:
        raise ConfigError(f"expected at most {LANES} processes, one for each lane of a table, got {group.size}")
    coupling = [term.name for weight, term in objective.terms() if weight and term.couples_rows]
    if group.size > 1 and coupling:
        raise ConfigError(
            f"objective {coupling[0]!r} compares the rows of a batch with each other, and {group.size} processes would "
            "have a part of it each; start one process, or leave the term out"
        )
    if table.judges == "agreement" and "logits" not in known.values:
        raise DataError(
            "expected labelled rows or the teacher's logits to validate with, got neither; give 'valid' rows a label"
        )
