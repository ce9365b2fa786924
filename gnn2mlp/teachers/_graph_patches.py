"""Graphs cut into overlapping patches: which node is in which, drawn anew or fixed, and what follows from it.

The patches of a graph are the parts of a balanced partition, each with the nodes next to it (He et al., ICML 2023,
https://arxiv.org/abs/2212.13350, section 3.2).
"""

from typing import Literal, NamedTuple, get_args

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.data.graphs import GraphBatch, GraphSet
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.partition import Ints, Ragged, grow, metis, mixed

Partition = Literal["grow", "metis"]
PARTITIONS: tuple[str, ...] = get_args(Partition)
_BY_NAME = {"grow": grow, "metis": metis}


def ragged_of(graphs: GraphBatch | GraphSet) -> Ragged:
    """The edges of a batch or a set, on the CPU, sorted by their first end."""
    if isinstance(graphs, GraphSet):
        source, target = graphs.edge_index.numpy()
        return Ragged(source, target, graphs.node_offsets.numpy())
    source, target = graphs.edge_index.cpu().numpy()
    if (source[1:] < source[:-1]).any():
        order = source.argsort(kind="stable")
        source, target = source[order], target[order]
    return Ragged(source, target, np.concatenate([[0], graphs.nodes_per_graph.cpu().numpy().cumsum()]))


def fixed_slots(graphs: Ragged, patches: int, seed: int, partition: Partition = "grow") -> Tensor:
    """The patch of each node of whole graphs, int64 (nodes,): decided by the graph and the seed alone.

    A graph of at most as many nodes as patches has one node a patch, in slots that the seed draws.
    """
    return _in_slots(graphs, _BY_NAME[partition](graphs, patches, seed), patches, np.zeros_like(graphs.sizes), seed)


def drawn_slots(graphs: Ragged, patches: int, drop_edges: float, seed: int, partition: Partition = "grow") -> Tensor:
    """The same of graphs without a share of their edges, drawn for each graph by itself: what training does anew."""
    low, high = np.minimum(graphs.source, graphs.target), np.maximum(graphs.source, graphs.target)
    drawn = mixed(low * np.int64(graphs.offsets[-1]) + high, seed) >> np.uint64(11)
    thinned = graphs.kept(drawn * 2.0**-53 >= drop_edges)
    parts = _BY_NAME[partition](thinned, patches, seed)
    return _in_slots(graphs, parts, patches, np.arange(len(graphs.sizes)), seed)


def _in_slots(graphs: Ragged, parts: Ints, patches: int, number: Ints, seed: int) -> Tensor:
    """Parts as they are, and those of small graphs moved to slots that the number of the graph and the seed decide."""
    small = np.flatnonzero(graphs.sizes <= patches)
    if small.size:
        keys = mixed(number[small, None] * patches + np.arange(patches), seed + 1)
        order = keys.argsort(axis=1)
        owner = np.repeat(np.arange(len(graphs.sizes)), graphs.sizes)
        row = np.full(len(graphs.sizes), -1)
        row[small] = np.arange(small.size)
        inside = row[owner] >= 0
        parts[inside] = order[row[owner[inside]], parts[inside]]
    return torch.from_numpy(parts)


class Patches(NamedTuple):
    """The patches of a batch, and what passes between nodes, their copies in patches, and patches.

    A copy is a node in a patch; copies are sorted by slot, then by node. Patches that have no node are not listed.

    Args:
        node: int64 (copies,), which node of the batch each is.
        received: (copies, nodes) or, for edges with codes, (copies, edges): a 1 for each edge of the patch into a copy.
        edge_order: int64 (edges,): the batch's number of each edge, sorted by the node that it leads to.
        sent: int64 (edges,): the node that each of these comes from.
        to_nodes: (nodes, copies), means over the copies of a node.
        to_patches: (patches, copies), means over the copies in a patch.
        patches_of_nodes: (nodes, patches), means over the patches of a node.
        place: int64 (patches,), the place graph * slots + slot of each.
        overlap: float (graphs, slots, slots), how many nodes two patches have in common; of one with itself, its size.
    """

    node: Tensor
    received: CSR
    edge_order: Tensor
    sent: Tensor
    to_nodes: CSR
    to_patches: CSR
    patches_of_nodes: CSR
    place: Tensor
    overlap: Tensor

    @property
    def filled(self) -> Tensor:
        """Which slots hold a patch, bool (graphs, slots)."""
        return self.overlap.diagonal(dim1=1, dim2=2) > 0


def patches_of(batch: GraphBatch, slots: Tensor, count: int, by_edge: bool) -> Patches:
    """The patches around the parts that `slots` gives.

    Args:
        batch: whole graphs with undirected edges.
        slots: int64 (nodes,), the part of each node, 0 .. count - 1.
        count: slots of a graph.
        by_edge: whether messages differ from edge to edge.
    """
    nodes, graphs, device = batch.num_nodes, batch.num_graphs, slots.device
    order = batch.edge_index[1].argsort(stable=True)
    sent, into = batch.edge_index[:, order]
    inside = torch.zeros(count, nodes, dtype=torch.bool, device=device)
    inside[slots, torch.arange(nodes, device=device)] = True
    inside[slots[into], sent] = True
    slot, node = inside.nonzero().unbind(1)
    copies, dtype = node.numel(), torch.get_default_dtype()
    number = (inside.flatten().cumsum(0) - 1).view(count, nodes)
    within = inside[:, sent] & inside[:, into]
    where, edge = within.nonzero().unbind(1)
    columns, width = (edge, order.numel()) if by_edge else (sent[edge], nodes)
    ones = torch.ones(edge.numel(), dtype=dtype, device=device)
    received = CSR.of_sorted(number[where, into[edge]], columns, ones, (copies, width))
    key = slot * graphs + batch.graph_of_node[node]
    patch, counts = key.unique_consecutive(return_counts=True)
    own = torch.repeat_interleave(torch.arange(patch.numel(), device=device), counts, output_size=copies)
    to_patches = CSR.of_sorted(
        own, torch.arange(copies, device=device), (1 / counts.to(dtype))[own], (patch.numel(), copies)
    )
    held = inside.sum(0).to(dtype).reciprocal()
    to_copies = CSR.of_sorted(torch.arange(copies, device=device), node, held[node], (copies, nodes))
    to_nodes = to_copies.transpose()
    patches_of_nodes = CSR(to_nodes.indptr, own[to_nodes.indices], to_nodes.values, (nodes, patch.numel()))
    place = patch % graphs * count + patch // graphs
    overlap = _overlap(inside, batch.graph_of_node, graphs, dtype)
    return Patches(node, received, order, sent, to_nodes, to_patches, patches_of_nodes, place, overlap)


def _overlap(inside: Tensor, graph_of_node: Tensor, graphs: int, dtype: torch.dtype) -> Tensor:
    """How many nodes two slots have in common (graphs, slots, slots)."""
    counts = torch.bincount(graph_of_node, minlength=graphs)
    places = torch.arange(graph_of_node.numel(), device=inside.device) - (counts.cumsum(0) - counts)[graph_of_node]
    padded = torch.zeros(graphs, int(counts.max()), inside.size(0), dtype=dtype, device=inside.device)
    padded[graph_of_node, places] = inside.T.to(dtype)
    return padded.mT @ padded
