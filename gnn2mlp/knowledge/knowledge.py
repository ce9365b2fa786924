"""`TeacherKnowledge`: the waist of the hourglass. Teachers only write it, objectives only read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import DataError, MissingKnowledgeError, nearest
from gnn2mlp.core.showing import call
from gnn2mlp.knowledge.keys import KEYS

# What the ids are called among the arrays of an artefact.
NODE_IDS = "node_ids"


@dataclass(frozen=True, eq=False)
class TeacherKnowledge:
    """An immutable table over nodes: named arrays, the ids of their rows, and a card that says where they come from.

    Args:
        node_ids: int64 (nodes), unique ids in the numbering of the full graph.
        values: key -> array; keys, axes and dtypes as in `KEYS`. Most have a row for each node, some (a codebook) are
            shared by all.
        card: JSON-able facts: teacher spec, split digest, seed, versions.

    Raises:
        DataError: if the ids are not unique int64, a key is unknown, or an array has the wrong dtype, number of axes
            or length, is not finite, or names a code that the codebook does not hold, or if contexts and their scores
            or draws do not fit together.

    Example:
        >>> table = TeacherKnowledge(torch.tensor([7, 3]), {"logits": torch.tensor([[2.0, 0.0], [0.0, 1.0]])})
        >>> table.align(torch.tensor([3, 7]))["logits"].tolist()  # by id, wherever a row stands
        [[0.0, 1.0], [2.0, 0.0]]
    """

    node_ids: Tensor
    values: Mapping[str, Tensor]
    card: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.node_ids.dtype != torch.int64 or self.node_ids.dim() != 1:
            raise DataError(
                "knowledge: node_ids must be torch.int64 with the axis ('nodes',), "
                f"got {self.node_ids.dtype} of shape {tuple(self.node_ids.shape)}"
            )
        if not _ascending(self.node_ids) and self.node_ids.unique().numel() != self.node_ids.numel():
            raise DataError("knowledge: node_ids must be unique, got repeated ids")
        for name, value in self.values.items():
            self._check(name, value)
        self._check_codes()
        self._check_contexts()
        # Detached: no gradient may ever reach the teacher.
        object.__setattr__(self, "values", MappingProxyType({k: v.detach() for k, v in self.values.items()}))
        object.__setattr__(self, "card", MappingProxyType(dict(self.card)))

    def _check(self, name: str, value: Tensor) -> None:
        if name not in KEYS:
            raise DataError(f"knowledge: unknown key {name!r}{nearest(name, KEYS)} (vocabulary: {', '.join(KEYS)})")
        key = KEYS[name]
        rows = self.node_ids.numel() if key.per_node else None
        if (
            value.dtype not in key.dtypes
            or value.dim() != len(key.axes)
            or (rows is not None and value.size(0) != rows)
        ):
            count = "" if rows is None else f" and {rows} rows"
            raise DataError(
                f"knowledge: {name!r} must be {key.dtype} with axes {key.axes}{count}, "
                f"got {value.dtype} of shape {tuple(value.shape)}"
            )
        # Not isfinite(value).all(): that is a mask as long as a table which may be larger than the memory.
        if value.is_floating_point() and value.numel() and not torch.isfinite(torch.stack(value.aminmax())).all():
            raise DataError(
                f"knowledge: {name!r} holds NaN or infinite values; the teacher diverged, lower its learning rate"
            )

    def _check_codes(self) -> None:
        for name in ("code", "code_indices"):
            if name in self.values and "codebook" in self.values and self.values[name].numel():
                low, high = (int(bound) for bound in self.values[name].aminmax())
                last = self.values["codebook"].size(0) - 1
                if low < 0 or high > last:
                    raise DataError(f"knowledge: {name!r} must name rows of the codebook, 0..{last}, got {low}..{high}")
        drawn = self.values.get("class_indices")
        if drawn is not None and drawn.numel():
            low, high = (int(bound) for bound in drawn.aminmax())
            classes = self.values["logits"].size(1) if "logits" in self.values else high + 1
            if low < 0 or high >= classes:
                raise DataError(f"knowledge: 'class_indices' must name classes, 0..{classes - 1}, got {low}..{high}")

    def _check_contexts(self) -> None:
        if (ids := self.values.get("context_ids")) is None:
            return
        for name in ("context_scores", "member_context_scores"):
            if name in self.values and self.values[name].size(-1) != ids.size(1):
                raise DataError(
                    f"knowledge: {name!r} must have a score for each of {ids.size(1)} contexts of a node, "
                    f"got {self.values[name].size(-1)}"
                )
        draws = int(self.values.get("context_draws", torch.ones(())))
        if draws < 1 or ids.size(1) % draws:
            raise DataError(
                f"knowledge: 'context_draws' must say into how many draws of one size {ids.size(1)} contexts of a node "
                f"fall, got {draws}"
            )

    def __repr__(self) -> str:
        return call("TeacherKnowledge", {"nodes": self.node_ids.numel(), **self.values})

    def __getitem__(self, name: str) -> Tensor:
        """The array called `name`.

        Raises:
            MissingKnowledgeError: if the teacher did not write it; the message names it and what is there.
        """
        self.require([name])
        return self.values[name]

    def require(self, names: Iterable[str]) -> None:
        """Raise `MissingKnowledgeError`, naming every one of `names` that is absent."""
        absent = sorted(set(names) - set(self.values))
        if absent:
            teacher = self.card.get("teacher", "unknown")
            teacher = teacher.get("name", "unknown") if isinstance(teacher, Mapping) else teacher
            raise MissingKnowledgeError(
                f"knowledge of teacher {teacher!r} holds no {', '.join(map(repr, absent))} "
                f"(present: {', '.join(self.values) or 'nothing'}); "
                f"export it with needs={absent} or use a teacher that provides it"
            )

    def select(self, names: Iterable[str]) -> "TeacherKnowledge":
        """The table with only the keys `names`; raises `MissingKnowledgeError` if one is absent."""
        wanted = sorted(set(names))
        self.require(wanted)
        return self._with(self.node_ids, {name: self.values[name] for name in wanted})

    def described(self, **facts: Any) -> "TeacherKnowledge":
        """The same table with `facts` added to its card; nothing is copied or read."""
        made = self._with(self.node_ids, dict(self.values))
        object.__setattr__(made, "card", MappingProxyType({**self.card, **facts}))
        return made

    def to(self, device: torch.device | str, non_blocking: bool = False, copy: bool = False) -> "TeacherKnowledge":
        """The same table on another device.

        Args:
            device: where to.
            non_blocking: go on while pinned memory is being copied, as `Tensor.to` has it.
            copy: the rows get memory of their own, even where they are on the device already.
        """
        copied = {name: copy and KEYS[name].per_node for name in self.values}
        values = {k: v.to(device, non_blocking=non_blocking, copy=copied[k]) for k, v in self.values.items()}
        return self._with(self.node_ids.to(device, non_blocking=non_blocking, copy=copy), values)

    def pin_memory(self) -> "TeacherKnowledge":
        """The same rows in pinned memory, from which CUDA copies while the host goes on; what nodes share as it is."""
        values = {k: v.pin_memory() if KEYS[k].per_node else v for k, v in self.values.items()}
        return self._with(self.node_ids.pin_memory(), values)

    def sharing(self, other: "TeacherKnowledge") -> "TeacherKnowledge":
        """The same rows with what nodes share taken from another table that has it, wherever that lies."""
        values = {k: v if KEYS[k].per_node else other.values[k] for k, v in self.values.items()}
        return self._with(self.node_ids, values)

    def align(self, node_ids: Tensor) -> "TeacherKnowledge":
        """The rows of `node_ids` (unique), in that order: joined by id, never by position.

        Nothing is copied where they are in that order already. The ids may lie on another device than the table.

        Raises:
            DataError: if an id has no row.
        """
        node_ids = node_ids.to(self.node_ids.device)
        if torch.equal(self.node_ids, node_ids):
            return self
        rows, unknown = self._rows(node_ids)
        if unknown.numel():
            raise DataError(
                f"knowledge has no row for {unknown.numel()} of {node_ids.numel()} nodes (first: {int(unknown[0])}); "
                "export it on the view that the student trains on"
            )
        return self.take(rows)

    def rows_of(self, name: str) -> Tensor:
        """The array called `name`, whose values are ids of nodes, as rows of this table: int64 of the same shape.

        Raises:
            MissingKnowledgeError: if the teacher did not write it.
            DataError: if its values are no ids, or the table has no row for one of them.

        Example:
            >>> table = TeacherKnowledge(torch.tensor([7, 3]), {"context_ids": torch.tensor([[3, 7], [7, 7]])})
            >>> table.rows_of("context_ids").tolist()
            [[1, 0], [0, 0]]
        """
        ids = self[name]
        if not KEYS[name].refers:
            able = ", ".join(repr(key.name) for key in KEYS.values() if key.refers)
            raise DataError(f"knowledge: expected a key whose values are node ids ({able}), got {name!r}")
        rows, unknown = self._rows(ids)
        if unknown.numel():
            raise DataError(
                f"knowledge: {name!r} names {unknown.unique().numel()} nodes that have no row (first: "
                f"{int(unknown[0])}); take the whole table, or export it on the view that the student trains on"
            )
        return rows

    def _rows(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The rows of ids of any shape, and those of them (unknown,) that have none."""
        order = torch.argsort(self.node_ids)
        ranked = self.node_ids[order]
        if not ranked.numel():
            return torch.zeros_like(ids), ids.flatten()
        place = torch.searchsorted(ranked, ids.contiguous()).clamp(max=ranked.numel() - 1)
        return order[place], ids[ranked[place] != ids]

    @staticmethod
    def joined(tables: Sequence["TeacherKnowledge"]) -> "TeacherKnowledge":
        """The rows of at least one table after each other; keys and what nodes share are the same, no id is in two."""
        first, *more = tables
        if not more:
            return first
        values = {
            name: torch.cat([table.values[name] for table in tables]) if KEYS[name].per_node else value
            for name, value in first.values.items()
        }
        return first._with(torch.cat([table.node_ids for table in tables]), values)

    def take(self, rows: Tensor | slice) -> "TeacherKnowledge":
        """The table of some rows (unique positions) in that order; a slice is a view."""
        return self._with(self.node_ids[rows], {k: v[rows] if KEYS[k].per_node else v for k, v in self.values.items()})

    def _with(self, node_ids: Tensor, values: dict[str, Tensor]) -> "TeacherKnowledge":
        """A table of values that were checked when this one was made, and are not read again for it."""
        made = object.__new__(TeacherKnowledge)
        for name, value in (("node_ids", node_ids), ("values", MappingProxyType(values)), ("card", self.card)):
            object.__setattr__(made, name, value)
        return made

    @property
    def digest(self) -> str:
        """Digest of ids and arrays; the card does not enter."""
        return digest_tensors({NODE_IDS: self.node_ids, **self.values})

    def save(self, path: str | Path) -> None:
        """Write one checksummed file, atomically."""
        artefact.save(path, "knowledge", {NODE_IDS: self.node_ids, **self.values}, {"about": dict(self.card)})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote. The arrays are views of the mapped file, so a table may be larger than the memory.

        Raises:
            ArtefactError: if the file is missing, truncated or altered.
        """
        tensors, card = artefact.load(path, "knowledge")
        return cls(tensors.pop(NODE_IDS), tensors, card["about"])


def _ascending(ids: Tensor) -> bool:
    return bool((ids[1:] > ids[:-1]).all())
