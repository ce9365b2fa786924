"""Feature tables from anywhere: numpy, scipy, pandas or torch in, dense or sparse rows out, bad values refused."""

from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.tables import as_array, check_finite, check_real, check_shape
from gnn2mlp.nn.csr import CSR, Features


def check_features(features: Any, name: str = "features") -> Features:
    """Features as a dense float tensor or `CSR`.

    Accepts numpy, scipy sparse, pandas, polars, Arrow, columns by name, torch (dense or sparse CSR) and `CSR`. float64
    stays float64, all else becomes float32.

    Raises:
        DataError: if they are not two-dimensional, not numeric, or not finite (the message counts the bad rows).

    Example:
        >>> check_features([[1, 0], [0, 2]]).tolist()
        [[1.0, 0.0], [0.0, 2.0]]
        >>> check_features([[1.0, float("nan")]])
        Traceback (most recent call last):
        gnn2mlp.core.errors.DataError: features: features must be finite, got NaN or infinity in 1 of 1 rows (first: ...
    """
    check_real(features, name)
    x = _as_features(features, name)
    check_shape(x.shape, name)
    values = x.values if isinstance(x, CSR) else x
    # A sum is soon made, and is finite only of finite numbers; if it is not, they may still be, and are looked at.
    if not torch.isfinite(values.sum()):
        finite = torch.isfinite(values)
        bad = x.row_ids()[~finite] if isinstance(x, CSR) else (~finite).nonzero()[:, 0]
        check_finite(bad.cpu().numpy(), x.shape[0], name)
    return x


def _as_features(features: Any, name: str) -> Features:
    if isinstance(features, CSR):
        return features.to("cpu", torch.promote_types(features.dtype, torch.float32))  # where all data lie
    if hasattr(features, "tocsr"):  # every scipy sparse matrix has it; asking scipy itself would load it
        return CSR.from_scipy(features)
    if not isinstance(features, Tensor):
        return torch.from_numpy(as_array(features, name))
    if features.layout != torch.strided:
        return _from_torch_sparse(features, name)
    return _as_float(features.detach().cpu())


def _from_torch_sparse(features: Tensor, name: str) -> CSR:
    if features.dim() != 2:
        raise DataError(f"{name}: features must have shape (nodes, features), got {tuple(features.shape)}")
    coo = features.detach().cpu().to_sparse_coo().coalesce()
    row, column = coo.indices().unbind(0)
    return CSR.from_coo(row, column, _as_float(coo.values()), (features.size(0), features.size(1)))


def _as_float(values: Tensor) -> Tensor:
    return values if values.dtype == torch.float64 else values.to(torch.float32)
