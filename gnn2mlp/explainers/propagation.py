"""A baseline that reads no model: how much a node weighs in another's K-hop average."""

import numpy as np
import scipy.sparse as sp

from gnn2mlp.explainers._base import Explainer
from gnn2mlp.explainers._surrogate import Surrogate


class Propagation(Explainer):
    """score_ij = Â^K_ij. On the usual graphs with motifs it finds the motif as well as explainers of the model do.

    So a ground truth of motifs says little of an explainer that this baseline does not say, and it is always shown
    beside others.
    """

    name = "propagation"
    citation = "Wu et al., Simplifying Graph Convolutional Networks, ICML 2019 (Â^K)"
    baseline = True

    def scores(self, surrogate: Surrogate, nodes: np.ndarray, rows: sp.csr_matrix, seed: int) -> np.ndarray:
        """As in `Explainer`."""
        return np.asarray(rows.data)
