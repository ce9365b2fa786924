"""Hop 0: the features of the nodes as they are, in parts."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.tables.features import FeatureTable
from gnn2mlp.tables.hops.parts import HopParts, Notes


def write_nodes(table: FeatureTable, target: HopParts, notes: Notes, progress: Progress = silent) -> list[str]:
    """Write the features of all nodes in their order, and note every part; those that are noted already are left.

    Args:
        table: of the nodes.
        target: hop 0.
        notes: of what is finished.
        progress: told after each part.

    Returns:
        The SHA-256 of each part.

    Raises:
        DataError: for gaps, or values that are not finite.
        ArtefactError: if the table is damaged, or a part cannot be written.
    """
    digests, parts = list[str](), target.plan.parts
    for part, (ids, rows) in enumerate(_cut(table.rows_alone(), target)):
        note = notes.read("hop", 0, part)
        if note is None or not target.path(part).exists():
            note = {"digests": [target.write(part, ids, rows)]}
            notes.write(note, "hop", 0, part)
        digests += note["digests"]
        progress(part + 1, parts, "features")
    return digests


def _cut(batches: Iterator[tuple[Any, np.ndarray]], target: HopParts) -> Iterator[tuple[Any, np.ndarray]]:
    """Ids and rows of each part, whatever the batches."""
    arrow, _ = pyarrow_modules()
    ids, rows, part = list[Any](), list[np.ndarray](), 0
    for some, values in batches:
        if values.shape[1] != target.plan.width:
            raise DataError(
                f"features: expected lists of one length throughout, got {target.plan.width} and {values.shape[1]} "
                "numbers; write them alike"
            )
        ids.append(some)
        rows.append(values)
        while part < target.plan.parts and sum(map(len, ids)) >= (wanted := target.plan.part_rows(part)):
            all_ids, all_rows = arrow.concat_arrays(ids), np.concatenate(rows)
            yield all_ids.slice(0, wanted), all_rows[:wanted]
            ids, rows, part = [all_ids.slice(wanted)], [all_rows[wanted:]], part + 1
