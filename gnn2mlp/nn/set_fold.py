"""Trained networks of sets as the fewest operations that give their logits: equal nodes are embedded once."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.nn.distinct import code_keys
from gnn2mlp.nn.fold import fold
from gnn2mlp.nn.node_sets import code_rows, node_rows
from gnn2mlp.nn.set_network import SetNetwork

# Nodes of a request from which looking for equal ones is quicker than embedding each.
_MANY = 256


class FoldedSets:
    """Logits (sets, outputs) of sets of nodes on the CPU, equal up to rounding to those of the network in evaluation.

    A node is embedded by itself, so that nodes of equal codes have one embedding. Of one field those of all its values
    are a table, made once; of several fields each distinct row of a request is embedded once. What is left of a node
    is its line in that table, which is added to its set's. Nodes with features are embedded each. Weights are those of
    the moment of folding.

    Args:
        module: on the CPU.
        code_sizes: how many values each field of the codes has.
        features: how many numbers each node has beside.

    Example:
        >>> from gnn2mlp.nn.mlp import MLP
        >>> network = SetNetwork(MLP(3, 8, 8), MLP(8, 8, 2)).eval()
        >>> FoldedSets(network, (3,), 0)(np.array([[0], [0], [2]]), None, np.array([0, 2, 3])).shape
        torch.Size([2, 2])
    """

    def __init__(self, module: SetNetwork, code_sizes: Sequence[int], features: int):
        self._embed, self._head = fold(module.embed), fold(module.head)
        self._parts = module.pool.split("+")
        self._sizes, self._features = tuple(code_sizes), features
        self._dtype = next(module.parameters()).dtype
        self._table = code_table(module, self._sizes[0]) if len(self._sizes) == 1 and not features else None

    def __call__(self, codes: np.ndarray | None, features: np.ndarray | None, offsets: np.ndarray) -> Tensor:
        """Map codes (nodes, fields) and features (nodes, features) of sets that begin at `offsets` (sets + 1,)."""
        table, line = self._lines(codes, features)
        return self._head(self._pooled(table, line, torch.from_numpy(offsets)))

    def _lines(self, codes: np.ndarray | None, features: np.ndarray | None) -> tuple[Tensor, Tensor | None]:
        """Embeddings (lines, width), and which is each node's, int64 (nodes,); `None`: its own."""
        if codes is None or features is not None:
            return self._embedded(codes, features), None
        if self._table is not None:
            (size,), field = self._sizes, codes[:, 0]
            # As unsigned numbers those below 0 are above all others.
            return self._table, torch.from_numpy(np.minimum(field.view(f"u{field.itemsize}"), size).astype(np.int64))
        if len(codes) < _MANY:
            return self._embedded(codes, None), None
        _, first, line = np.unique(code_keys(codes, self._sizes), return_index=True, return_inverse=True)
        return self._embedded(codes[first], None), torch.from_numpy(line)

    def _embedded(self, codes: np.ndarray | None, features: np.ndarray | None) -> Tensor:
        given = (None if each is None else torch.from_numpy(each) for each in (codes, features))
        coded, numbers = given
        return self._embed(node_rows(coded, self._sizes, numbers).to(dtype=self._dtype)).relu_()

    def _pooled(self, table: Tensor, line: Tensor | None, offsets: Tensor) -> Tensor:
        line = torch.arange(table.size(0)) if line is None else line
        return torch.cat([self._part(part, table, line, offsets) for part in self._parts], dim=1)

    def _part(self, part: str, table: Tensor, line: Tensor, offsets: Tensor) -> Tensor:
        if part == "size":
            return offsets.diff().clamp_(min=1).to(self._dtype).log_()[:, None]
        if part == "max":
            return _highest(table, line, offsets.diff())
        return F.embedding_bag(line, table, offsets[:-1], mode=part)


def code_table(module: SetNetwork, size: int) -> Tensor:
    """What is pooled of a node of one field, for each of its values: (size + 1, width), in the last line of no value.

    Args:
        module: whose nodes have one code and no features; in evaluation mode.
        size: how many values the field has.
    """
    dtype = next(module.parameters()).dtype
    with torch.inference_mode():
        return fold(module.embed)(code_rows(torch.arange(size + 1)[:, None], [size]).to(dtype=dtype)).relu_()


def _highest(table: Tensor, line: Tensor, counts: Tensor) -> Tensor:
    """The maximum of each column over the lines of each set, 0 for a set without any."""
    owner = torch.arange(counts.numel()).repeat_interleave(counts)
    places = owner[:, None].expand(-1, table.size(1))
    # No embedding is below 0.
    return table.new_zeros(counts.numel(), table.size(1)).scatter_reduce(0, places, table[line], "amax")
