"""A student of whole graphs as a server asks it: a graph is a row with a list of its nodes. Imports no torch."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.deploy import BasePredictor
from gnn2mlp.deploy.node_fields import GAP, NodeFields, Nodes
from gnn2mlp.deploy.onnx_graph_predictor import OnnxGraphPredictor
from gnn2mlp.serving.refusal import called

# The column of a graph in which its nodes are, each an object of its own columns.
NODES = "nodes"


class _Column(NamedTuple):
    """What a server asks of a column: its name, and what becomes of it."""

    name: str
    form: str


class _Nodes(NamedTuple):
    """The nodes of one graph: codes int64 (nodes, fields), and features float32 (nodes, features)."""

    codes: np.ndarray
    features: np.ndarray


class GraphColumns:
    """From lists of nodes to arrays that a student of whole graphs is fed.

    Args:
        fields: what a node has, each by a name.

    Raises:
        ConfigError: if what the student reads has no names.

    Example:
        >>> columns = GraphColumns(NodeFields((2,), names=("element",), categories={"element": ("C", "O")}))
        >>> (graph,) = columns.read({"nodes": [[{"element": "O"}, {"element": "N"}]]})["nodes"][:, 0]
        >>> graph.codes.tolist()  # no N in training
        [[1], [-1]]
    """

    columns = (_Column(NODES, "nodes"),)
    names = (NODES,)

    def __init__(self, fields: NodeFields):
        self.fields = fields
        self.features = fields.feature_names or ()
        if len(fields.names) != len(fields.code_sizes) or len(self.features) != fields.features:
            raise ConfigError(
                "serve: this model was trained on arrays, whose columns have no names, and a request names the columns "
                "of a node; give them names (node_fields, feature_names) and train it again"
            )
        self._codes = [
            _Categories(name, fields.categories.get(name, tuple(range(size))))
            for name, size in zip(fields.names, fields.code_sizes, strict=True)
        ]

    def read(self, table: Mapping[str, Any], name: str = "table") -> dict[str, np.ndarray]:
        """The graphs (graphs, 1), each as arrays of its nodes.

        Raises:
            DataError: for a graph without a node, or a node that lacks a column or has another kind of value there.
        """
        found = np.empty((len(table[NODES]), 1), dtype=object)
        for number, nodes in enumerate(table[NODES]):
            found[number, 0] = self._graph(nodes, f"{name}, graph {number}")
        return {NODES: found}

    def _graph(self, nodes: Any, where: str) -> _Nodes:
        if not isinstance(nodes, list) or not nodes:
            got = "an empty list" if nodes == [] else called(nodes)
            raise DataError(f"{where}: expected a list of at least one node in {NODES!r}, got {got}")
        for number, node in enumerate(nodes):
            self._check_node(node, f"{where}, node {number}")
        codes = [[column.code(node[column.name], where) for column in self._codes] for node in nodes]
        numbers = [[_number(node[name], name, where) for name in self.features] for node in nodes]
        return _Nodes(
            np.array(codes, np.int64).reshape(len(nodes), len(self._codes)),
            np.array(numbers, np.float32).reshape(len(nodes), len(self.features)),
        )

    def _check_node(self, node: Any, where: str) -> None:
        if not isinstance(node, dict):
            raise DataError(f"{where}: expected an object of columns, got {called(node)}; GET /model has an example")
        reads = *self.fields.names, *self.features
        if missing := [name for name in reads if name not in node]:
            raise DataError(
                f"{where}: expected the {len(reads)} columns that the model reads of a node, null where a category is "
                f"not known; missing {missing[0]!r}{nearest(missing[0], node)}"
            )

    def example(self) -> list[dict[str, Any]]:
        """A graph that can be asked about: a node with the first category of each field, and zeros."""
        return [{column.name: column.first for column in self._codes} | dict.fromkeys(self.features, 0.0)]


class _Categories:
    """What a field of nodes may hold."""

    def __init__(self, name: str, known: Sequence[Any]):
        self.name = name
        has_gap = tuple(known[-1:]) == (GAP,)
        self._gap = len(known) - 1 if has_gap else -1
        values = known[:-1] if has_gap else known
        self.first = values[0] if values else ""
        self._kind, self._told = _KINDS[type(self.first)]
        # A text may say that it is a gap, as one in a table may.
        self._places = {value: place for place, value in enumerate(known if self._kind is str else values)}

    def code(self, value: Any, where: str) -> int:
        """The code of a value: -1 of one that training did not have."""
        if value is None:
            return self._gap
        if type(value) is not self._kind:
            raise DataError(
                f"{where}, column {self.name!r}: expected {self._told}, as in training (such as {self.first!r}), got "
                f"{called(value)}"
            )
        return self._places.get(value, -1)


_LARGEST = float(np.finfo(np.float32).max)
_KINDS: dict[type, tuple[type, str]] = {
    str: (str, "a text"),
    int: (int, "a whole number"),
    bool: (bool, "a truth value"),
}


def _number(value: Any, name: str, where: str) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise DataError(f"{where}, column {name!r}: expected a finite number, got {called(value)}; mend it")
    if abs(value) > _LARGEST:
        raise DataError(f"{where}, column {name!r}: expected a number that fits into single precision; mend it")
    return float(value)


class GraphStudent(BasePredictor):
    """A student of whole graphs with the columns of its requests, on ONNX Runtime.

    Args:
        predictor: of the same graphs as arrays.
    """

    def __init__(self, predictor: OnnxGraphPredictor):
        self.predictor = predictor
        self.answers, self.calibration = predictor.answers, predictor.calibration
        self.num_features = predictor.num_features
        self.columns = GraphColumns(predictor.fields)
        self.feature_names = self.columns.names

    def digest(self) -> str:
        """That of the student."""
        return self.predictor.digest()

    def _outputs(self, X: Any, name: str) -> np.ndarray:
        return self.answer_columns(self.columns.read(X, name))

    def answer_columns(self, fed: Mapping[str, np.ndarray]) -> np.ndarray:
        """Outputs (graphs, outputs) of what `columns.read` gave."""
        graphs, fields = fed[NODES][:, 0].tolist(), self.columns.fields
        offsets = np.cumsum([0, *(len(graph.codes) for graph in graphs)])
        codes = np.concatenate([graph.codes for graph in graphs]) if fields.code_sizes else None
        features = np.concatenate([graph.features for graph in graphs]) if fields.features else None
        found: np.ndarray = self.predictor.outputs(Nodes(codes, features, offsets))
        return found
