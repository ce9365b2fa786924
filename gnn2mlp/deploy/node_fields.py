"""What a node of a graph has, as the student that reads it was trained: categories by field, numbers, or both.

Imports no torch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr

# What a table of a set of graphs calls the category of an empty cell.
GAP = "missing"
_NO_NODE = "expected at least one node, got none"


class Nodes(NamedTuple):
    """Nodes of graphs, one graph after the other.

    Args:
        codes: int64 (nodes, fields), or `None`; what no node of training was has a code that is none of its field's.
        features: float32 (nodes, features), or `None`.
        offsets: int64 (graphs + 1,): where each graph begins, and where the last one ends.
    """

    codes: np.ndarray | None
    features: np.ndarray | None
    offsets: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


@dataclass(frozen=True)
class NodeFields:
    """What each node has.

    Args:
        code_sizes: how many values each field of its codes has.
        features: how many numbers it has beside.
        names: of the fields, or `()`.
        categories: of some fields, by name, what their codes stand for, in their order.
        feature_names: of the numbers, or `None`.

    Example:
        >>> fields = NodeFields((2,), names=("element",), categories={"element": ("C", "O")})
        >>> fields.read([["C", "O", "N"], ["O"]], "predict").codes.flatten().tolist()  # N never was in training
        [0, 1, -1, 1]
    """

    code_sizes: tuple[int, ...] = ()
    features: int = 0
    names: tuple[str, ...] = ()
    categories: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    feature_names: tuple[str, ...] | None = None

    __repr__ = short_repr

    @classmethod
    def of(cls, graphs: Any) -> Self:
        """What the nodes of a `GraphSet` have."""
        named = {name: tuple(values) for name, values in graphs.categories.items() if name in graphs.node_fields}
        names = tuple(graphs.node_fields), named, graphs.feature_names
        return cls(tuple(graphs.code_sizes), graphs.num_features, *names)

    @property
    def width(self) -> int:
        """Columns that a network reads of a node."""
        return sum(self.code_sizes) + self.features

    def facts(self) -> dict[str, Any]:
        """All fields, JSON-able."""
        return {
            "code_sizes": list(self.code_sizes),
            "features": self.features,
            "names": list(self.names),
            "categories": {name: list(values) for name, values in self.categories.items()},
            "feature_names": None if self.feature_names is None else list(self.feature_names),
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Self:
        """What `facts` gave."""
        names = facts["feature_names"]
        return cls(
            tuple(facts["code_sizes"]),
            facts["features"],
            tuple(facts["names"]),
            {name: tuple(values) for name, values in facts["categories"].items()},
            None if names is None else tuple(names),
        )

    def shown(self) -> dict[str, Any]:
        """What one reads of it in a line."""
        named = {"fields": self.names} if self.names else {}
        codes = {"codes": self.code_sizes} if self.code_sizes else {}
        return {**codes, **named, **({"features": self.features} if self.features else {})}

    def read(self, graphs: Any, where: str) -> Nodes:
        """The nodes of graphs, checked.

        Args:
            graphs: a `GraphSet`, `Nodes` that were checked, or a sequence with an array for each graph: codes (nodes,
                fields), features (nodes, features), or both as a pair.
            where: for messages.

        Raises:
            DataError: if a graph has other fields or features than in training, none of them, or no node.
        """
        if isinstance(graphs, Nodes):
            return graphs
        if hasattr(graphs, "node_offsets"):
            return self._of_set(graphs, where)
        each = [self._of_graph(graph, f"{where}: graph {number}") for number, graph in enumerate(graphs)]
        counts = np.array([0, *(count for _, _, count in each)], dtype=np.int64)
        codes = np.zeros((0, len(self.code_sizes)), np.int64) if self.code_sizes else None
        numbers = np.zeros((0, self.features), np.float32) if self.features else None
        if each and codes is not None:
            codes = np.concatenate([one for one, _, _ in each])
        if each and numbers is not None:
            numbers = np.concatenate([one for _, one, _ in each])
        return Nodes(codes, numbers, counts.cumsum())

    def _of_set(self, graphs: Any, where: str) -> Nodes:
        found = (0 if graphs.node_codes is None else graphs.node_codes.size(1), graphs.num_features)
        if found != (len(self.code_sizes), self.features):
            raise DataError(f"{where}: {self._expected()}, got {found[0]} and {found[1]}")
        codes, features = (None if each is None else each.numpy() for each in (graphs.node_codes, graphs.features))
        return Nodes(self._renumbered(codes, graphs), features, graphs.node_offsets.numpy())

    def _renumbered(self, codes: np.ndarray | None, graphs: Any) -> np.ndarray | None:
        """Codes (nodes, fields) of a set whose categories may be others, by what they stand for."""
        if codes is None or tuple(graphs.node_fields) != self.names:
            return codes
        pairs = [(graphs.categories.get(name), self.categories.get(name)) for name in self.names]
        if all(theirs is None or own is None or list(theirs) == list(own) for theirs, own in pairs):
            return codes
        found = codes.copy()
        for column, (theirs, own) in zip(found.T, pairs, strict=True):
            if theirs is not None and own is not None:
                place = {value: code for code, value in enumerate(own)}
                table = np.array([*(place.get(value, -1) for value in theirs), -1])
                column[:] = table[np.where((column >= 0) & (column < len(theirs)), column, -1)]
        return found

    def _of_graph(self, graph: Any, where: str) -> tuple[Any, Any, int]:
        both = bool(self.code_sizes) and bool(self.features)
        if both and not (isinstance(graph, tuple) and len(graph) == 2):
            raise DataError(f"{where}: {self._expected()}, as a pair of arrays (codes, features), got one array")
        codes, numbers = graph if both else (graph, None) if self.code_sizes else (None, graph)
        coded = None if codes is None else self._codes(codes, where)
        valued = None if numbers is None else self._numbers(numbers, where)
        counts = {len(each) for each in (coded, valued) if each is not None}
        if len(counts) != 1 or 0 in counts:
            raise DataError(f"{where}: expected at least one node, and as many codes as rows of features, got {counts}")
        return coded, valued, counts.pop()

    def _codes(self, given: Any, where: str) -> np.ndarray:
        values = np.asarray(given)
        if not len(values):
            raise DataError(f"{where}: {_NO_NODE}")
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2 or values.shape[1] != len(self.code_sizes):
            raise DataError(f"{where}: {self._expected()}, got an array of shape {values.shape}")
        if values.dtype.kind in "OUS":
            return self._of_text(values, where)
        if values.dtype.kind not in "iu":
            raise DataError(f"{where}: expected codes, which are integers, got {values.dtype}")
        return values.astype(np.int64)

    def _of_text(self, values: np.ndarray, where: str) -> np.ndarray:
        if any(name not in self.categories for name in self.names) or not self.names:
            raise DataError(f"{where}: expected codes, which are integers, got {values.dtype}; the model has no names")
        for name, column in zip(self.names, values.T, strict=True):
            _check_kind(column.tolist(), self.categories[name], f"{where}: {name}")
        places = [_places(self.categories[name]) for name in self.names]
        columns = [[place.get(value, -1) for value in values[:, k].tolist()] for k, place in enumerate(places)]
        return np.array(columns, dtype=np.int64).reshape(len(self.names), len(values)).T

    def _numbers(self, given: Any, where: str) -> np.ndarray:
        found = np.asarray(given)
        if not len(found):
            raise DataError(f"{where}: {_NO_NODE}")
        if found.ndim != 2 or found.shape[1] != self.features or found.dtype.kind not in "iufb":
            raise DataError(f"{where}: {self._expected()}, got {found.dtype} of shape {tuple(found.shape)}")
        found = found.astype(np.float32)
        if not np.isfinite(found).all():
            raise DataError(f"{where}: expected finite numbers, got NaN or infinity; fill in what is missing")
        return found

    def _expected(self) -> str:
        names: Sequence[str] = self.names
        told = f" ({', '.join(names)})" if names else ""
        return f"expected {len(self.code_sizes)} codes{told} and {self.features} features of each node, as in training"


def _places(categories: Sequence[Any]) -> dict[Any, int]:
    """The code of each category, and of `None` that of a gap, if training had one."""
    places = {value: code for code, value in enumerate(categories)}
    return {**places, None: places[GAP]} if GAP in places else places


def _check_kind(values: Sequence[Any], categories: Sequence[Any], where: str) -> None:
    """Raise `DataError` for a value of another type than all of training had: no such one can be known."""
    kinds = {type(value) for value in categories if value != GAP} or {type(value) for value in categories}
    other = [value for value in values if type(value) not in kinds and value is not None]
    if kinds and other:
        raise DataError(f"{where}: expected values as in training, such as {categories[0]!r}, got {other[0]!r}")


def chunks(nodes: Nodes, most: int) -> Iterator[Nodes]:
    """Whole graphs, of about `most` nodes in all at a time; one that has more is alone.

    Example:
        >>> nodes = Nodes(np.zeros((5, 1), np.int64), None, np.array([0, 2, 3, 5]))
        >>> [some.offsets.tolist() for some in chunks(nodes, 3)]
        [[0, 2, 3], [0, 2]]
    """
    offsets = nodes.offsets
    first, last = 0, len(offsets) - 1
    if last and offsets[-1] <= most:
        yield nodes
        return
    while first < last:
        end = int(np.searchsorted(offsets, offsets[first] + most, side="right")) - 1
        end = min(last, max(first + 1, end))
        rows = slice(int(offsets[first]), int(offsets[end]))
        codes, features = (None if each is None else each[rows] for each in (nodes.codes, nodes.features))
        yield Nodes(codes, features, offsets[first : end + 1] - offsets[first])
        first = end
