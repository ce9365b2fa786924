"""A baseline that reads nothing: a random order of the nodes within reach."""

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.seeds import derive
from gnn2mlp.explainers._base import Explainer
from gnn2mlp.explainers._surrogate import Surrogate


class Random(Explainer):
    """Uniform scores in 0..1 of the nodes within K hops, drawn for each explained node by itself."""

    name = "random"
    citation = "the usual baseline, as in Ying et al., GNNExplainer, NeurIPS 2019"
    baseline = True

    def scores(self, surrogate: Surrogate, nodes: np.ndarray, rows: sp.csr_matrix, seed: int) -> np.ndarray:
        """As in `Explainer`."""
        sizes = np.diff(rows.indptr)
        drawn = [
            np.random.default_rng(derive(seed, f"scores of {node}")).random(size)
            for node, size in zip(nodes.tolist(), sizes.tolist(), strict=True)
        ]
        return np.concatenate(drawn) if drawn else np.zeros(0)
