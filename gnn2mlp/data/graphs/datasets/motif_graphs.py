"""The embedded demonstration: small graphs with a planted motif, which need no download."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graphs.build import graph_set_from_arrays
from gnn2mlp.data.graphs.dataset import GraphDataset
from gnn2mlp.data.graphs.graph_set import GraphSet

# Five nodes and five edges each, so that no count of nodes or edges tells them apart.
_RING = np.array([(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)])
_TRIANGLE = np.array([(0, 1), (1, 2), (2, 0), (0, 3), (0, 4)])
_NODE_KINDS = ("a", "b", "c", "d")
_EDGE_KINDS = ("thick", "thin")
# How often a node of the motif has the kind that hints at its class, beyond chance.
_HINT = 0.5


class _Drawn(NamedTuple):
    """One graph: edges (edges, 2), the kind of each node, and of each edge."""

    edges: np.ndarray
    nodes: np.ndarray
    bonds: np.ndarray


class MotifGraphs(GraphDataset):
    """200 graphs of 13 to 21 nodes, 3,357 nodes, 3,357 edges, 4 kinds of nodes, 2 of edges, 2 classes.

    Random trees of 8 to 16 nodes, to one node of which a motif of five nodes is linked: a ring, or a triangle with two
    leaves, which is the class. Both have five edges, so that sizes say nothing. Kinds of nodes are random, and those
    of a motif hint at the class, so that a bag of them says something, and the structure all. Half of the graphs are of
    each class.

    Args:
        graphs: how many.
        seed: of the graphs, whatever the seed of the run.

    Example:
        >>> from gnn2mlp.data import load_graph_set
        >>> load_graph_set("motif-graphs")
        GraphSet('motif-graphs': 200 graphs, 3,357 nodes, 3,357 edges, 4 node codes, 2 edge codes, 2 classes)
    """

    name = "motif-graphs"
    citation = "Ying et al., GNNExplainer, NeurIPS 2019 (planted motifs); the graphs are gnn2mlp's own"
    split = Spec("fraction", train=0.6, valid=0.2)
    # Its nodes are of random kinds, so that hardly any deeper tree is in many graphs.
    recipe: ClassVar[Mapping[str, Mapping[str, Any]]] = {"condenser": {"mirage": {"depth": 1, "support": 0.2}}}

    def __init__(self, graphs: int = 200, seed: int = 0):
        check_at_least("dataset", 2, graphs=graphs)
        check_at_least("dataset", 0, seed=seed)
        self.graphs = graphs
        self.seed = seed

    def load(self, files: RawFiles) -> GraphSet:
        """Draw the graphs."""
        random = np.random.default_rng(derive(self.seed, f"dataset {self.name}"))
        labels = random.permutation(np.arange(self.graphs) % 2)
        drawn = [_draw(random, int(label)) for label in labels]
        counts = np.array([len(one.nodes) for one in drawn])
        shift = np.repeat(counts.cumsum() - counts, [len(one.edges) for one in drawn])
        return graph_set_from_arrays(
            labels,
            np.repeat(np.arange(self.graphs), counts),
            (np.concatenate([one.edges for one in drawn]) + shift[:, None]).T,
            node_codes=np.concatenate([one.nodes for one in drawn]),
            edge_codes=np.concatenate([one.bonds for one in drawn]),
            code_sizes=[len(_NODE_KINDS)],
            edge_code_sizes=[len(_EDGE_KINDS)],
            name=self.name,
            class_names=["ring", "triangle"],
            node_fields=["kind"],
            edge_fields=["bond"],
            categories={"kind": _NODE_KINDS, "bond": _EDGE_KINDS},
        )


def _draw(random: np.random.Generator, label: int) -> _Drawn:
    """A random tree with a motif; nodes of the motif come last."""
    size = int(random.integers(8, 17))
    parents = random.integers(0, np.arange(1, size))
    tree = np.stack([parents, np.arange(1, size)], axis=1)
    motif = (_RING, _TRIANGLE)[label] + size
    bridge = np.array([[random.integers(size), size + random.integers(5)]])
    edges = np.concatenate([tree, motif, bridge])
    nodes = random.integers(0, len(_NODE_KINDS), size + 5)
    hinted = random.random(5) < _HINT
    nodes[size:][hinted] = label
    return _Drawn(edges, nodes, random.integers(0, len(_EDGE_KINDS), len(edges)))
