"""Columns of a scored table: those that are kept, then those that are made, with gaps where a row has no answer.

Imports no torch.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, listing
from gnn2mlp.core.parquet import pyarrow_modules

# Why a row has no answer.
ERROR = "error"


def written_schema(schema: Any, keep: Sequence[str], made: Mapping[str, Any]) -> Any:
    """The schema of what is written.

    Args:
        schema: of what is scored, which has the columns to keep.
        keep: their names.
        made: types of Arrow by name.

    Raises:
        ConfigError: for a name that two columns would have.

    Example:
        >>> import pyarrow as pa
        >>> written_schema(pa.schema({"id": pa.int64(), "age": pa.int8()}), ["id"], {"score": pa.float32()}).names
        ['id', 'score']
    """
    arrow, _ = pyarrow_modules()
    if taken := [repr(name) for name in made if name in keep]:
        raise ConfigError(
            f"keep: expected names other than those of what is written, got {listing(taken)}; rename the column, or "
            "do not keep it"
        )
    return arrow.schema([*map(schema.field, keep), *made.items()])


def with_reasons(made: Mapping[str, Any], reasons: Sequence[str | None]) -> dict[str, Any]:
    """The columns with gaps in rows that have no answer, and beside them the column `error`, which says why.

    Args:
        made: arrays of Arrow (rows,) by name.
        reasons: for each row, why it has no answer, if so.

    Example:
        >>> import pyarrow as pa
        >>> found = with_reasons({"score": pa.array([0.5, 0.0])}, [None, "a gap"])
        >>> {name: column.to_pylist() for name, column in found.items()}
        {'score': [0.5, None], 'error': [None, 'a gap']}
    """
    arrow, _ = pyarrow_modules()
    error = arrow.array(reasons, arrow.string())
    bad = error.is_valid()
    found = {name: _without(column, bad) for name, column in made.items()} if bad.true_count else dict(made)
    return {**found, ERROR: error}


def _without(column: Any, bad: Any) -> Any:
    """The array with gaps in bad rows."""
    import pyarrow.compute as compute

    arrow, _ = pyarrow_modules()
    places = compute.if_else(bad, arrow.scalar(None, arrow.int64()), np.arange(len(column)))
    return column.take(places)
