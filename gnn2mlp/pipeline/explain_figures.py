"""What explanations are worth: faithfulness to the teacher, motifs that are found, and where a student will differ."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gnn2mlp.core.seeds import derive
from gnn2mlp.data.datasets.motifs import MOTIF
from gnn2mlp.data.graph import GraphData
from gnn2mlp.evaluate.explanations import Faithfulness, Predict, faithfulness, ground_truth_accuracy
from gnn2mlp.evaluate.intervals import difference_interval, share_interval
from gnn2mlp.evaluate.trust import auroc
from gnn2mlp.explainers import Explainer, Surrogate, own_margins
from gnn2mlp.tasks.answers import softmax

TOPS = (5, 10)
"""How many of the highest nodes are kept alone, or taken away."""

# Of more explained nodes so many are asked again: intervals are narrow by then.
MOST_ASKED = 200


def faithfulness_rows(
    explainers: Sequence[Explainer], predict: Predict, graph: GraphData, surrogate: Surrogate, nodes: np.ndarray
) -> list[dict[str, Any]]:
    """For each explainer and number of nodes: sufficiency and necessity, each with a 95 % interval, in plain types.

    `..._gain` is the interval of the difference from random nodes, paired by explained node; absent in random's own.

    Args:
        explainers: random among them.
        predict: the teacher.
        graph: that it answers on.
        surrogate: of it.
        nodes: the explained ones, of which the first 200 are asked.
    """
    asked = nodes[:MOST_ASKED]
    ranked = {one.name: one.explain(surrogate, asked) for one in explainers}
    found = {
        (name, k): faithfulness(predict, graph, asked, one.top(k), surrogate.hops)
        for name, one in ranked.items()
        for k in TOPS
    }
    return [
        {"method": name, "top": k, "nodes": len(asked), **_measures(one, found["random", k], name == "random")}
        for (name, k), one in found.items()
    ]


def _measures(one: Faithfulness, random: Faithfulness, itself: bool) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for measure, yes in (("sufficiency", "stays"), ("necessity", "changes")):
        interval = share_interval(getattr(one, yes))
        told |= {measure: interval.value, f"{measure}_low": interval.low, f"{measure}_high": interval.high}
        if not itself:
            gain = difference_interval(getattr(one, yes), getattr(random, yes))
            told[f"{measure}_gain"] = [gain.low, gain.high]
    return told


def motif_rows(explainers: Sequence[Explainer], graph: GraphData, surrogate: Surrogate) -> list[dict[str, Any]]:
    """For each explainer the mean share of a motif's nodes among as many top ones; nothing without motifs."""
    if MOTIF not in graph.split_keys:
        return []
    copies = graph.split_keys[MOTIF].numpy()
    nodes = np.flatnonzero(copies >= 0)
    truth = [np.flatnonzero(copies == copies[node]) for node in nodes]
    most = max(map(len, truth))
    return [
        {
            "method": explainer.name,
            "nodes": len(nodes),
            "accuracy": ground_truth_accuracy(explainer.explain(surrogate, nodes).top(most), truth),
        }
        for explainer in explainers
    ]


def agreement_scores(
    surrogate: Surrogate, teacher: torch.Tensor, student: torch.Tensor, nodes: np.ndarray, seed: int = 0
) -> dict[str, Any]:
    """How well the own margin tells on which nodes a student answers as its teacher, beside the student's confidence.

    AUROCs on a random half of the nodes. `both` is a logistic regression of the two, fitted on the other half, and
    `quarters` the share that agrees in each quarter of the nodes by own margin, least first.

    Args:
        surrogate: of the teacher.
        teacher: its logits (all nodes, classes).
        student: likewise.
        nodes: int64 (nodes,), that trained nothing.
        seed: of the halves.
    """
    alike = (teacher.argmax(-1) == student.argmax(-1)).numpy()[nodes]
    own = own_margins(surrogate, nodes).own
    confidence = softmax(student.double().numpy()[nodes]).max(axis=1)
    order = np.random.default_rng(derive(seed, "halves of nodes")).permutation(len(nodes))
    fitted, judged = order[: len(order) // 2], order[len(order) // 2 :]
    scores = {"own_margin": own, "confidence": confidence}
    if len(set(alike[fitted])) == 2:
        columns = np.stack([own, np.log(confidence / np.maximum(1 - confidence, 1e-12))], axis=1)
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(columns[fitted], alike[fitted])
        scores["both"] = model.predict_proba(columns)[:, 1]
    right = torch.from_numpy(alike[judged])
    by_margin = np.array_split(alike[np.argsort(own, kind="stable")], 4)
    return {
        "nodes": len(judged),
        "agreement": float(alike.mean()),
        "auroc": {name: auroc(torch.from_numpy(score[judged].copy()), right) for name, score in scores.items()},
        "quarters": [float(part.mean()) for part in by_margin],
    }
