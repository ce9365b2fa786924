"""Graphs with planted motifs: what makes a node's class is known, so that explanations can be compared with it."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch

from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays

MOTIF = "motif"
"""The key of `GraphData.split_keys` under which these graphs say of which copy a node is a part; -1: of none."""


class Motif(NamedTuple):
    """A small graph whose nodes have roles; node 0 is linked to the base.

    Args:
        edges: each once.
        roles: of each node, from 1.
    """

    edges: Sequence[tuple[int, int]]
    roles: Sequence[int]


HOUSE = Motif([(0, 1), (1, 2), (2, 3), (3, 0), (0, 4), (1, 4)], [1, 1, 2, 2, 3])
BOTTLE = Motif([(0, 1), (0, 2), (1, 2), (0, 3), (0, 4)], [1, 2, 2, 3, 3])
CYCLE = Motif([(node, (node + 1) % 6) for node in range(6)], [1] * 6)
GRID = Motif([(i, i + 1) for i in range(9) if i % 3 < 2] + [(i, i + 3) for i in range(6)], [1] * 9)


class Planted(NamedTuple):
    """Edges (edges, 2), the role of each node, and the copy of the motif that it is a part of."""

    edges: np.ndarray
    roles: np.ndarray
    copies: np.ndarray


class MotifGraph(Dataset):
    """A base graph to which copies of a motif are attached; a node's class is its role in the motif, 0 in the base.

    Node 0 of every copy is linked to a node of the base, at equal distances in its numbering, and some pairs of nodes
    anywhere are linked besides. Features are constant, so that the structure decides everything.
    `graph.split_keys["motif"]` says which copy each node is a part of; training never sees it.

    Args:
        motifs: how many copies.
        noise: number of random further edges, as a share of all edges; .01 in the graphs that came with GNNExplainer
            and DnX.
        seed: of the graph, whatever the seed of the run.
    """

    citation = "Ying et al., GNNExplainer, NeurIPS 2019; Pereira et al., Distill n' Explain, AISTATS 2023"
    split = Spec("fraction", train=0.8, valid=0.1)
    recipe: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "teacher": {
            name: {"layers": 3, "hidden": 64, "dropout": 0.0, "norm": "batch", "epochs": 1000, "patience": 200}
            for name in ("gcn", "sage", "gat")
        }
    }
    motif: ClassVar[Motif]

    def __init__(self, motifs: int = 80, noise: float = 0.01, seed: int = 0):
        self.motifs = motifs
        self.noise = noise
        self.seed = seed
        check_at_least("dataset", 1, motifs=motifs)
        check_at_least("dataset", 0, seed=seed)
        check_share("dataset", noise=noise)

    @abstractmethod
    def base(self, seed: int) -> Any:
        """The networkx graph to which motifs are attached; its nodes are 0 .. nodes - 1."""

    def load(self, files: RawFiles) -> GraphData:
        """Draw the graph."""
        planted = self.plant(self.seed)
        return self.graph(planted, np.ones((len(planted.roles), 10), dtype=np.float32))

    def plant(self, seed: int) -> Planted:
        """Base, motifs and random edges."""
        drawn = derive(seed, f"dataset {self.name}") % 2**32
        base = self.base(drawn)
        planted = plant(np.array(base.edges), base.number_of_nodes(), self.motif, self.motifs)
        return with_random_edges(planted, self.noise, drawn)

    def graph(self, planted: Planted, features: np.ndarray) -> GraphData:
        """The data set."""
        made = graph_from_arrays(features, planted.roles, planted.edges.T, name=self.name)
        return replace(made, split_keys={MOTIF: torch.from_numpy(planted.copies)})


def plant(base: np.ndarray, nodes: int, motif: Motif, motifs: int) -> Planted:
    """The base with copies of the motif, whose nodes come behind those of the base.

    Args:
        base: edges (edges, 2).
        nodes: of the base.
        motif: what is copied.
        motifs: how often.
    """
    first = nodes + len(motif.roles) * np.arange(motifs)
    copies = (np.array(motif.edges)[None] + first[:, None, None]).reshape(-1, 2)
    bridges = np.stack([np.arange(motifs) * nodes // motifs, first], axis=1)
    roles = np.concatenate([np.zeros(nodes, dtype=np.int64), np.tile(motif.roles, motifs)])
    member = np.concatenate([np.full(nodes, -1), np.repeat(np.arange(motifs), len(motif.roles))])
    return Planted(np.concatenate([base, copies, bridges]), roles, member)


def with_random_edges(planted: Planted, share: float, seed: int) -> Planted:
    """With random pairs, as many as are that share of the edges."""
    random, count = np.random.default_rng(seed), round(share * len(planted.edges))
    pairs = random.integers(0, len(planted.roles), (count, 2))
    return planted._replace(edges=np.concatenate([planted.edges, pairs]))


class _Preferential(MotifGraph):
    """On a Barabási-Albert graph of 300 nodes, each of which brings five edges."""

    def base(self, seed: int) -> Any:
        """The Barabási-Albert graph."""
        import networkx as nx

        return nx.barabasi_albert_graph(300, 5, seed=seed)


class _Tree(MotifGraph):
    """On a binary tree of height 8, of 511 nodes."""

    def base(self, seed: int) -> Any:
        """The tree."""
        import networkx as nx

        return nx.balanced_tree(2, 8)


class BAHouse(_Preferential):
    """BA-House: 700 nodes, 2,055 edges, 10 features, 4 classes.

    80 houses of 5 nodes, whose roles are 1 (middle), 2 (ground) and 3 (roof), on a Barabási-Albert graph; also known as
    syn1. Options as in `MotifGraph`.

    Example:
        >>> from gnn2mlp.data import load_dataset
        >>> load_dataset("ba-house")
        GraphData('ba-house': 700 nodes, 2,055 edges, 10 features, 4 classes)
    """

    name = "ba-house"
    motif = HOUSE


class BAGrid(_Preferential):
    """BA-Grid: 1,020 nodes, 2,540 edges, 10 features, 2 classes.

    80 grids of 3 x 3 nodes on a Barabási-Albert graph; also known as syn3. Options as in `MotifGraph`.
    """

    name = "ba-grid"
    motif = GRID


class BABottle(_Preferential):
    """BA-Bottle: 700 nodes, 1,974 edges, 10 features, 4 classes.

    80 bottles of 5 nodes on a Barabási-Albert graph; also known as syn6. A bottle is a triangle, one corner of which
    (role 1) has two leaves (3); the other corners have role 2. Options as in `MotifGraph`.
    """

    name = "ba-bottle"
    motif = BOTTLE


class TreeCycle(_Tree):
    """Tree-Cycle: 871 nodes, 939 edges, 10 features, 2 classes.

    60 cycles of 6 nodes on a binary tree; also known as syn4. Options as in `MotifGraph`.
    """

    name = "tree-cycle"
    motif = CYCLE

    def __init__(self, motifs: int = 60, noise: float = 0.01, seed: int = 0):
        super().__init__(motifs, noise, seed)


class TreeGrid(_Tree):
    """Tree-Grid: 1,231 nodes, 1,566 edges, 10 features, 2 classes.

    80 grids of 3 x 3 nodes on a binary tree; also known as syn5. Options as in `MotifGraph`.
    """

    name = "tree-grid"
    motif = GRID


class BACommunity(_Preferential):
    """BA-Community: 1,400 nodes, 4,457 edges, 10 features, 8 classes.

    Two graphs of houses, whose roles are told apart; also known as syn2. Features are normal around -1 in the first and
    around 1 in the second, with a standard deviation of .5.

    Args:
        motifs: how many houses in each.
        noise: as in `MotifGraph`, of each.
        bridges: random edges between the two.
        seed: of the graph, whatever the seed of the run.
    """

    name = "ba-community"
    motif = HOUSE

    def __init__(self, motifs: int = 80, noise: float = 0.01, bridges: int = 350, seed: int = 0):
        super().__init__(motifs, noise, seed)
        self.bridges = bridges
        check_at_least("dataset", 0, bridges=bridges)

    def load(self, files: RawFiles) -> GraphData:
        """Draw the graph."""
        one, two = (self.plant(derive(self.seed, f"community {which}")) for which in range(2))
        random, nodes = np.random.default_rng(derive(self.seed, "between communities")), len(one.roles)
        between = random.integers([0, nodes], [nodes, 2 * nodes], (self.bridges, 2))
        edges = np.concatenate([one.edges, two.edges + nodes, between])
        copies = np.concatenate([one.copies, np.where(two.copies < 0, -1, two.copies + self.motifs)])
        roles = np.concatenate([one.roles, two.roles + len(set(self.motif.roles)) + 1])
        centre = np.repeat([-1.0, 1.0], nodes)[:, None]
        features = (centre + 0.5 * random.standard_normal((2 * nodes, 10))).astype(np.float32)
        return self.graph(Planted(edges, roles, copies), features)
