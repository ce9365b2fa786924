"""Columns on one scale."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.inputs._base import Affine, Inputs
from gnn2mlp.nn.csr import CSR, Features


class Standardise(Inputs):
    """Every column minus its mean, divided by its standard deviation, over the rows that training reads.

    For tables of columns with different units, such as followers in the thousands beside 0/1 columns, in which the
    student would see the former alone. Sparse rows are scaled and not shifted, so that they stay sparse, as
    scikit-learn's `StandardScaler(with_mean=False)` does. A column that never changes is only shifted.

    Being affine, it is folded into the first layer of an MLP: the student that ships reads features as they are.

    Example:
        >>> import torch
        >>> inputs = Standardise()
        >>> inputs.fit([torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 4000.0]])])
        >>> inputs.transform(torch.tensor([[3.0, 0.0]]))
        tensor([[ 1., -1.]])
    """

    name = "standardise"
    citation = "LeCun et al., Efficient BackProp, 1998, section 4.3"
    rescales = True

    shift_: Tensor
    scale_: Tensor

    def fit(self, chunks: Iterable[Features]) -> None:
        """Mean and standard deviation of each column, in double precision, a chunk at a time.

        Raises:
            ConfigError: if there is no row.
        """
        moments = _Moments()
        for chunk in chunks:
            moments.add(chunk)
        if moments.rows == 0:
            raise ConfigError("inputs 'standardise': expected rows to take mean and standard deviation of, got none")
        deviation = moments.deviation()
        self.scale_ = torch.where(deviation > 0, 1 / deviation, 1.0).to(moments.dtype)
        self.shift_ = (torch.zeros_like(moments.mean) if moments.sparse else moments.mean).to(moments.dtype)

    def transform(self, features: Features) -> Features:
        """Rows (rows, features), sparse where the features are."""
        scale = self.scale_.to(features.device, features.dtype)
        if isinstance(features, CSR):
            scaled = features.with_values(features.values * scale[features.indices])
            moved = (self.shift_ * self.scale_).to(features.device, features.dtype)
            return scaled.to_dense().sub_(moved) if bool(moved.any()) else scaled
        return (features - self.shift_.to(features.device, features.dtype)) * scale

    def affine(self) -> Affine:
        """Means and inverse standard deviations."""
        return Affine(self.shift_, self.scale_)

    def state(self) -> dict[str, Tensor]:
        """`shift` and `scale`, (features,) each."""
        return {"shift": self.shift_, "scale": self.scale_}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take them on."""
        self.shift_, self.scale_ = state["shift"], state["scale"]


class _Moments:
    """Mean and sum of squared distances from it of each column, updated by chunks (Chan et al., 1983)."""

    def __init__(self) -> None:
        self.rows = 0
        self.mean = self.squares = torch.zeros((), dtype=torch.float64)
        self.sparse = False
        self.dtype = torch.get_default_dtype()

    def add(self, chunk: Features) -> None:
        """Take in rows (rows, features)."""
        self.sparse = self.sparse or isinstance(chunk, CSR)
        rows = chunk.shape[0]
        if rows == 0:
            return
        mean, squares = _moments(chunk)
        total, gap = self.rows + rows, mean - self.mean
        self.mean = self.mean + gap * (rows / total)
        self.squares = self.squares + squares + gap.square() * (self.rows * rows / total)
        self.rows = total

    def deviation(self) -> Tensor:
        """Population standard deviation (features,); exactly 0 for a column that never changes."""
        deviation = (self.squares / self.rows).sqrt()
        return torch.where(deviation > 1e-12 * self.mean.abs(), deviation, 0.0)


def _moments(chunk: Features) -> tuple[Tensor, Tensor]:
    """Mean (features,) and sum of squared distances from it (features,), float64 on the CPU."""
    if isinstance(chunk, CSR):
        values, columns, rows = chunk.values.cpu().double(), chunk.indices.cpu(), chunk.shape[0]
        zeros = torch.zeros(chunk.shape[1], dtype=torch.float64)
        mean = zeros.index_add(0, columns, values) / rows
        filled = zeros.index_add(0, columns, torch.ones_like(values))
        squares = zeros.index_add(0, columns, (values - mean[columns]).square())
        return mean, squares + (rows - filled) * mean.square()
    x = chunk.cpu().double()  # a GPU need not hold them twice as wide
    mean = x.mean(0)
    return mean, (x - mean).square().sum(0)
