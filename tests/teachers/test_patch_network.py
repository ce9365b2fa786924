import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.data import graph_set_from_arrays
from gnn2mlp.data.graphs import GraphBatch
from gnn2mlp.nn.node_sets import code_rows, node_rows
from gnn2mlp.teachers import GraphMixer, GraphViT
from gnn2mlp.teachers._graph_level import reads_of
from gnn2mlp.teachers._graph_patches import patches_of, ragged_of
from gnn2mlp.teachers._patch_network import Cut, PatchNetwork, patch_walks
from tests.graphs import random_graphs, relabelled

GRAPHS = random_graphs(count=16)
BATCH = GRAPHS.batch(range(16))
OPTIONS = {"patches": 4, "hidden": 8, "walk_steps": 4}


def network(kind: type[GraphMixer] | type[GraphViT] = GraphMixer, **options: object) -> PatchNetwork:
    torch.manual_seed(0)
    return kind(**{**OPTIONS, **options}).build(reads_of(GRAPHS), 2).eval()  # type: ignore[arg-type]


def moved(cut: Cut, order: Tensor) -> Cut:
    return Cut(*(part[order] for part in cut))


@pytest.mark.parametrize("kind", [GraphMixer, GraphViT])
@pytest.mark.parametrize("eigenvectors", [0, 2])
def test_the_order_of_nodes_does_not_matter_if_patches_are_given(
    kind: type[GraphMixer] | type[GraphViT], eigenvectors: int
) -> None:
    module = network(kind, eigenvectors=eigenvectors)
    cut = module.cut(ragged_of(BATCH))
    batch, order = relabelled(BATCH)
    torch.testing.assert_close(module(batch, moved(cut, order)), module(BATCH, cut), rtol=1e-4, atol=1e-5)


def by_copies(module: PatchNetwork, batch: GraphBatch, cut: Cut) -> Tensor:
    """Tokens as the released code computes them: each patch a graph of its own, copies averaged after each layer."""
    codes, edge_codes = batch.node_codes, batch.edge_codes
    assert codes is not None
    assert edge_codes is not None
    slots, encodings = cut
    patches = patches_of(batch, slots, module.sizes.patches, by_edge=True)
    x = module.embed(node_rows(codes, module.reads.code_sizes, None)) + module.stand(encodings)
    node, own = patches.node, patches.to_patches.transpose().indices
    x, encoder = x[node], module.encoder
    edges = [
        (a, b, e)
        for b in range(len(node))
        for a in range(len(node))
        for e in range(batch.edge_index.size(1))
        if own[a] == own[b] and batch.edge_index[0, e] == node[a] and batch.edge_index[1, e] == node[b]
    ]
    for number, layer in enumerate([*encoder.before, encoder.last]):
        coded = layer.edge(code_rows(edge_codes, module.reads.edge_code_sizes))  # type: ignore[operator,union-attr]
        received = torch.zeros_like(x)
        for a, b, e in edges:
            received[b] += (x[a] + coded[e]).relu()
        h = x + layer.norm(layer.mlp((1 + layer.eps) * x + received).logits).relu()  # type: ignore[operator]
        x = layer.out(h)  # type: ignore[operator]
        means = torch.stack([x[own == patch].mean(0) for patch in range(len(patches.place))])
        if number < len(encoder.before):
            x = x + encoder.exchange[number](means)[own]
            x = torch.stack([x[node == node[copy]].mean(0) for copy in range(len(node))])
    walks = patch_walks(patches.overlap, module.sizes.patch_steps).flatten(0, 1)
    return module.overlaps(walks).index_add(0, patches.place, means).view(batch.num_graphs, module.sizes.patches, -1)


def test_tokens_are_those_of_patches_apart() -> None:
    small = GRAPHS.batch(range(5))
    module = network(layers=3)
    cut = module.cut(ragged_of(small))
    with torch.no_grad():
        found, _, _ = module.tokens(small, cut)
        torch.testing.assert_close(found, by_copies(module, small, cut), rtol=1e-4, atol=1e-5)


def test_walks_between_patches_by_hand() -> None:
    # Two patches of two nodes with one in common: a walk stays with 2/3.
    overlap = torch.tensor([[[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]])
    expected = torch.tensor([[[2 / 3, 5 / 9], [2 / 3, 5 / 9], [0.0, 0.0]]])
    torch.testing.assert_close(patch_walks(overlap, 2), expected)


def test_empty_slots_are_in_no_mean() -> None:
    module = network()
    module.mixing = Unmixed()
    torch.manual_seed(1)
    tokens, _, filled = module.tokens(BATCH)
    with torch.no_grad():
        means = torch.stack([module.norm(row[own]).mean(0) for row, own in zip(tokens, filled, strict=True)])
        torch.testing.assert_close(module(BATCH).logits, module.head(means).logits)


class Unmixed(nn.Module):
    def forward(self, tokens: Tensor, overlap: Tensor, filled: Tensor) -> Tensor:
        return tokens


@pytest.mark.parametrize("kind", [GraphMixer, GraphViT])
def test_a_graph_of_one_node(kind: type[GraphMixer] | type[GraphViT]) -> None:
    alone = graph_set_from_arrays(
        [0], [0], [[], []], node_codes=[[1, 0]], code_sizes=[3, 2], edge_codes=[], edge_code_sizes=[3]
    )
    assert network(kind)(alone.batch([0])).logits.isfinite().all()


def test_signs_of_eigenvectors_are_drawn_in_training_alone() -> None:
    module = network(eigenvectors=2)
    cut = module.cut(ragged_of(BATCH))
    torch.testing.assert_close(module._signed(cut.encodings, BATCH), cut.encodings)
    module.train()
    signed = module._signed(cut.encodings, BATCH)
    assert torch.equal(signed[:, :4], cut.encodings[:, :4])
    assert torch.equal(signed.abs(), cut.encodings.abs())
    assert not torch.equal(signed, cut.encodings)
