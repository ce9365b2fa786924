"""Results of runs that never happened, small enough to check every figure by hand."""

from collections.abc import Callable
from statistics import fmean, pstdev
from typing import Any

import pytest

from tests.fitted import company_tables, fit_settings, fitted  # noqa: F401  (fixtures)

MODELS = ("teacher", "mlp", "student")
TRUST = ("reliability", "confidence", "margin", "degree")
# By seed; with two seeds: teacher 81 ± 1, plain MLP 60 ± 2, student 78 ± 3.
ACCURACY = {"teacher": (0.80, 0.82), "mlp": (0.58, 0.62), "student": (0.75, 0.81)}
# Added to the accuracy of the student alone.
STUDENT_SHIFT = {"seen": 0.01, "unseen": -0.08, "production": -0.01, "test": 0.0}
MEDIAN_MS = {"teacher": {1: 2.4, 100: 12.0}, "student": {1: 0.12, 100: 0.6}}


@pytest.fixture(scope="session")
def make_results() -> Callable[..., dict[str, Any]]:
    """Factory `make_results(seeds=2, inductive=True, latency=True, name="cpf-cora")`."""
    return _results


def _results(seeds: int = 2, inductive: bool = True, latency: bool = True, name: str = "cpf-cora") -> dict[str, Any]:
    records = [
        _record(seed, ["seen", "unseen", "production", "test"] if inductive else ["test"]) for seed in range(seeds)
    ]
    summary: dict[str, Any] = {model: _summary([record[model] for record in records]) for model in MODELS}
    summary["fidelity"] = _summary([record["fidelity"] for record in records])
    summary["ece"] = {model: _summary([record["ece"][model] for record in records]) for model in MODELS}
    summary["seconds"] = _summary([record["seconds"] for record in records])
    return {
        "format": 1,
        "config": {
            "dataset": {"name": name},
            "setting": "inductive" if inductive else "transductive",
            "teacher": {"name": "sage", "hidden": 128},
            "method": {"name": "glnn"},
            "student": {"name": "mlp"},
            "seeds": tuple(range(seeds)),
        },
        "environment": {"versions": {"torch": "2.13.0"}, "device": "cpu", "processor": "A Processor", "cores": 2},
        "graph": {"name": name, "nodes": 2485, "edges": 5069, "notes": {"isolated": 3}},
        "citations": {"method": "Zhang et al., ICLR 2022, https://arxiv.org/abs/2110.08727"},
        "seeds": records,
        "summary": summary,
        "latency": {"device": "cpu", "threads": 1, "rows": _latency()} if latency else None,
        "student": {"seed": 1, "path": "student"},
    }


def _record(seed: int, populations: list[str]) -> dict[str, Any]:
    scores = {model: dict.fromkeys(populations, ACCURACY[model][seed % 2]) for model in MODELS}
    scores["student"] = {p: scores["student"][p] + STUDENT_SHIFT[p] for p in populations}
    sizes = {"seen": 1708, "unseen": 427} if "unseen" in populations else {"seen": 2135, "unseen": 0}
    return {
        "seed": seed,
        "split": {"digest": f"{seed}abcdef0123456789", "train": 140, "valid": 210, **sizes},
        **scores,
        "fidelity": dict.fromkeys(populations, 0.91),
        "ece": {model: dict.fromkeys(populations, 0.043) for model in MODELS},
        "seconds": {"teacher": 4.0 + seed, "knowledge": 0.5, "mlp": 1.0, "student": 2.0},
        "history": {
            m: {"loss": [2.0, 1.0, 0.5], "valid": [0.2, 0.6, 0.5], "best_epoch": 2, "seconds": 1.0} for m in MODELS
        },
        "reliability": {m: {"confidence": [0.0, 0.75], "accuracy": [0.0, 0.5], "count": [0, 8]} for m in MODELS},
    }


def _latency() -> list[dict[str, Any]]:
    return [
        {"model": m, "nodes": nodes, "median_ms": ms, "p95_ms": 2 * ms, "p99_ms": 3 * ms, "repeats": 100}
        for m, requests in MEDIAN_MS.items()
        for nodes, ms in requests.items()
    ]


def set_scores(results: dict[str, Any], population: str, **scores: list[float]) -> dict[str, Any]:
    """The same results with these scores of each model, one for each seed."""
    for model, values in scores.items():
        for record, value in zip(results["seeds"], values, strict=True):
            record[model][population] = value
        results["summary"][model] = _summary([record[model] for record in results["seeds"]])
    return results


def _summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    return {key: {"mean": fmean(values), "std": pstdev(values)} for key, values in columns.items()}


def add_knowledge(results: dict[str, Any]) -> dict[str, Any]:
    """The same results with codes and trust: 3 of 4 codes used, reliability right on 0.5 below and 1.0 above."""
    codes = {"size": 4, "used": 3, "utilisation": 0.75, "perplexity": 2.5, "truncated": 0.1}
    numbers = {"auroc": 0.75, "area": 0.9, "top_half": 0.95, "top_tenth": 1.0, "bottom_tenth": 0.5}
    bins = {"score": [0.2, 0.8], "accuracy": [0.5, 1.0], "count": [10, 10]}
    for record in results["seeds"]:
        record["codes"] = {**codes, "ranks": [8.0, 4.0, 2.0, 0.0]}
        record["trust"] = {name: {"nodes": 20, **numbers, **bins, "with_degree": None} for name in TRUST}
    spread = {"std": 0.0}
    results["summary"]["codes"] = {key: {"mean": value, **spread} for key, value in codes.items()}
    results["summary"]["trust"] = {n: {k: {"mean": v, **spread} for k, v in numbers.items()} for n in TRUST}
    return results


def add_student_trust(results: dict[str, Any]) -> dict[str, Any]:
    """The same results with scores of the student's answers on seen and unseen nodes; margin is best on validation."""
    numbers = {"auroc": 0.75, "area": 0.9, "top_half": 0.95, "top_tenth": 1.0, "bottom_tenth": 0.5}
    bins = {"score": [0.2, 0.8], "accuracy": [0.5, 1.0], "count": [10, 10]}
    valid = {"confidence": 0.7, "margin": 0.8, "energy": None}
    for record in results["seeds"]:
        one = {name: {"nodes": 20, **numbers, **bins, "valid_auroc": value} for name, value in valid.items()}
        record["student_trust"] = {"seen": one, "unseen": one}
    entry = {name: {k: {"mean": v, "std": 0.0} for k, v in numbers.items()} for name in valid}
    results["summary"]["student_trust"] = {"seen": entry, "unseen": entry}
    return results


def judge_by(results: dict[str, Any], title: str, share: bool, greater_is_better: bool = True) -> dict[str, Any]:
    """The same results, scored by another metric than accuracy."""
    for record in results["seeds"]:
        record["metric"] = {"name": "one", "title": title, "greater_is_better": greater_is_better, "share": share}
    return results


def add_latency(results: dict[str, Any]) -> dict[str, Any]:
    """The same results with latency at length: an 8-bit form that is quicker and a point worse."""
    small = {"model": "int8", "nodes": 1, "median_ms": 0.05, "p95_ms": 0.06, "p99_ms": 0.07, "repeats": 100}
    results["latency"] |= {
        "rows": [*results["latency"]["rows"], small],
        "dtype": "float32",
        "protocol": "random nodes",
        "throughput": [
            {"model": "teacher", "seconds": 0.05, "nodes_per_second": 2000.0, "repeats": 5},
            {"model": "int8", "seconds": 0.001, "nodes_per_second": 100_000.0, "repeats": 5},
        ],
        "accuracy": {"int8": {"mean": 0.77, "std": 0.02}},
        "sizes": {"nodes": 2485, "student widths": [1433, 128, 7], "nodes reached": {"1": 36.5, "100": 1234.0}},
        "notes": ["A note."],
    }
    return results
