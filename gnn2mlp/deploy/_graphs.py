"""What every deployed student of whole graphs offers, whatever computes its outputs. Imports no torch."""

from abc import abstractmethod
from typing import Any

import numpy as np

from gnn2mlp.core.showing import call
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.node_fields import NodeFields, Nodes, chunks

# Nodes that go through the network at once, but for a graph that has more.
CHUNK = 65_536


class BaseGraphPredictor(BasePredictor):
    """Nodes of graphs in, an answer for each graph out. Subclasses supply `_answered`.

    Attributes:
        fields: what a node has.
    """

    fields: NodeFields
    feature_names = None

    @abstractmethod
    def _answered(self, nodes: Nodes) -> np.ndarray:
        """Outputs (graphs, outputs) of the nodes of at least one graph."""

    def _outputs(self, X: Any, name: str) -> np.ndarray:
        parts = [self._answered(some) for some in chunks(self.fields.read(X, name), CHUNK)]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.zeros((0, self.answers.num_outputs), np.float32)

    def predict_table(self, tables: Any, probabilities: bool = False, graph: str = "graph") -> Any:
        """A table with the id of each graph and its answer: `graph`, `prediction`, `confidence`.

        Args:
            tables: a folder with `nodes.parquet`, and `graphs.parquet` if it says which graphs are asked, in which
                order; or tables in memory as `{"nodes": nodes, "graphs": graphs}` or `nodes` alone, of pandas, polars
                or Arrow, or columns by name. Nodes have the id of their graph and the columns of training by their
                names, in any order; other columns and edges are not looked at.
            probabilities: whether `probability_<class>` comes out as well.
            graph: the column of ids of graphs, in both.

        Returns:
            Of the library of the nodes; for a folder, or columns by name, a `pyarrow.Table`. Graphs are in the order
            of `graphs`, or in that of their first nodes.

        Raises:
            ConfigError: if pyarrow is not installed, or the model was trained on arrays without names.
            DataError: for a table or column that is missing or of another type, an id that is there twice, a graph
                without a node, or a number that is missing.

        Example:
            >>> from gnn2mlp.deploy import GraphPredictor
            >>> from gnn2mlp.students.set_mlp import SetMLP
            >>> from gnn2mlp.tasks.answers import ClassAnswers
            >>> student = SetMLP(hidden=4)
            >>> fields = NodeFields((2,), names=("element",), categories={"element": ("C", "O")})
            >>> model = GraphPredictor(student, student.network(2, 2), fields, ClassAnswers(["no", "yes"]))
            >>> model.predict_table({"graph": ["m1", "m1", "m2"], "element": ["C", "O", "O"]})["graph"].to_pylist()
            ['m1', 'm2']
        """
        from gnn2mlp.deploy.graph_scoring import answered_tables

        return answered_tables(self, tables, probabilities, graph)

    def __repr__(self) -> str:
        answers = "numbers" if self.answers.classes is None else self.answers.classes.tolist()
        return call(type(self).__name__, {**self.fields.shown(), "answers": answers})
