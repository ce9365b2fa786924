"""Lines of results without any training."""

from typing import Any

from gnn2mlp.pipeline import RunConfig


def line(
    dataset: str = "digits",
    teacher: str = "gcn",
    seed: int = 0,
    initialisation: int = 0,
    student: float = 0.7,
    mlp: float = 0.6,
    of_teacher: float = 0.8,
    homophily: float | None = None,
    config: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """An inductive line in which all populations score alike."""
    settings = {"teacher": teacher, "method": "glnn", "setting": "inductive", **(config or {})}
    scores = {"teacher": of_teacher, "mlp": mlp, "student": student}
    graph = {} if homophily is None else {"homophily": homophily, "adjusted_homophily": homophily - 0.2}
    return {
        "cell": {"dataset": dataset, "setting": "inductive", "teacher": teacher, "method": "glnn"},
        "seed": seed,
        "initialisation": initialisation,
        "split": {"digest": f"split {seed}", "train": 10, "valid": 10, "seen": 16, "unseen": 4},
        "metric": {"name": "accuracy", "title": "accuracy", "greater_is_better": True, "share": True},
        **{model: {"seen": value, "unseen": value, "test": value} for model, value in scores.items()},
        "ece": {model: {"seen": 0.1, "unseen": 0.1, "test": 0.1} for model in scores},
        "seconds": {"teacher": 2.0, "knowledge": 0.5, "mlp": 1.0, "student": 1.5},
        "graph_at_inference": False,
        "graph": graph,
        "config": RunConfig(**settings).resolve().identity(),
        "environment": {"versions": {"gnn2mlp": "0.1.0"}, "code": "0123456789abcdef"},
        **more,
    }
