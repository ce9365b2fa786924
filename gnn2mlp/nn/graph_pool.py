"""What the rows of each of several sets have in common: their mean, sum or maximum."""

from typing import Literal, get_args

from jaxtyping import Float, Int
from torch import Tensor

Pooling = Literal["mean", "sum", "max"]
POOLINGS: tuple[str, ...] = get_args(Pooling)


def pool(
    x: Float[Tensor, "rows width"],
    set_of_row: Int[Tensor, " rows"],
    num_sets: int,
    how: Pooling = "mean",
    counts: Float[Tensor, " rows"] | None = None,
) -> Float[Tensor, "sets width"]:
    """One row for each set, whatever the order of its rows; zeros for a set without any.

    Args:
        x: rows of all sets.
        set_of_row: which set each is of, 0..num_sets - 1.
        num_sets: how many there are; some may have no row.
        how: `"mean"`, `"sum"`, or `"max"` for each column by itself.
        counts: how often each row is in its set; `None`: once.

    Example:
        >>> import torch
        >>> rows, sets = torch.tensor([[1.0], [3.0], [5.0]]), torch.tensor([0, 0, 2])
        >>> pool(rows, sets, 3).flatten().tolist(), pool(rows, sets, 3, "sum").flatten().tolist()
        ([2.0, 0.0, 5.0], [4.0, 0.0, 5.0])
    """
    if how == "max":
        places = set_of_row[:, None].expand_as(x)
        return x.new_zeros(num_sets, x.size(1)).scatter_reduce(0, places, x, "amax", include_self=False)
    own = x if counts is None else x * counts[:, None]
    sums = x.new_zeros(num_sets, x.size(1)).index_add(0, set_of_row, own)
    return sums if how == "sum" else sums / sizes(set_of_row, num_sets, x, counts).clamp(min=1)


def sizes(set_of_row: Tensor, num_sets: int, like: Tensor, counts: Tensor | None = None) -> Tensor:
    """How many rows each set has, (sets, 1), in the dtype and on the device of another tensor.

    Args:
        set_of_row: which set each row is of.
        num_sets: how many there are.
        like: the other tensor.
        counts: (rows,), how often each row is in its set; `None`: once.

    Example:
        >>> import torch
        >>> sizes(torch.tensor([0, 0, 2]), 3, torch.zeros(1)).flatten().tolist()
        [2.0, 0.0, 1.0]
    """
    each = like.new_ones(set_of_row.size(0)) if counts is None else counts.to(like.dtype)
    return like.new_zeros(num_sets).index_add(0, set_of_row, each)[:, None]
