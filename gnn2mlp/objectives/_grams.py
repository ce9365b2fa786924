"""How much two Gram matrices differ, without either of them where there are more rows than columns."""

import torch
from torch import Tensor


def gram_gap(ours: Tensor, theirs: Tensor, weights: Tensor | None = None) -> Tensor:
    """The mean over pairs (i, j) of rows of (a_i·a_j - b_i·b_j)², in which a pair counts as the product of its weights.

    With more rows than columns it is had from products of columns, ‖AAᵀ - BBᵀ‖² = ‖AᵀA‖² + ‖BᵀB‖² - 2 ‖AᵀB‖², in
    double precision, as large numbers cancel: no matrix of rows x rows is made.

    Args:
        ours: A (rows, any width).
        theirs: B (rows, any other width).
        weights: (rows,), at least 0; `None`: all alike.

    Example:
        >>> round(gram_gap(torch.eye(2), torch.ones(2, 1)).item(), 4)  # two of four pairs differ by 1
        0.5
    """
    if weights is None:
        share = torch.full((len(ours), 1), len(ours) ** -0.5, dtype=ours.dtype, device=ours.device)
    else:
        total = weights.sum()
        share = (weights / total.where(total > 0, 1.0)).to(ours.dtype).sqrt()[:, None]
    ours, theirs = ours * share, theirs * share
    if len(ours) <= ours.size(1) + theirs.size(1):
        return (ours @ ours.T - theirs @ theirs.T).square().sum()
    a, b = ours.double(), theirs.double()
    gap = (a.T @ a).square().sum() + (b.T @ b).square().sum() - 2 * (a.T @ b).square().sum()
    return gap.clamp(min=0).to(ours.dtype)
