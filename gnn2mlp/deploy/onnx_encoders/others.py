"""Encoders from outside of this package, through skl2onnx: by the transformer of scikit-learn that does the same."""

import warnings
from collections.abc import Sequence
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.onnx_encoders._base import Block, Given, all_of, as_float
from gnn2mlp.deploy.onnx_inputs import as_matrix
from gnn2mlp.deploy.onnx_parts import OPSET, VERSIONS, Part


def convert(part: Part, columns: Sequence[Given]) -> list[Block]:
    """The nodes that skl2onnx makes of each column's transformer."""
    return [all_of(as_float(part, part.graft(converted(column.encoder), column.value)), column) for column in columns]


def converted(encoder: Any) -> Any:
    """The ONNX model of a fitted encoder's transformer, from an input (rows, width) to features.

    Raises:
        ConfigError: if skl2onnx is not installed, or cannot convert it.
    """
    try:
        from skl2onnx import convert_sklearn
        from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
    except ImportError as error:
        raise ConfigError("skl2onnx is not installed; install the extra: pip install 'gnn2mlp[onnx]'") from error
    example = as_matrix(encoder.prepare([None]))
    kind = StringTensorType if example.dtype == object else DoubleTensorType
    opset = {"": OPSET, "ai.onnx.ml": VERSIONS["ai.onnx.ml"]}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return convert_sklearn(
                encoder.transformer(), initial_types=[("given", kind([None, example.shape[1]]))], target_opset=opset
            )
    except Exception as error:  # whatever a converter raises says that there is none
        reason = " ".join(str(error).split())[:200]
        raise ConfigError(f"skl2onnx cannot convert the encoder {encoder.name!r} ({reason})") from error
