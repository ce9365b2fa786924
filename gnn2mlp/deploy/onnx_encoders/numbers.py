"""Numbers, truth values and dates: gaps are filled, then all on one scale, in double precision as in training.

Written by hand, as skl2onnx makes `Imputer` nodes, which ONNX Runtime has for single precision alone: of 1.7 billion
seconds that would leave 128, and it has no sines, which dates need.
"""

from collections.abc import Sequence

import numpy as np

from gnn2mlp.deploy.onnx_encoders._base import Block, Given, as_float, side_by_side, taken
from gnn2mlp.deploy.onnx_parts import Part

# What leaves a number as it is, where an encoder has no scale.
_NEUTRAL = {"mean": 0.0, "scale": 1.0}


def convert(part: Part, columns: Sequence[Given]) -> list[Block]:
    """All columns go through the same nodes, and those of which the logarithm is taken through nodes of their own."""
    plain = [column for column in columns if column.encoder.name != "log"]
    logs = [column for column in columns if column.encoder.name == "log"]
    return [
        *(_together(part, plain, logarithm=False) if plain else []),
        *(_together(part, logs, logarithm=True) if logs else []),
    ]


def _together(part: Part, columns: Sequence[Given], logarithm: bool) -> list[Block]:
    numbers = side_by_side(part, columns)
    gaps = part.add("IsNaN", [numbers])
    fill = np.array([column.encoder.state()["fill"][0] for column in columns])
    full = part.add("Where", [gaps, part.constant(fill), numbers])
    if logarithm:
        full = part.add("Log", [part.add("Add", [full, part.constant(1.0)])])
    values = Block(as_float(part, _scaled(part, full, columns)), [(column.number, 0) for column in columns])
    return [values, *_waves(part, full, columns), *_flags(part, gaps, columns)]


def _scaled(part: Part, full: str, columns: Sequence[Given]) -> str:
    states = [{**_NEUTRAL, **column.encoder.state()} for column in columns]
    mean, scale = (np.array([np.ravel(state[key])[0] for state in states]) for key in ("mean", "scale"))
    if (mean == 0).all() and (scale == 1).all():
        return full
    return part.add("Div", [part.add("Sub", [full, part.constant(mean)]), part.constant(scale)])


def _waves(part: Part, days: str, columns: Sequence[Given]) -> list[Block]:
    """Sines and cosines of the cycles of dates, all of them at once."""
    found = [
        (place, column.number, number, cycle)
        for place, column in enumerate(columns)
        for number, cycle in enumerate(getattr(column.encoder, "cycles_", ()))
    ]
    if not found:
        return []
    since = part.add(
        "Sub", [taken(part, days, [one[0] for one in found]), _each(part, [one[3].start for one in found])]
    )
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


def _flags(part: Part, gaps: str, columns: Sequence[Given]) -> list[Block]:
    """What tells of gaps, of the columns that had any in training."""
    flagged = [place for place, column in enumerate(columns) if column.encoder.flagged_]
    if not flagged:
        return []
    chosen = gaps if len(flagged) == len(columns) else taken(part, gaps, flagged)
    features = [(columns[place].number, columns[place].encoder.width - 1) for place in flagged]
    return [Block(as_float(part, chosen), features)]
