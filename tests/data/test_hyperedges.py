from itertools import pairwise

import pytest
import torch
from torch import Tensor

from gnn2mlp.data.hyperedges import HyperedgeSampler, HypergraphBlock, Operators, Singletons
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_from_arrays
from gnn2mlp.teachers.hgnn_plus import HGNNPlus
from tests.helpers import tiny_hypergraph

# Hyperedges {0, 1} of weight 0.5 and {1, 2, 3} of weight 2; node 4 lies in none.
HAND = hypergraph_from_arrays(
    torch.eye(5), [0, 1, 0, 1, 0], [[0, 1, 1, 2, 3], [0, 0, 1, 1, 1]], hyperedge_weight=[0.5, 2.0]
)


@pytest.fixture
def hypergraph() -> HypergraphData:
    return tiny_hypergraph()


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def shared(hypergraph: HypergraphData) -> Tensor:
    """Whether two nodes share a hyperedge, (nodes, nodes)."""
    members = hypergraph.members.to_dense()
    return members.T @ members > 0


def passed_on(block: HypergraphBlock, x: Tensor) -> Tensor:
    """Sums over the weighted sums of hyperedges, (targets, width)."""
    return block.incidence @ (block.weight[:, None] * (block.members @ x))


def test_a_block_worked_by_hand() -> None:
    block = HyperedgeSampler(HAND).block(torch.tensor([3, 4]))
    assert block.sources.tolist() == [3, 4, 1, 2]  # targets first, then the others, ascending
    assert block.members.to_dense().tolist() == [[1, 0, 1, 1], [0, 1, 0, 0]]  # node 4 alone in one of its own
    assert block.incidence.to_dense().tolist() == [[1, 0], [0, 1]]
    assert block.weight.tolist() == [2, 1]
    assert block.target_degree.tolist() == [2, 1]
    assert block.source_degree.tolist() == [2, 1, 2.5, 2]
    assert block.num_targets == 2


def test_a_block_with_singletons_of_all_worked_by_hand() -> None:
    block = HyperedgeSampler(HAND, "all").block(torch.tensor([3]))
    assert block.sources.tolist() == [3, 1, 2]
    assert block.members.to_dense().tolist() == [[1, 1, 1], [1, 0, 0]]
    assert block.incidence.to_dense().tolist() == [[1, 1]]
    assert block.weight.tolist() == [2, 1]
    assert block.target_degree.tolist() == [3]
    assert block.source_degree.tolist() == [3, 3.5, 3]


def test_targets_that_are_members_are_not_doubled() -> None:
    block = HyperedgeSampler(HAND).block(torch.tensor([2, 1]))
    assert block.sources.tolist() == [2, 1, 0, 3]
    assert block.members.to_dense().tolist() == [[0, 1, 1, 0], [1, 1, 0, 1]]
    assert block.incidence.to_dense().tolist() == [[0, 1], [1, 1]]


@pytest.mark.parametrize(("singletons", "count"), [("isolated", 1), ("all", 5)])
def test_singletons_come_after_the_hyperedges(singletons: Singletons, count: int) -> None:
    block = HyperedgeSampler(HAND, singletons).full_block()
    own = torch.eye(5)[-count:]
    assert torch.equal(block.members.to_dense(), torch.cat([HAND.members.to_dense(), own]))
    assert block.weight.tolist() == [0.5, 2] + [1] * count
    assert torch.equal(block.incidence.to_dense(), block.members.to_dense().T)


@pytest.mark.parametrize("singletons", ["isolated", "all"])
def test_degrees_are_the_weights_of_a_nodes_hyperedges(hypergraph: HypergraphData, singletons: Singletons) -> None:
    block = HyperedgeSampler(hypergraph, singletons).full_block()
    weights = hypergraph.members.to_dense().T @ hypergraph.weight
    alone = hypergraph.degree == 0
    assert 0 < int(alone.sum()) < 60
    expected = weights + (alone if singletons == "isolated" else torch.ones(60))
    torch.testing.assert_close(block.target_degree, expected)
    assert torch.equal(block.source_degree, block.target_degree)


def test_stacked_blocks_fit_and_give_the_two_hop_sum(hypergraph: HypergraphData) -> None:
    sampler, targets = HyperedgeSampler(hypergraph), torch.tensor([7, 3, 50])
    first, second = sampler.k_hop_blocks(targets, 2)
    assert second.sources[: second.num_targets].tolist() == targets.tolist()
    assert first.sources[: first.num_targets].tolist() == second.sources.tolist()
    assert first.sources.numel() < 60
    x = hypergraph.features
    assert isinstance(x, Tensor)
    members = sampler.members.to_dense()
    spread = members.T @ (sampler.weight[:, None] * members)
    two_hops = passed_on(second, passed_on(first, x[first.sources]))
    torch.testing.assert_close(two_hops, (spread @ spread @ x)[targets])


def test_blocks_hold_the_degrees_and_weights_of_the_whole(hypergraph: HypergraphData) -> None:
    sampler, targets = HyperedgeSampler(hypergraph), torch.tensor([20, 4, 33])
    for earlier, later in pairwise(sampler.k_hop_blocks(targets, 3)):
        assert torch.equal(earlier.sources[: earlier.num_targets], later.sources)
        assert torch.equal(earlier.target_degree, sampler.degree[later.sources])
        assert torch.equal(earlier.source_degree, sampler.degree[earlier.sources])
    block = sampler.block(targets)
    torch.testing.assert_close((block.incidence @ block.weight[:, None])[:, 0], block.target_degree)


def test_the_whole_hypergraph_is_one_block_made_once(hypergraph: HypergraphData) -> None:
    sampler = HyperedgeSampler(hypergraph)
    block = sampler.full_block()
    assert sampler.full_block("cpu") is block
    assert block.sources.tolist() == list(range(60))
    assert block.num_targets == 60
    everything = sampler.block(torch.arange(60))
    assert torch.equal(everything.members.to_dense(), block.members.to_dense())
    assert torch.equal(everything.incidence.to_dense(), block.incidence.to_dense())
    assert torch.equal(everything.weight, block.weight)


def test_operators_are_made_once_per_block() -> None:
    calls = []

    def doubled(block: HypergraphBlock) -> Operators:
        calls.append(block)
        return Operators(block.members.with_values(2 * block.members.values), block.incidence)

    block = HyperedgeSampler(HAND).full_block()
    assert block.operator(doubled) is block.operator(doubled)
    assert len(calls) == 1
    assert block.operator(doubled)[0].to_dense().tolist() == (2 * block.members.to_dense()).tolist()


def test_a_block_is_itself_where_it_is_and_a_copy_elsewhere() -> None:
    block = HyperedgeSampler(HAND).block(torch.tensor([3, 4]))
    assert block.to("cpu") is block.to("cpu:0") is block
    moved = block.to("meta")  # a device that every machine has
    tensors = (moved.weight, moved.target_degree, moved.source_degree, moved.sources)
    assert {tensor.device.type for tensor in (*tensors, moved.members, moved.incidence)} == {"meta"}
    assert (moved.num_targets, moved.members.shape) == (2, (2, 4))


@pytest.mark.parametrize("singletons", ["isolated", "all"])
def test_pairs_share_a_hyperedge_or_do_not(hypergraph: HypergraphData, singletons: Singletons) -> None:
    sampler, share = HyperedgeSampler(hypergraph, singletons), shared(hypergraph)
    for block in (sampler.full_block(), sampler.block(torch.tensor([41, 7, 20, 3]))):
        linked, others = block.sample_pairs(10_000, generator())
        for pairs in (linked, others):
            assert pairs.numel() > 0
            assert bool((pairs[0] != pairs[1]).all())
            assert int(pairs[0].max()) < block.num_targets
            assert pairs.size(1) <= block.incidence.nnz
        assert bool(share[block.sources[linked[0]], block.sources[linked[1]]].all())
        assert not bool(share[block.sources[others[0]], block.sources[others[1]]].any())


def test_pairs_are_as_many_as_asked_for_but_for_loops_and_chance_hits(hypergraph: HypergraphData) -> None:
    linked, others = HyperedgeSampler(hypergraph).full_block().sample_pairs(100, generator())
    assert 50 < linked.size(1) <= 100
    assert 80 < others.size(1) <= 100


def test_equal_generators_give_equal_pairs(hypergraph: HypergraphData) -> None:
    block = HyperedgeSampler(hypergraph).full_block()

    def draw(seed: int) -> list[list[list[int]]]:
        return [pairs.tolist() for pairs in block.sample_pairs(30, generator(seed))]

    assert draw(0) == draw(0)
    assert draw(0) != draw(1)


def test_pairs_are_drawn_as_a_walk_goes() -> None:
    # Hyperedges {0, 1} and {0, 1, 2}: one of 5 incidences, then one of 2 or 3 members. So 0-1, either way, has the
    # chance 1/5 (1/2 + 1/3) = 1/6, the other four pairs 1/15, and a loop, which is left out, 2/5.
    block = HyperedgeSampler(
        hypergraph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1, 0, 1, 2], [0, 0, 1, 1, 1]])
    ).full_block()
    expected = torch.tensor([[0, 1 / 6, 1 / 15], [1 / 6, 0, 1 / 15], [1 / 15, 1 / 15, 0]]) * 4000
    random, count = generator(), torch.zeros(3, 3)
    for _ in range(800):
        linked, others = block.sample_pairs(5, random)
        count.index_put_((linked[0], linked[1]), torch.ones(linked.size(1)), accumulate=True)
        assert others.size(1) == 0  # every two nodes share a hyperedge
    loops = 4000 - count.sum()
    possible = expected > 0
    assert count[~possible].sum() == 0
    chi = ((count - expected) ** 2 / expected)[possible].sum() + (loops - 1600) ** 2 / 1600
    assert chi < 22.5  # chi-square with 6 degrees of freedom, once in 1,000 times


def test_pairs_that_share_none_are_drawn_evenly() -> None:
    # In the hypergraph by hand 0 shares none with 2, 3 and 4, and 4 none with anyone: 12 of 25 pairs, each as often.
    block, random, count = HyperedgeSampler(HAND).full_block(), generator(), torch.zeros(5, 5)
    for _ in range(500):
        others = block.sample_pairs(6, random)[1]
        count.index_put_((others[0], others[1]), torch.ones(others.size(1)), accumulate=True)
    assert torch.equal(count > 0, ~shared(HAND) & ~torch.eye(5, dtype=torch.bool))
    drawn = count[count > 0]
    assert drawn.numel() == 12
    assert ((drawn - 120) ** 2 / 120).sum() < 33  # 3,000 draws; chi-square with 12 degrees of freedom


def test_a_block_of_lone_nodes_has_no_pairs() -> None:
    linked, others = HyperedgeSampler(HAND).block(torch.tensor([4])).sample_pairs(10, generator())
    assert linked.shape == others.shape == (2, 0)
    lone = HAND.subgraph(torch.tensor([4]))
    assert HyperedgeSampler(lone).full_block().members.to_dense().tolist() == [[1]]


def test_operators_have_the_shape_of_the_matrix_that_is_never_made() -> None:
    block = HyperedgeSampler(HAND).block(torch.tensor([0]))
    operators = HGNNPlus.operators(block)
    assert operators.shape == (operators @ torch.eye(block.sources.numel())).shape == (1, block.sources.numel())
