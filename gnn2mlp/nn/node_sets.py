"""Sets of rows of different lengths, which is what is left of graphs without their edges."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gnn2mlp.core.showing import short_repr
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.devices import to_device


@dataclass(frozen=True, eq=False)
class NodeSets:
    """Rows of several sets, one set after the other: what a student of whole graphs reads.

    Args:
        rows: (nodes of all sets, width), dense or `CSR`.
        set_of_row: int64 (nodes,), ascending: which set each row is of.
        num_sets: how many there are.
        counts: float (nodes,), how often each row is in its set, where equal ones were merged; `None`: once.

    Example:
        >>> sets = NodeSets(torch.eye(3), torch.tensor([0, 0, 1]), 2)
        >>> sets.shape, len(sets)
        ((2, 3), 2)
    """

    rows: Features
    set_of_row: Tensor
    num_sets: int
    counts: Tensor | None = None

    __repr__ = short_repr

    def __len__(self) -> int:
        return self.num_sets

    @property
    def shape(self) -> tuple[int, int]:
        """(sets, width of a row)."""
        return self.num_sets, self.rows.shape[1]

    @property
    def device(self) -> torch.device:
        """Where the rows are."""
        return self.rows.device

    @cached_property
    def offsets(self) -> Tensor:
        """int64 (sets + 1,): where each set begins among the rows, and where the last one ends."""
        counts = torch.bincount(self.set_of_row, minlength=self.num_sets)
        return torch.cat([counts.new_zeros(1), counts.cumsum(0)])

    def with_rows(self, rows: Features) -> "NodeSets":
        """The same sets of other rows."""
        return NodeSets(rows, self.set_of_row, self.num_sets, self.counts)

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> "NodeSets":
        """Moved to a device, and the rows to a dtype."""
        where = self.device if device is None else torch.device(device)
        rows = self.rows.to(where) if dtype is None else self.rows.to(where, dtype)
        counts = None if self.counts is None else to_device(self.counts, where)
        return NodeSets(rows, to_device(self.set_of_row, where), self.num_sets, counts)

    @staticmethod
    def of_offsets(rows: Features, offsets: Tensor, of_rows: Tensor | None = None) -> "NodeSets":
        """Sets that begin at `offsets` (sets + 1,), of rows each `of_rows` (rows,) times."""
        counts = offsets.diff()
        numbers = torch.arange(counts.numel(), device=offsets.device)
        set_of_row = numbers.repeat_interleave(counts, output_size=rows.shape[0])
        return NodeSets(rows, to_device(set_of_row, rows.device), counts.numel(), of_rows)


def code_rows(codes: Tensor, sizes: Sequence[int]) -> CSR:
    """A column for each value of each field, with a 1 where a row has the value.

    A linear map of such rows is the sum of an embedding of each field, and no code is taken for a magnitude. A value
    outside 0..size - 1, which no row of training had, has no column: the row holds nothing for that field.

    Args:
        codes: integers (rows, fields).
        sizes: how many values each field has.

    Example:
        >>> code_rows(torch.tensor([[1, 0], [0, 7]]), [2, 3]).to_dense().tolist()
        [[0.0, 1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0]]
    """
    count, fields = codes.shape
    ends = torch.tensor(sizes, dtype=torch.int64, device=codes.device).cumsum(0)
    starts = ends - torch.tensor(sizes, dtype=torch.int64, device=codes.device)
    known = (codes >= 0) & (codes < ends - starts)
    columns = torch.where(known, codes, 0).long() + starts
    indptr = torch.arange(count + 1, device=codes.device) * fields
    values = known.to(torch.get_default_dtype()).flatten()
    return CSR(indptr, columns.flatten(), values, (count, int(sum(sizes))))


def node_rows(codes: Tensor | None, sizes: Sequence[int], features: Tensor | None) -> Features:
    """What a student reads of nodes: columns of their codes, then their features.

    Args:
        codes: integers (nodes, fields), if there are any.
        sizes: how many values each field has; none without codes.
        features: float (nodes, features), if there are any.

    Example:
        >>> node_rows(torch.tensor([[1], [0]]), [2], torch.tensor([[0.5], [0.25]])).tolist()
        [[0.0, 1.0, 0.5], [1.0, 0.0, 0.25]]
    """
    own = None if features is None else features.to(torch.get_default_dtype())
    if codes is None:
        assert own is not None, "nodes have codes, features or both"
        return own
    coded = code_rows(codes, sizes)
    return coded if own is None else torch.cat([coded.to_dense(), own], dim=1)
