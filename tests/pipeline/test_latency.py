from typing import Any

from gnn2mlp.pipeline.latency import measure
from tests.pipeline.test_stages import make_seed

__all__ = ["make_seed"]


def test_both_models_answer_the_same_requests(make_seed: Any):
    latency = measure(make_seed())
    assert [(row["model"], row["nodes"]) for row in latency["rows"]] == [
        ("teacher", 1),
        ("student", 1),
        ("teacher", 10),
        ("student", 10),
    ]
    for row in latency["rows"]:
        assert 0 < row["median_ms"] <= row["p95_ms"] <= row["p99_ms"]
        assert row["repeats"] >= 10
    assert latency["device"] == "cpu"
