"""Runs whose student is a graph neural network: scored as a teacher is, kept as one, marked, and refused elsewhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp import Predictor, RunConfig, run
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.data import Split, load_dataset
from gnn2mlp.pipeline import disagree, explain, latency, trust
from gnn2mlp.pipeline.export import export_onnx
from gnn2mlp.pipeline.job import label
from gnn2mlp.pipeline.run import RunResult
from gnn2mlp.studies.lines import line_of
from gnn2mlp.studies.reading import read_scores
from gnn2mlp.teachers import Teacher

STUDENT = {"name": "gnn", "encoder": {"name": "gcn", "hidden": 4}}


@pytest.fixture
def network_settings(settings: dict[str, Any]) -> dict[str, Any]:
    return {**settings, "student": STUDENT, "setting": "inductive", "latency": False}


@pytest.fixture
def made(network_settings: dict[str, Any]) -> RunResult:
    return run(RunConfig(**network_settings))


def test_scores_seen_nodes_with_observed_links_and_others_with_all(
    made: RunResult, network_settings: dict[str, Any]
) -> None:
    config = RunConfig(**network_settings).resolve()
    graph = load_dataset(config.dataset, config.data_root, config.cache)
    for record in made.results["seeds"]:
        assert set(record["seconds"]) == {"teacher", "knowledge", "plain", "student"}
        assert "mlp" not in record
        split = Split.load(made.out / "splits" / f"{label(record['seed'])}.safetensors")
        observed = torch.ones(graph.num_nodes, dtype=torch.bool)
        observed[split.unseen] = False
        for role in ("plain", "student"):
            network = Teacher.load(made.out / "students" / label(record["seed"]) / role / "network.safetensors")
            whole = network.predict(graph).argmax(1)
            seen = network.predict(graph.subgraph(observed.nonzero()[:, 0])).argmax(1)
            places = torch.full((graph.num_nodes,), -1)
            places[observed] = torch.arange(int(observed.sum()))
            truth = graph.labels
            right = (seen[places[split.seen]] == truth[split.seen]).double().mean()
            assert record[role]["seen"] == pytest.approx(right.item())
            right = (whole[split.unseen] == truth[split.unseen]).double().mean()
            assert record[role]["unseen"] == pytest.approx(right.item())


def test_marks_the_student_everywhere(made: RunResult, network_settings: dict[str, Any]) -> None:
    assert made.results["student"]["needs_graph"] is True
    page = (made.out / "report.html").read_text()
    assert "needs the graph when it answers" in page
    assert "Student (needs the graph)" in page
    assert "Plain network" in page
    assert "Plain MLP" not in page
    assert "**Needs the graph.**" in (made.out / "student" / "README.md").read_text()
    config = RunConfig(**network_settings).resolve()
    single = replace(made, results={**made.results, "seeds": made.results["seeds"][:1]})
    assert line_of(single, config)["graph_at_inference"] is True
    found = {score.model: score for score in read_scores([made.out])}
    assert found.keys() == {"gcn", "gnn gcn", "glnn gnn gcn (gcn)"}
    assert [found[name].of_network for name in found] == [False, True, True]
    assert all(score.needs_graph for score in found.values())


def test_what_ships_is_a_checked_teacher_and_no_predictor(made: RunResult) -> None:
    path = made.out / "student" / "network.safetensors"
    assert made.predictor().spec() == Teacher.load(path).spec()
    for ask in (Predictor.load, export_onnx):
        with pytest.raises(ArtefactError, match="got one that needs the graph"):
            ask(made.out / "student")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtefactError):
        made.predictor()


def test_nothing_is_trained_again(
    made: RunResult, network_settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr("gnn2mlp.distill.Distiller.fit", fail)
    again = run(RunConfig(**network_settings))
    assert again.results["seeds"] == made.results["seeds"]


def test_is_timed_as_a_teacher_is(network_settings: dict[str, Any]) -> None:
    found = latency(RunConfig(**network_settings), repeats=5, budget=0.1).results["latency"]
    assert {row["model"] for row in found["rows"]} == {"teacher", "student"}
    assert found["sizes"]["student parameters"] < found["sizes"]["teacher parameters"]
    assert found["sizes"]["student, nodes reached"]["1"] >= 1


def test_refits_on_all_labels(network_settings: dict[str, Any]) -> None:
    made = run(RunConfig(**{**network_settings, "refit": True}))
    assert made.results["student"]["labels"] == made.results["student"]["known"]
    assert isinstance(made.predictor(), Teacher)


@pytest.mark.parametrize("verb", [trust, disagree, explain])
def test_what_looks_at_graph_free_students_says_so_in_a_sentence(verb: Any, network_settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="student 'gnn' needs the graph when it answers, and gnn2mlp"):
        verb(RunConfig(**network_settings))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "nosmog"}, "method 'nosmog' trains in several phases"),
        ({"inputs": "standardise"}, "inputs 'standardise' make rows of a graph-free student"),
        ({"student": {"name": "gnn", "encoder": "vq"}}, "which trains no network"),
        ({"task": "link", "setting": "transductive", "method": "llp", "teacher": "sage"}, "--task link takes"),
    ],
)
def test_refused_before_anything_is_read(
    network_settings: dict[str, Any], changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        RunConfig(**{**network_settings, **changed}).resolve()


def test_reads_the_kind_of_data_that_its_network_reads(hypergraph_settings: dict[str, Any], tmp_path: Path) -> None:
    settings = {**hypergraph_settings, "latency": False, "out": tmp_path / "hyper", "student": STUDENT}
    with pytest.raises(DataError, match="works on a graph, and .* is a hypergraph"):
        run(RunConfig(**settings))
    made = run(RunConfig(**{**settings, "student": {"name": "gnn", "encoder": {"name": "hgnn", "hidden": 4}}}))
    assert made.results["summary"]["student"]
