"""A baseline that reads nothing: some training graphs of each class, drawn at random."""

from collections.abc import Iterator

import numpy as np

from gnn2mlp.condensers._base import Training
from gnn2mlp.condensers._whole import WholeGraphs
from gnn2mlp.core.seeds import derive


class Random(WholeGraphs):
    """Graphs of each class in a random order, up to a number of graphs or of nodes.

    What another condenser makes has to do better than this at the same number of nodes. With one seed a larger set
    holds the smaller.
    """

    name = "random"
    citation = "the usual baseline, as in Jin et al., Condensing Graphs via One-Step Gradient Matching, KDD 2022"

    def order(self, training: Training, number: int, seed: int) -> Iterator[int]:
        """As in `WholeGraphs`."""
        drawn = np.random.default_rng(derive(seed, f"graphs of class {number}"))
        return iter(drawn.permutation(training.members[number]).tolist())
