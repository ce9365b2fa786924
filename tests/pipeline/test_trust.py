import csv
import json
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import Split
from gnn2mlp.explore.trust import trust_table
from gnn2mlp.pipeline import RunConfig, run, trust
from gnn2mlp.pipeline.trust import nodes_csv
from tests.tiny import random_knowledge

pytestmark = pytest.mark.usefixtures("few_epochs")


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_leaves_a_report_on_the_test_nodes_that_were_seen(settings: dict[str, Any], setting: str):
    result = trust(RunConfig(**settings, setting=setting, export={"draws": 2}))
    out = settings["out"]
    written = json.loads((out / "trust.json").read_text())
    assert written == json.loads(json.dumps(result.results))
    assert (out / "trust.html").read_text().startswith("<!doctype html>")
    seen = Split.load(out / "splits" / "seed-000.safetensors").seen
    with (out / "nodes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert sorted(int(row["node"]) for row in rows) == seen.tolist()
    assert [row["rank"] for row in rows] == [str(k + 1) for k in range(len(rows))]
    reliability = [float(row["reliability"]) for row in rows]
    assert reliability == sorted(reliability, reverse=True)
    accuracy = np.mean([int(row["right"]) for row in rows])
    record = written["seeds"][0]["trust"]["reliability"]
    assert record["nodes"] == len(rows)
    assert np.average(record["accuracy"], weights=record["count"]) == pytest.approx(accuracy)
    assert not (out / "students").exists()


def test_hypergraphs_are_looked_at_as_well(hypergraph_settings: dict[str, Any]):
    result = trust(RunConfig(**{**hypergraph_settings, "seeds": 1}, setting="inductive", export={"draws": 2}))
    assert result.results["graph"]["kind"] == "hypergraph"
    seed = result.results["seeds"][0]
    assert seed["trust"]["degree"]["nodes"] == seed["split"]["seen"]
    assert result.table.scores["degree"].max() > result.table.scores["degree"].min()
    assert (result.out / "trust.html").read_text().startswith("<!doctype html>")


def test_teachers_are_shared_with_a_run(settings: dict[str, Any]):
    run(RunConfig(**settings))
    before = {path: path.stat().st_mtime_ns for path in (settings["cache"] / "teachers").rglob("*.safetensors")}
    trust(RunConfig(**settings))
    assert {path: path.stat().st_mtime_ns for path in (settings["cache"] / "teachers").rglob("*.safetensors")} == before


def test_the_students_of_a_run_are_looked_at_and_none_is_trained(settings: dict[str, Any]):
    alone = trust(RunConfig(**settings, setting="inductive"))
    assert "student_trust" not in alone.results["seeds"][0]
    run(RunConfig(**settings, setting="inductive"))
    students = {path: path.stat().st_mtime_ns for path in (settings["out"] / "students").rglob("*.safetensors")}
    both = trust(RunConfig(**settings, setting="inductive"))
    assert {path: path.stat().st_mtime_ns for path in (settings["out"] / "students").rglob("*.safetensors")} == students
    record = both.results["seeds"][0]["student_trust"]
    assert set(record) == {"seen", "unseen"}
    assert set(both.results["summary"]["student_trust"]["unseen"]) == set(record["unseen"])
    assert both.results["seeds"][0]["trust"] == alone.results["seeds"][0]["trust"]
    page = (settings["out"] / "trust.html").read_text()
    assert "where the student is right" in page
    assert both.margins is not None
    with (settings["out"] / "nodes.csv").open() as file:
        rows = {int(row["node"]): row for row in csv.DictReader(file)}
    for position, node in enumerate(both.table.nodes.tolist()):
        assert float(rows[node]["own_margin"]) == pytest.approx(both.margins.own[position], rel=1e-5)
        assert both.margins.alike is not None
        assert rows[node]["student_agrees"] == str(int(both.margins.alike[position]))
    assert both.results["seeds"][0]["own_margin"]["student"]["population"] == "seen"
    assert "Where the student answers as its teacher" in page


def test_a_mistake_leaves_nothing_behind(settings: dict[str, Any]):
    with pytest.raises(ConfigError, match="draws"):
        trust(RunConfig(**settings, export={"draws": 0}))
    assert not settings["out"].exists()


def test_nodes_of_unknown_class_have_an_empty_cell():
    edges = np.array([[0], [1]])
    table = trust_table(random_knowledge(torch.arange(3)), edges, np.array([0, -1, 2]))
    rows = {row["node"]: row for row in csv.DictReader(nodes_csv(table).splitlines())}
    assert rows["1"]["right"] == ""
    assert {rows["0"]["right"], rows["2"]["right"]} <= {"0", "1"}
    assert [rows[node]["degree"] for node in "012"] == ["1", "1", "0"]
