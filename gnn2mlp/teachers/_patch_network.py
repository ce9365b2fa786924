"""The network of Graph ViT/MLP-Mixer: patches of a graph are encoded by message passing, then mixed as tokens.

He et al., A Generalization of ViT/MLP-Mixer to Graphs, ICML 2023, https://arxiv.org/abs/2212.13350.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.data.graphs import GraphBatch
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.dropout import relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.nn.node_sets import code_rows, node_rows
from gnn2mlp.nn.partition import Ragged
from gnn2mlp.nn.walk_encodings import laplacian_eigenvectors, return_probabilities
from gnn2mlp.teachers._graph_network import Reads
from gnn2mlp.teachers._graph_patches import Partition, Patches, fixed_slots, patches_of, ragged_of


class Cut(NamedTuple):
    """How the nodes of a batch are cut into patches, and where they stand.

    Args:
        slots: int64 (nodes,), which patch of its graph each node is in the core of.
        encodings: float32 (nodes, encodings); see `encodings_of`.
    """

    slots: Tensor
    encodings: Tensor


class Sizes(NamedTuple):
    """The options of a teacher that decide its network; see `PatchTeacher`."""

    hidden: int
    layers: int
    patches: int
    walk_steps: int
    eigenvectors: int
    patch_steps: int
    dropout: float
    partition: Partition


def encodings_of(graphs: Ragged, sizes: Sizes) -> Tensor:
    """float32 (nodes, walk_steps + eigenvectors): where each node stands in its graph."""
    walks = return_probabilities(graphs, sizes.walk_steps)
    if not sizes.eigenvectors:
        return walks
    return torch.cat([walks, laplacian_eigenvectors(graphs, sizes.eigenvectors)], dim=1)


class Encoded(nn.Module):
    """relu(BN(x W)), as the released code has it of encodings, and of the mean of a patch."""

    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.map = Linear(in_features, out_features, bias=False)
        self.norm = nn.BatchNorm1d(out_features)

    def forward(self, x: Tensor) -> Tensor:
        """Map (rows, in_features) to (rows, out_features)."""
        return F.relu(self.norm(self.map(x)))


class PatchLayer(nn.Module):
    """h_c = x_i + dropout(relu(BN(MLP((1 + ε) x_i + Σ_j m_ij)))) for each copy c of a node i.

    The sum is over edges within the patch of the copy; m_ij is x_j, or relu(x_j + e_ij) with an embedding e of the
    codes of edges, where there are some (GINE).

    Args:
        width: of x and of h.
        edge_width: columns of the edges' codes; 0 without any.
        dropout: on what is added.
    """

    def __init__(self, width: int, edge_width: int, dropout: float):
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(1))
        self.edge = Linear(edge_width, width, bias=False, init="glorot") if edge_width else None
        self.mlp = MLP(width, width, width, norm="batch")
        self.norm = nn.BatchNorm1d(width)
        self.out = Linear(width, width)
        self.dropout = dropout

    def forward(self, x: Tensor, patches: Patches, edges: CSR | None) -> Tensor:
        """Map what is known of nodes (nodes, width) to what is known of their copies (copies, width)."""
        messages = x if self.edge is None else F.relu(x.index_select(0, patches.sent) + self.edge(edges))
        own = x.index_select(0, patches.node)
        h = self.mlp((1 + self.eps) * own + patches.received @ messages).logits
        return own + relu_dropout_(self.norm(h), self.dropout, self.training)


class PatchEncoder(nn.Module):
    """What is known of each patch, from its nodes and the edges between them.

    After each layer but the last, copies are told the mean of their patch, and the copies of a node are averaged.
    """

    def __init__(self, reads: Reads, sizes: Sizes):
        super().__init__()
        layers = [PatchLayer(sizes.hidden, reads.edge_width, sizes.dropout) for _ in range(sizes.layers)]
        self.before, self.last = nn.ModuleList(layers[:-1]), layers[-1]
        self.exchange = nn.ModuleList(Encoded(sizes.hidden, sizes.hidden) for _ in range(sizes.layers - 1))

    def forward(self, x: Tensor, patches: Patches, edges: CSR | None) -> Tensor:
        """Map what is known of nodes (nodes, width) to what is known of patches (patches, width).

        The last map of a layer is affine, so that it is taken of means, which are fewer than copies.
        """
        for layer, exchange in zip(self.before, self.exchange, strict=True):
            assert isinstance(layer, PatchLayer), "so they were made"
            h = layer(x, patches, edges)
            told = exchange(layer.out(patches.to_patches @ h))
            x = layer.out(patches.to_nodes @ h) + patches.patches_of_nodes @ told
        found: Tensor = self.last.out(patches.to_patches @ self.last(x, patches, edges))
        return found


class PatchNetwork(nn.Module):
    """Nodes are embedded, patches are encoded, tokens are mixed, patches that hold nodes are averaged and classified.

    Args:
        reads: what its graphs have.
        sizes: of the network.
        mixing: what mixes tokens (graphs, slots, hidden), called as `mixing(tokens, overlap, filled)`.
        num_outputs: of a graph.
    """

    seed: Tensor

    def __init__(self, reads: Reads, sizes: Sizes, mixing: nn.Module, num_outputs: int):
        super().__init__()
        self.reads = reads
        self.sizes = sizes
        self.embed = Linear(reads.node_width, sizes.hidden, init="glorot")
        self.stand = Encoded(sizes.walk_steps + sizes.eigenvectors, sizes.hidden)
        self.encoder = PatchEncoder(reads, sizes)
        self.overlaps = Encoded(sizes.patch_steps, sizes.hidden)
        self.mixing = mixing
        self.norm = nn.LayerNorm(sizes.hidden)
        self.head = MLP(sizes.hidden, sizes.hidden, num_outputs, dropout=sizes.dropout)
        # Of the patches in which graphs are judged, so that an answer is always the same.
        self.register_buffer("seed", torch.randint(1 << 31, ()))

    def cut(self, graphs: Ragged) -> Cut:
        """The patches in which graphs are judged, and where their nodes stand; on the CPU."""
        slots = fixed_slots(graphs, self.sizes.patches, int(self.seed), self.sizes.partition)
        return Cut(slots, encodings_of(graphs, self.sizes))

    def forward(self, batch: GraphBatch, cut: Cut | None = None) -> MLPOutput:
        """Logits (graphs, outputs), and the activations (graphs, hidden) that enter the last layer.

        Args:
            batch: whole graphs.
            cut: of its nodes; default: the one in which graphs are judged.
        """
        tokens, overlap, filled = self.tokens(batch, cut)
        mixed = self.norm(self.mixing(tokens, overlap, filled)) * filled[..., None]
        found: MLPOutput = self.head(mixed.sum(1) / filled.sum(1, keepdim=True))
        return found

    def tokens(self, batch: GraphBatch, cut: Cut | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """What is known of patches (graphs, slots, hidden), their overlap, and which slots hold one."""
        device = batch.edge_index.device
        slots, encodings = (part.to(device) for part in (self.cut(ragged_of(batch)) if cut is None else cut))
        edge_sizes = self.reads.edge_code_sizes
        patches = patches_of(batch, slots, self.sizes.patches, by_edge=bool(edge_sizes))
        edges = None
        if edge_sizes:
            assert batch.edge_codes is not None, "checked where the set was read"
            edges = code_rows(batch.edge_codes[patches.edge_order], edge_sizes)
        x = self.embed(node_rows(batch.node_codes, self.reads.code_sizes, batch.features))
        x = x + self.stand(self._signed(encodings, batch).to(x.dtype))
        encoded = self.encoder(x, patches, edges)
        shape = (batch.num_graphs, self.sizes.patches, self.sizes.hidden)
        walks = patch_walks(patches.overlap, self.sizes.patch_steps).flatten(0, 1)
        tokens = self.overlaps(walks).index_add(0, patches.place, encoded).view(shape)
        return tokens, patches.overlap, patches.filled

    def _signed(self, encodings: Tensor, batch: GraphBatch) -> Tensor:
        """Encodings with new signs of the eigenvectors of each graph, in training."""
        number = self.sizes.eigenvectors
        if not (self.training and number):
            return encodings
        signs = torch.randint(2, (batch.num_graphs, number), device=encodings.device) * 2 - 1
        walks, vectors = encodings.split([self.sizes.walk_steps, number], dim=1)
        return torch.cat([walks, vectors * signs[batch.graph_of_node]], dim=1)


def random_walk(overlap: Tensor) -> Tensor:
    """The steps (graphs, slots, slots) of a walk from patch to patch by the number of nodes that they share."""
    return overlap / overlap.sum(-1, keepdim=True).clamp(min=1)


def patch_walks(overlap: Tensor, steps: int) -> Tensor:
    """How probably a walk from patch to patch is back after 1 .. steps steps (graphs, slots, steps)."""
    walk = random_walk(overlap)
    power, found = walk, [walk.diagonal(dim1=1, dim2=2)]
    for _ in range(steps - 1):
        power = power @ walk
        found.append(power.diagonal(dim1=1, dim2=2))
    return torch.stack(found, dim=-1)
