"""Numbers, truth values and dates: shifted in double precision, then scaled, and gaps filled, in single precision.

Written by hand, as skl2onnx fills gaps first, by an operator that ONNX Runtime has for single precision alone: of 1.7
billion seconds that would leave 128. And it has no sines, which dates need.
"""

from collections.abc import Sequence

import numpy as np

from gnn2mlp.deploy.onnx_encoders._base import Block, Given, as_float, side_by_side, taken
from gnn2mlp.deploy.onnx_parts import Part

# What leaves a number as it is, where an encoder has no scale.
_NEUTRAL = {"mean": 0.0, "scale": 1.0}
# Numbers are divided in single precision if all their scales are within, else where they fit.
_USUAL = (1e-9, 1e9)


def convert(part: Part, columns: Sequence[Given]) -> list[Block]:
    """All columns go through the same nodes, and those of which the logarithm is taken through nodes of their own."""
    plain = [column for column in columns if column.encoder.name != "log"]
    logs = [column for column in columns if column.encoder.name == "log"]
    return [
        *(_together(part, plain, logarithm=False) if plain else []),
        *(_together(part, logs, logarithm=True) if logs else []),
    ]


def _together(part: Part, columns: Sequence[Given], logarithm: bool) -> list[Block]:
    columns = sorted(columns, key=lambda column: not column.encoder.flagged_)  # so that those with flags come first
    numbers = side_by_side(part, columns)
    fill = np.array([column.encoder.state()["fill"][0] for column in columns])
    if logarithm:
        read, fill = part.add("Log", [part.add("Add", [numbers, part.constant(1.0)])]), np.log1p(fill)
    else:
        read = numbers
    values = Block(_scaled(part, read, fill, columns), [(column.number, 0) for column in columns])
    return [values, *_waves(part, numbers, columns), *_flags(part, numbers, columns)]


def _scaled(part: Part, numbers: str, fill: np.ndarray, columns: Sequence[Given]) -> str:
    """Minus the mean, divided by the scale, and what the fill becomes of that where there is none: float32."""
    states = [{**_NEUTRAL, **column.encoder.state()} for column in columns]
    mean, scale = (np.array([np.ravel(state[key])[0] for state in states]) for key in ("mean", "scale"))
    if mean.any():
        numbers = part.add("Sub", [numbers, part.constant(mean)])
    single = bool((scale >= _USUAL[0]).all() and (scale <= _USUAL[1]).all())
    if single:  # half the bytes
        numbers = as_float(part, numbers)
    if (scale != 1).any():
        numbers = part.add("Div", [numbers, part.constant(scale.astype(np.float32) if single else scale)])
    if not single:
        numbers = as_float(part, numbers)
    filled = ((fill - mean) / scale).astype(np.float32).tolist()
    gap = {"imputed_value_floats": filled, "replaced_value_float": float("nan")}
    return part.add("Imputer", [numbers], "ai.onnx.ml", **gap)


def _waves(part: Part, days: str, columns: Sequence[Given]) -> list[Block]:
    """Sines and cosines of the cycles of dates, all of them at once."""
    found = [
        (place, column.number, number, cycle)
        for place, column in enumerate(columns)
        for number, cycle in enumerate(getattr(column.encoder, "cycles_", ()))
    ]
    if not found:
        return []
    given = taken(part, days, [one[0] for one in found])
    fill = _each(part, [float(columns[one[0]].encoder.state()["fill"][0]) for one in found])
    full = part.add("Where", [part.add("IsNaN", [given]), fill, given])
    since = part.add("Sub", [full, _each(part, [one[3].start for one in found])])
    # What is left of a negative number is negative: a whole cycle less, which has the same sine.
    within = part.add("Mod", [since, _each(part, [one[3].days for one in found])], fmod=1)
    angle = part.add("Mul", [within, _each(part, [2 * np.pi / one[3].days for one in found])])
    return [
        Block(
            as_float(part, part.add(wave, [angle])), [(column, 1 + later + 2 * cycle) for _, column, cycle, _ in found]
        )
        for later, wave in enumerate(("Sin", "Cos"))
    ]


def _each(part: Part, values: Sequence[float]) -> str:
    return part.constant(np.array(values, np.float64))


def _flags(part: Part, numbers: str, columns: Sequence[Given]) -> list[Block]:
    """What tells of gaps, of the columns that had any in training: the first ones."""
    flagged = [column for column in columns if column.encoder.flagged_]
    if not flagged:
        return []
    if len(flagged) < len(columns):
        numbers = part.add("Slice", [numbers, *(part.constant([n]) for n in (0, len(flagged), 1))])
    features = [(column.number, column.encoder.width - 1) for column in flagged]
    return [Block(as_float(part, part.add("IsNaN", [numbers])), features)]
