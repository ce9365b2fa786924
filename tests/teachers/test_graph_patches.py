from dataclasses import replace

import numpy as np
import pytest
import torch

from gnn2mlp.teachers._graph_patches import drawn_slots, fixed_slots, patches_of, ragged_of
from tests.graphs import random_graphs

GRAPHS = random_graphs(count=20)
BATCH = GRAPHS.batch(range(20))
RAGGED = ragged_of(BATCH)
SLOTS = 4


def inside(slots: torch.Tensor) -> torch.Tensor:
    """bool (nodes, slots), pair by pair: a node is in the patches of its own part and of its neighbours' parts."""
    found = torch.zeros(BATCH.num_nodes, SLOTS, dtype=torch.bool)
    for node, slot in enumerate(slots.tolist()):
        found[node, slot] = True
    for one, other in BATCH.edge_index.T.tolist():
        found[one, slots[other]] = True
    return found


def test_a_patch_is_its_part_and_the_nodes_next_to_it() -> None:
    slots = fixed_slots(RAGGED, SLOTS, seed=0)
    patches = patches_of(BATCH, slots, SLOTS, by_edge=False)
    expected = inside(slots)
    slot, node = expected.T.nonzero().unbind(1)
    assert patches.node.tolist() == node.tolist()
    graph = BATCH.graph_of_node
    for number in range(BATCH.num_graphs):
        own = expected[graph == number].float()
        assert torch.equal(patches.overlap[number], own.T @ own)
    assert torch.equal(patches.filled.flatten().nonzero()[:, 0], patches.place.sort().values)
    places = patches.place[patches.to_patches.transpose().indices]
    assert torch.equal(places, graph[node] * SLOTS + slot)


@pytest.mark.parametrize("by_edge", [False, True])
def test_messages_pass_along_the_edges_within_a_patch(by_edge: bool) -> None:
    slots = fixed_slots(RAGGED, SLOTS, seed=0)
    patches = patches_of(BATCH, slots, SLOTS, by_edge)
    x = torch.randn(BATCH.num_nodes, 3)
    found = patches.received @ (x[patches.sent] if by_edge else x)
    member, slot = inside(slots), inside(slots).T.nonzero()[:, 0]
    for copy, (node, own) in enumerate(zip(patches.node.tolist(), slot.tolist(), strict=True)):
        near = [a for a, b in BATCH.edge_index.T.tolist() if b == node and member[a, own]]
        torch.testing.assert_close(found[copy], x[near].sum(0))


def test_means_are_over_copies_and_patches() -> None:
    patches = patches_of(BATCH, fixed_slots(RAGGED, SLOTS, seed=0), SLOTS, by_edge=False)
    ones = torch.ones(patches.node.numel(), 1)
    for operator in (patches.to_nodes, patches.to_patches):
        torch.testing.assert_close(operator @ ones, torch.ones(len(operator), 1))
    numbers = patches.node[:, None].float()
    torch.testing.assert_close(patches.to_nodes @ numbers, torch.arange(BATCH.num_nodes)[:, None].float())
    value = torch.randn(len(patches.to_patches), 2)
    spread = value[patches.to_patches.transpose().indices]  # of each copy its patch's
    torch.testing.assert_close(patches.patches_of_nodes @ value, patches.to_nodes @ spread)


def test_small_graphs_take_a_slot_for_each_node() -> None:
    slots = fixed_slots(RAGGED, 8, seed=1)
    for start, stop in zip(RAGGED.offsets[:-1], RAGGED.offsets[1:], strict=True):
        assert len(set(slots[start:stop].tolist())) == stop - start
    assert slots.tolist() != fixed_slots(RAGGED, 8, seed=2).tolist()


def test_training_draws_slots_for_each_graph_by_itself() -> None:
    twice = replace(GRAPHS, name="twice").take([5, 5, 5, 5])
    slots = drawn_slots(ragged_of(twice), 8, drop_edges=0.3, seed=0).view(4, -1)
    assert len({tuple(row) for row in slots.tolist()}) > 1
    again = drawn_slots(ragged_of(twice), 8, drop_edges=0.3, seed=0).view(4, -1)
    assert torch.equal(again, slots)


def test_a_share_of_the_edges_is_dropped_in_both_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def parts(graphs, count, seed):  # type: ignore[no-untyped-def]
        seen.append(graphs)
        return np.zeros(graphs.offsets[-1], np.int64)

    monkeypatch.setitem(__import__("gnn2mlp.teachers._graph_patches", fromlist=["x"])._BY_NAME, "grow", parts)
    large = ragged_of(random_graphs(count=200, smallest=8))
    drawn_slots(large, 2, drop_edges=0.3, seed=4)
    (kept,) = seen
    assert 0.65 < len(kept.source) / len(large.source) < 0.75
    pairs = set(zip(kept.source.tolist(), kept.target.tolist(), strict=True))
    assert pairs == {(b, a) for a, b in pairs}


def test_edges_in_any_order_are_sorted() -> None:
    order = torch.randperm(BATCH.edge_index.size(1), generator=torch.Generator().manual_seed(0))
    found = ragged_of(replace(BATCH, edge_index=BATCH.edge_index[:, order]))
    assert found.source.tolist() == RAGGED.source.tolist()
    assert found.offsets.tolist() == RAGGED.offsets.tolist() == ragged_of(GRAPHS).offsets.tolist()
