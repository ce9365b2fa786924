import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import graph_from_arrays
from gnn2mlp.explainers import Random
from gnn2mlp.pipeline import RunConfig, explain, run
from gnn2mlp.pipeline.explain import rows_of


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_it_leaves_a_page_figures_and_tables(settings: dict[str, Any]) -> None:
    result = explain(RunConfig(**settings), sample=5, top=3)
    out = settings["out"]
    written = json.loads((out / "explain.json").read_text())
    assert written == json.loads(json.dumps(result.results))
    assert (out / "explain.html").read_text().startswith("<!doctype html>")
    assert [one["node"] for one in written["nodes"]] == result.explanation.nodes.tolist()
    assert len(written["nodes"]) == 5
    assert {(row["method"], row["top"]) for row in written["faithfulness"]} == {
        (method, k) for method in ("fastdnx", "propagation", "random") for k in (5, 10)
    }
    rows = _rows(out / "explanations.csv")
    first = [row for row in rows if row["node"] == written["nodes"][0]["name"]]
    assert [(row["neighbour"], f"{float(row['score']):.5g}") for row in first] == [
        (name, f"{score:.5g}") for name, score in written["nodes"][0]["top"]
    ]
    assert len(first) <= 3
    assert {row["node"] for row in _rows(out / "contributions.csv")} <= {one["name"] for one in written["nodes"]}
    assert "student" not in written


def test_contributions_of_features_and_the_constant_add_up_to_the_margin(settings: dict[str, Any]) -> None:
    result = explain(RunConfig(**settings), sample=4, top=1000)
    for position, one in enumerate(result.results["nodes"]):
        total = sum(value for _, value in one["features"]) + result.margins.constant[position]
        assert total == pytest.approx(one["margin"], abs=1e-6)
        assert one["own_margin"] + one["neighbours_margin"] == pytest.approx(
            one["margin"] - result.margins.constant[position], abs=1e-6
        )


def test_the_student_of_a_run_is_looked_at_and_the_report_links_the_page(settings: dict[str, Any]) -> None:
    run(RunConfig(**settings), pages=False)
    found = explain(RunConfig(**settings), sample=5).results["student"]
    assert 0 <= found["agreement"] <= 1
    assert len(found["quarters"]) == 4
    assert np.mean(found["quarters"]) == pytest.approx(found["agreement"], abs=0.05)
    assert 'href="explain.html"' in (settings["out"] / "report.html").read_text()


def test_nodes_may_be_named_and_an_explainer_given(settings: dict[str, Any]) -> None:
    result = explain(RunConfig(**settings), nodes=[3, 1], method=Random(), hops=1)
    assert result.explanation.nodes.tolist() == [3, 1]
    assert result.explanation.method == "random"
    assert result.surrogate.hops == 1


def test_the_labels_of_test_nodes_change_no_explanation(settings: dict[str, Any]) -> None:
    first = explain(RunConfig(**settings), nodes=[0, 5])
    again = explain(RunConfig(**settings), nodes=[5, 0])
    assert (first.explanation.scores.toarray()[0] == again.explanation.scores.toarray()[1]).all()


def test_motifs_are_compared_where_a_data_set_knows_them(settings: dict[str, Any]) -> None:
    small = {
        **settings,
        "dataset": Spec("ba-house", motifs=10),
        "split": "fraction",
        "seeds": 1,
        "teacher": Spec("gcn", layers=3, hidden=16, epochs=60),
    }
    result = explain(RunConfig(**small), sample=20)
    by_method = {row["method"]: row["accuracy"] for row in result.results["motifs"]}
    assert result.surrogate.reads == "degree"
    assert by_method["fastdnx"] > by_method["random"] + 0.3


def test_what_cannot_be_explained_is_said_before_training(
    settings: dict[str, Any], hypergraph_settings: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="explain works on a graph; .* is a hypergraph"):
        explain(RunConfig(**{**hypergraph_settings, "out": tmp_path / "hypergraph"}))
    with pytest.raises(DataError, match=r"integers in 0\.\.\d+, got 99999, x"):
        explain(RunConfig(**settings), nodes=[1, 99999, "x"])
    with pytest.raises(UnknownNameError, match="fastdnx"):
        explain(RunConfig(**settings), method="fastdmx")
    with pytest.raises(ConfigError, match="sample"):
        explain(RunConfig(**settings), sample=0)
    assert not (settings["out"] / "explain.json").exists()


def test_rows_and_names_are_found() -> None:
    graph = graph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1], [1, 2]])
    assert rows_of(graph, ["2", "0"]).tolist() == [2, 0]
    for wrong in ([], [0.5], [-1], [3]):
        with pytest.raises(DataError, match="explain: expected"):
            rows_of(graph, wrong)
    named = replace(graph, node_names=np.array([70, 80, 90]))
    assert rows_of(named, ["90", "70"]).tolist() == [2, 0]
    with pytest.raises(DataError, match="has no node 1; name nodes by ids such as 70"):
        rows_of(named, [70, 1])
