"""Dirichlet energy: by how much rows differ from those that they are linked with."""

import torch
from torch import Tensor

from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import CSR, Features

# Energies below it, of graphs whose rows are all alike, are rounding.
_NOTHING = 1e-10


def dirichlet_energy(rows: Features, links: CSR) -> Tensor:
    """Σ_ij a_ij ‖u_i - u_j‖², u the rows scaled to length 1 (zero rows stay), in double precision; a scalar.

    Differentiable with respect to dense rows, but not through their lengths, as in the released code of TINED. Sparse
    rows stay sparse on a CPU. (TINED divides by the number of nodes, which cancels in ratios.)

    Args:
        rows: (nodes, width).
        links: A (nodes, nodes), entries a_ij at least 0.

    Example:
        >>> edge = CSR.from_dense(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
        >>> dirichlet_energy(torch.tensor([[3.0, 0.0], [0.0, 5.0]]), edge).item()  # a right angle, both ways
        4.0
    """
    links = links.to(dtype=torch.float64)
    out, into = links.row_sums(), links.transpose().row_sums()
    if isinstance(rows, CSR) and devices.on_cpu(rows.values):
        squares, products = _of_sparse(rows, links)
    else:
        dense = rows.to_dense() if isinstance(rows, CSR) else rows
        unit = dense.double()
        length = unit.detach().norm(dim=1, keepdim=True)
        unit = unit / length.where(length > 0, 1.0)
        squares, products = unit.square().sum(1), (unit * (links @ unit)).sum()
    # Σ a_ij (‖u_i‖² + ‖u_j‖² - 2 u_i·u_j)
    energy: Tensor = ((out + into) * squares).sum() - 2 * products
    return energy.clamp(min=0)


def _of_sparse(rows: CSR, links: CSR) -> tuple[Tensor, Tensor]:
    """‖u_i‖² (nodes,), and Σ a_ij u_i·u_j."""
    import scipy.sparse

    length = rows.row_lengths().double()
    scale = (1 / length.where(length > 0, 1.0)).numpy()
    unit = scipy.sparse.diags(scale) @ rows.to_scipy().astype("float64")
    products = (links.to_scipy() @ unit).multiply(unit).sum()
    return (length > 0).double(), torch.tensor(products, dtype=torch.float64)


def log_ratio(after: Tensor, before: Tensor) -> Tensor:
    """log(after / before) of two energies; 0, without gradient, where one of them is none, as TINED takes the ratio 1.

    Example:
        >>> some, none = torch.tensor(2.0), torch.tensor(0.0)
        >>> log_ratio(some, some).item(), log_ratio(none, some).item()
        (0.0, 0.0)
    """
    there = (after > _NOTHING) & (before > _NOTHING)
    ratio = after.where(there, 1.0).log() - before.where(there, 1.0).log()
    return ratio
