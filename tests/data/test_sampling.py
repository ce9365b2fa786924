"""Blocks: whole, with all neighbours, and with some of them drawn."""

import itertools

import pytest
import torch
from torch import Tensor

from gnn2mlp.data import Block, NeighbourSampler
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_graph


@pytest.fixture(scope="module")
def sampler() -> NeighbourSampler:
    return NeighbourSampler(tiny_graph().adjacency)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def neighbours(block: Block, target: int) -> list[int]:
    """Ids in the graph of the neighbours that target number `target` has in the block."""
    row = block.pattern.rows(torch.tensor([target]))
    return block.sources[row.indices].tolist()


def in_graph(sampler: NeighbourSampler, node: int) -> list[int]:
    return sampler.adjacency.rows(torch.tensor([node])).indices.tolist()


def star(leaves: int) -> NeighbourSampler:
    """Node 0 with neighbours 1 .. leaves, which have no other."""
    ends = torch.arange(1, leaves + 1)
    hub = torch.zeros_like(ends)
    row, column = torch.cat([hub, ends]), torch.cat([ends, hub])
    return NeighbourSampler(CSR.from_coo(row, column, torch.ones(2 * leaves), (leaves + 1, leaves + 1)))


def test_a_block_holds_all_neighbours(sampler: NeighbourSampler) -> None:
    targets = torch.tensor([7, 3, 50])
    block = sampler.block(targets)
    assert torch.equal(block.sources[:3], targets)
    assert block.sources.unique().numel() == block.sources.numel()
    for place, node in enumerate(targets.tolist()):
        assert sorted(neighbours(block, place)) == in_graph(sampler, node)


def test_degrees_are_those_of_the_whole_graph(sampler: NeighbourSampler) -> None:
    block = sampler.block(torch.tensor([7, 3]), fanout=1, generator=seeded())
    assert block.target_degree.tolist() == [len(in_graph(sampler, 7)), len(in_graph(sampler, 3))]
    assert block.source_degree.tolist() == [len(in_graph(sampler, node)) for node in block.sources.tolist()]


@pytest.mark.parametrize("fanout", [1, 3, 8])
def test_draws_fanout_different_neighbours_or_all_if_there_are_few(sampler: NeighbourSampler, fanout: int) -> None:
    targets = torch.arange(60)
    fewer = 0
    for seed in range(5):
        block = sampler.block(targets, fanout, seeded(seed))
        for node in range(60):
            drawn, there = neighbours(block, node), in_graph(sampler, node)
            assert len(set(drawn)) == len(drawn) == min(fanout, len(there))
            assert set(drawn) <= set(there)
            fewer += len(there) <= fanout
    assert fewer > 0 or fanout == 1


def test_every_neighbour_is_drawn_equally_often() -> None:
    hub, draws, leaves, fanout = star(10), 1500, 10, 3
    random = seeded()
    count = torch.zeros(leaves + 1)
    for _ in range(draws):
        count[neighbours(hub.block(torch.tensor([0]), fanout, random), 0)] += 1
    expected = draws * fanout / leaves
    # Chi-square with 9 degrees of freedom, a little less for draws without replacement: above 27.9 once in 1000 times.
    assert ((count[1:] - expected) ** 2 / expected).sum() < 27.9
    assert count[0] == 0


def test_pairs_are_drawn_equally_often() -> None:
    hub, random = star(4), seeded()
    count = torch.zeros(5, 5)
    for _ in range(1200):
        a, b = sorted(neighbours(hub.block(torch.tensor([0]), 2, random), 0))
        count[a, b] += 1
    pairs = count[count > 0]
    assert pairs.numel() == 6
    assert ((pairs - 200) ** 2 / 200).sum() < 20.5  # chi-square, 5 degrees of freedom, once in 1000 times


def test_generator_decides_the_draw(sampler: NeighbourSampler) -> None:
    patterns = [sampler.block(torch.arange(60), 2, seeded(s)).sources for s in (0, 0)]
    assert torch.equal(*patterns)
    drawn = [neighbours(sampler.block(torch.arange(60), 2, seeded(s)), 0) for s in range(8)]
    assert len({tuple(d) for d in drawn}) > 1


def test_sources_of_a_block_are_the_targets_of_the_one_before(sampler: NeighbourSampler) -> None:
    targets = torch.tensor([5, 11])
    blocks = sampler.blocks(targets, [2, 3, None], seeded())
    assert len(blocks) == 3
    assert torch.equal(blocks[-1].sources[: blocks[-1].num_targets], targets)
    for earlier, later in itertools.pairwise(blocks):
        assert torch.equal(earlier.sources[: earlier.num_targets], later.sources)
    assert blocks[0].pattern.indptr.diff().max() == 2
    assert blocks[1].pattern.indptr.diff().max() == 3
    assert sorted(neighbours(blocks[2], 0)) == in_graph(sampler, 5)


def test_whole_graph_is_a_block_made_once(sampler: NeighbourSampler) -> None:
    block = sampler.whole()
    assert block is sampler.whole()
    assert block.to("cpu") is block
    assert block.pattern is sampler.adjacency
    assert torch.equal(block.sources, torch.arange(60))


def test_operators_are_made_once_per_block(sampler: NeighbourSampler) -> None:
    made: list[Block] = []

    def double(block: Block) -> CSR:
        made.append(block)
        return block.pattern.with_values(2 * block.pattern.values)

    block = sampler.block(torch.tensor([1]))
    assert block.operator(double) is block.operator(double)
    assert made == [block]
    assert block.operator(double).values.unique().tolist() == [2.0]


def test_isolated_targets_have_a_block() -> None:
    lonely = NeighbourSampler(
        CSR(torch.zeros(4, dtype=torch.int64), torch.zeros(0, dtype=torch.int64), Tensor(), (3, 3))
    )
    for fanout in (None, 2):
        block = lonely.block(torch.tensor([2, 0]), fanout, seeded())
        assert block.pattern.nnz == 0
        assert block.sources.tolist() == [2, 0]
