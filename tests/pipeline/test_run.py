import errno
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from gnn2mlp import Predictor, RunConfig, TeacherKnowledge, run
from gnn2mlp.core import files
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.data import Split
from gnn2mlp.teachers.gcn import GCN
from tests.cuda import on_each_device
from tests.helpers import tiny_arrays, tiny_hypergraph

SCORES = ("seed", "split", "teacher", "mlp", "student", "fidelity", "ece", "reliability")


def scores(results: dict[str, Any]) -> list[dict[str, Any]]:
    return [{key: record[key] for key in SCORES} for record in results["seeds"]]


@pytest.mark.parametrize(
    ("setting", "populations"),
    [("transductive", ["test"]), ("inductive", ["seen", "unseen", "production", "test", "cold"])],
)
def test_leaves_all_artefacts(settings: dict[str, Any], setting: str, populations: list[str]):
    result = run(RunConfig(**settings, setting=setting))
    out = settings["out"]
    results = json.loads((out / "results.json").read_text())
    assert results == json.loads(json.dumps(result.results))
    assert results["format"] == 1
    assert {"versions", "device", "threads", "processor"} <= set(results["environment"])
    for record in results["seeds"]:
        for model in ("teacher", "mlp", "student"):
            assert list(record[model]) == populations
            assert all(0 <= score <= 1 for score in record[model].values())
        assert set(record["seconds"]) == {"teacher", "knowledge", "mlp", "student"}
        assert record["split"]["train"] == 15
    for model in ("teacher", "mlp", "student"):
        for population in populations:
            column = [record[model][population] for record in results["seeds"]]
            assert results["summary"][model][population]["mean"] == pytest.approx(np.mean(column))
            assert results["summary"][model][population]["std"] == pytest.approx(np.std(column))
    assert RunConfig.from_yaml(out / "config.yaml").resolve().identity() == RunConfig(**results["config"]).identity()
    assert (out / "report.html").read_text().startswith("<!doctype html>")
    assert Split.load(out / "splits" / "seed-001.safetensors").digest == results["seeds"][1]["split"]["digest"]
    knowledge = TeacherKnowledge.load(out / "knowledge" / "seed-000.safetensors")
    assert knowledge.node_ids.numel() == 90 - results["seeds"][0]["split"]["unseen"]
    x = tiny_arrays(nodes=90)[0]
    assert Predictor.load(out / "student").predict(x).shape == (90,)
    np.testing.assert_array_equal(result.predictor().predict(x), Predictor.load(out / "student").predict(x))


def test_production_mixes_seen_and_unseen(settings: dict[str, Any]):
    record = run(RunConfig(**settings, setting="inductive")).results["seeds"][0]
    for model in ("teacher", "mlp", "student"):
        score = record[model]
        assert score["production"] == pytest.approx(0.8 * score["seen"] + 0.2 * score["unseen"])


def test_student_scores_are_those_of_the_saved_student(settings: dict[str, Any], npz: Path):
    results = run(RunConfig(**settings)).results
    with np.load(npz) as arrays:
        x, y = arrays["x"], arrays["y"]
    for seed, record in enumerate(results["seeds"]):
        test = Split.load(settings["out"] / "splits" / f"seed-{seed:03d}.safetensors").test.numpy()
        student = Predictor.load(settings["out"] / "students" / f"seed-{seed:03d}" / "student")
        predicted = student.predict(x[test]).astype(int)
        assert record["student"]["test"] == pytest.approx((predicted == y[test]).mean())


def test_names_of_features_reach_the_student(settings: dict[str, Any], npz: Path):
    with np.load(npz) as file:
        arrays = {**file}
    names = [f"f{number}" for number in range(arrays["x"].shape[1])]
    np.savez(npz, **arrays, feature_names=np.array(names))
    predictor = run(RunConfig(**settings)).predictor()
    assert predictor.feature_names == tuple(names)
    table = pd.DataFrame(arrays["x"], columns=names)
    assert (predictor.predict_proba(table[names[::-1]]) == predictor.predict_proba(arrays["x"])).all()
    with pytest.raises(DataError, match="missing 'f0'"):
        predictor.predict(table[names[1:]])


def test_same_seed_same_numbers(settings: dict[str, Any], tmp_path: Path):
    first = run(RunConfig(**settings)).results
    again = run(RunConfig(**{**settings, "out": tmp_path / "again", "cache": tmp_path / "other"})).results
    assert scores(first) == scores(again)
    assert scores(first)[0] != scores(first)[1]


def test_ten_students_cost_one_teacher(settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fitted = []
    original = GCN.fit
    monkeypatch.setattr(GCN, "fit", lambda self, *a, **k: (fitted.append(1), original(self, *a, **k))[1])
    for temperature in (1.0, 2.0, 3.0):
        method = {"name": "glnn", "temperature": temperature}
        run(RunConfig(**{**settings, "method": method, "out": tmp_path / f"out-{temperature}"}))
    assert len(fitted) == settings["seeds"]


def test_finished_run_trains_nothing_and_more_seeds_are_added(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    first = run(RunConfig(**settings)).results
    stages: list[tuple[int, str]] = []

    def listen(seed: int, stage: str):
        stages.append((seed, stage))
        return lambda done, total, note="": None

    assert scores(run(RunConfig(**settings), listen).results) == scores(first)
    assert stages == [(0, "data"), (1, "report")]
    stages.clear()
    third = run(RunConfig(**{**settings, "seeds": 3}), listen).results
    assert scores(third)[:2] == scores(first)
    made = [(2, stage) for stage in ("teacher", "knowledge", "mlp", "student", "scores", "report")]
    assert stages == [(0, "data"), *made]


def test_damaged_artefacts_are_made_again(settings: dict[str, Any]):
    first = run(RunConfig(**settings)).results
    for path in (*settings["out"].rglob("*.safetensors"), *settings["cache"].rglob("*.safetensors")):
        path.write_bytes(path.read_bytes()[:100])
    for path in (settings["out"] / "seeds").iterdir():
        path.write_text("{")
    assert scores(run(RunConfig(**settings)).results) == scores(first)


def test_killed_run_continues_with_the_same_numbers(settings: dict[str, Any], tmp_path: Path):
    slow = {**settings, "teacher": {"name": "gcn", "hidden": 8, "epochs": 60, "patience": 60}, "seeds": 3}
    expected = run(RunConfig(**{**slow, "out": tmp_path / "whole", "cache": tmp_path / "whole-cache"})).results
    config = RunConfig(**slow)
    config.save(tmp_path / "run.yaml")
    command = [sys.executable, "-m", "gnn2mlp", "run", "--config", str(tmp_path / "run.yaml")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list(settings["cache"].glob("teachers/*.safetensors")) and process.poll() is None:
        assert time.monotonic() < deadline, "the run saved no teacher"
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (settings["out"] / "results.json").exists()
    kept = {path: path.stat().st_mtime_ns for path in settings["cache"].glob("teachers/*.safetensors")}
    assert kept
    assert scores(run(config).results) == scores(expected)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "a finished teacher was trained again"


def test_another_configuration_in_the_folder_is_refused(settings: dict[str, Any]):
    run(RunConfig(**settings))
    before = (settings["out"] / "results.json").read_bytes()
    with pytest.raises(ConfigError, match="holds a run with another method; choose another --out"):
        run(RunConfig(**{**settings, "method": {"name": "glnn", "temperature": 2.0}}))
    assert (settings["out"] / "results.json").read_bytes() == before


def test_bad_data_fail_before_anything_is_trained_or_written(settings: dict[str, Any], tmp_path: Path):
    x, y, edges = tiny_arrays()
    x[3, 2] = np.nan
    np.savez(tmp_path / "bad.npz", x=x, y=y, edge_index=edges)
    with pytest.raises(DataError, match="NaN or infinity in 1 of 60 rows"):
        run(RunConfig(**{**settings, "dataset": str(tmp_path / "bad.npz")}))
    assert not settings["out"].exists()


def test_a_split_that_cannot_be_drawn_fails_before_training(settings: dict[str, Any]):
    with pytest.raises(DataError, match="class"):
        run(RunConfig(**{**settings, "split": {"name": "per_class", "train": 500, "valid": 5}}))
    assert not list(settings["cache"].rglob("*.safetensors"))


def test_double_precision_features_run_in_single(settings: dict[str, Any], tmp_path: Path):
    x, y, edges = tiny_arrays(nodes=90)
    np.savez(tmp_path / "double.npz", x=x.astype(np.float64), y=y, edge_index=edges)
    np.savez(tmp_path / "single.npz", x=x, y=y, edge_index=edges)
    double, single = (
        run(RunConfig(**{**settings, "dataset": str(tmp_path / f"{name}.npz"), "out": tmp_path / name})).results
        for name in ("double", "single")
    )
    assert [record["student"] for record in double["seeds"]] == [record["student"] for record in single["seeds"]]


@pytest.mark.parametrize("method", ["glnn", {"name": "krd", "warmup": 1, "draws": 2}, "vqgraph"])
def test_torchs_default_precision_is_that_of_all_networks(settings: dict[str, Any], method: Any):
    """Knowledge is kept in float32 all the same."""
    import torch

    torch.set_default_dtype(torch.float64)
    try:
        result = run(RunConfig(**{**settings, "seeds": 1, "method": method}))
    finally:
        torch.set_default_dtype(torch.float32)
    assert result.predictor().dtype == torch.float64
    knowledge = TeacherKnowledge.load(settings["out"] / "knowledge" / "seed-000.safetensors")
    assert {value.dtype for value in knowledge.values.values() if value.is_floating_point()} == {torch.float32}


def test_threads_are_set_for_the_run_and_put_back(settings: dict[str, Any]):
    import torch

    before = torch.get_num_threads()
    results = run(RunConfig(**{**settings, "threads": 2, "seeds": 1})).results
    assert results["environment"]["threads"] == 2
    assert torch.get_num_threads() == before


def test_latency_is_measured_once_and_kept(settings: dict[str, Any]):
    config = RunConfig(**{**settings, "latency": True, "seeds": 1})
    first = run(config).results["latency"]
    assert {("teacher", 1), ("teacher", 10), ("student", 1), ("student", 10)} <= {
        (row["model"], row["nodes"]) for row in first["rows"]
    }
    assert run(config).results["latency"] == first


def test_a_hypergraph_is_run_and_resumed(hypergraph_settings: dict[str, Any]):
    config, stages = RunConfig(**hypergraph_settings, setting="inductive", export={"draws": 2}), []

    def listen(seed: int, stage: str):
        stages.append((seed, stage))
        return lambda done, total, note="": None

    results = run(config, listen).results
    trained = [one for one in stages if one[1] in ("teacher", "mlp", "student")]
    assert trained == [(seed, stage) for seed in (0, 1) for stage in ("teacher", "mlp", "student")]
    written = json.loads((hypergraph_settings["out"] / "results.json").read_text())
    assert written == json.loads(json.dumps(results))
    graph, hypergraph = written["graph"], tiny_hypergraph(nodes=90)
    assert (graph["name"], graph["kind"]) == ("tiny", "hypergraph")
    assert {key: graph[key] for key in hypergraph.sizes} == hypergraph.sizes
    assert written["config"]["teacher"]["name"] == "hgnn"
    assert "Feng et al." in written["citations"]["method"]
    for record in written["seeds"]:
        for model in ("teacher", "mlp", "student"):
            assert list(record[model]) == ["seen", "unseen", "production", "test", "cold"]
            assert all(0 <= score <= 1 for score in record[model].values())
        assert record["trust"]["degree"]["nodes"] == record["split"]["seen"]
    knowledge = TeacherKnowledge.load(hypergraph_settings["out"] / "knowledge" / "seed-000.safetensors")
    assert set(knowledge.values) == {"logits", "hidden", "entropy_shift"}
    assert knowledge["entropy_shift"].shape == (90 - written["seeds"][0]["split"]["unseen"], 2)
    assert (hypergraph_settings["out"] / "report.html").read_text().startswith("<!doctype html>")
    stages.clear()
    assert scores(run(config, listen).results) == scores(results)
    assert {stage for _, stage in stages} <= {"data", "report"}  # nothing is trained or scored again


@pytest.mark.parametrize(
    ("data", "changes", "message"),
    [
        (
            "hypergraph",
            {"teacher": "gcn"},
            "teacher 'gcn' works on a graph, and tiny is a hypergraph; expected one of ",
        ),
        ("hypergraph", {"teacher": "vq"}, "teacher 'vq' works on a graph, and tiny is a hypergraph; expected one of "),
        ("hypergraph", {"method": "krd"}, "objective 'reliable_neighbours' works on a graph, and tiny is a hypergraph"),
        ("graph", {"teacher": "hgnn"}, "teacher 'hgnn' works on a hypergraph, and tiny is a graph; expected one of "),
        ("graph", {"method": "light_hgnn_plus"}, "'reliable_hyperedges' works on a hypergraph, and tiny is a graph"),
    ],
)
def test_links_that_nobody_can_go_along_are_refused_before_anything_is_trained(
    settings: dict[str, Any], hypergraph_settings: dict[str, Any], data: str, changes: dict[str, Any], message: str
):
    usual = hypergraph_settings if data == "hypergraph" else settings
    with pytest.raises(DataError, match=message) as caught:
        run(RunConfig(**{**usual, **changes}))
    assert "\n" not in str(caught.value)
    assert not usual["out"].exists()
    assert not usual["cache"].exists()


def test_a_full_disk_at_any_write_is_one_message_and_the_next_run_goes_on(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    """Every file cannot be written once; each run gets as far as the first that was not tried yet."""
    config = RunConfig(**{**settings, "seeds": 1, "distill": {"epochs": 2}})
    put, tried = files._put, set()

    def full(temporary: Path) -> None:
        temporary.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    def limited(path: Path, fill: Callable[[Path], None]) -> None:
        first = path not in tried
        tried.add(path)
        put(path, full if first else fill)

    monkeypatch.setattr(files, "_put", limited)
    for attempt in range(1, 30):
        try:
            run(config)
            break
        except ArtefactError as error:
            told = str(error)
        (path,) = (path for path in tried if str(path) in told)
        assert told.endswith("(No space left on device); free some space or choose another folder")
        assert len(tried) == attempt
        assert not [*settings["out"].rglob(".*.tmp"), *settings["cache"].rglob(".*.tmp"), *path.parent.glob(path.name)]
    assert {"config.yaml", "student.safetensors", "results.json", "report.html"} <= {path.name for path in tried}
    assert all(path.exists() for path in tried)


def test_the_task_s_options_choose_the_metric_and_weigh_classes(settings: dict[str, Any], tmp_path: Path) -> None:
    chosen = {"metric": "macro_f1", "class_weight": "balanced"}
    result = run(RunConfig(**settings | {"out": tmp_path / "weighed", "task": chosen, "latency": False, "seeds": 1}))
    record = result.results["seeds"][0]
    assert record["metric"]["name"] == "macro_f1"
    assert result.results["config"]["task"] == chosen
    assert set(result.predictor().predict(np.eye(12))) <= {0, 1, 2}
    plain = run(RunConfig(**settings | {"out": tmp_path / "plain", "latency": False, "seeds": 1})).results["seeds"][0]
    assert plain["metric"]["name"] == "accuracy"
    assert record["metric"] != plain["metric"]


def test_an_option_that_the_task_does_not_have_fails_before_training(settings: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'metric'"):
        run(RunConfig(**settings | {"out": tmp_path / "wrong", "task": {"metrik": "accuracy"}}))


def test_numbers_run_all_the_way(settings: dict[str, Any], tmp_path: Path) -> None:
    x, y, edges = tiny_arrays(nodes=90)
    np.savez(tmp_path / "numbers.npz", x=x, y=1000.0 * y, edge_index=edges)
    dataset = {"name": "npz", "path": str(tmp_path / "numbers.npz"), "target": "numbers"}
    split = {"name": "fraction", "train": 0.4, "valid": 0.2}
    result = run(RunConfig(**settings | {"dataset": dataset, "split": split, "out": tmp_path / "out", "seeds": 1}))
    assert result.results["seeds"][0]["metric"]["name"] == "mae"
    assert result.predictor().predict(x).shape == (90,)
    assert "Mean absolute error" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@on_each_device
@pytest.mark.parametrize("kind", ["graph", "hypergraph"])
def test_what_a_run_leaves_behind_is_read_without_a_gpu(
    settings: dict[str, Any], hypergraph_settings: dict[str, Any], kind: str, device: str
):
    chosen = {"graph": settings, "hypergraph": hypergraph_settings}[kind]
    chosen = {**chosen, "seeds": 1, "device": device, "latency": True, "refit": True}
    result = run(RunConfig(**chosen))
    assert result.results["latency"]["device"] == device
    record = result.results["seeds"][0]
    assert all(record[model]["test"] > 0.4 for model in ("teacher", "mlp", "student"))  # chance is 1/3
    x = tiny_arrays(nodes=90)[0]
    program = f"""
import json, torch
from gnn2mlp import Predictor, TeacherKnowledge
from gnn2mlp.teachers import Teacher
assert not torch.cuda.is_available()
knowledge = TeacherKnowledge.load({str(result.out / "knowledge" / "seed-000.safetensors")!r})
predictor = Predictor.load({str(result.out / "student")!r})
print(json.dumps([knowledge.digest, predictor.predict({x.tolist()!r}).tolist()]))
"""
    root, blind = str(Path(__file__).parents[2]), {"CUDA_VISIBLE_DEVICES": ""}
    environment = {**os.environ, **blind, "PYTHONPATH": root}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    digest, labels = json.loads(done.stdout)
    assert digest == TeacherKnowledge.load(result.out / "knowledge" / "seed-000.safetensors").digest
    assert labels == result.predictor().predict(x).tolist()


@on_each_device
def test_a_run_keeps_nothing_on_its_device(settings: dict[str, Any], device: str):
    """One that came before has made what a process keeps: handles, and the workspaces of libraries."""
    held = []
    for seed in (0, 1, 2):
        run(RunConfig(**{**settings, "seeds": [seed], "device": device, "out": settings["out"] / str(seed)}))
        gc.collect()
        held.append(_held(device))
    assert held[1] == held[2]
    assert held[2] - held[0] < 2**20


def _held(device: str) -> int:
    """Bytes of tensors on a GPU; on the CPU, which does not count them, those that Python can still reach."""
    if device != "cpu":
        torch.cuda.synchronize()
        return torch.cuda.memory_allocated()
    found = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in _tensors()}
    return sum(found.values())


def _tensors() -> list[torch.Tensor]:
    things = [thing for thing in gc.get_objects() if type(thing) in (torch.Tensor, torch.nn.Parameter)]
    return [tensor for tensor in things if tensor.layout == torch.strided]  # sparse ones have no storage of their own


def test_a_run_under_autocast_says_so_and_teaches_no_other(settings: dict[str, Any]):
    config = RunConfig(**{**settings, "seeds": 1})
    with torch.autocast("cpu", dtype=torch.bfloat16):
        lowered = run(config).results
    assert lowered["environment"]["autocast"] == "bfloat16"
    plain = run(config).results
    assert "autocast" not in plain["environment"]
    assert len(list((settings["cache"] / "teachers").iterdir())) == 2
    assert plain["seeds"][0]["history"]["student"]["loss"] != lowered["seeds"][0]["history"]["student"]["loss"]
