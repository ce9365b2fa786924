import json

import numpy as np
import pytest
import torch

from gnn2mlp import RunConfig, run
from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs import load_graph_set
from gnn2mlp.data.split import Split
from gnn2mlp.deploy import GraphPredictor, verify
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.graphs.scoring import GRAPH_MODELS
from tests.graphs import SMALL, finished


def test_a_run_leaves_results_a_report_and_a_student() -> None:
    result = finished()
    saved = json.loads((result.out / "results.json").read_text())
    assert saved == json.loads(json.dumps(result.results))
    assert [record["seed"] for record in saved["seeds"]] == [0, 1]
    assert set(saved["summary"]) == {*GRAPH_MODELS, "scores", "fidelity", "seconds", "ece"}
    assert (result.out / "report.html").stat().st_size > 1000
    best = max(saved["seeds"], key=lambda record: record["history"]["student"]["valid_best"])
    assert saved["student"]["seed"] == best["seed"]
    assert {row["model"] for row in saved["latency"]["rows"]} == {"teacher", "student"}
    assert "size_only test=" in repr(result)
    assert "Bag of labels" in result._repr_html_()
    assert verify(result.out / "student")["task"] == "graph classification"


def test_the_student_that_ships_is_the_one_that_was_scored() -> None:
    result = finished()
    student = result.predictor()
    assert isinstance(student, GraphPredictor)
    best = result.results["seeds"][result.results["student"]["seed"]]
    graphs = load_graph_set(RunConfig(**SMALL).dataset)
    split = Split.load(result.out / "splits" / f"seed-{best['seed']:03d}.safetensors")
    said = student.predict(graphs.take(split.test))
    truth = np.array(graphs.class_names)[graphs.labels[split.test].numpy()]
    assert (said == truth).mean() == pytest.approx(best["student"]["test"])


def test_test_graphs_are_no_part_of_the_knowledge() -> None:
    result = finished()
    for seed in (0, 1):
        split = Split.load(result.out / "splits" / f"seed-{seed:03d}.safetensors")
        table = TeacherKnowledge.load(result.out / "knowledge" / f"seed-{seed:03d}.safetensors")
        assert not torch.isin(split.test, table.node_ids).any()


def test_a_second_run_takes_up_what_is_there() -> None:
    result = finished()
    stages: list[str] = []

    def listen(seed: int, stage: str):  # type: ignore[no-untyped-def]
        stages.append(stage)
        return lambda *news: None

    again = run(RunConfig(**SMALL, out=result.out, cache=result.out.parent / "cache"), listen)
    assert set(stages) == {"data", "report"}
    assert again.results["seeds"] == result.results["seeds"]


def test_a_method_that_speaks_of_links_is_refused_before_training(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match="sets of nodes that nothing links"):
        run(RunConfig(**{**SMALL, "method": "krd"}, out=tmp_path / "run", cache=tmp_path / "cache"))
    assert not (tmp_path / "run" / "students").exists()
