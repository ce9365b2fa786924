"""An affine map that takes dense or sparse rows."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import CSR, Features


def _uniform(weight: Tensor, bias: Tensor | None) -> None:
    bound = 1 / math.sqrt(max(1, weight.size(0)))
    nn.init.uniform_(weight, -bound, bound)
    if bias is not None:
        nn.init.uniform_(bias, -bound, bound)


def _glorot(weight: Tensor, bias: Tensor | None) -> None:
    bound = math.sqrt(6 / max(1, sum(weight.shape)))
    nn.init.uniform_(weight, -bound, bound)
    if bias is not None:
        nn.init.zeros_(bias)


_INITS: dict[str, Callable[[Tensor, Tensor | None], None]] = {"uniform": _uniform, "glorot": _glorot}


# Floats that fill a vector register.
_NARROW = 16


def _laid_out(empty: Callable[..., Tensor], in_features: int, out_features: int) -> Tensor:
    return empty(out_features, in_features).T if out_features < _NARROW else empty(in_features, out_features)


class Linear(nn.Module):
    """y = x W + b, where x may be `CSR`: then forward and backward cost its non-zeros and nothing is densified.

    The weight has the shape (in_features, out_features), and its rows are contiguous, so that a sparse row selects
    contiguous rows; where these would be narrow, as where classes come out, its columns are, which BLAS is faster with.

    Args:
        in_features: width of the input.
        out_features: width of the output.
        bias: add a learnt offset.
        init: `"uniform"` is `torch.nn.Linear`'s default, U(±1/sqrt(in)); `"glorot"` is that of graph layers in DGL
            and PyG, U(±sqrt(6/(in+out))) with a zero bias (Glorot and Bengio, 2010).

    Raises:
        ConfigError: if `init` is neither.

    Example:
        >>> layer = Linear(3, 2)
        >>> sparse = CSR.from_dense(torch.eye(3))
        >>> torch.equal(layer(sparse), layer(torch.eye(3)))
        True
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, init: str = "uniform"):
        if init not in _INITS:
            raise ConfigError(f"init: expected one of {', '.join(_INITS)}, got {init!r}")
        super().__init__()
        self.weight = nn.Parameter(_laid_out(torch.empty, in_features, out_features))
        self.bias = nn.Parameter(torch.empty(out_features)) if bias else None
        _INITS[init](self.weight, self.bias)

    @property
    def in_features(self) -> int:
        """Width of the input."""
        return self.weight.size(0)

    @property
    def out_features(self) -> int:
        """Width of the output."""
        return self.weight.size(1)

    def forward(self, x: Features) -> Tensor:
        """Map (rows, in_features) to (rows, out_features)."""
        if self.bias is None:
            return x @ self.weight
        return x @ self.weight + self.bias if isinstance(x, CSR) else torch.addmm(self.bias, x, self.weight)

    @torch.no_grad()
    def replace_weight(self, weight: Tensor) -> None:
        """Take the values of another weight (in_features, out_features), of any width of input."""
        laid_out = _laid_out(self.weight.new_empty, *weight.shape).copy_(weight)
        self.weight = nn.Parameter(laid_out, requires_grad=self.weight.requires_grad)

    def extra_repr(self) -> str:
        """Sizes, for printing."""
        return f"{self.in_features}, {self.out_features}, bias={self.bias is not None}"
