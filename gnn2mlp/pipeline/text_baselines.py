"""What a teacher that reads texts has to be compared with: its encoder alone, a bag of words, and a GNN on features."""

from collections.abc import Callable

import torch
from torch import Tensor

from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.evaluate import by_population
from gnn2mlp.tasks import Task
from gnn2mlp.teachers import Teacher
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.language import Language

# A probe reads of no neighbour.
_ALONE = 0


def text_baselines(teacher: Language) -> dict[str, Teacher]:
    """The rows that every report of a teacher that reads texts has beside it, by name, untrained.

    `encoder_probe` is logistic regression on what the teacher's encoder makes of a node's own text, `bag_of_words` the
    same on TF-IDF weights of its words; neither reads a link. `gnn_on_features` is a GCN with its defaults that reads
    the data set's features and no text.

    Example:
        >>> sorted(text_baselines(Language()))
        ['bag_of_words', 'encoder_probe', 'gnn_on_features']
    """
    read = {name: getattr(teacher, name) for name in ("read", "own", "other", "most")}
    return {
        "encoder_probe": Language(encoder=teacher.encoder, hops=_ALONE, **read),
        "bag_of_words": Language(encoder="tfidf", hops=_ALONE),
        "gnn_on_features": GCN(),
    }


def text_scores(
    teacher: Teacher,
    observed: Observed,
    full: Full,
    unseen_share: float,
    seed: int,
    device: torch.device,
    judge: Callable[[Task, Tensor, Tensor], float],
) -> dict[str, dict[str, float]]:
    """The score of each baseline by population, each trained and asked as a teacher is.

    Args:
        teacher: whose encoder is probed; beside one that reads no texts there is none.
        observed: what baselines are trained on.
        full: the whole graph; its test labels are read here, after all training.
        unseen_share: share of unseen nodes in production.
        seed: of initialisation.
        device: where to compute.
        judge: the score of a task, outputs and labels.
    """
    if not isinstance(teacher, Language):
        return {}
    return {
        name: _scored(each, observed, full, unseen_share, seed, device, judge)
        for name, each in text_baselines(teacher).items()
    }


def _scored(
    model: Teacher,
    observed: Observed,
    full: Full,
    unseen_share: float,
    seed: int,
    device: torch.device,
    judge: Callable[[Task, Tensor, Tensor], float],
) -> dict[str, float]:
    model.fit(observed, seed=seed, device=device)
    said = {"full": model.predict(full.graph, device)}
    said["observed"] = torch.full_like(said["full"], float("nan"))
    said["observed"][observed.node_ids] = model.predict(observed.graph, device)
    if full.split.setting != "transductive":
        said["cold"] = model.predict(_cold(full), device)
    sees = {"seen": "observed", "cold": "cold"}
    valid = full.split.valid
    task = observed.task.with_threshold(said["observed"][valid], full.labels[valid])

    def score(population: str, ids: Tensor) -> float:
        return judge(task, said[sees.get(population, "full")][ids], full.labels[ids])

    return by_population(full.split, score, unseen_share)


def _cold(full: Full) -> NodeData:
    """The graph in which nothing links unseen nodes."""
    return full.graph.without_links_of(full.split.unseen)
