"""Small tables of nodes and edges whose links can be learnt, and a fit of them that is made once."""

from pathlib import Path
from typing import Any

import numpy as np

from tests.company import Company, company

# A teacher, a student and trainings that take seconds in all.
SMALL: dict[str, Any] = {
    "teacher": {"name": "sage", "hidden": 8, "epochs": 8},
    "student": {"name": "mlp", "hidden": 8},
    "distill": {"epochs": 8},
    "device": "cpu",
}


def linked_tables(rows: int = 160, seed: int = 0) -> Company:
    """Rows of four groups, with a text that tells the group, and edges mostly within groups."""
    random = np.random.default_rng(seed)
    found = company(rows, seed=seed)
    group = np.arange(rows) % 4
    ends = random.integers(rows, size=(2, 6 * rows))
    inside = (group[ends[0]] == group[ends[1]]) | (random.random(ends.shape[1]) < 0.1)
    source, target = ends[:, inside & (ends[0] != ends[1])]
    ids = found.nodes["page"]
    words = [f"g{one} {text}" for one, text in zip(group, found.nodes["text"], strict=True)]
    nodes = {name: column for name, column in {**found.nodes, "text": words}.items() if name != "kind"}
    return Company(nodes, {"source": ids[source], "target": ids[target]})


def link_settings(folder: Path, tables: Company | None = None, **changes: Any) -> dict[str, Any]:
    """Settings of a quick fit of links that names these tables, written into `folder`."""
    written = (tables or linked_tables()).write(folder)
    del written["label"]
    return {**written, **SMALL, **changes}
