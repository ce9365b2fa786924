from typing import Any

import pytest

from gnn2mlp.pipeline import measuring
from gnn2mlp.pipeline.measuring import measure
from tests.pipeline.test_stages import make_seed

__all__ = ["make_seed"]


def test_every_model_answers_requests_and_passes(make_seed: Any) -> None:
    seed = make_seed()
    found = measure(seed, [seed], repeats=10, budget=0.1)
    models = {"teacher", "mlp", "student", "student_eager"} | ({"onnx", "int8"} if measuring.has_onnx() else set())
    assert {(row["model"], row["nodes"]) for row in found["rows"]} == {(m, k) for m in models for k in (1, 10)}
    for row in found["rows"]:
        assert 0 < row["median_ms"] <= row["p95_ms"] <= row["p99_ms"]
    assert {row["model"] for row in found["throughput"]} == models
    for row in found["throughput"]:
        assert row["nodes_per_second"] == pytest.approx(90 / row["seconds"])
        assert row["repeats"] >= 3
    assert set(found["accuracy"]) == models - {"teacher", "mlp"}
    assert (found["device"], found["threads"], found["dtype"], found["seed"]) == ("cpu", 1, "float32", 0)


def test_sizes_by_hand(make_seed: Any) -> None:
    seed = make_seed()
    sizes = measure(seed, [seed], repeats=10, budget=0.1)["sizes"]
    assert sizes["student widths"] == [12, 8, 3]
    assert sizes["student parameters"] == 12 * 8 + 8 + 8 * 3 + 3
    assert sizes["teacher parameters"] == 12 * 8 + 8 + 8 * 3 + 3
    assert 1 < sizes["nodes reached"]["1"] <= sizes["nodes reached"]["10"] <= 90


def test_without_the_runtime_it_says_so(make_seed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gnn2mlp.pipeline.forms.has_onnx", lambda: False)
    monkeypatch.setattr(measuring, "has_onnx", lambda: False)
    seed = make_seed()
    found = measure(seed, [seed], repeats=10, budget=0.1)
    assert "onnx" not in {row["model"] for row in found["rows"]}
    assert found["notes"] == ["ONNX Runtime was not timed: it is not installed (extra onnx)."]
