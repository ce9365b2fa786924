"""The symmetrically normalised adjacency of a graph."""

from gnn2mlp.nn.csr import CSR


def normalised(adjacency: CSR) -> CSR:
    """Â = D̃^-1/2 (A + I) D̃^-1/2, D̃ the degrees of A + I (Kipf and Welling, ICLR 2017, equation 2); remembered.

    A holds the weights of edges, of which degrees are the sums; row i holds those from which i receives.

    Args:
        adjacency: A, (nodes, nodes), without self-loops.

    Example:
        >>> import torch
        >>> pair = CSR.from_dense(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
        >>> [[round(value, 4) for value in row] for row in normalised(pair).to_dense().tolist()]
        [[0.5, 0.5], [0.5, 0.5]]
    """
    return adjacency.remembered("normalised", lambda: _normalised(adjacency))


def _normalised(adjacency: CSR) -> CSR:
    scale = (adjacency.row_sums() + 1).rsqrt()
    values = adjacency.values * scale[adjacency.row_ids()] * scale[adjacency.indices]
    return adjacency.with_values(values).with_diagonal(scale * scale)
