"""Small tables of whole graphs, and a fit of them that is made once."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest

from gnn2mlp.pipeline import GraphFitConfig, GraphFitResult, fit
from gnn2mlp.report import page

# A teacher, a student and trainings that take seconds in all.
SMALL: dict[str, Any] = {
    "teacher": {"name": "gin", "hidden": 8, "layers": 2, "epochs": 4},
    "student": {"name": "set_mlp", "hidden": 8},
    "distill": {"epochs": 30},
    "device": "cpu",
}
Tables = dict[str, dict[str, Any]]
# Of the tables below.
NODES = 275


def graph_tables(graphs: int = 60, seed: int = 0) -> Tables:
    """Rings of atoms; those with nitrogen are toxic, and heavier."""
    random = np.random.default_rng(seed)
    sizes = random.integers(3, 7, graphs)
    toxic = random.permutation(np.arange(graphs) % 2)
    owner = np.repeat(np.arange(graphs), sizes)
    inside = np.concatenate([np.arange(size) for size in sizes])
    names = np.array([f"m{number:02d}" for number in range(graphs)])
    element = np.where((inside == 0) & (toxic[owner] == 1), "N", np.where(inside % 2 == 0, "C", "O"))
    mass = 150 + 5 * random.normal(size=len(owner)) + 10 * toxic[owner]
    return {
        "graphs": {"molecule": names, "toxic": np.where(toxic == 1, "yes", "no")},
        "nodes": {"molecule": names[owner], "atom": inside, "element": element, "mass": mass, "degree": inside % 3},
        "edges": {"molecule": names[owner], "from": inside, "to": (inside + 1) % sizes[owner], "bond": inside % 2},
    }


def written(folder: Path, tables: Tables | None = None, **changes: dict[str, Any]) -> dict[str, Any]:
    """Settings that name the tables, as CSV files in `folder`; a change of `None` leaves a column out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in (tables or graph_tables()).items():
        kept = {key: column for key, column in {**columns, **changes.get(name, {})}.items() if column is not None}
        csv.write_csv(pa.table(kept), folder / f"{name}.csv")
    return {"graphs": folder, "id": "molecule", "node": "atom", "label": "toxic"}


def graph_fit_settings(folder: Path, tables: Tables | None = None, **more: Any) -> dict[str, Any]:
    """Settings of a quick fit of these tables."""
    return {**written(folder, tables), "columns": {"degree": "number"}, **SMALL, **more}


@pytest.fixture(scope="session")
def graph_fit(tmp_path_factory: pytest.TempPathFactory) -> GraphFitResult:
    """A fit of toy molecules; its page has no pictures, which would take most of the time."""
    folder = tmp_path_factory.mktemp("molecules")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(page, "inline_svg", lambda figure, key, description: "<svg/>")
        return fit(GraphFitConfig(**graph_fit_settings(folder / "tables"), out=folder / "model"))
