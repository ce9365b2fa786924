from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from gnn2mlp.data import sampling
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.sampling import GraphBlock, NeighbourSampler, WeightedDraws, random_pairs, relabel
from gnn2mlp.nn.csr import CSR
from tests.cuda import needs_cuda, nothing_waits, off_the_cpu

# A path 0-1-2-3 and node 4 alone.
PATH = graph_from_arrays(torch.eye(5), [0, 1, 0, 1, 0], [[0, 1, 2], [1, 2, 3]])


@pytest.fixture
def graph(tiny_graph: Callable[..., GraphData]) -> GraphData:
    return tiny_graph()


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_block_of_all_neighbours_worked_by_hand() -> None:
    block = NeighbourSampler(PATH.adjacency).block(torch.tensor([2, 4]))
    assert block.sources.tolist() == [2, 4, 1, 3]  # targets first, then the others, ascending
    assert block.pattern.to_dense().tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]
    assert block.target_degree.tolist() == [2, 0]
    assert block.source_degree.tolist() == [2, 0, 2, 1]
    assert block.num_targets == 2


def test_targets_that_are_neighbours_are_not_doubled() -> None:
    block = NeighbourSampler(PATH.adjacency).block(torch.tensor([1, 0]))
    assert block.sources.tolist() == [1, 0, 2]
    assert block.pattern.to_dense().tolist() == [[0, 1, 1], [1, 0, 0]]


@pytest.mark.parametrize("marked", [0, 1000])
def test_sources_are_targets_and_then_other_neighbours_in_order(marked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "_MARKED", marked)  # neighbours are sorted, or marked among all nodes
    sources, columns = relabel(torch.tensor([7, 2]), torch.tensor([9, 2, 4, 9, 7]), 12)
    assert sources.tolist() == [7, 2, 4, 9]
    assert columns.tolist() == [3, 1, 2, 3, 0]
    sources, columns = relabel(torch.tensor([5]), torch.tensor([], dtype=torch.int64), 12)
    assert (sources.tolist(), columns.tolist()) == ([5], [])


def test_stacked_blocks_fit_and_give_the_two_hop_sum(graph: GraphData) -> None:
    targets = torch.tensor([7, 3, 50])
    first, second = NeighbourSampler(graph.adjacency).sample_blocks(targets, [None, None])
    assert second.sources.tolist()[:3] == targets.tolist()
    assert first.sources[: first.num_targets].tolist() == second.sources.tolist()
    x = graph.features
    assert isinstance(x, torch.Tensor)
    adjacency = graph.adjacency.to_dense()
    two_hops = second.pattern @ (first.pattern @ x[first.sources])
    assert torch.allclose(two_hops, (adjacency @ adjacency @ x)[targets])


@pytest.mark.parametrize("fanout", [1, 3])
def test_sampled_neighbours_are_distinct_and_true(graph: GraphData, fanout: int) -> None:
    targets = torch.arange(0, 60, 2)
    block = NeighbourSampler(graph.adjacency).block(targets, fanout, generator())
    counts = block.pattern.indptr.diff()
    assert counts.tolist() == block.target_degree.clamp(max=fanout).long().tolist()
    adjacency = graph.adjacency.to_dense()
    for row, target in enumerate(targets.tolist()):
        start, end = block.pattern.indptr[row : row + 2].tolist()
        neighbours = block.sources[block.pattern.indices[start:end]].tolist()
        assert len(set(neighbours)) == len(neighbours)
        assert all(adjacency[target, other] == 1 for other in neighbours)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_large_fanout_keeps_everything(tiny_graph: Callable[..., GraphData], weighted: bool) -> None:
    graph = tiny_graph(weighted=weighted)
    sampler, targets = NeighbourSampler(graph.adjacency), torch.arange(60)
    sampled = sampler.block(targets, 1000, generator())
    assert torch.equal(sampled.pattern.to_dense(), sampler.block(targets).pattern.to_dense())


def test_neighbours_are_drawn_evenly() -> None:
    # A star: its centre draws 2 of 5 leaves; in 3,000 draws each leaf is expected 1,200 times, with a deviation of 27.
    star = graph_from_arrays(torch.eye(6), [0, 1, 0, 1, 0, 1], [[0] * 5, [1, 2, 3, 4, 5]])
    sampler, source = NeighbourSampler(star.adjacency), generator(1)
    seen = torch.zeros(6)
    for _ in range(3000):
        seen[sampler.block(torch.tensor([0]), 2, source).sources[1:]] += 1
    assert seen.sum() == 6000
    assert bool(((seen[1:] - 1200).abs() < 5 * 27).all())


@pytest.mark.parametrize("weighted", [False, True])
def test_equal_generators_give_equal_blocks(tiny_graph: Callable[..., GraphData], weighted: bool) -> None:
    graph = tiny_graph(weighted=weighted)
    sampler, targets = NeighbourSampler(graph.adjacency), torch.arange(30)

    def draw(seed: int) -> list[list[int]]:
        return [block.sources.tolist() for block in sampler.sample_blocks(targets, [2, 2], generator(seed))]

    assert draw(0) == draw(0)
    assert draw(0) != draw(1)


def test_the_whole_graph_is_one_block_made_once(graph: GraphData) -> None:
    sampler = NeighbourSampler(graph.adjacency)
    block = sampler.full_block()
    assert sampler.full_block("cpu") is block
    assert block.sources.tolist() == list(range(60))
    assert torch.equal(block.target_degree, graph.adjacency.to_dense().sum(1))


def test_a_device_with_and_without_its_number_is_one(graph: GraphData) -> None:
    """The CPU has the number 0 as the only GPU has: another name must not cost another copy with other operators."""
    sampler = NeighbourSampler(graph.adjacency)
    block = sampler.full_block("cpu")
    assert sampler.full_block("cpu:0") is block
    assert block.to("cpu:0") is block


@needs_cuda
def test_a_block_that_is_on_the_gpu_stays_with_its_operators(graph: GraphData) -> None:
    sampler = NeighbourSampler(graph.adjacency)
    block = sampler.full_block("cuda")
    assert sampler.full_block(block.sources.device) is block
    assert block.to("cuda") is block.to(torch.device("cuda", torch.cuda.current_device())) is block


def test_an_operator_is_made_once_per_block() -> None:
    calls = []

    def doubled(block: GraphBlock) -> CSR:
        calls.append(block)
        return block.pattern.with_values(2 * block.pattern.values)

    block = NeighbourSampler(PATH.adjacency).full_block()
    assert block.operator(doubled) is block.operator(doubled)
    assert block.to("cpu") is block
    assert len(calls) == 1
    assert block.operator(doubled).to_dense().tolist() == (2 * PATH.adjacency.to_dense()).tolist()


def test_degrees_of_sampled_blocks_are_those_of_the_whole_graph(graph: GraphData) -> None:
    degree = graph.adjacency.to_dense().sum(1)
    block = NeighbourSampler(graph.adjacency).block(torch.tensor([7, 3]), 1, generator())
    assert torch.equal(block.target_degree, degree[[7, 3]])
    assert torch.equal(block.source_degree, degree[block.sources])


def test_pairs_of_neighbours_are_drawn_evenly() -> None:
    # Even marginals do not make even sets: of 4 leaves, each of the 6 pairs is expected 200 times in 1,200 draws.
    star = graph_from_arrays(torch.eye(5), [0, 1, 0, 1, 0], [[0] * 4, [1, 2, 3, 4]])
    sampler, source = NeighbourSampler(star.adjacency), generator()
    count = torch.zeros(5, 5)
    for _ in range(1200):
        first, second = sampler.block(torch.tensor([0]), 2, source).sources[1:].tolist()
        count[first, second] += 1
    pairs = count[count > 0]
    assert pairs.numel() == 6
    assert ((pairs - 200) ** 2 / 200).sum() < 20.5  # chi-square with 5 degrees of freedom, once in 1,000 times


def test_stacked_blocks_take_their_own_fanout(graph: GraphData) -> None:
    blocks = NeighbourSampler(graph.adjacency).sample_blocks(torch.tensor([5, 11]), [2, 3, None], generator())
    for earlier, later in pairwise(blocks):
        assert torch.equal(earlier.sources[: earlier.num_targets], later.sources)
    assert [int(block.pattern.indptr.diff().max()) for block in blocks[:2]] == [2, 3]
    assert torch.equal(blocks[2].pattern.indptr.diff().float(), blocks[2].target_degree)


@pytest.mark.parametrize("fanout", [None, 2])
def test_isolated_targets_have_a_block(fanout: int | None) -> None:
    block = NeighbourSampler(PATH.adjacency).block(torch.tensor([4]), fanout, generator())
    assert block.pattern.nnz == 0
    assert block.sources.tolist() == [4]


def test_k_hop_blocks_hold_all_neighbours(graph: GraphData) -> None:
    sampler, targets = NeighbourSampler(graph.adjacency), torch.tensor([7, 3, 50])
    blocks = sampler.k_hop_blocks(targets, 2)
    assert len(blocks) == 2
    for ours, other in zip(blocks, sampler.sample_blocks(targets, [None, None]), strict=True):
        assert torch.equal(ours.sources, other.sources)
        assert torch.equal(ours.pattern.to_dense(), other.pattern.to_dense())
    assert torch.equal(blocks[1].sources[:3], targets)
    assert sampler.k_hop_blocks(targets, 0) == []


def test_pairs_of_a_block_are_edges_and_none(graph: GraphData) -> None:
    block, dense = NeighbourSampler(graph.adjacency).full_block(), graph.adjacency.to_dense().bool()
    edges, others = block.sample_pairs(10_000, generator())
    assert torch.equal(edges, graph.edge_index)  # all of them where there are no more
    assert not bool(dense[others[0], others[1]].any())
    assert bool((others[0] != others[1]).all())
    assert 0.6 * edges.size(1) < others.size(1) <= edges.size(1)
    assert torch.equal(block.sample_pairs(edges.size(1), generator())[0], edges)
    assert block.sample_pairs(edges.size(1) - 1, generator())[0].size(1) == edges.size(1) - 1
    few, others = block.sample_pairs(50, generator())
    assert few.shape == (2, 50)
    assert bool(dense[few[0], few[1]].all())
    assert 0 < others.size(1) <= 50


def test_pairs_reach_every_edge_and_every_other_pair_alike(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph(nodes=9)
    block, random, counts = NeighbourSampler(graph.adjacency).full_block(), generator(), torch.zeros(2, 9, 9)
    for _ in range(1500):
        for kind, pairs in enumerate(block.sample_pairs(8, random)):
            counts[kind].index_put_((pairs[0], pairs[1]), torch.ones(pairs.size(1)), accumulate=True)
    there = graph.adjacency.to_dense().bool()
    for kind, possible in enumerate((there, ~there & ~torch.eye(9, dtype=torch.bool))):
        assert counts[kind][~possible].sum() == 0
        share = counts[kind][possible] / counts[kind].sum()
        assert (share * possible.sum() - 1).abs().max() < 0.25


def test_pairs_of_a_block_are_positions_of_its_targets_and_sources() -> None:
    block = NeighbourSampler(PATH.adjacency).block(torch.tensor([2, 4]))  # from the sources 2, 4, 1, 3
    edges, others = block.sample_pairs(99, generator())
    assert edges.tolist() == [[0, 0], [2, 3]]
    others = torch.cat([block.sample_pairs(99, generator(seed))[1] for seed in range(30)], dim=1)
    assert set(map(tuple, others.T.tolist())) == {(0, 1), (1, 0), (1, 2), (1, 3)}


def test_a_block_without_edges_has_no_pairs() -> None:
    edges, others = NeighbourSampler(PATH.adjacency).block(torch.tensor([4])).sample_pairs(10, generator())
    assert edges.shape == others.shape == (2, 0)


def test_random_pairs_are_drawn_evenly() -> None:
    pairs = random_pairs((2, 3), 6000, generator())
    assert pairs.dtype == torch.int64
    count = torch.bincount(pairs[0] * 3 + pairs[1])
    assert pairs.max(dim=1).values.tolist() == [1, 2]
    assert count.numel() == 6
    assert ((count - 1000) ** 2 / 1000).sum() < 20.5  # chi-square with 5 degrees of freedom, once in 1,000 times
    assert torch.equal(random_pairs((2, 3), 6000, generator()), pairs)


def test_pairs_on_other_devices_are_those_of_the_cpu_and_nodes_with_themselves(graph: GraphData) -> None:
    block = NeighbourSampler(graph.adjacency).full_block()
    edges, others = block.sample_pairs(200, generator())
    with off_the_cpu("cpu"), nothing_waits("cpu"):
        there = block.sample_pairs(200, generator())
    assert torch.equal(there[0], edges)
    assert others.size(1) < there[1].size(1) == edges.size(1)
    assert torch.equal(there[1][:, there[1][0] != there[1][1]], others)


def test_a_block_of_a_weighted_directed_graph_worked_by_hand() -> None:
    edges, weight = [[0, 2, 1, 0], [1, 1, 2, 3]], [0.5, 2.0, 3.0, 4.0]
    graph = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], edges, edge_weight=weight, directed=True)
    block = NeighbourSampler(graph.adjacency).block(torch.tensor([1, 0]))
    assert block.sources.tolist() == [1, 0, 2]
    assert block.pattern.to_dense().tolist() == [[0, 0.5, 2], [0, 0, 0]]
    assert (block.weighted, block.target_degree.tolist(), block.source_degree.tolist()) == (True, [2.5, 0], [2.5, 0, 3])
    assert block.links_per_sample.tolist() == [1, 0]
    assert block.sampled_degree.tolist() == [2.5, 0]
    assert block.of_entries(torch.tensor([10.0, 7.0])).tolist() == [5, 20]


def test_neighbours_are_drawn_by_weight() -> None:
    # A star with weights 1, 2, 3, 4, 10: in 2,000 draws of 3 with replacement leaf i is expected 6,000 w_i / 20 times.
    weight = torch.tensor([1.0, 2, 3, 4, 10])
    star = graph_from_arrays(torch.eye(6), [0, 1, 0, 1, 0, 1], [[0] * 5, [1, 2, 3, 4, 5]], edge_weight=weight)
    sampler, source, seen = NeighbourSampler(star.adjacency), generator(1), torch.zeros(5)
    for _ in range(2000):
        block = sampler.block(torch.tensor([0]), 3, source)
        assert block.pattern.values.tolist() == [4.0] * 3  # the mean weight
        assert block.links_per_sample.tolist() == [pytest.approx(5 / 3)]
        seen += torch.bincount(block.sources[block.pattern.indices] - 1, minlength=5)
    expected = 6000 * weight / 20
    assert ((seen - expected) ** 2 / expected).sum() < 18.5  # chi-square with 4 degrees of freedom, once in 1,000 times


def test_sums_over_drawn_neighbours_are_those_over_all_in_expectation(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph(weighted=True, directed=True)
    sampler, source, targets = NeighbourSampler(graph.adjacency), generator(), torch.arange(60)
    total, draws = torch.zeros(60, 60), 3000
    for _ in range(draws):
        block = sampler.block(targets, 2, source)
        total[:, block.sources] += block.links_per_sample[:, None] * block.pattern.to_dense()
    expected = graph.adjacency.to_dense()
    # A row sums to W: an entry w is drawn with probability w / W twice, and counts W / 2.
    rows = expected.sum(1, keepdim=True)
    deviation = (expected * (rows - expected) / 2 / draws).sqrt()
    assert ((total / draws - expected).abs() <= 5 * deviation + 1e-4).all()


def test_draws_reach_light_rows_beside_heavy_ones() -> None:
    values = torch.tensor([[1e-20, 3e-20, 0], [1e20, 0, 1e20], [0, 0, 0], [5e-30, 5e-30, 5e-30]])
    matrix = CSR.from_dense(values)
    drawn = WeightedDraws(matrix).draw(torch.tensor([0, 1, 3]), 6000, generator())
    share = torch.stack([torch.bincount(column, minlength=7) for column in drawn.T]) / 6000
    expected = torch.tensor([[0.25, 0.75, 0, 0, 0, 0, 0], [0, 0, 0.5, 0.5, 0, 0, 0], [0, 0, 0, 0, 1 / 3, 1 / 3, 1 / 3]])
    assert (share - expected).abs().max() < 0.03
    assert bool((share[expected == 0] == 0).all())


def test_weights_of_one_are_none(graph: GraphData) -> None:
    equal = replace(graph, edge_weight=torch.ones(graph.edge_index.size(1)))
    plain, ones = (
        NeighbourSampler(data.adjacency).sample_blocks(torch.arange(30), [2, 2], generator()) for data in (graph, equal)
    )
    for first, second in zip(plain, ones, strict=True):
        assert torch.equal(first.sources, second.sources)
        assert torch.equal(first.pattern.indices, second.pattern.indices)
        assert not second.weighted
