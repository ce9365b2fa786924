import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.data import SPLITTERS
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.data_report import data_report, degrees
from gnn2mlp.pipeline.fitting.encoding import encode, observed_rows
from gnn2mlp.pipeline.fitting.tables import read_tables
from tests.company import Company, company


def report(tmp_path: Path, tables: Company, **changes: Any) -> dict[str, Any]:
    config = FitConfig(**{**tables.write(tmp_path, "n.parquet", "e.parquet"), **changes}).resolve(240)
    read = read_tables(config)
    assert config.split is not None
    split = config.split.build(SPLITTERS).split(read.bare, 0, "inductive", config.unseen)
    return data_report(config, read, split, encode(config, read, observed_rows(split, len(read.ids))))


def test_everything_is_counted(tmp_path: Path) -> None:
    tables = company()
    found = report(tmp_path, tables)
    labelled = sum(kind is not None for kind in tables.nodes["kind"])
    assert found["nodes"] == {"file": "n.parquet", "rows": 240, "id": "page", "id_type": "string", "labelled": labelled}
    given = len(tables.edges["source"])
    assert found["edges"] | {"lost_ends": []} == {
        "file": "e.parquet",
        "given": given,
        "kept": given - 1,
        "dangling": 1,
        "duplicate": 0,
        "self_loops": 0,
        "linked_pairs": given - 6,
        "weighted": False,
        "lost_ends": [],
    }
    assert sum(found["labels"]["classes"].values()) == labelled
    assert sum(found["split"][part] for part in ("train", "valid", "seen", "unseen")) == labelled
    assert {column["name"]: column["encoder"] for column in found["columns"]} == {
        "text": "text",
        "price": "number",
        "country": "category",
        "verified": "boolean",
        "joined": "date",
    }
    assert found["features"] == sum(column["width"] for column in found["columns"])
    assert found["homophily"]["edge"] > 0.7
    json.dumps(found, allow_nan=False)


def test_what_is_split_by_is_told_among_the_columns(tmp_path: Path) -> None:
    found = report(tmp_path, company(), time="joined")
    assert found["split"]["by"] == "time"
    assert found["split"]["column"] == "joined"
    assert found["columns"][-1]["name"] == "joined"
    assert found["columns"][-1]["encoder"] == "drop"


def test_numbers_and_several_labels_are_described(tmp_path: Path) -> None:
    found = report(tmp_path, company(), label="price", task="regression")
    assert found["labels"]["numbers"]["price"]["least"] > 0
    assert "homophily" not in found
    tables = company()
    tables.nodes["open"] = np.arange(240) % 3 == 0
    assert report(tmp_path, tables, label=["open", "verified"])["labels"]["ones"]["open"] == 80


def test_degrees_by_hand() -> None:
    found = degrees(np.array([0, 1, 1, 2, 6]))
    assert found == {"isolated": 1, "mean": 2.0, "median": 1.0, "90 %": 4.4, "99 %": pytest.approx(5.84), "most": 6}


def test_a_leak_is_told_of(tmp_path: Path) -> None:
    tables = company()
    tables.nodes["closed_as"] = np.where(tables.nodes["kind"] == None, "open", tables.nodes["kind"])  # noqa: E711
    found = report(tmp_path, tables)
    told = [one for one in found["warnings"] if "closed_as" in one["what"]]
    assert len(told) == 1
    assert told[0]["remedy"].endswith("--column closed_as:drop")
