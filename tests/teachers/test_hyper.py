"""Hypergraph convolutions: two sparse products, whatever the operators are; options; data that are refused."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import HyperedgeSampler, HypergraphBlock, hypergraph_from_arrays
from gnn2mlp.data.hyperedges import Operators
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers._hyper import HyperConv, HypergraphTeacher, scaled, sizes
from gnn2mlp.teachers.hgnn import HGNN
from gnn2mlp.teachers.hgnn_plus import HGNNPlus
from gnn2mlp.teachers.unigcn import UniGCN
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import tiny_views, views_of

kinds = pytest.mark.parametrize("kind", [HGNN, HGNNPlus, UniGCN], ids=lambda kind: kind.name)


def small_block() -> HypergraphBlock:
    """Hyperedges {0, 1} and {1, 2} of weights 3 and 2; node 3 lies in none."""
    index = [[0, 1, 1, 2], [0, 0, 1, 1]]
    return HyperedgeSampler(
        hypergraph_from_arrays(torch.eye(4), [0, 1, 0, 1], index, hyperedge_weight=[3, 2])
    ).full_block()


def conv(kind: type[HypergraphTeacher], in_features: int, out_features: int) -> HyperConv:
    with seeded(0, "test"):
        made = kind().conv(in_features, out_features, last=False)
        torch.nn.init.normal_(made.bias)
    return made


def test_sum_to_hyperedges_then_to_nodes_by_hand() -> None:
    """With the patterns as they are: node 1 sums the hyperedges {0, 1} and {1, 2}, each of which sums its nodes."""
    layer = HyperConv(1, 2, lambda block: Operators(block.members, block.incidence))
    layer.map.weight.data = torch.tensor([[1.0, -10.0]])
    layer.bias.data = torch.tensor([0.5, 0.0])
    out = layer(torch.tensor([[1.0], [2.0], [4.0], [8.0]]), small_block())
    torch.testing.assert_close(out, torch.tensor([[3.5, -30], [9.5, -90], [6.5, -60], [8.5, -80]]))


def test_scaled_by_hand() -> None:
    pattern = CSR.from_dense(torch.tensor([[1.0, 1, 0], [0, 1, 1]]))
    rows, columns = torch.tensor([2.0, 3.0]), torch.tensor([1.0, 10, 100])
    assert scaled(pattern, rows).to_dense().tolist() == [[2, 2, 0], [0, 3, 3]]
    assert scaled(pattern, rows, columns).to_dense().tolist() == [[2, 20, 0], [0, 30, 300]]
    assert pattern.values.unique().tolist() == [1]


def test_sizes_count_the_members_and_not_the_weight() -> None:
    assert sizes(small_block()).tolist() == [2, 2, 1]  # the last one is that of the isolated node
    hypergraph = tiny_hypergraph()
    expected = hypergraph.hyperedge_index[1].bincount()
    assert torch.equal(sizes(HyperedgeSampler(hypergraph).full_block())[: expected.numel()], expected.float())


@kinds
def test_rows_of_a_block_are_rows_of_the_whole(kind: type[HypergraphTeacher]) -> None:
    sampler, layer = HyperedgeSampler(tiny_hypergraph()), conv(kind, 12, 5)
    x, targets = tiny_hypergraph().features, torch.tensor([41, 3, 22])
    block = sampler.block(targets)
    assert block.sources.numel() < 60
    torch.testing.assert_close(layer(x[block.sources], block), layer(x, sampler.full_block())[targets])


@kinds
def test_sparse_features_stay_sparse_and_give_the_same(kind: type[HypergraphTeacher]) -> None:
    layer, block = conv(kind, 12, 5), HyperedgeSampler(tiny_hypergraph()).full_block()
    dense = tiny_hypergraph().features
    torch.testing.assert_close(layer(CSR.from_dense(dense), block), layer(dense, block))


@kinds
def test_operators_store_the_incidences_and_nothing_more(kind: type[HypergraphTeacher]) -> None:
    hypergraph = tiny_hypergraph()
    isolated = int((hypergraph.degree == 0).sum())
    assert isolated > 0
    for singletons, added in (("isolated", isolated), ("all", 60)):
        block = HyperedgeSampler(hypergraph, singletons).full_block()  # type: ignore[arg-type]
        to_hyperedges, to_nodes = kind.operators(block)
        assert to_hyperedges.nnz == to_nodes.nnz == hypergraph.hyperedge_index.size(1) + added
        assert to_hyperedges.shape == to_nodes.shape[::-1] == (hypergraph.num_hyperedges + added, 60)


class Largest(TorchDispatchMode):
    """Remembers how many entries the largest tensor had that any operation gave; a sparse one counts as a dense one."""

    entries = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        for tensor in found if isinstance(found, tuple | list) else [found]:
            if isinstance(tensor, Tensor):
                self.entries = max(self.entries, tensor.numel())
        return found


@kinds
@pytest.mark.parametrize("nodes", [500, 20_000])
def test_no_pair_of_the_nodes_of_a_large_hyperedge_is_made(kind: type[HypergraphTeacher], nodes: int) -> None:
    """The clique of 20,000 nodes would have 4e8 entries; that of 500 would be noticed at no cost."""
    index = torch.stack([torch.arange(nodes), torch.zeros(nodes, dtype=torch.int64)])
    x = torch.randn(nodes, 4, generator=torch.Generator().manual_seed(0))
    hypergraph = hypergraph_from_arrays(x, torch.arange(nodes) % 2, index)
    observed, layer = views_of(hypergraph).observed, conv(kind, 4, 3)
    with Largest() as largest:
        kind(hidden=4, epochs=1).fit(observed)
        out = layer(x, HyperedgeSampler(hypergraph).full_block())
    assert 4 * nodes <= largest.entries < 20 * nodes
    # All nodes are answered with their mean.
    expected = x.mean(0) @ layer.map.weight + layer.bias
    torch.testing.assert_close(out, expected.expand(nodes, 3), rtol=1e-3, atol=1e-4)


def test_defaults_are_those_of_light_hgnn() -> None:
    teacher = HGNN()
    assert (teacher.hidden, teacher.layers, teacher.dropout, teacher.norm) == (32, 2, 0.5, "none")
    assert (teacher.lr, teacher.weight_decay, teacher.epochs, teacher.patience) == (0.01, 5e-4, 200, 200)
    assert teacher.singletons == "isolated"


def test_operators_are_made_once_for_all_layers_and_epochs() -> None:
    made = []

    class Counting(HGNN):
        @staticmethod
        def operators(block: HypergraphBlock) -> Operators:
            made.append(block)
            return HGNN.operators(block)

    Counting(hidden=4, layers=3, epochs=5).fit(tiny_views(kind="hypergraph").observed)
    assert len(made) == 1


def test_singletons_decide_what_a_node_keeps_of_itself() -> None:
    hypergraph = tiny_hypergraph()
    for singletons, added in (("isolated", int((hypergraph.degree == 0).sum())), ("all", 60)):
        block = HGNN(singletons=singletons).sampler(hypergraph).full_block()  # type: ignore[arg-type]
        assert len(block.members) == hypergraph.num_hyperedges + added
    layer, x = conv(HGNNPlus, 4, 4), torch.eye(4)
    layer.map.weight.data, layer.bias.data = torch.eye(4), torch.zeros(4)
    # The isolated node 3 answers with its own features, not with nothing.
    assert layer(x, small_block())[3].tolist() == [0, 0, 0, 1]


@kinds
def test_graphs_are_refused_before_anything_is_trained(kind: type[HypergraphTeacher]) -> None:
    teacher, message = kind(epochs=1), f"teacher '{kind.name}' works on a hypergraph, and tiny is a graph"
    told: list[int] = []
    with pytest.raises(DataError, match=f"{message}; expected one of .*gat, gcn, .*sage, sign as teacher"):
        teacher.fit(tiny_views().observed, progress=lambda done, total, note="": told.append(done))
    assert told == []
    with pytest.raises(DataError, match=message):
        teacher.sampler(tiny_graph())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"singletons": "none"}, r"teacher\.singletons: expected .*isolated.*all.*got 'none'"),
        ({"fanouts": (3, 3)}, "teacher 'hgnn' has no option 'fanouts'"),
        ({"layers": 1}, r"teacher\.layers: expected at least 2, got 1"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("hgnn", **options).build(TEACHERS)
