"""What `explain` may have found."""

from typing import Any


def _row(method: str, top: int, sufficiency: float, gain: list[float] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"method": method, "top": top, "nodes": 50}
    for measure, value in (("sufficiency", sufficiency), ("necessity", 0.2)):
        row |= {measure: value, f"{measure}_low": value - 0.05, f"{measure}_high": value + 0.05}
        if gain is not None:
            row[f"{measure}_gain"] = gain
    return row


def _quarters(*shares: float) -> list[dict[str, float]]:
    return [{"nodes": 5, "share": share, "low": share - 0.1, "high": share} for share in shares]


def explain_results() -> dict[str, Any]:
    """A node with a student, and names as they are found in the wild."""
    return {
        "config": {"dataset": {"name": "tiny <b>"}, "teacher": {"name": "gcn"}, "setting": "transductive"},
        "graph": {"name": "tiny", "nodes": 60, "class_counts": {"a": 1, "b & c": 2}},
        "environment": {"device": "cpu"},
        "citations": {"explainer": "Pereira et al."},
        "seeds": [{"seed": 0, "split": {"train": 3}}],
        "explainer": {"name": "fastdnx"},
        "surrogate": {"hops": 2, "reads": "own", "agreement": 0.97, "divergence": 0.01},
        "faithfulness": [
            _row("fastdnx", 5, 0.9, [0.02, 0.2]),
            _row("fastdnx", 10, 0.94, [0.01, 0.2]),
            _row("random", 5, 0.7, None),
            _row("random", 10, 0.8, None),
        ],
        "motifs": [{"method": "fastdnx", "nodes": 10, "accuracy": 0.985}],
        "nodes": [
            {
                "node": 3,
                "name": "x <i>",
                "teacher": 1,
                "confidence": 0.8,
                "agrees": True,
                "own_margin": -0.25,
                "neighbours_margin": 1.5,
                "margin": 1.3,
                "reached": 4,
                "top": [["7", 0.5], ["x <i>", 0.25]],
                "features": [["word", -0.5]],
                "student": {
                    "answer": 0,
                    "confidence": 0.5,
                    "agrees": False,
                    "margin": 0.25,
                    "blank_margin": 0.75,
                    "features": [["<word>", -0.5]],
                },
            }
        ],
        "notes": ["1 of the nodes have no neighbour"],
        "student": {
            "population": "unseen",
            "nodes": 20,
            "agreement": 0.9,
            "auroc": {"own_margin": 0.87, "confidence": 0.85, "both": 0.9},
            "intervals": {key: [0.8, 0.95] for key in ("own_margin", "confidence", "both")},
            "gain": [-0.01, 0.12],
            "quarters": dict.fromkeys(("own_margin", "confidence"), _quarters(0.7, 0.9, 1.0, 1.0)),
            "router": {
                "helps": True,
                "sentence": "The router reads the own margin.",
                "deferred": 0.2,
                "student": {"accuracy": 0.75, "fidelity": 0.8},
                "cascade": {
                    "confidence": {"accuracy": 0.79, "fidelity": 0.9},
                    "router": {"accuracy": 0.8, "fidelity": 0.95},
                },
            },
            "blank": "zeros",
            "gap": 0.00123,
        },
    }
