from dataclasses import replace
from typing import Any

import pytest
import torch

from gnn2mlp.pipeline.backends import has_onnx
from gnn2mlp.pipeline.measuring import measure
from gnn2mlp.pipeline.seed import Seed, plan
from tests.cuda import on_each_device


def measured(seed: Seed, onnx: bool = False, device: str = "cpu") -> dict[str, Any]:
    models = {"teacher": seed.teacher.value, "mlp": seed.mlp.value, "student": seed.student.value}
    scored = {"students": [models["student"]], "splits": [seed.split], "seed": 0}
    how = {"repeats": 10, "budget": 0.1, "onnx": onnx, "execution": None, "device": torch.device(device)}
    return measure(**models, **scored, **how, graph=seed.full.graph)


@on_each_device
def test_every_model_answers_requests_and_passes(make_seed: Any, device: str) -> None:
    seed = make_seed()
    found = measured(seed, has_onnx(), device)
    models = {"teacher", "mlp", "student", "student_eager"} | ({"onnx", "int8"} if has_onnx() else set())
    models |= {"student_graph"} if device == "cuda" else set()
    assert {(row["model"], row["nodes"]) for row in found["rows"]} == {(m, k) for m in models for k in (1, 10)}
    for row in found["rows"]:
        assert 0 < row["median_ms"] <= row["p95_ms"] <= row["p99_ms"]
    assert {row["model"] for row in found["throughput"]} == models
    for row in found["throughput"]:
        assert row["nodes_per_second"] == pytest.approx(90 / row["seconds"])
        assert row["repeats"] >= 3
    assert set(found["accuracy"]) == models - {"teacher", "mlp"}
    assert (found["device"], found["threads"], found["dtype"], found["seed"]) == (device, 1, "float32", 0)
    assert ("ONNX Runtime computed on the CPU." in found["notes"]) == (device == "cuda" and has_onnx())
    assert seed.student.value.device.type == seed.mlp.value.device.type == "cpu"


@pytest.mark.parametrize("metric", ["macro_f1", "balanced_accuracy"])
def test_back_ends_are_scored_by_the_metric_of_the_run(make_job: Any, metric: str) -> None:
    job = make_job(task={"metric": metric})
    seed = plan(replace(job, graph=replace(job.graph, task=job.graph.task.overridden(job.config.task))), 0)
    found = measured(seed)["accuracy"]
    assert seed.record.value["metric"]["name"] == metric
    assert found["student"]["mean"] == found["student_eager"]["mean"]
    assert found["student"]["mean"] == pytest.approx(seed.record.value["student"]["test"])


def test_sizes_by_hand(make_seed: Any) -> None:
    seed = make_seed()
    sizes = measured(seed)["sizes"]
    assert sizes["student widths"] == [12, 8, 3]
    assert sizes["student parameters"] == 12 * 8 + 8 + 8 * 3 + 3
    assert sizes["teacher parameters"] == 12 * 8 + 8 + 8 * 3 + 3
    assert 1 < sizes["nodes reached"]["1"] <= sizes["nodes reached"]["10"] <= 90


def test_without_the_runtime_it_says_so(make_seed: Any) -> None:
    found = measured(make_seed())
    assert "onnx" not in {row["model"] for row in found["rows"]}
    assert found["notes"] == ["ONNX Runtime was not timed: it is not installed (extra onnx)."]
