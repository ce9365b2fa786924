"""Random graphs of the sizes of cpf-cora, ogbn-arxiv and ogbn-products, drawn on the device in seconds.

As `gnn2mlp.data`'s synthetic data sets, ends of edges are drawn in proportion to the nodes' weights, which follow a
power law; those are drawn on the CPU, which at products' size would take a rung's time. Classes tell nothing of edges
here, on which time does not depend, and something of dense features, so that a precision that learns less shows it.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from counting import Sparse
from torch import Tensor

from gnn2mlp.core.seeds import generator
from gnn2mlp.data import GraphData, Observed
from gnn2mlp.data.edges import both_directions
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.tasks import NodeClassification

# The share of nodes of degree d falls as d to the power of minus this.
EXPONENT = 2.5


@dataclass(frozen=True)
class Size:
    """What a graph is drawn by.

    Args:
        nodes: number of nodes.
        edges: number of undirected edges, exact.
        features: width.
        classes: number of classes.
        train: nodes whose labels train.
        valid: nodes whose labels choose the epoch.
        words: non-zeros of a feature row; `None`: dense.
    """

    nodes: int
    edges: int
    features: int
    classes: int
    train: int
    valid: int
    words: int | None = None


SIZES = {
    "cora": Size(2_485, 5_069, 1_433, 7, 140, 210, words=18),
    "arxiv": Size(169_343, 1_166_243, 128, 40, 90_941, 29_799),
    "products": Size(2_449_029, 61_859_140, 100, 47, 196_615, 39_323),
}
TINY = {
    "cora": Size(60, 120, 40, 3, 12, 15, words=5),
    "arxiv": Size(200, 600, 16, 4, 80, 40),
    "products": Size(300, 1_500, 12, 5, 60, 40),
}


class Drawn:
    """A graph of one of the sizes, on the CPU as the library holds it.

    Args:
        name: of the size.
        tiny: whether the tiny one of that name is meant.
        device: that draws.
        seed: of the draw.
    """

    def __init__(self, name: str, tiny: bool, device: torch.device, seed: int = 0):
        self.name = name
        self.size = (TINY if tiny else SIZES)[name]
        self.device = device
        self.seed = seed

    @cached_property
    def graph(self) -> GraphData:
        """All of it."""
        size, random = self.size, torch.Generator(self.device).manual_seed(self.seed)
        edges = draw_edges(size.nodes, size.edges, random)
        labels = torch.randperm(size.nodes, generator=generator(self.seed, "labels")) % size.classes
        task = NodeClassification(range(size.classes))
        return GraphData(f"{self.name}'s size", self._features(labels, random), labels, task, edges)

    def _features(self, labels: Tensor, random: torch.Generator) -> Features:
        size = self.size
        if size.words is None:
            x = torch.randn(size.nodes, size.features, generator=random, device=self.device)
            centres = torch.randn(size.classes, size.features, generator=random, device=self.device)
            return x.add_(centres[labels.to(self.device)]).cpu()
        columns = torch.rand(size.nodes, size.features, generator=random, device=self.device).topk(size.words).indices
        rows = torch.arange(size.nodes).repeat_interleave(size.words)
        return CSR.from_coo(rows, columns.flatten().cpu(), torch.ones(rows.numel()), (size.nodes, size.features))

    @cached_property
    def observed(self) -> Observed:
        """What training sees: all nodes, and the labels of as many as the data set has."""
        return self.seen(self.size.train)

    def seen(self, train: int) -> Observed:
        """The same with the labels of so many nodes."""
        size = self.size
        order = torch.randperm(size.nodes, generator=generator(self.seed, "split"))
        roles = order[:train].sort().values, order[size.train : size.train + size.valid].sort().values
        return Observed(self.graph, torch.arange(size.nodes), train=roles[0], valid=roles[1])

    def knowledge(self) -> TeacherKnowledge:
        """Logits drawn at random: time does not depend on what a teacher says."""
        logits = torch.randn(self.size.nodes, self.size.classes, generator=generator(self.seed, "logits"))
        return TeacherKnowledge(torch.arange(self.size.nodes), {"logits": logits})

    @property
    def links(self) -> int:
        """Entries of the adjacency: every edge in both directions."""
        return 2 * self.size.edges

    @property
    def operator(self) -> Sparse:
        """The adjacency with self-loops, as it is counted."""
        return Sparse(self.size.nodes, self.size.nodes, self.links + self.size.nodes)

    @property
    def nonzeros(self) -> int | None:
        """Of the features, if they are sparse."""
        return None if self.size.words is None else self.size.words * self.size.nodes


def draw_edges(nodes: int, edges: int, random: torch.Generator) -> Tensor:
    """int64 (2, 2 · edges) on the CPU: edges in canonical form, exactly so many undirected ones.

    Args:
        nodes: number of nodes.
        edges: number of edges; few beside all pairs, else drawing does not end.
        random: draws on its device.
    """
    device = random.device
    weight = torch.rand(nodes, generator=random, device=device, dtype=torch.float64).clamp_(min=1e-12)
    weight.pow_(-1 / (EXPONENT - 1))
    bounds = weight.clamp_(max=float(weight.mean()) * nodes**0.5).cumsum(0)
    keys = torch.zeros(0, dtype=torch.int64, device=device)
    while keys.numel() < edges:
        missing = edges - keys.numel()
        places = torch.rand(2, missing + missing // 20 + 16, generator=random, device=device, dtype=torch.float64)
        one, other = torch.searchsorted(bounds, places * bounds[-1]).clamp_(max=nodes - 1)
        key = torch.minimum(one, other) * nodes + torch.maximum(one, other)
        keys = torch.cat([keys, key[one != other]]).unique()
    kept = torch.randperm(keys.numel(), generator=random, device=device)[:edges]
    return _both_directions(keys[kept], nodes)


def _both_directions(pairs: Tensor, nodes: int) -> Tensor:
    if pairs.device.type == "cpu":
        return both_directions(pairs.sort().values, nodes)
    back = pairs.remainder(nodes) * nodes + pairs.div(nodes, rounding_mode="floor")
    both = torch.cat([pairs, back]).sort().values
    return torch.stack([both.div(nodes, rounding_mode="floor"), both.remainder(nodes)]).cpu()
