"""What each feature did for a student's answer: integrated gradients of its margin, from a blank row to the row."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.showing import short_repr
from gnn2mlp.nn.csr import CSR, Features, gather

Blank = Literal["zeros", "mean"]
"""The row that contributions start from: of zeros, as where no word occurs, or the mean of all rows."""

# Values of rows on the way from the blank row that are computed with at once.
_AT_ONCE = 20_000_000
# Rows that a blank one is made of.
_MOST_ROWS = 20_000


class Contributions(NamedTuple):
    """Parts of the margin of the likeliest class over the second, by feature; arrays have a value for each row.

    The sum of a row's `values` is margin - blank_margin, up to `gap`.

    Args:
        first: int64, the likeliest class.
        second: int64, the next one.
        margin: logit of the first less that of the second.
        blank_margin: the same of the blank row.
        values: (rows, features), stored where a feature is not as in the blank row.
        gap: the largest distance of a sum from what it should be.
    """

    first: np.ndarray
    second: np.ndarray
    margin: np.ndarray
    blank_margin: np.ndarray
    values: sp.csr_matrix
    gap: float

    def __repr__(self) -> str:
        return short_repr(self)

    def ranked(self, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Features and what each adds, the largest in size first, of the row at a position; those of 0 are left out."""
        begin, end = self.values.indptr[position : position + 2]
        ids, values = self.values.indices[begin:end].astype(np.int64), self.values.data[begin:end]
        order = np.argsort(-np.abs(values), kind="stable")
        order = order[values[order] != 0]
        return ids[order], values[order]


def contributions(
    network: Callable[[Tensor], Tensor], rows: Features, blank: Tensor | None = None, steps: int = 128
) -> Contributions:
    """Integrated gradients (Sundararajan et al., Axiomatic Attribution for Deep Networks, ICML 2017, equation 1).

    With x' the blank row and m the margin, feature f of row x is given (x_f - x'_f) ∫ ∂m/∂x_f (x' + t (x - x')) dt over
    t in 0..1, as the mean over the middles of `steps` equal parts. Linear networks get w_f (x_f - x'_f) exactly; those
    with kinks, as of ReLUs, differ from the integral in the parts that hold a kink, which `gap` tells the size of.

    Args:
        network: from rows (any, features) to logits (any, classes), differentiable, each row by itself.
        rows: (rows, features), dense or sparse.
        blank: (features,); default: zeros.
        steps: points on the way.

    Raises:
        DataError: for a network of one output, which has no margin.
        ConfigError: for less than a step.

    Example:
        >>> weight = torch.tensor([[2.0, 0.0], [-1.0, 0.0], [5.0, 0.0]])
        >>> found = contributions(lambda x: x @ weight, torch.tensor([[3.0, 1.0, 0.0]]))
        >>> found.values.toarray().tolist(), found.margin.tolist()
        ([[6.0, -1.0, 0.0]], [5.0])
    """
    check_at_least("contributions", 1, steps=steps)
    start = torch.zeros(rows.shape[1]) if blank is None else blank.detach().cpu()
    start = start.to(torch.get_default_dtype())
    found = [_of_row(network, _dense(rows, row), start, steps) for row in range(rows.shape[0])]
    ends = np.array([one.ends for one in found], dtype=np.float64).reshape(-1, 2)
    classes = np.array([one.classes for one in found], dtype=np.int64).reshape(-1, 2)
    values = sp.vstack([one.values for one in found], format="csr") if found else sp.csr_matrix(tuple(rows.shape))
    sums = np.asarray(values.sum(axis=1), dtype=np.float64).ravel()
    gap = float(np.abs(sums - (ends[:, 0] - ends[:, 1])).max(initial=0.0))
    return Contributions(classes[:, 0], classes[:, 1], ends[:, 0], ends[:, 1], values, gap)


def blank_row(rows: Features) -> tuple[Blank, Tensor]:
    """A row that says nothing, float (features,): zeros where values are counts or shares, else the mean of the rows.

    Rows count as such where they are sparse, or no value is below 0 and most are 0.

    Example:
        >>> blank_row(torch.tensor([[0.0, 0.0, 1.0], [0.0, 2.0, 0.0]]))
        ('zeros', tensor([0., 0., 0.]))
        >>> blank_row(torch.tensor([[-1.0, 4.0], [3.0, 2.0]]))
        ('mean', tensor([1., 3.]))
    """
    if isinstance(rows, CSR):
        return "zeros", torch.zeros(rows.shape[1])
    some = rows[:_MOST_ROWS]
    if bool((some >= 0).all()) and bool((some == 0).double().mean() >= 0.5):
        return "zeros", torch.zeros(rows.shape[1])
    return "mean", rows.double().mean(0).to(rows.dtype)


class _Row(NamedTuple):
    classes: tuple[int, int]
    ends: tuple[float, float]
    values: sp.csr_matrix


def _of_row(network: Callable[[Tensor], Tensor], row: Tensor, blank: Tensor, steps: int) -> _Row:
    """The contributions (1, features) of one row."""
    with torch.no_grad():
        ends = network(torch.stack([row, blank])).double()
    if ends.size(1) < 2:
        raise DataError(f"contributions: expected logits of at least two classes, got {ends.size(1)}")
    first, second = ends[0].argsort(descending=True, stable=True)[:2].tolist()
    way, total = row - blank, torch.zeros(row.numel(), dtype=torch.float64)
    middles = (torch.arange(steps, dtype=blank.dtype) + 0.5) / steps
    for part in middles.split(max(1, _AT_ONCE // max(1, row.numel()))):
        with torch.enable_grad():
            points = (blank + part[:, None] * way).requires_grad_()
            logits = network(points)
            (slope,) = torch.autograd.grad((logits[:, first] - logits[:, second]).sum(), points)
        total += slope.double().sum(0)
    apart = way.nonzero()[:, 0]
    values = (way.double() * total / steps)[apart].numpy()
    made = sp.csr_matrix((values, (np.zeros(len(apart), dtype=np.int64), apart.numpy())), shape=(1, row.numel()))
    margins = (ends[:, first] - ends[:, second]).tolist()
    return _Row((first, second), (margins[0], margins[1]), made)


def _dense(rows: Features, row: int) -> Tensor:
    one = gather(rows, torch.tensor([row]))
    dense = one.to_dense() if isinstance(one, CSR) else one
    return dense[0].detach().cpu().to(torch.get_default_dtype())
