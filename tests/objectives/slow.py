"""Batches and plain loops with which formulas of objectives are compared."""

import math

import torch
from torch import Tensor

from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch
from tests.tiny import answered

ROWS, CLASSES = 6, 4
LABELS = torch.tensor([0, -1, 3, 2, -1, 1])


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


TEACHER, STUDENT = 2 * normal(ROWS, CLASSES), 2 * normal(ROWS, CLASSES, seed=1)


def of_logits(student: Tensor = STUDENT, teacher: Tensor = TEACHER, labels: Tensor = LABELS) -> Batch:
    """A batch of all rows of a table that holds logits."""
    table = TeacherKnowledge(torch.arange(len(teacher)), {"logits": teacher.float()})
    return answered(torch.arange(len(student)), labels, MLPOutput(student, student), table)


def of_hidden(student: Tensor, teacher: Tensor, rows: Tensor | None = None, weights: Tensor | None = None) -> Batch:
    """A batch of some rows of a table that holds a hidden layer."""
    rows = torch.arange(len(teacher)) if rows is None else rows
    table = TeacherKnowledge(torch.arange(len(teacher)), {"hidden": teacher.float()})
    output = MLPOutput(student[:, :2], student)
    return answered(rows, torch.full_like(rows, -1), output, table, weights=weights)


def softmax(scores: list[float], temperature: float = 1.0) -> list[float]:
    """exp(s / τ) over its sum, in plain numbers."""
    powers = [math.exp(score / temperature) for score in scores]
    return [power / sum(powers) for power in powers]


def true_class(row: int) -> int:
    """The label, or where the teacher's score is highest."""
    label, scores = int(LABELS[row]), TEACHER.float()[row].tolist()
    return label if label >= 0 else scores.index(max(scores))


def pairs() -> list[tuple[list[float], list[float], int]]:
    """Teacher's scores, student's scores and the true class of each row."""
    return [(TEACHER.float()[i].tolist(), STUDENT[i].tolist(), true_class(i)) for i in range(ROWS)]
