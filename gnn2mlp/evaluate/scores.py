"""Scores by population: which nodes a figure speaks of."""

from collections.abc import Callable, Iterable, Mapping
from statistics import fmean, pstdev

from torch import Tensor

from gnn2mlp.data.split import Split

POPULATIONS = {
    "seen": "test nodes that were in the training graph",
    "unseen": "test nodes that appeared after training",
    "production": "0.8 x seen + 0.2 x unseen, the literature's mixture (or by the share of unseen nodes that was set)",
    "test": "all test nodes, on the whole graph",
    "cold": "test nodes that appeared after training, before anything links them: a teacher has their features alone",
}


def populations(split: Split) -> dict[str, Tensor]:
    """Node ids of each population that is scored directly."""
    if split.setting == "transductive":
        return {"test": split.test}
    return {"seen": split.seen, "unseen": split.unseen, "test": split.test, "cold": split.unseen}


def by_population(split: Split, score: Callable[[str, Tensor], float], unseen_share: float = 0.2) -> dict[str, float]:
    """Apply `score(population, node_ids)` to each population and add production in the inductive setting.

    Production interpolates, (1 - unseen_share) x seen + unseen_share x unseen, as GLNN does (Zhang et al., ICLR 2022).
    """
    scores = {name: score(name, ids) for name, ids in populations(split).items()}
    if split.setting == "inductive":
        scores["production"] = (1 - unseen_share) * scores["seen"] + unseen_share * scores["unseen"]
    return {name: scores[name] for name in POPULATIONS if name in scores}


def summarise(values: Iterable[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Mean and population standard deviation (numpy's default, GLNN's choice) of each key over seeds."""
    rows = list(values)
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    return {key: {"mean": fmean(column), "std": pstdev(column)} for key, column in columns.items()}
