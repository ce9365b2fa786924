from collections.abc import Callable
from typing import Any

import pytest

from gnn2mlp.report import results as reading
from tests.report.conftest import add_knowledge, add_latency, add_student_trust, judge_by

Make = Callable[..., dict[str, Any]]


def test_pool_weights_bins_by_their_nodes() -> None:
    one = {"confidence": [0.2, 0.9], "accuracy": [0.0, 1.0], "count": [0, 1]}
    two = {"confidence": [0.4, 0.7], "accuracy": [0.5, 0.6], "count": [4, 3]}
    pooled = reading.pool([one, two])
    assert pooled["count"] == [4, 4]
    assert pooled["confidence"] == pytest.approx([0.4, (0.9 + 3 * 0.7) / 4])
    assert pooled["accuracy"] == pytest.approx([0.5, (1.0 + 3 * 0.6) / 4])


def test_pool_leaves_empty_bins_at_zero() -> None:
    empty = {"confidence": [0.0], "accuracy": [0.0], "count": [0]}
    assert reading.pool([empty, empty]) == {"count": [0], "confidence": [0.0], "accuracy": [0.0]}


def test_populations_come_in_their_usual_order_and_unknown_ones_last(make_results: Make) -> None:
    results = make_results()
    scores = results["summary"]["teacher"]
    results["summary"]["teacher"] = {"later": scores["test"], **dict(reversed(scores.items()))}
    assert reading.populations(results) == ["seen", "unseen", "production", "test", "later"]


def test_models_that_were_not_scored_are_left_out(make_results: Make) -> None:
    results = make_results()
    del results["summary"]["mlp"]
    assert reading.models(results) == ["teacher", "student"]
    assert list(reading.histories(results)) == list(reading.reliability(results)) == ["teacher", "student"]


def test_speedup_is_the_ratio_of_medians(make_results: Make) -> None:
    rows = reading.latency_rows(make_results())
    assert reading.speedup(rows, 1) == pytest.approx(20)
    assert reading.speedup(rows, 7) is None
    assert reading.speedup([], 1) is None
    assert reading.speedup(rows, 1, "teacher") == 1


def test_tradeoff_takes_the_smallest_request_and_the_accuracy_of_the_form(make_results: Make) -> None:
    points = reading.tradeoff(add_latency(make_results()))
    assert [(p["model"], p["median_ms"], p["accuracy"]["mean"]) for p in points] == [
        ("teacher", 2.4, pytest.approx(0.81)),
        ("student", 0.12, pytest.approx(0.78)),
        ("int8", 0.05, 0.77),
    ]
    assert reading.tradeoff(make_results(latency=False)) == []
    assert reading.throughput(make_results()) == {}


@pytest.mark.parametrize("latency", [None, {}, {"rows": None}])
def test_latency_may_be_absent(make_results: Make, latency: Any) -> None:
    assert reading.latency_rows({**make_results(), "latency": latency}) == []


def test_latency_by_model_puts_known_models_first() -> None:
    rows = [{"model": m, "nodes": 1, "median_ms": 1.0} for m in ("onnx", "student", "teacher")]
    assert list(reading.latency_by_model(rows)) == ["teacher", "student", "onnx"]


def test_option_name_reads_a_mapping_or_a_plain_name() -> None:
    results = {"config": {"teacher": {"name": "sage"}, "method": "glnn"}}
    assert [reading.option_name(results, key) for key in ("teacher", "method", "student")] == [
        "sage",
        "glnn",
        reading.UNNAMED,
    ]


def test_codes_and_trust_are_pooled_over_seeds(make_results: Make) -> None:
    results = add_knowledge(make_results())
    results["seeds"][1]["codes"]["ranks"] = [4.0, 4.0, 4.0, 2.0]
    results["seeds"][1]["trust"]["margin"]["accuracy"] = [0.1, 0.8]
    assert reading.code_ranks(results) == [6.0, 4.0, 3.0, 1.0]
    found = reading.trust_bins(results, ["margin", "energy"])
    assert list(found) == ["margin"]
    assert found["margin"]["accuracy"] == pytest.approx([0.3, 0.9])
    assert reading.code_ranks(make_results()) == []
    assert reading.trust_bins(make_results(), ["margin"]) == {}


def test_the_metric_is_that_of_the_records_and_else_accuracy(make_results: Make) -> None:
    assert reading.judged_by(make_results()) == reading.ACCURACY
    found = reading.judged_by(judge_by(make_results(), "macro F1", share=True))
    assert (found.heading, found.unit, found.scale) == ("Macro F1", ", %", 100)
    found = reading.judged_by(judge_by(make_results(), "R²", share=False))
    assert (found.heading, found.unit, found.scale, found.greater_is_better) == ("R²", "", 1, True)


def test_the_best_score_is_that_of_validation_nodes(make_results: Make) -> None:
    results = add_student_trust(add_knowledge(make_results()))
    assert reading.best_score(results) == "reliability"  # of older releases, by test nodes: the first of equals
    results["seeds"][1]["trust"]["degree"]["valid_auroc"] = 0.6
    assert reading.best_score(results) == "degree"
    assert reading.best_score(results, "student_trust", "unseen") == "margin"
    assert reading.best_score(results, "student_trust", "elsewhere") is None
    assert reading.best_score(make_results()) is None


def test_bins_of_the_students_scores_are_pooled(make_results: Make) -> None:
    found = reading.student_bins(add_student_trust(make_results()), "unseen")
    assert found["margin"]["count"] == [20, 20]
    assert reading.student_bins(make_results(), "unseen") == {}


def test_data_of_one_s_own_are_called_by_their_file() -> None:
    config = {"dataset": {"name": "npz", "path": "pages.npz"}}
    assert reading.data_name({"config": config, "graph": {"name": "pages"}}) == "pages"
    assert reading.data_name({"config": config, "graph": {}}) == reading.data_name({"config": config}) == "npz"
