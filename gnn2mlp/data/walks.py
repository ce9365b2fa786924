"""Random walks over the rows of a graph, and the context nodes that they find."""

import torch
from torch import Tensor

from gnn2mlp.data.sampling import WeightedDraws
from gnn2mlp.nn.csr import CSR

# In place of the steps of a walk that could not go on.
ENDED = -1


def random_walks(adjacency: CSR, starts: Tensor, length: int, random: torch.Generator) -> Tensor:
    """The nodes int64 (starts, length) that walks visit after their start; each goes to a neighbour drawn by weight.

    A walk that comes to a node without neighbours ends there; the rest of its row is -1.

    Args:
        adjacency: (nodes, nodes); row i holds the neighbours of i and the weights of those edges.
        starts: int64 (starts,), where walks begin.
        length: steps.
        random: makes the draws.

    Example:
        >>> path = CSR.from_dense(torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
        >>> random_walks(path, torch.tensor([0, 2]), 3, torch.Generator().manual_seed(0)).tolist()
        [[1, 0, 1], [-1, -1, -1]]
    """
    neighbours = adjacency.indptr.diff()
    draws = WeightedDraws(adjacency)
    visited = torch.full((starts.numel(), length), ENDED)
    going, here = torch.arange(starts.numel()), starts
    for step in range(length):
        linked = neighbours[here] > 0
        going, here = going[linked], here[linked]
        here = adjacency.indices[draws.draw(here, 1, random)[0]]
        visited[going, step] = here
    return visited


def context_nodes(adjacency: CSR, walks: int, hops: int, far: int, random: torch.Generator) -> Tensor:
    """Context nodes int64 (nodes, walks · hops · (1 + far)) of every node, as LLP draws them.

    First come near ones, all nodes that random walks visit behind their start: so a node that is reached often is there
    often, and a walk that comes back makes the node its own context, as in the released code. Then come `far` times as
    many drawn evenly from all nodes. Where a walk ends, as at once from a node without neighbours, a node drawn evenly
    is in the place of a near one.

    Args:
        adjacency: (nodes, nodes); row i holds the neighbours of i and the weights of those edges.
        walks: r, from each node.
        hops: h, steps of a walk.
        far: random nodes for each near one.
        random: makes the draws.

    Example:
        >>> path = CSR.from_dense(torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))
        >>> found = context_nodes(path, walks=2, hops=1, far=1, random=torch.Generator().manual_seed(0))
        >>> found.shape, found[[0, 2], :2].tolist()  # an end of the path has one neighbour
        (torch.Size([3, 4]), [[1, 1], [1, 1]])
    """
    nodes = len(adjacency)
    near = random_walks(adjacency, torch.arange(nodes).repeat_interleave(walks), hops, random).view(nodes, -1)
    drawn = torch.randint(max(1, nodes), (nodes, near.size(1) * (1 + far)), generator=random)
    drawn[:, : near.size(1)] = torch.where(near == ENDED, drawn[:, : near.size(1)], near)
    return drawn
