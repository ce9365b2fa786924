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
from gnn2mlp.deploy import NodeRouter
from gnn2mlp.explainers import Random
from gnn2mlp.pipeline import ExplainResult, RunConfig, explain, run
from gnn2mlp.pipeline.explain import rows_of
from tests.pipeline.conftest import small_settings

pytestmark = pytest.mark.usefixtures("few_epochs")


@pytest.fixture(scope="module")
def explained(few_epochs: None, npz: Path, tmp_path_factory: pytest.TempPathFactory) -> ExplainResult:
    """Five nodes of a run with a student."""
    folder = tmp_path_factory.mktemp("explained")
    made = small_settings(npz, folder)
    run(RunConfig(**made), pages=False)
    return explain(RunConfig(**made), sample=5, top=1000, pictures=2)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_it_leaves_a_page_figures_and_tables(explained: ExplainResult) -> None:
    out = explained.out
    written = json.loads((out / "explain.json").read_text())
    assert written == json.loads(json.dumps(explained.results))
    assert (out / "explain.html").read_text().startswith("<!doctype html>")
    assert [one["node"] for one in written["nodes"]] == explained.explanation.nodes.tolist()
    assert len(written["nodes"]) == 5
    assert {(row["method"], row["top"]) for row in written["faithfulness"]} == {
        (method, k) for method in ("fastdnx", "propagation", "random") for k in (5, 10)
    }
    rows = _rows(out / "explanations.csv")
    first = [row for row in rows if row["node"] == written["nodes"][0]["name"]]
    told = dict(written["nodes"][0]["top"])
    assert [row["neighbour"] for row in first] == list(told)
    assert [float(row["score"]) for row in first] == pytest.approx(list(told.values()), rel=1e-5)
    for name in ("contributions.csv", "edges.csv", "student_contributions.csv"):
        assert {row["node"] for row in _rows(out / name)} <= {one["name"] for one in written["nodes"]}
    assert sorted(path.name for path in (out / "neighbourhoods").iterdir()) == sorted(
        f"node-{one['node']}.svg" for one in written["nodes"][:2]
    )


def test_contributions_of_features_and_the_constant_add_up_to_the_margin(explained: ExplainResult) -> None:
    for position, one in enumerate(explained.results["nodes"]):
        total = sum(value for _, value in one["features"]) + explained.margins.constant[position]
        assert total == pytest.approx(one["margin"], abs=1e-6)
        assert one["own_margin"] + one["neighbours_margin"] == pytest.approx(
            one["margin"] - explained.margins.constant[position], abs=1e-6
        )


def test_edges_are_those_with_the_highest_scores(explained: ExplainResult) -> None:
    for position, one in enumerate(explained.results["nodes"]):
        scores = dict(zip(*(values.tolist() for values in explained.explanation.ranked(position)), strict=True))
        sums = [score for _, _, score in one["edges"]]
        assert sums == pytest.approx([scores[int(a)] + scores[int(b)] for a, b, _ in one["edges"]])
        assert sums == sorted(explained.explanation.edges(explained.graph, position)[1].tolist(), reverse=True)


def test_the_student_of_a_run_is_looked_at_and_the_report_links_the_page(explained: ExplainResult) -> None:
    found, out = explained.results["student"], explained.out
    assert 0 <= found["agreement"] <= 1
    parts = found["quarters"]["own_margin"]
    assert sum(part["share"] * part["nodes"] for part in parts) == pytest.approx(
        found["agreement"] * sum(part["nodes"] for part in parts)
    )
    assert 'href="explain.html"' in (out / "report.html").read_text()
    for one in (node["student"] for node in explained.results["nodes"]):
        whole = sum(value for _, value in one["features"])
        assert whole == pytest.approx(one["margin"] - one["blank_margin"], abs=found["gap"] + 1e-6)
    assert explained.student is not None
    told = NodeRouter.load(out / "router.safetensors")
    assert told.own_margin.tolist() == explained.student.router.own_margin.tolist()
    assert len(told) == explained.graph.num_nodes
    assert set(found["router"]["cascade"]) == {"confidence", "router"}


def test_explained_nodes_can_be_drawn(explained: ExplainResult) -> None:
    first, last = (explained.results["nodes"][k]["name"] for k in (0, -1))
    assert [axes.get_title() for axes in explained.plot([last, first]).axes if axes.get_title()] == [last, first]
    absent = next(str(node) for node in range(90) if node not in explained.explanation.nodes)
    with pytest.raises(DataError, match=f"plot: {absent} of .* were not explained"):
        explained.plot([absent])


def test_a_student_of_another_version_is_not_passed_over_in_silence(settings: dict[str, Any]) -> None:
    (settings["out"] / "students").mkdir(parents=True)
    (settings["out"] / "student_contributions.csv").write_text("of another one")
    notes = explain(RunConfig(**settings), nodes=[1], pictures=0).results["notes"]
    assert any("made by other settings or another version" in note for note in notes)
    assert not (settings["out"] / "student_contributions.csv").exists()


def test_without_a_student_none_is_spoken_of_and_each_node_is_explained_once(settings: dict[str, Any]) -> None:
    result = explain(RunConfig(**settings), nodes=[4, 2, 4], pictures=0)
    assert result.explanation.nodes.tolist() == [4, 2]
    assert "student" not in result.results
    for name in ("neighbourhoods", "student_contributions.csv", "router.safetensors"):
        assert not (settings["out"] / name).exists()


def test_nodes_may_be_named_and_an_explainer_given(settings: dict[str, Any]) -> None:
    result = explain(RunConfig(**settings), nodes=[3, 1], method=Random(), hops=1, pictures=0)
    assert result.explanation.nodes.tolist() == [3, 1]
    assert result.explanation.method == "random"
    assert result.surrogate.hops == 1


def test_a_surrogate_that_looks_further_than_its_teacher_is_told_of(settings: dict[str, Any]) -> None:
    notes = explain(RunConfig(**settings), nodes=[1], hops=4, pictures=0).results["notes"]
    assert any("looks 4 links far and the teacher 2" in note for note in notes)


def test_the_labels_of_test_nodes_change_no_explanation(settings: dict[str, Any]) -> None:
    first = explain(RunConfig(**settings), nodes=[0, 5], pictures=0)
    again = explain(RunConfig(**settings), nodes=[5, 0], pictures=0)
    assert (first.explanation.scores.toarray()[0] == again.explanation.scores.toarray()[1]).all()


def test_motifs_are_compared_where_a_data_set_knows_them(settings: dict[str, Any]) -> None:
    small = {
        **settings,
        "dataset": Spec("ba-house", motifs=10),
        "split": "fraction",
        "seeds": 1,
        "teacher": Spec("gcn", layers=3, hidden=16, epochs=60),
    }
    result = explain(RunConfig(**small), sample=10, pictures=0)
    by_method = {row["method"]: row["accuracy"] for row in result.results["motifs"]}
    assert result.surrogate.reads == "degree"
    assert by_method["fastdnx"] > by_method["random"] + 0.3


def test_what_cannot_be_explained_is_said_before_training(
    settings: dict[str, Any], hypergraph_settings: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="explain works on a graph; .* is a hypergraph"):
        explain(RunConfig(**{**hypergraph_settings, "out": tmp_path / "hypergraph"}))
    assert not (tmp_path / "hypergraph").exists()
    with pytest.raises(DataError, match=r"integers in 0\.\.\d+, got 99999, x"):
        explain(RunConfig(**settings), nodes=[1, 99999, "x"])
    with pytest.raises(UnknownNameError, match="fastdnx"):
        explain(RunConfig(**settings), method="fastdmx")
    with pytest.raises(ConfigError, match="sample"):
        explain(RunConfig(**settings), sample=0)
    with pytest.raises(ConfigError, match=r"explain\.hops: expected at least 1, got 0"):
        explain(RunConfig(**settings), hops=0)
    assert not settings["out"].exists()


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
