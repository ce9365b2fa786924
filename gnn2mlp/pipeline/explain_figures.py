"""What explanations are worth: faithfulness to the teacher, motifs that are found, and where a student will differ."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from gnn2mlp.core.seeds import derive
from gnn2mlp.data.datasets.motifs import MOTIF
from gnn2mlp.data.graph import GraphData
from gnn2mlp.evaluate.auroc_bootstrap import bootstrap_aurocs
from gnn2mlp.evaluate.explanations import Faithfulness, Predict, faithfulness, ground_truth_accuracy, within
from gnn2mlp.evaluate.intervals import difference_interval, share_interval
from gnn2mlp.evaluate.routing import Routing, log_odds, quarters
from gnn2mlp.evaluate.trust import auroc, auroc_interval
from gnn2mlp.explainers import Explainer, Surrogate, own_margins
from gnn2mlp.tasks.answers import softmax

TOPS = (5, 10)
"""How many of the highest nodes are kept alone, or taken away."""

# Of more explained nodes so many are asked again: intervals are narrow by then.
MOST_ASKED = 200
# No more are asked where so many nodes are near them in all, as each is asked with its neighbourhood; but so many are.
MOST_AROUND, LEAST_ASKED = 1_000_000, 20


def faithfulness_rows(
    explainers: Sequence[Explainer],
    predict: Predict,
    graph: GraphData,
    surrogate: Surrogate,
    nodes: np.ndarray,
) -> list[dict[str, Any]]:
    """For each explainer and number of nodes: sufficiency and necessity, each with a 95 % interval, in plain types.

    `..._gain` is the interval of the difference from random nodes, paired by explained node; absent in random's own.

    Args:
        explainers: random among them.
        predict: the teacher.
        graph: that it answers on.
        surrogate: of it.
        nodes: the explained ones, of which the first 200 are asked, fewer where many others are near them.
    """
    around = _neighbourhoods(graph, nodes[:MOST_ASKED], surrogate.hops + 1)
    asked = nodes[: len(around)]
    ranked = {one.name: one.explain(surrogate, asked) for one in explainers}
    found = {
        (name, k): faithfulness(predict, graph, asked, one.top(k), around) for name, one in ranked.items() for k in TOPS
    }
    return [
        {"method": name, "top": k, "nodes": len(asked), **_measures(one, found["random", k], name == "random")}
        for (name, k), one in found.items()
    ]


def _neighbourhoods(graph: GraphData, nodes: np.ndarray, hops: int) -> list[np.ndarray]:
    """The nodes within so many links of each of the first nodes: of as many as can be asked."""
    adjacency, total = graph.adjacency.to_scipy(), 0
    found: list[np.ndarray] = []
    for node in nodes.tolist():
        if len(found) >= LEAST_ASKED and total > MOST_AROUND:
            break
        found.append(within(adjacency, node, hops))
        total += found[-1].size
    return found


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


class Pair(NamedTuple):
    """What a teacher and its student say of all nodes, and what is known of where they differ; arrays are (nodes,).

    Args:
        own_margin: see `gnn2mlp.explainers.own_margins`.
        confidence: the student's greatest probability.
        alike: whether both name the same class.
    """

    own_margin: np.ndarray
    confidence: np.ndarray
    alike: np.ndarray

    @classmethod
    def of(cls, surrogate: Surrogate, teacher: torch.Tensor, student: torch.Tensor) -> "Pair":
        """From the logits (all nodes, classes) of both, and the surrogate of the teacher."""
        own = own_margins(surrogate, np.arange(len(teacher))).own
        confidence = softmax(student.double().numpy()).max(axis=1)
        return cls(own, confidence, (teacher.argmax(-1) == student.argmax(-1)).numpy())

    def on(self, nodes: np.ndarray) -> "Pair":
        """The same of some nodes."""
        return Pair(*(values[nodes] for values in self))


def agreement_scores(pair: Pair, seed: int = 0) -> dict[str, Any]:
    """How well the own margin tells on which nodes a student answers as its teacher, beside the student's confidence.

    AUROCs with 95 % intervals (DeLong's) on a random half of the nodes. `both` is a logistic regression of the two,
    fitted on the other half; `gain` is the 95 % bootstrap interval of its AUROC less that of the confidence. `quarters`
    has the share that agrees in each quarter of the nodes by own margin and by confidence, least first.

    Args:
        pair: of nodes that are to judge.
        seed: of the halves.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    count = len(pair.alike)
    order = np.random.default_rng(derive(seed, "halves of nodes")).permutation(count)
    fitted, judged = order[: count // 2], order[count // 2 :]
    scores = {"own_margin": pair.own_margin, "confidence": pair.confidence}
    if len(set(pair.alike[fitted])) == 2:
        columns = np.stack([pair.own_margin, log_odds(pair.confidence)], axis=1)
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(columns[fitted], pair.alike[fitted])
        scores["both"] = model.predict_proba(columns)[:, 1]
    alike = pair.alike[judged]
    right, values = torch.from_numpy(alike), {name: torch.from_numpy(score[judged]) for name, score in scores.items()}
    draws = bootstrap_aurocs({name: score[judged] for name, score in scores.items()}, alike, seed)
    gain = draws["both"] - draws["confidence"] if "both" in draws else np.empty(0)
    return {
        "nodes": len(judged),
        "agreement": float(pair.alike.mean()),
        "auroc": {name: auroc(score, right) for name, score in values.items()},
        "intervals": {name: list(auroc_interval(score, right)) for name, score in values.items()},
        "gain": np.quantile(gain, [0.025, 0.975]).tolist() if gain.size else None,
        "quarters": {name: quarters(scores[name], pair.alike) for name in ("own_margin", "confidence")},
    }


def routing_record(routing: Routing, pair: Pair, right: Mapping[str, np.ndarray], deferred: float) -> dict[str, Any]:
    """What a router is worth on nodes that did not choose it, in plain types.

    Args:
        routing: chosen on others.
        pair: of the nodes that judge.
        right: by `teacher` and `student`, bool (nodes,), whether each is right on them.
        deferred: share of the nodes that the teacher is asked about.

    Returns:
        `helps`, `nodes`, `auroc` and `gain` on the nodes that chose it, `sentence`, `deferred`, `student`: accuracy and
        fidelity (agreement with the teacher) without a cascade, and `cascade`: those of a cascade that goes by the
        `confidence` alone, and of one that goes by the `router`.
    """
    count = round(deferred * len(pair.alike))
    ways = {"confidence": pair.confidence, "router": routing.router(pair.confidence, pair.own_margin)}
    cascade = {}
    for name, score in ways.items():
        asked = np.zeros(len(score), dtype=bool)
        asked[np.argsort(score, kind="stable")[:count]] = True
        accuracy = np.where(asked, right["teacher"], right["student"])
        cascade[name] = {"accuracy": float(accuracy.mean()), "fidelity": float((pair.alike | asked).mean())}
    return {
        "helps": routing.helps,
        "nodes": routing.nodes,
        "auroc": routing.auroc,
        "gain": None if routing.gain is None else list(routing.gain),
        "sentence": routing.sentence(),
        "deferred": deferred,
        "student": {"accuracy": float(right["student"].mean()), "fidelity": float(pair.alike.mean())},
        "cascade": cascade,
    }
