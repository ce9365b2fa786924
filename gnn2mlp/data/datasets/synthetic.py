"""Graphs drawn from a degree-corrected block model, as large as one likes, without any file."""

from typing import Any, Literal

import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets.block_model import (
    dense_features,
    draw_degrees,
    draw_edges,
    draw_labels,
    sparse_features,
)
from gnn2mlp.data.datasets.ogbn import OgbnArxiv, OgbnProducts
from gnn2mlp.data.graph import GraphData
from gnn2mlp.nn.features import check_features
from gnn2mlp.tasks import NodeClassification


class Synthetic(Dataset):
    """A random graph of any size: power-law degrees, edges and features that tell the class; the same for a seed.

    A degree-corrected block model (Karrer and Newman, Phys. Rev. E 2011): the ends of an edge are drawn in proportion
    to the nodes' degrees, the second one within the class of the first with probability `homophily`. How accurate a
    model can be follows from `homophily` and `signal`, and says nothing of real data: it is for time and memory.

    Args:
        nodes: number of nodes.
        edges: number of undirected edges, exact.
        classes: number of classes.
        features: width of the features.
        form: `"dense"`, normal around a centre for each class, or `"sparse"`, bags of words.
        signal: how much features tell: the distance of centres from the origin, in standard deviations of a feature's
            noise; or the share of words that follow the class, below 1.
        words: draws of words for each node, where features are sparse.
        homophily: share of edges drawn within a class.
        exponent: of the power law of degrees, above 2.
        skew: class k has a share proportional to (k + 1)^-skew.
        seed: of the graph, whatever the seed of the run.
    """

    name = "synthetic"
    citation = "Karrer and Newman, Stochastic blockmodels and community structure in networks, Phys. Rev. E 83, 2011"
    split = Spec("fraction", train=0.5, valid=0.2)

    def __init__(
        self,
        nodes: int = 10_000,
        edges: int = 50_000,
        classes: int = 10,
        features: int = 128,
        form: Literal["dense", "sparse"] = "dense",
        signal: float | None = None,
        words: int = 30,
        homophily: float = 0.6,
        exponent: float = 2.5,
        skew: float = 0.7,
        seed: int = 0,
    ):
        self.nodes = nodes
        self.edges = edges
        self.classes = classes
        self.features = features
        self.form = form
        self.signal = {"dense": 2.0, "sparse": 0.3}[form] if signal is None else signal
        self.words = words
        self.homophily = homophily
        self.exponent = exponent
        self.skew = skew
        self.seed = seed
        check_at_least("dataset", 2, classes=classes)
        check_at_least("dataset", 1, edges=edges, features=features, words=words)
        check_at_least("dataset", classes, nodes=nodes)
        check_at_least("dataset", 0, skew=skew, seed=seed)
        check_positive("dataset", signal=self.signal)
        if not 0 <= homophily < 1 or (form == "sparse" and self.signal > 1) or exponent <= 2:
            raise ConfigError(
                "dataset: expected homophily in 0..1, 1 excluded, a signal of sparse features of at most 1 and an "
                f"exponent above 2, got homophily {homophily}, signal {self.signal}, exponent {exponent}"
            )
        if edges > nodes * (nodes - 1) // 8 // classes:
            raise ConfigError(
                f"dataset.edges: expected at most a quarter of the pairs within classes of equal size, "
                f"{nodes * (nodes - 1) // 8 // classes:,}, got {edges:,}; ask for more nodes or fewer edges"
            )

    def load(self, files: RawFiles) -> GraphData:
        """Draw the graph."""
        labels = draw_labels(self.nodes, self.classes, self.skew, self.seed)
        degrees = draw_degrees(self.nodes, self.edges, self.exponent, self.seed)
        edge_index = draw_edges(labels, degrees, self.edges, self.homophily, self.seed)
        drawn: Any
        if self.form == "dense":
            drawn = dense_features(labels, self.features, self.signal, self.seed)
        else:
            drawn = sparse_features(labels, self.features, self.words, self.signal, self.seed)
        x, task = check_features(drawn, self.name), NodeClassification(range(self.classes))
        return GraphData(self.name, x, torch.from_numpy(labels), task, edge_index)


class SyntheticArxiv(Synthetic):
    """169,343 nodes, 1,166,243 edges, 128 features, 40 classes: random, of the size of ogbn-arxiv.

    Args:
        seed: of the graph.
    """

    name = "synthetic-arxiv"
    recipe = OgbnArxiv.recipe

    def __init__(self, seed: int = 0):
        super().__init__(169_343, 1_166_243, 40, 128, homophily=0.55, seed=seed)


class SyntheticProducts(Synthetic):
    """2,449,029 nodes, 61,859,140 edges, 100 features, 47 classes: random, of the size of ogbn-products.

    Args:
        seed: of the graph.
    """

    name = "synthetic-products"
    recipe = OgbnProducts.recipe
    split = Spec("fraction", train=0.08, valid=0.02)

    def __init__(self, seed: int = 0):
        super().__init__(2_449_029, 61_859_140, 47, 100, homophily=0.7, seed=seed)
