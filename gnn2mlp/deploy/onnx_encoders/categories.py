"""Categories: each has a number, and a feature is 1 in rows whose number is its own."""

from collections.abc import Sequence

import numpy as np

from gnn2mlp.deploy.onnx_encoders._base import Block, Given, as_float, beside, taken
from gnn2mlp.deploy.onnx_parts import Part

# Of what has no feature: values that were never seen, or are rare.
_NO_FEATURE = -1
# What stands for a gap: no category is empty, as an empty text is a gap everywhere.
_GAP = ""


def convert(part: Part, columns: Sequence[Given]) -> list[Block]:
    """One node looks the value of a column up, three compare the numbers of all columns with those of all features."""
    numbers = beside(part, [_looked_up(part, column) for column in columns])
    widths = [column.encoder.width for column in columns]
    spread = taken(part, numbers, np.repeat(np.arange(len(columns)), widths).tolist())
    own = part.constant(np.concatenate([np.arange(width) for width in widths]))
    features = [(column.number, place) for column in columns for place in range(column.encoder.width)]
    return [Block(as_float(part, part.add("Equal", [spread, own])), features)]


def _looked_up(part: Part, column: Given) -> str:
    encoder = column.encoder
    known = [*encoder.categories_, *([_GAP] if encoder.flagged_ else [])]
    places = list(range(len(known)))
    options = {"keys_strings": known, "values_int64s": places, "default_int64": _NO_FEATURE}
    return part.add("LabelEncoder", [column.value], "ai.onnx.ml", **options)
