"""Which of a student's answers to trust: every score that can be had, judged on seen and unseen test nodes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.split import Split
from gnn2mlp.data.view import Full
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.evaluate.advice import Advice, advise, answer_scores, neighbour_support
from gnn2mlp.evaluate.scores import populations
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.objectives import reliability_scores
from gnn2mlp.pipeline.backends import student_input
from gnn2mlp.pipeline.left_out import student_code_distance
from gnn2mlp.tasks.answers import softmax

# Of more test or validation nodes, so many are judged: their intervals are narrow.
MOST_JUDGED = 20_000


class NodeScores(NamedTuple):
    """Scores of every node of a graph, NaN where there is none. Arrays have a value for each node.

    Args:
        answer: int, position of the student's class.
        scores: by name, see `gnn2mlp.evaluate.advice.ANSWER_SCORES`.
    """

    answer: np.ndarray
    scores: Mapping[str, np.ndarray]

    def __repr__(self) -> str:
        return short_repr(self)


def node_scores(
    student: Predictor, knowledge: TeacherKnowledge | None, full: Full, asked: np.ndarray | None = None
) -> NodeScores:
    """Everything that tells how far a student's answers are to be trusted.

    Args:
        student: with classes.
        knowledge: of its teacher: logits, by which neighbours vote; entropy shifts and codes where there are any.
            Without it neighbours do not vote.
        full: the graph.
        asked: int, the nodes whose neighbours vote, which takes the longest; default: all.
    """
    rows = student_input(student, full.graph)
    with torch.inference_mode():
        output = student.to("cpu").module(rows)
    logits = output.logits.double().numpy()
    answer = logits.argmax(axis=1)
    more: dict[str, np.ndarray] = {}
    if knowledge is not None:
        ids = knowledge.node_ids.numpy()
        own = np.full(len(answer), -1)
        own[ids] = np.arange(len(ids))
        if "logits" in knowledge.values:
            features = _array(full.graph.features)
            votes = softmax(knowledge["logits"].double().numpy())
            chosen = np.arange(len(answer)) if asked is None else asked
            more["neighbours"] = np.full(len(answer), np.nan)
            more["neighbours"][chosen] = neighbour_support(
                features[chosen], answer[chosen], features[ids], votes, own[chosen]
            )
        if "entropy_shift" in knowledge.values:
            more["reliability"] = np.full(len(answer), np.nan)
            more["reliability"][ids] = 1 - reliability_scores(knowledge["entropy_shift"]).double().numpy()
        if {"codebook", "code", "code_unit_length"} <= knowledge.values.keys():
            more["code_distance"] = student_code_distance(output.hidden, knowledge)
    return NodeScores(answer, answer_scores(logits, **more))


def student_trust(student: Predictor, knowledge: TeacherKnowledge | None, full: Full) -> dict[str, Advice]:
    """Which score to go by on each population of test nodes, chosen on validation nodes.

    Args:
        student: with classes.
        knowledge: as in `node_scores`.
        full: the graph with all labels, and the split. Of more than 20,000 labelled nodes of a part so many are drawn.

    Returns:
        An `Advice` by population, `"seen"` and `"unseen"`, or `"test"`; populations without a labelled node are left
        out, and so are scores that some of their nodes do not have.

    Raises:
        DataError: for a task without exclusive classes.
    """
    if not full.graph.task.exclusive:
        raise DataError("trust: expected one class for each node, got another task; right and wrong cannot be told")
    labels = full.labels.numpy()
    known = labels >= 0
    valid = _known(full.split.valid, known)
    judged = {name: _known(ids, known) for name, ids in _populations(full.split).items()}
    answer, scores = node_scores(student, knowledge, full, np.unique(np.concatenate([valid, *judged.values()])))
    found = {}
    for name, nodes in judged.items():
        if nodes.size and valid.size:
            usable = [one for one, score in scores.items() if np.isfinite(score[nodes]).all()]
            on_valid = {one: scores[one][valid] for one in usable if np.isfinite(scores[one][valid]).all()}
            on_test = {one: scores[one][nodes] for one in on_valid}
            found[name] = advise(on_valid, (answer == labels)[valid], on_test, (answer == labels)[nodes])
    return found


def advice_record(advice: Mapping[str, Advice]) -> dict[str, dict[str, dict[str, Any]]]:
    """By population and score, plain numbers: the fields of `Trust`, `low`, `high` and `valid_auroc`."""
    return {
        population: {
            name: {**worth.trust._asdict(), "low": worth.low, "high": worth.high, "valid_auroc": one.valid[name]}
            for name, worth in one.worth.items()
        }
        for population, one in advice.items()
    }


def _populations(split: Split) -> dict[str, torch.Tensor]:
    found = populations(split)
    return found if split.setting == "transductive" else {name: found[name] for name in ("seen", "unseen")}


def _known(ids: torch.Tensor, known: np.ndarray) -> np.ndarray:
    nodes: np.ndarray = ids.numpy()[known[ids.numpy()]]
    if len(nodes) <= MOST_JUDGED:
        return nodes
    random = np.random.default_rng(derive(0, "nodes that are judged"))
    return nodes[np.sort(random.choice(len(nodes), MOST_JUDGED, replace=False))]


def _array(features: Features) -> Any:
    """Features as numpy or scipy, which scikit-learn reads."""
    return features.to_scipy() if isinstance(features, CSR) else features.numpy()
