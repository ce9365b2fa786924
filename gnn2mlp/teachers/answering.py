"""A teacher on a graph in memory as a function from ids of nodes to probabilities, such as a cascade asks."""

from typing import Any

import numpy as np
import torch

from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.limits import check_positive
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.tables.lookup import NodeIds
from gnn2mlp.teachers._base import Teacher


class TeacherAnswers:
    """Probabilities of nodes by their ids: a request fetches the neighbourhood that it needs, and no more.

    Args:
        teacher: trained.
        graph: on which it is asked; nodes that appeared after training may be in it.
        ids: (nodes,) of the graph's nodes in the user's own values; default: their numbers 0, 1, ...
        temperature: logits are divided by it (`gnn2mlp.evaluate.fit_temperature` of validation logits).
        device: where to compute.

    Raises:
        ConfigError: if a teacher of this kind cannot answer requests for single nodes, or the temperature is not
            above 0.
        DataError: for ids that are not one for each node, or given twice.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> from gnn2mlp.teachers import GCN
        >>> path = graph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1], [1, 2]])
        >>> teacher = GCN(hidden=4, layers=2)
        >>> teacher.initialise(num_features=3, num_classes=2)
        >>> answers = TeacherAnswers(teacher, path, ids=["a", "b", "c"])
        >>> answers(["c", "a"]).shape
        (2, 2)
    """

    def __init__(
        self,
        teacher: Teacher,
        graph: NodeData,
        ids: Any = None,
        temperature: float = 1.0,
        device: torch.device | str = "cpu",
    ):
        found = teacher.neighbourhood_predictor(graph, device)
        if found is None:
            raise ConfigError(
                f"teacher {teacher.name!r} answers no requests for single nodes; expected one that passes messages, "
                "or give the cascade a function of your own"
            )
        check_positive("teacher", temperature=temperature)
        self._answer = found
        self._ids = None if ids is None else NodeIds(ids, "ids")
        if self._ids is not None and len(self._ids) != graph.num_nodes:
            raise DataError(f"ids: expected one for each of {graph.num_nodes} nodes, got {len(self._ids)}")
        self.temperature = temperature

    def __call__(self, ids: Any) -> np.ndarray:
        """Probabilities (ids, classes).

        Raises:
            DataError: for ids that the graph does not have.
        """
        answer = self._answer(torch.from_numpy(self._rows(ids))).double()
        if self.temperature != 1:
            answer = (answer.log() / self.temperature).softmax(-1)
        return answer.numpy()

    def _rows(self, ids: Any) -> np.ndarray:
        if self._ids is None:
            return np.asarray(ids, dtype=np.int64)
        rows = self._ids.rows(ids, "ids")
        if (unknown := np.flatnonzero(rows < 0)).size:
            given = list(ids)
            names = listing([str(given[k]) for k in unknown.tolist()])
            raise DataError(
                f"ids: expected nodes of the graph, got {unknown.size} that it does not have ({names}); add them to "
                "the graph with their edges, or let the student answer them"
            )
        return rows
