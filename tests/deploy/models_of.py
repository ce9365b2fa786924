"""Small models of every kind of answer, for tests of what is saved of them."""

from pathlib import Path

import numpy as np
import torch

from gnn2mlp.deploy import Calibration, Predictor
from gnn2mlp.students import STUDENTS
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression, Task

FEATURES = 4
X = np.random.default_rng(0).normal(size=(6, FEATURES)).astype(np.float32)
TASKS: dict[str, Task] = {
    "classes": NodeClassification(["ant", "bee", "cat"]),
    "labels": MultiLabel(["red", "green", "blue"], threshold=[0.4, 0.5, 0.6]),
    "values": Regression(["p", "q", "r"], mean=[1.0, 2.0, 3.0], scale=[1.0, 2.0, 3.0]),
}
ROW = {
    "metric": "accuracy",
    "value": 0.834,
    "low": 0.821,
    "high": 0.846,
    "population": "unseen",
    "means": "nodes that appeared after training",
    "nodes": 1234,
}
ABOUT = {
    "name": "Pages",
    "summary": "Distilling pays here: 6.6 points above a plain MLP on unseen nodes.",
    "license": "apache-2.0",
    "tags": ["pages"],
    "metrics": [ROW, {**ROW, "value": 0.768, "low": None, "high": None, "model": "plain MLP"}],
    "data": {"name": "pages", "rows": 17937, "labels": 839, "edges": 110944, "digest": "0123456789abcdef"},
    "limits": ["Pages in other languages were not seen."],
    "citations": ["Rozemberczki et al., Multi-Scale Attributed Node Embedding, 2021"],
}
CALIBRATION = Calibration(temperature=1.5, conformal={"0.9": 0.7}, outlier=-1.25, rows=210)


def model(kind: str = "classes", seed: int = 0, names: list[str] | None = None, calibrated: bool = False) -> Predictor:
    """A seeded, untrained network that answers in this way."""
    student = STUDENTS.get("mlp")(hidden=4)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = student.build(FEATURES, 3)
    calibration = CALIBRATION if calibrated else None
    return Predictor(student, module, FEATURES, TASKS[kind], {"from": "test"}, names, calibration=calibration)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
