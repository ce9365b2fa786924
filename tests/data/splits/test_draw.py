from collections.abc import Callable
from dataclasses import replace

import torch

from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.splits._draw import shuffled_strata


def test_every_class_is_a_permutation_of_its_nodes(tiny_graph: Callable[..., GraphData]) -> None:
    drawn = dict(shuffled_strata(tiny_graph(), 0, "test"))
    assert {c: sorted(ids.tolist()) for c, ids in drawn.items()} == {c: list(range(c, 60, 3)) for c in range(3)}
    assert drawn[0].tolist() != sorted(drawn[0].tolist())


def test_seed_and_purpose_decide(tiny_graph: Callable[..., GraphData]) -> None:
    def first(seed: int, purpose: str) -> list[int]:
        return next(shuffled_strata(tiny_graph(), seed, purpose))[1].tolist()

    assert first(0, "a") == first(0, "a")
    assert first(0, "a") != first(1, "a")
    assert first(0, "a") != first(0, "b")


def test_a_class_does_not_depend_on_the_others(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    labels = torch.where(graph.labels == 0, -1, graph.labels)
    without_0 = dict(shuffled_strata(replace(graph, labels=labels), 0, "test"))
    whole = dict(shuffled_strata(graph, 0, "test"))
    assert without_0[0].numel() == 0
    assert without_0[2].tolist() == whole[2].tolist()
