"""What large tables need: sampled neighbours where all of a graph would not fit, larger batches, fewer epochs."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.spec import Spec
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers.ensemble import Ensemble

# Up to so many rows a teacher trains on the whole graph. A step then holds about ten arrays of rows x hidden numbers:
# 2.4 GiB at 128 hidden units.
WHOLE_GRAPH = 500_000
# Neighbours of each layer, and labelled nodes of a step, above that.
FANOUTS, STEP = (10, 10), 1024
# Rows that a student's or teacher's training goes over in all: 200 epochs of 100,000 rows, and fewer of more.
PASSES, LEAST = 20_000_000, 20
# Rows of a student's batch: 512 up to so many rows, else more.
SMALL, LARGE_BATCH = 50_000, 4096
_EPOCHS = 200


def epochs_for(rows: int) -> int:
    """At most 200, and at least 20.

    Example:
        >>> epochs_for(10_000), epochs_for(500_000), epochs_for(4_000_000)
        (200, 40, 20)
    """
    return max(LEAST, min(_EPOCHS, PASSES // max(1, rows)))


def sized_distill(options: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Options of `Distiller` with epochs and batches that suit so many rows, where they are left open."""
    if rows <= SMALL:
        return dict(options)
    epochs = epochs_for(rows)
    return {"epochs": epochs, "patience": max(5, epochs // 4), "batch_size": LARGE_BATCH, **options}


def sized_teacher(teacher: Spec, rows: int) -> Spec:
    """The teacher with epochs, and above `WHOLE_GRAPH` with sampled neighbours, where they are left open.

    A teacher around others hands this on to the inner ones.
    """
    kind = TEACHERS.get(teacher.name)
    if issubclass(kind, Ensemble):
        return kind.of_members(teacher, lambda member, _: sized_teacher(member, rows))
    inner = teacher.options.get("encoder")
    if inner is not None:
        return teacher.override(encoder=sized_teacher(Spec.parse(inner), rows).to_dict())
    options: dict[str, Any] = {}
    if rows > SMALL:
        options = {"epochs": epochs_for(rows), "patience": max(5, epochs_for(rows) // 4)}
    if rows > WHOLE_GRAPH and "fanouts" not in teacher.options:
        layers = teacher.options.get("layers", len(FANOUTS))
        options |= {"fanouts": list(FANOUTS[:1] * layers), "batch_size": STEP}
    known = TEACHERS.get(teacher.name).constructor_options()
    return Spec(teacher.name, **{key: value for key, value in options.items() if key in known}).override(
        **teacher.options
    )
