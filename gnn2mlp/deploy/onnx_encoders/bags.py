"""Lists of items as bags: an input (rows, most items), where empty texts fill up shorter lists."""

from collections.abc import Sequence

import numpy as np

from gnn2mlp.deploy.onnx_encoders._base import Block, Given, all_of
from gnn2mlp.deploy.onnx_encoders.texts import counted
from gnn2mlp.deploy.onnx_parts import Part


def convert(part: Part, columns: Sequence[Given]) -> list[Block]:
    """A node or two for each column."""
    return [all_of(_bag(part, column), column) for column in columns]


def _bag(part: Part, column: Given) -> str:
    words = column.encoder.words_
    counts = counted(part, column.value, list(words), list(range(len(words))))
    return counts if column.encoder.counts else part.add("Min", [counts, part.constant(np.float32(1))])
