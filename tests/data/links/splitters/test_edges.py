"""Shares of edges by the protocol of LLP, and what may not decide about training."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import RandomEdges, graph_from_arrays
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links.pairs import pairs_of
from gnn2mlp.data.links.split import LinkSplit
from tests.links import with_other_new_nodes


def ring(nodes: int = 400, steps: int = 3) -> GraphData:
    """Each node is linked with its `steps` next ones: nodes x steps edges."""
    start = torch.arange(nodes).repeat(steps)
    end = (start + torch.arange(1, steps + 1).repeat_interleave(nodes)) % nodes
    return graph_from_arrays(
        torch.rand(nodes, 4, generator=torch.Generator().manual_seed(0)),
        [0, 1] * (nodes // 2),
        torch.stack([start, end]),
    )


def by_ends(split: LinkSplit, pairs: torch.Tensor) -> list[torch.Tensor]:
    ends = torch.isin(pairs, split.new).sum(1)
    return [pairs[ends == count] for count in range(3)]


def test_transductive_shares_are_85_5_10() -> None:
    sizes = RandomEdges().split(ring(), 0).sizes
    assert [sizes[part] for part in ("train", "valid", "test", "extra", "known", "new")] == [1020, 60, 120, 0, 0, 0]
    assert (sizes["valid_negatives"], sizes["test_negatives"]) == (60, 120)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_production_shares_are_those_of_the_released_code(share: float) -> None:
    graph = ring()
    split = RandomEdges(valid=share, test=share, new_nodes=share).split(graph, 1, "production")
    assert split.new.numel() == int(share * 400)
    old_old, old_new, new_new = (part.size(0) for part in by_ends(split, pairs_of(graph)))
    assert [part.size(0) for part in by_ends(split, split.test)] == [
        int(share * count) for count in (old_old, old_new, new_new)
    ]
    assert split.extra.size(0) == int(0.1 * old_old)
    rest = old_old - int(share * old_old) - split.extra.size(0)
    assert split.valid.size(0) == int(share * rest)
    assert split.train.size(0) == rest - split.valid.size(0)
    for part in (split.train, split.valid, split.extra, split.valid_negatives):
        assert not torch.isin(part, split.new).any()
    assert [part.size(0) for part in by_ends(split, split.known)] == [
        0, old_new - int(share * old_new), new_new - int(share * new_new),
    ]  # fmt: skip
    assert split.test_negatives.size(0) == split.test.size(0)
    assert torch.isin(split.test_negatives, split.new).any()


def test_every_edge_has_one_role() -> None:
    graph = ring()
    split = RandomEdges(valid=0.2).split(graph, 0, "production")
    parts = torch.cat([split.train, split.valid, split.test, split.extra, split.known])
    assert parts.size(0) == graph.num_edges
    assert sorted(parts.tolist()) == pairs_of(graph).tolist()


def test_new_nodes_and_their_edges_decide_nothing_about_training() -> None:
    graph = ring()
    split = RandomEdges().split(graph, 0, "production")
    changed = with_other_new_nodes(graph, split.new)
    other = RandomEdges().split(changed, 0, "production")
    for part in ("train", "valid", "extra", "valid_negatives", "new"):
        assert torch.equal(getattr(split, part), getattr(other, part)), part
    assert not torch.equal(split.known, other.known)


def test_released_negatives_come_twice() -> None:
    split = RandomEdges(released_negatives=True).split(ring(), 0, "production")
    pairs, times = split.test_negatives.unique(dim=0, return_counts=True)
    assert (times == 2).all()
    assert pairs.size(0) == split.test.size(0) // 2
    assert split.valid_negatives.unique(dim=0).size(0) == split.valid.size(0)
    assert torch.equal(split.test_negatives, pairs.repeat_interleave(2, dim=0))
    plain, released = (RandomEdges(released_negatives=option).split(ring(), 0) for option in (False, True))
    assert plain.digest == released.digest  # when transductive the released code has each once


def test_more_negatives_for_each_positive() -> None:
    split = RandomEdges(negatives=3).split(ring(), 0)
    assert split.valid_negatives.size(0) == 3 * split.valid.size(0)
    assert split.test_negatives.size(0) == 3 * split.test.size(0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"valid": 0.0}, "split.valid: expected a share between 0 and 1, both excluded, got 0.0"),
        ({"test": 1.0}, "split.test: expected a share between 0 and 1"),
        ({"new_nodes": -0.1}, "split.new_nodes: expected a share between 0 and 1"),
        ({"extra": 1.0}, "split.extra: expected a share from 0, below 1, got 1.0"),
        ({"negatives": 0}, "split.negatives: expected at least 1 for each positive, got 0"),
        ({"valid": 0.6, "test": 0.4}, "split: expected shares that leave edges to train on"),
        ({"extra": 0.5, "test": 0.5}, "split: expected shares that leave edges to train on"),
    ],
)
def test_shares_that_cannot_be(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RandomEdges(**options)  # type: ignore[arg-type]


def test_too_few_edges_are_told() -> None:
    with pytest.raises(DataError, match=r"the valid part of the split has no edge, of 10 in all"):
        RandomEdges().split(ring(10, 1), 0)


def test_no_edges_of_old_nodes_alone() -> None:
    star = graph_from_arrays(torch.rand(6, 2), [0, 1] * 3, [[0] * 5, [1, 2, 3, 4, 5]])
    with pytest.raises(DataError, match="part of the split has no edge, of 5 in all"):
        RandomEdges(new_nodes=0.5).split(star, 0, "production")
