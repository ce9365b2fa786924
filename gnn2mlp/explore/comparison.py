"""Two codebooks of the same nodes: how far they say the same, and which codes stand for each other."""

from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.frames import frame
from gnn2mlp.explore.formatting import plural


class Comparison(NamedTuple):
    """How two codebooks divide the nodes that both have.

    Args:
        nodes: how many those are.
        adjusted_mutual_information: 1 where both divide them alike, about 0 where one tells nothing of the other.
            Vinh, Epps & Bailey, Information theoretic measures for clusterings comparison, JMLR 2010.
        codes: int64 (matched,), of this codebook, by falling number of shared nodes.
        others: int64 (matched,), the code of the other that each is matched with; each occurs once.
        shared: int64 (matched,), nodes that have both.
        sizes: int64 (matched, 2), nodes of each of the two.
    """

    nodes: int
    adjusted_mutual_information: float
    codes: np.ndarray
    others: np.ndarray
    shared: np.ndarray
    sizes: np.ndarray

    @property
    def matched(self) -> float:
        """Share of the nodes whose two codes are matched with each other."""
        return float(self.shared.sum() / max(1, self.nodes))

    def frame(self) -> Any:
        """A pandas row for each pair: `code`, `other`, `shared`, `nodes`, `other_nodes`, `overlap` (Jaccard)."""
        union = self.sizes.sum(axis=1) - self.shared
        columns = {"other": self.others, "shared": self.shared, "nodes": self.sizes[:, 0]}
        columns |= {"other_nodes": self.sizes[:, 1], "overlap": self.shared / np.maximum(union, 1)}
        return frame(columns, self.codes, "code")

    def __repr__(self) -> str:
        return (
            f"Comparison({plural(self.nodes, 'node')}: adjusted mutual information "
            f"{self.adjusted_mutual_information:.2f}, {100 * self.matched:.0f}% of them in matched codes)"
        )


def compare_codes(first: np.ndarray, second: np.ndarray) -> Comparison:
    """Compare two codes of each node, both int (nodes,), and match codes so that most nodes are in matched ones.

    Example:
        >>> found = compare_codes(np.array([0, 0, 1, 1, 2]), np.array([7, 7, 4, 4, 4]))
        >>> found.codes.tolist(), found.others.tolist(), found.shared.tolist()
        ([0, 1], [7, 4], [2, 2])
        >>> found
        Comparison(5 nodes: adjusted mutual information 0.64, 80% of them in matched codes)
    """
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics import adjusted_mutual_info_score
    from sklearn.metrics.cluster import contingency_matrix

    own, row = np.unique(first, return_inverse=True)
    other, column = np.unique(second, return_inverse=True)
    table = np.asarray(contingency_matrix(row, column))
    a, b = linear_sum_assignment(table, maximize=True)
    shared = table[a, b]
    order = np.argsort(-shared, kind="stable")
    order = order[shared[order] > 0]
    a, b, shared = a[order], b[order], shared[order]
    sizes = np.stack([table.sum(axis=1)[a], table.sum(axis=0)[b]], axis=1)
    information = float(adjusted_mutual_info_score(row, column))
    return Comparison(int(row.size), information, own[a], other[b], shared, sizes)
