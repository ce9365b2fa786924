"""Timing a student that needs the graph, and a teacher that answers no requests."""

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.pipeline.measuring_networks import measure_networks
from gnn2mlp.teachers import Teacher
from gnn2mlp.teachers.gcn import GCN
from tests.helpers import tiny_graph


class Silent(GCN):
    """A teacher that answers no requests."""

    def neighbourhood_predictor(self, graph: object, device: object = "cpu") -> None:  # type: ignore[override]
        return None


def network(kind: type[GCN], hidden: int) -> Teacher:
    teacher = kind(hidden=hidden)
    teacher.initialise(12, 3)
    return teacher


def test_what_cannot_be_timed_is_said() -> None:
    cpu = torch.device("cpu")
    models = network(Silent, 16), network(GCN, 4), network(GCN, 4)
    found = measure_networks(*models, tiny_graph(), 0, 3, 0.01, Execution.on(cpu), device=cpu)
    assert {row["model"] for row in found["rows"]} == {"student"}
    assert found["notes"] == ["The teacher was not timed: it answers no requests for single nodes."]
    assert found["sizes"]["student parameters"] == 12 * 4 + 4 + 4 * 3 + 3
