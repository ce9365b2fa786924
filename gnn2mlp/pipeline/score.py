"""Scoring: once, after every choice has been made."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from gnn2mlp.evaluate import accuracy, agreement, by_population, expected_calibration_error, reliability_diagram
from gnn2mlp.nn.training import History
from gnn2mlp.pipeline.knowledge import code_record, seen_test_nodes, trust_record
from gnn2mlp.pipeline.stages import Seed


def score_seed(seed: Seed) -> dict[str, Any]:
    """Train what is missing of a seed and score teacher, plain MLP and student.

    The teacher is scored on seen nodes with the observed edges, on unseen nodes and on `test` with all edges; students
    see features alone. The test labels are read here and nowhere else. Where the knowledge holds them, `codes` tells
    how the codebook is used, and `trust` whether reliability tells the teacher's right answers from its wrong ones.
    `notes` says what a reader should know of the trainings; mostly nothing.
    """
    teacher = seed.teacher
    knowledge = seed.knowledge
    predictors = {role: seed.student(role) for role in ("mlp", "student")}
    teacher_logits = seed.teacher_logits()
    plain = {role: seed.student_logits(predictor) for role, predictor in predictors.items()}
    split, labels = seed.task.split, seed.graph.labels
    share = seed.config.unseen_fraction

    def logits_of(model: str, population: str) -> Tensor:
        if model != "teacher":
            return plain[model]
        return teacher_logits["observed" if population == "seen" else "full"]

    def score(model: str, metric: Any) -> dict[str, float]:
        return by_population(split, lambda p, ids: metric(logits_of(model, p)[ids], labels[ids]), share)

    models = ("teacher", "mlp", "student")
    codes, table = code_record(knowledge), seen_test_nodes(seed)
    histories = {"teacher": teacher.history_.to_dict(), **{r: p.card["history"] for r, p in predictors.items()}}
    return {
        "seed": seed.seed,
        "split": {"digest": split.digest, **split.sizes},
        **{model: score(model, accuracy) for model in models},
        "fidelity": by_population(
            split, lambda p, ids: agreement(plain["student"][ids], logits_of("teacher", p)[ids]), share
        ),
        "ece": {model: score(model, expected_calibration_error) for model in models},
        "seconds": {
            "teacher": teacher.history_.seconds,
            "knowledge": knowledge.card["seconds"],
            "mlp": histories["mlp"]["seconds"],
            "student": histories["student"]["seconds"],
        },
        # A teacher that knows no epochs has no history.
        "history": {m: _with_best(h) for m, h in histories.items() if h["valid"]},
        "reliability": {
            model: reliability_diagram(logits_of(model, "test")[split.test], labels[split.test])._asdict()
            for model in models
        },
        "notes": [f"{model}: {note}" for model, h in histories.items() if (note := History(**h).note())],
        **({"codes": codes} if codes else {}),
        **({"trust": trust_record(table)} if table else {}),
    }


def _with_best(history: Mapping[str, Any]) -> dict[str, Any]:
    """A history, and the validation score of the epoch that was kept."""
    return {**history, "valid_best": history["valid"][history["best_epoch"] - 1]}
