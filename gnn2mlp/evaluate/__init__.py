"""Honest scores: by population, once, after stopping."""

from gnn2mlp.evaluate.calibration import Reliability, expected_calibration_error, reliability_diagram
from gnn2mlp.evaluate.compare import Outcome, Paired, paired
from gnn2mlp.evaluate.scores import POPULATIONS, by_population, populations, summarise
from gnn2mlp.tasks.metrics import accuracy, agreement

__all__ = [
    "POPULATIONS",
    "Outcome",
    "Paired",
    "Reliability",
    "accuracy",
    "agreement",
    "by_population",
    "expected_calibration_error",
    "paired",
    "populations",
    "reliability_diagram",
    "summarise",
]
