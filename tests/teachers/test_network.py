"""The stack of layers: what is applied where, and the products that layers are made of."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.data import GraphBlock, NeighbourSampler
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers._network import GNN, PreAggregated, drop_input, first_rows, propagate, rows_of
from gnn2mlp.teachers.gat import GAT
from gnn2mlp.teachers.gcn import GCN, gcn_norm
from gnn2mlp.teachers.sage import mean, mean_with_self
from tests.helpers import tiny_graph

Make = Callable[[GraphBlock], CSR]


class Recorder(nn.Module):
    """Adds one to the rows of the targets, and keeps what it was given."""

    def forward(self, x: Tensor, block: GraphBlock) -> Tensor:
        self.x, self.block = x, block
        return x[: block.num_targets] + 1


def network(dropout: float = 0.0, layers: int = 3) -> tuple[GNN, list[Recorder]]:
    convs = [Recorder() for _ in range(layers)]
    return GNN(convs, [2] * (layers - 1), dropout, "none"), convs


def test_each_layer_gets_its_block_and_only_hidden_ones_are_rectified() -> None:
    module, convs = network()
    blocks = NeighbourSampler(tiny_graph().adjacency).sample_blocks(torch.tensor([5, 11]), [2, 2, 2])
    x = torch.full((blocks[0].sources.numel(), 2), -2.5)
    logits, hidden = module.eval()(x, blocks)
    assert [conv.block for conv in convs] == blocks
    # -2.5 + 1 is cut to 0; 0 + 1 passes; 1 + 1 is the logit.
    assert convs[1].x.unique().item() == 0.0
    assert torch.equal(hidden, torch.ones(2, 2))
    assert torch.equal(logits, torch.full((2, 2), 2.0))


def test_every_hidden_layer_is_told_of_the_targets_alone() -> None:
    module, _ = network(layers=4)
    blocks = NeighbourSampler(tiny_graph().adjacency).sample_blocks(torch.tensor([5, 11]), [2, 2, 2, 2])
    x = torch.zeros(blocks[0].sources.numel(), 2)
    logits, layers = module.eval().by_layer(x, blocks)
    assert [layer.tolist() for layer in layers] == [[[value] * 2] * 2 for value in (1.0, 2.0, 3.0)]
    both = module(x, blocks)
    assert torch.equal(both[0], logits)
    assert torch.equal(both[1], layers[-1])


def test_logits_are_not_rectified() -> None:
    class Negative(Recorder):
        def forward(self, x: Tensor, block: GraphBlock) -> Tensor:
            return -1 - x[: block.num_targets]

    block = NeighbourSampler(tiny_graph().adjacency).full_block()
    logits, hidden = GNN([Negative(), Negative()], [2], 0.0, "none").eval()(torch.zeros(60, 2), [block] * 2)
    assert hidden.unique().item() == 0.0
    assert logits.unique().item() == -1.0


def test_dropout_acts_on_hidden_activations_in_training_only() -> None:
    module, convs = network(dropout=0.5, layers=2)
    block = NeighbourSampler(tiny_graph().adjacency).full_block()
    x = torch.zeros(60, 2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        logits, hidden = module.train()(x, [block] * 2)
    assert set(hidden.unique().tolist()) == {0.0, 2.0}  # dropped, or 1 / (1 - 0.5)
    assert torch.equal(logits, hidden + 1)
    assert torch.equal(module.eval()(x, [block] * 2)[1], torch.ones(60, 2))
    assert convs[0].x is x


def watched(operator: CSR) -> tuple[CSR, list[int]]:
    """The operator, and a list that receives the width of every product with it."""
    widths: list[int] = []

    class Watched(CSR):
        def __matmul__(self, dense: Tensor) -> Tensor:
            widths.append(dense.size(1))
            return super().__matmul__(dense)

    return Watched(operator.indptr, operator.indices, operator.values, operator.shape), widths


@pytest.mark.parametrize("bias", [None, torch.arange(5.0)])
@pytest.mark.parametrize(("width", "out"), [(3, 5), (12, 5)])
@pytest.mark.parametrize("form", ["dense", "sparse", "pre-aggregated"])
def test_propagation_is_the_product_in_whatever_order(form: str, width: int, out: int, bias: Tensor | None) -> None:
    random = torch.Generator().manual_seed(0)
    sampler = NeighbourSampler(tiny_graph().adjacency)
    weight = torch.randn(width, out, generator=random, requires_grad=True)
    for block in (sampler.full_block(), sampler.block(torch.tensor([9, 4, 33]))):
        x, operator = torch.randn(block.sources.numel(), width, generator=random), block.operator(gcn_norm)
        expected = operator.to_dense() @ x @ weight + (0 if bias is None else bias)
        read = {"dense": x, "sparse": CSR.from_dense(x), "pre-aggregated": PreAggregated(x, operator @ x)}
        ours = propagate(operator, read[form], weight, bias)
        torch.testing.assert_close(ours, expected)
        (gradient,) = torch.autograd.grad(expected.square().sum(), weight, retain_graph=True)
        torch.testing.assert_close(torch.autograd.grad(ours.square().sum(), weight)[0], gradient)


@pytest.mark.parametrize(("width", "out"), [(4, 8), (8, 4)])
def test_dense_rows_are_aggregated_where_they_are_narrow(width: int, out: int) -> None:
    operator, widths = watched(NeighbourSampler(tiny_graph().adjacency).full_block().operator(gcn_norm))
    propagate(operator, torch.randn(60, width), torch.randn(width, out))
    assert widths == [4]


def test_few_targets_of_many_sources_are_aggregated_before_they_are_mapped() -> None:
    # Five leaves reach the centre: mapping one row of 200 costs less than mapping six of them.
    star = CSR.from_coo(torch.zeros(5, dtype=torch.int64), torch.arange(1, 6), torch.ones(5), (6, 6))
    operator, widths = watched(NeighbourSampler(star).block(torch.tensor([0])).operator(mean))
    propagate(operator, torch.randn(6, 200), torch.randn(200, 100))
    assert widths == [200]


def test_what_is_pre_aggregated_is_not_aggregated_again() -> None:
    operator, widths = watched(NeighbourSampler(tiny_graph().adjacency).full_block().operator(gcn_norm))
    x = torch.randn(60, 8)
    propagate(operator, PreAggregated(x, torch.zeros(60, 8)), torch.randn(8, 4))
    assert widths == []


def test_only_dense_features_of_a_layer_with_a_fixed_operator_are_pre_aggregated() -> None:
    graph = tiny_graph()
    block, x = NeighbourSampler(graph.adjacency).full_block(), graph.features
    made = GCN(hidden=4).build(12, 3).pre_aggregate(x, block)
    assert isinstance(made, PreAggregated)
    assert made.rows is rows_of(made) is x
    torch.testing.assert_close(made.aggregated, block.operator(gcn_norm).to_dense() @ x)
    sparse = CSR.from_dense(x)
    assert GCN(hidden=4).build(12, 3).pre_aggregate(sparse, block) is sparse
    assert GAT(hidden=8).build(12, 3).pre_aggregate(x, block) is x  # attention changes from pass to pass


@pytest.mark.parametrize("operator", [gcn_norm, mean, mean_with_self])
def test_rows_of_a_full_block_are_rows_of_the_whole_operator(operator: Make) -> None:
    sampler, targets = NeighbourSampler(tiny_graph().adjacency), torch.tensor([9, 4, 33])
    block = sampler.block(targets)
    dense = torch.zeros(3, 60)
    dense[:, block.sources] = block.operator(operator).to_dense()
    torch.testing.assert_close(dense, sampler.full_block().operator(operator).to_dense()[targets])


@pytest.mark.parametrize("operator", [gcn_norm, mean])
def test_sampled_operator_is_unbiased(operator: Make) -> None:
    sampler, random, draws = NeighbourSampler(tiny_graph().adjacency), torch.Generator().manual_seed(0), 600
    total = torch.zeros(60, 60)
    for _ in range(draws):
        block = sampler.block(torch.arange(60), 2, random)
        total[:, block.sources] += block.operator(operator).to_dense()
    full = sampler.full_block().operator(operator).to_dense()
    # With fan-out k of d neighbours, one draw of an entry w is w d/k with probability k/d: a variance of w² (d/k - 1).
    degree = sampler.degree[:, None]
    sigma = full * ((degree / 2 - 1).clamp(min=0) / draws).sqrt()
    off = total / draws - full
    assert (off.abs() <= 5 * sigma + 1e-5).all()
    assert off.abs().max() > 1e-3  # the draws did differ


def test_first_rows_copies_only_if_it_must() -> None:
    x = CSR.from_dense(torch.eye(4))
    assert first_rows(x, 4) is x
    two = first_rows(x, 2)
    assert isinstance(two, CSR)
    assert torch.equal(two.to_dense(), torch.eye(4)[:2])


def test_dropout_of_sparse_rows_keeps_their_mean() -> None:
    x = CSR.from_dense(torch.ones(40, 50))
    assert drop_input(x, 0.5, training=False) is x
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        dropped = drop_input(x, 0.5, training=True)
    assert isinstance(dropped, CSR)
    assert set(dropped.values.unique().tolist()) == {0.0, 2.0}
    assert dropped.values.mean().item() == pytest.approx(1, abs=0.1)
    assert torch.equal(x.values, torch.ones(2000))
