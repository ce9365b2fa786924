"""What an ONNX model makes of a column, against what its encoder makes of it."""

from typing import Any

import numpy as np

from gnn2mlp.deploy.onnx_columns import add_columns
from gnn2mlp.deploy.onnx_inputs import RawInputs
from gnn2mlp.encoders import TableEncoder
from tests.deploy.test_onnx_parts import ran


def features(encoder: TableEncoder, table: Any) -> np.ndarray:
    """Of the rows of a table, by ONNX alone, in the order of `TableEncoder.transform`."""
    found = add_columns(encoder)
    found.part.output("features", found.features, np.float32, encoder.num_features)
    made = ran(found.part.model(), **RawInputs(found.columns).read(table))["features"]
    assert made.dtype == np.float32
    ordered = np.empty_like(made)
    ordered[:, found.order] = made
    return ordered


def encoded(encoder: TableEncoder, table: Any) -> np.ndarray:
    """Of the rows of a table, by Python."""
    made = encoder.transform(table)
    return made if isinstance(made, np.ndarray) else made.toarray()


def check(table: dict[str, Any], *others: dict[str, Any], atol: float = 1e-7, **columns: Any) -> TableEncoder:
    """Fit on a table, and compare features of it and of other tables, row by row alone and together."""
    encoder = TableEncoder(columns).fit(table)
    for one in (table, *others):
        expected = encoded(encoder, one)
        np.testing.assert_allclose(features(encoder, one), expected, rtol=1e-6, atol=atol)
        rows = len(expected)
        alone = [
            features(encoder, {name: values[row : row + 1] for name, values in one.items()}) for row in range(rows)
        ]
        np.testing.assert_allclose(np.concatenate(alone), expected, rtol=1e-6, atol=atol)
    return encoder
