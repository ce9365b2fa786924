"""A row that was removed is gone: by every byte of the folder, by digest, and by an attack on what the model knows."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from gnn2mlp import Predictor
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import traces
from gnn2mlp.evaluate.membership import membership
from gnn2mlp.pipeline import FitConfig, fit
from tests.company import Company, company
from tests.fitted import SMALL
from tests.pipeline.test_fit import weights

NAME, PLACE = "person-4711-quaint", "Atlantis-upon-Sea"


def marked() -> Company:
    """Tables in which one row has a name and a place that no other has."""
    found = company(rows=120)
    ids, edges = np.array(found.nodes["page"]), found.edges
    where = {old: NAME if old == ids[7] else old for old in [*ids, "gone"]}
    nodes = {**found.nodes, "page": [where[one] for one in ids]}
    country = list(nodes["country"])
    country[7] = PLACE
    return Company({**nodes, "country": country}, {end: [where[one] for one in edges[end]] for end in edges})


def without(tables: Company) -> Company:
    """The same without that row and its edges."""
    kept = np.array([one != NAME for one in tables.nodes["page"]])
    edge = np.array([NAME not in pair for pair in zip(tables.edges["source"], tables.edges["target"], strict=True)])
    return Company(
        {name: pa.array(column).filter(pa.array(kept)) for name, column in tables.nodes.items()},
        {name: pa.array(column).filter(pa.array(edge)) for name, column in tables.edges.items()},
    )


def test_nothing_of_a_removed_row_is_left_in_the_folder(tmp_path: Path, undrawn: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {**SMALL, **marked().write(tmp_path / "own"), "out": tmp_path / "model"}
    fit(FitConfig(**given))
    before = traces(tmp_path / "model", [NAME, PLACE])
    assert PLACE in before["student.safetensors"]  # the model knows its name
    assert any(name.startswith(".work/") and NAME in found for name, found in before.items())
    old = {path.name for path in (tmp_path / "model" / ".work" / "teachers").iterdir()}
    without(marked()).write(tmp_path / "own")
    with pytest.raises(ConfigError, match=r"choose another --out, or replace it \(--replace\)"):
        fit(FitConfig(**given))
    undrawn.undo()  # pictures have texts, too
    fit(FitConfig(**given, replace=True))
    assert traces(tmp_path / "model", [NAME, PLACE]) == {}
    assert not old & {path.name for path in (tmp_path / "model" / ".work" / "teachers").iterdir()}
    fit(FitConfig(**{**given, "out": tmp_path / "fresh"}))
    assert weights(tmp_path / "model") == weights(tmp_path / "fresh")  # as if the row had never been


def test_what_an_interrupted_fit_of_other_tables_kept_is_forgotten(tmp_path: Path) -> None:
    given: dict[str, Any] = {**SMALL, **marked().write(tmp_path / "own"), "out": tmp_path / "model"}

    class Interrupted(Exception):  # noqa: N818
        pass

    def listen(stage: str) -> Any:
        if stage == "write":
            raise Interrupted
        return lambda done, total, note="": None

    with pytest.raises(Interrupted):
        fit(FitConfig(**given), listen)
    assert traces(tmp_path / "model", [NAME])
    without(marked()).write(tmp_path / "own")
    fit(FitConfig(**given))
    assert traces(tmp_path / "model", [NAME, PLACE]) == {}


@pytest.mark.usefixtures("undrawn")
def test_an_attack_cannot_tell_removed_rows_from_unknown_ones(tmp_path: Path) -> None:
    """Half of the rows are removed; of the model that is made without them they are as unknown as new rows."""
    tables, new = company(rows=240, labelled=1.0), company(rows=240, labelled=1.0, seed=0)
    rows = pa.table(tables.nodes)
    order = np.random.default_rng(0).permutation(240)
    kept, removed, fresh = np.sort(order[:120]), order[120:180], order[180:]
    left = Company({name: rows[name].take(pa.array(kept)) for name in rows.column_names}, new.edges)
    given = {**SMALL, **left.write(tmp_path / "own"), "out": tmp_path / "model"}
    fit(FitConfig(**given))
    model = Predictor.load(tmp_path / "model")
    parts = [rows.take(pa.array(part)) for part in (removed, fresh)]
    found = membership(model, *parts, *(part["kind"].to_pylist() for part in parts))
    assert not found.tells
    assert found.low < 0.5 < found.high
