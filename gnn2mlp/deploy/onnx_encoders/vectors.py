"""Vectors: an input (rows, width) in single precision, where a row of NaN is a gap."""

from collections.abc import Sequence

import numpy as np

from gnn2mlp.deploy.onnx_encoders._base import Block, Given, all_of, as_float, beside, taken
from gnn2mlp.deploy.onnx_parts import Part


def convert(part: Part, columns: Sequence[Given]) -> list[Block]:
    """A few nodes for each column: a gap is zeros, and told by a feature if training had gaps."""
    return [all_of(_vector(part, column), column) for column in columns]


def _vector(part: Part, column: Given) -> str:
    gaps = part.add("IsNaN", [column.value])
    numbers = part.add("Where", [gaps, part.constant(np.float32(0)), column.value])
    if not column.encoder.flagged_:
        return numbers
    return beside(part, [numbers, as_float(part, taken(part, gaps, [0]))])
