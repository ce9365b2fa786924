"""Columns that are measured in other units than the rest, such as numbers of followers beside 0/1 columns."""

import warnings
from collections.abc import Sequence

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataWarning, listing
from gnn2mlp.nn.csr import CSR, Features, gather

# A column of thirty times the scale of another outweighs nine hundred of them in the variance of what a first layer,
# whose weights start alike, computes: as many as most tables have.
FACTOR = 30
# Below it nothing is large for a network that is made for inputs of about 1, whatever the other columns hold.
LARGE = 10
# The scale that columns are held against is that of the small ones, as 0/1 columns may be few beside many others.
REFERENCE = 0.1
# What is zero in nearly all rows can spoil few of them: counts of a rare word are such a column.
FILLED = 0.05
# So many rows, evenly spread, tell the scale of a column.
ROWS = 65_536


def unscaled_columns(features: Features, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """The columns whose values are far larger than those of the others.

    The scale of a column is the root mean square of its entries that are not zero, so that a rare word is on the scale
    of a frequent one. A column is far off if its scale exceeds `LARGE`, and `FACTOR` times the scale that a tenth of
    the columns do not exceed, and if it is filled in a share of at least `FILLED` of the rows. So bags of words, word
    counts, tf-idf, pixels and embeddings pass.

    Args:
        features: (rows, features), finite.
        names: one per column; default: their numbers.

    Returns:
        Names of the columns, those of the largest scale first.

    Example:
        >>> table = torch.tensor([[0.0, 1.0, 4000.0], [1.0, 0.0, 250.0], [1.0, 1.0, 90.0]])
        >>> unscaled_columns(table, ["active", "verified", "followers"])
        ('followers',)
    """
    scale, share = column_scales(features)
    filled = scale[scale > 0]
    if filled.numel() == 0:
        return ()
    reference = filled.sort().values[int(REFERENCE * (filled.numel() - 1))]
    far = ((scale > LARGE) & (scale > FACTOR * reference) & (share >= FILLED)).nonzero()[:, 0]
    ordered = far[scale[far].argsort(descending=True, stable=True)].tolist()
    return tuple(str(column) if names is None else names[column] for column in ordered)


def warn_unscaled(features: Features, names: Sequence[str] | None, name: str, remedy: str) -> None:
    """Give a `DataWarning` that names the unscaled columns, if there are any.

    Args:
        features: (rows, features).
        names: one per column, or `None`.
        name: of the data, for the message.
        remedy: what brings columns on one scale, for the message.
    """
    found = unscaled_columns(features, names)
    if not found:
        return
    kind = ("column" if names is not None else "column number") + ("s" if len(found) > 1 else "")
    warnings.warn(
        f"{name}: the values of {kind} {listing(found)} are far larger than those of the "
        f"others, of which a network then sees little; {remedy}",
        DataWarning,
        stacklevel=3,
    )


def column_scales(features: Features) -> tuple[Tensor, Tensor]:
    """Root mean square of each column's entries that are not zero, and their share of all: float64 (features,) each.

    Of more than `ROWS` rows some are taken, evenly spread.
    """
    rows = features.shape[0]
    if rows > ROWS:
        features = gather(features, torch.arange(0, rows, -(-rows // ROWS), device=features.device))
    if not isinstance(features, CSR):
        squares, count = features.double().square().sum(0).cpu(), features.count_nonzero(0).cpu()
    else:
        values, width = features.values.cpu().double(), features.shape[1]
        squares = torch.bincount(features.indices.cpu(), values.square(), minlength=width)
        count = torch.bincount(features.indices.cpu(), (values != 0).double(), minlength=width)
    return (squares / count.clamp(min=1)).sqrt(), count.double() / max(1, features.shape[0])
