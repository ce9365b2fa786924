"""Scores of pairs for the corrected paired test: what one model reaches on one population by one metric."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.compare import Outcome


def link_outcome(record: Mapping[str, Any], model: str, population: str, metric: str) -> Outcome:
    """The score of `model` from a seed's record of a run that predicts links.

    Its ratio, n2 / n1 of `gnn2mlp.evaluate.compare`, is of links: those of the population that were scored to those of
    training and validation, which the learner was given. Negatives, as many on either side, would change neither.

    Args:
        record: with `split`, whose `pairs` counts the test links of each population, and `scores` by model, population
            and metric.
        model: `"student"`, `"teacher"`, ...
        population: `"overall"`, `"old-old"`, ...
        metric: `"auc"`, `"hits@20"`, ...

    Raises:
        DataError: if the record has no such score.

    Example:
        >>> split = {"digest": "b05c", "train": 800, "valid": 200, "pairs": {"overall": 100}}
        >>> record = {"seed": 0, "split": split, "scores": {"student": {"overall": {"auc": 0.95}}}}
        >>> link_outcome(record, "student", "overall", "auc")
        Outcome(seed=0, split='b05c', score=0.95, ratio=0.1)
    """
    split = record["split"]
    try:
        score = record["scores"][model][population][metric]
    except KeyError as error:
        raise DataError(
            f"link_outcome: expected {metric} of {model} on {population} in the record of seed {record['seed']}, got "
            f"none ({error}); compare what both models were scored by"
        ) from error
    ratio = split["pairs"][population] / (split["train"] + split["valid"])
    return Outcome(record["seed"], split["digest"], score, ratio)
