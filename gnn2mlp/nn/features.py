"""Feature tables from anywhere: numpy, scipy, pandas or torch in, dense or sparse rows out, bad values refused."""

from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.nn.csr import CSR, Features


def check_features(features: Any, name: str = "features") -> Features:
    """Features as a dense float tensor or `CSR`.

    Accepts numpy, scipy sparse, pandas, torch (dense or sparse CSR) and `CSR`. float64 stays float64, all else becomes
    float32.

    Raises:
        DataError: if they are not two-dimensional, not numeric, or not finite (the message counts the bad rows).
    """
    if "complex" in str(getattr(features, "dtype", "")):  # numpy, scipy and torch would drop the imaginary part
        raise DataError(f"{name}: Complex data not supported: features must be real, got {features.dtype}")
    x = _as_features(features, name)
    values = x.values if isinstance(x, CSR) else x
    finite = torch.isfinite(values)
    if not finite.all():
        bad = (x.row_ids()[~finite] if isinstance(x, CSR) else (~finite).nonzero()[:, 0]).unique()
        raise DataError(
            f"{name}: features must be finite, got NaN or infinity in {bad.numel()} of {x.shape[0]} rows "
            f"(first: row {int(bad[0])}); impute or drop them"
        )
    return x


def _as_features(features: Any, name: str) -> Features:
    if isinstance(features, CSR):
        x: Features = features
    elif sp.issparse(features):
        x = CSR.from_scipy(features)
    elif isinstance(features, Tensor) and features.layout != torch.strided:
        x = _from_torch_sparse(features, name)
    else:
        x = _as_dense(features, name)
    if len(x.shape) != 2 or x.shape[1] == 0:
        raise DataError(
            f"{name}: features must have shape (nodes, features) with at least one feature, got {tuple(x.shape)}"
        )
    return x


def _from_torch_sparse(features: Tensor, name: str) -> CSR:
    if features.dim() != 2:
        raise DataError(f"{name}: features must have shape (nodes, features), got {tuple(features.shape)}")
    coo = features.detach().cpu().to_sparse_coo().coalesce()
    row, column = coo.indices().unbind(0)
    return CSR.from_coo(row, column, _as_float(coo.values()), (features.size(0), features.size(1)))


def _as_dense(features: Any, name: str) -> Tensor:
    if isinstance(features, Tensor):
        return _as_float(features.detach().cpu())
    try:
        return torch.from_numpy(np.array(features, dtype=_float_type(features)))
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name}: features must be a numeric (nodes, features) array, got {type(features).__name__}: {error}"
        ) from error


def _as_float(values: Tensor) -> Tensor:
    return values if values.dtype == torch.float64 else values.to(torch.float32)


def _float_type(array: Any) -> type:
    return np.float64 if getattr(array, "dtype", None) == np.float64 else np.float32
