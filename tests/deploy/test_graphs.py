"""What students of whole graphs share, whatever computes their outputs."""

import numpy as np
import pytest

from gnn2mlp.deploy import NodeFields, _graphs
from gnn2mlp.deploy._graphs import BaseGraphPredictor
from gnn2mlp.deploy.node_fields import Nodes
from gnn2mlp.tasks.answers import ClassAnswers


class Counting(BaseGraphPredictor):
    """Says "large" of graphs of three nodes and more; remembers how many it was asked at once."""

    fields = NodeFields((3,))
    answers = ClassAnswers(["small", "large"])

    def __init__(self) -> None:
        self.asked: list[int] = []

    def _answered(self, nodes: Nodes) -> np.ndarray:
        sizes = np.diff(nodes.offsets)
        self.asked.append(len(sizes))
        return np.stack([np.full(len(sizes), 2.5), sizes], axis=1)

    def digest(self) -> str:
        return "counting"


def test_graphs_are_asked_some_at_a_time_and_answered_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_graphs, "CHUNK", 4)
    predictor = Counting()
    graphs = [[0], [0, 1, 2], [1, 1], [2] * 9, [0]]
    assert predictor.predict(graphs).tolist() == ["small", "large", "small", "large", "small"]
    assert predictor.asked == [2, 1, 1, 1]
    assert predictor.predict([]).tolist() == []
    assert repr(predictor) == "Counting(codes=[3], answers=['small', 'large'])"
