"""The stage `record` of links: scores, once, after every choice has been made."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links import FullLinks, LinkSplit, ObservedLinks
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.evaluate import hits_curve, link_scores, probability_histogram
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import Features, compute_form
from gnn2mlp.nn.training import History
from gnn2mlp.pipeline.scoring import parameters, told_of_metric, with_best
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import NEIGHBOUR_SCORES, LinkTeacher, NeighbourScores, Teacher

LINK_MODELS = ("teacher", "heuristic", "mlp", "student")
# Counts of common neighbours, which learn nothing: common neighbours, Adamic-Adar, resource allocation.
HEURISTICS = tuple(NEIGHBOUR_SCORES)
# Those that say how likely a link is; counts of neighbours do not.
_LIKELY = ("teacher", "mlp", "student")
# Pairs whose two embeddings are gathered at once.
_PAIRS = 65_536


class Answered(NamedTuple):
    """What a model says of the test pairs.

    Args:
        positives: logits (test pairs,) of links.
        negatives: logits (negatives,) of pairs that are none.
    """

    positives: Tensor
    negatives: Tensor


def score_links(
    teacher: Teacher,
    knowledge: TeacherKnowledge | None,
    mlp: LinkPredictor,
    student: LinkPredictor,
    observed: ObservedLinks,
    full: FullLinks,
    seed: int,
    execution: Execution,
    *,
    device: torch.device,
) -> dict[str, Any]:
    """Score teacher, heuristics, plain MLP and student on the test pairs; these are read here and nowhere else.

    The teacher and the heuristics look at the links that inference may use, students at features alone. Positives are
    those of a population, negatives always all. Of the heuristics the one with the best validation score stands for
    them. A metric that is not defined, as Hits@50 of fewer negatives, is left out. `agreement` is Spearman's rank
    correlation of the student's and the teacher's scores.

    Args:
        teacher: trained.
        knowledge: what it wrote down, if anything.
        mlp: the student that read nothing of the teacher.
        student: the student that did.
        observed: what all of them were trained on.
        full: the graph that inference sees, and the split.
        seed: for the record.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.

    Returns:
        By model the chosen metric by population, and all metrics under `scores`; curves, histograms, sizes, seconds and
        histories, in plain types.
    """
    task, split = observed.task, full.split
    assert isinstance(task, LinkPrediction), "a run of links"
    populations = split.populations(split.test)
    counted, best = _heuristics(full), _best_heuristic(observed, task)
    said = {
        "teacher": _of_teacher(teacher, full, device),
        "heuristic": counted[best],
        "mlp": _of_student(mlp, full),
        "student": _of_student(student, full),
    }
    scores = {model: link_scores(split, *answered, task) for model, answered in said.items()}
    histories = {"teacher": teacher.history_.to_dict(), "mlp": mlp.card["history"], "student": student.card["history"]}
    seconds = {model: history["seconds"] for model, history in histories.items()}
    return {
        "seed": seed,
        "split": {"digest": split.digest, **_sizes(split, full.graph, populations)},
        "metric": {"name": task.metric, **told_of_metric(task)},
        **{model: {name: found[task.metric] for name, found in scores[model].items()} for model in LINK_MODELS},
        "scores": scores,
        "heuristic_name": best,
        "heuristics": {name: link_scores(split, *answered, task) for name, answered in counted.items()},
        "agreement": _agreement(said["student"], said["teacher"], populations, task),
        "curves": {model: _curves(answered, populations) for model, answered in said.items()},
        "histograms": {model: _histograms(said[model], populations) for model in _LIKELY},
        "seconds": {
            "teacher": seconds.pop("teacher"),
            **({} if knowledge is None else {"knowledge": knowledge.card["seconds"]}),
            **seconds,
        },
        "history": {
            model: with_best(history)
            for model, history in histories.items()
            if history["valid"]  # a teacher that counts neighbours knows no epochs
        },
        "parameters": {
            "teacher": parameters(teacher.module_) if hasattr(teacher, "module_") else None,
            "mlp": parameters(mlp.module),
            "student": parameters(student.module),
        },
        "notes": [
            *(f"{model}: {note}" for model, history in histories.items() if (note := History(**history).note())),
            *_left_out(scores["student"], split, task),
        ],
    }


def _of_teacher(teacher: Teacher, full: FullLinks, device: torch.device) -> Answered:
    assert isinstance(teacher, LinkTeacher), "a run of links"
    split = full.split
    said = teacher.score_pairs(full.graph, torch.cat([split.test, split.test_negatives]), device).cpu()
    return Answered(said[: len(split.test)], said[len(split.test) :])


def _heuristics(full: FullLinks) -> dict[str, Answered]:
    """By name what counts of common neighbours say of the test pairs."""
    count, split = NeighbourScores(full.graph.adjacency, HEURISTICS), full.split
    positives, negatives = count(split.test), count(split.test_negatives)
    return {name: Answered(positives[:, place], negatives[:, place]) for place, name in enumerate(HEURISTICS)}


def _best_heuristic(observed: ObservedLinks, task: LinkPrediction) -> str:
    """The name of the one with the best validation score."""
    pairs = torch.cat([observed.valid_pairs, observed.valid_negatives])
    labels = (torch.arange(len(pairs)) < len(observed.valid_pairs)).float()
    said = NeighbourScores(observed.graph.adjacency, HEURISTICS)(pairs)
    return max(HEURISTICS, key=lambda name: task.score(said[:, HEURISTICS.index(name)], labels))


def _of_student(student: LinkPredictor, full: FullLinks) -> Answered:
    split = full.split
    return Answered(*(pair_logits(student, full.graph, pairs) for pairs in (split.test, split.test_negatives)))


def embedder_rows(student: LinkPredictor, graph: NodeData) -> Features:
    """What a student's embedder reads of all nodes, in the layout and precision in which students compute."""
    return compute_form(student.inputs.rows(graph)).to(dtype=torch.get_default_dtype())


@torch.inference_mode()
def pair_logits(student: LinkPredictor, graph: GraphData, pairs: Tensor) -> Tensor:
    """A student's logits (pairs,), from the features of the nodes of `graph` alone; `pairs` int64 (pairs, 2)."""
    embedded = student.module(embedder_rows(student, graph)).hidden
    parts = [student.module.score(embedded[some[:, 0]], embedded[some[:, 1]]) for some in pairs.split(_PAIRS)]
    return torch.cat(parts).cpu().clone() if parts else torch.zeros(0)


def _agreement(
    student: Answered, teacher: Answered, populations: Mapping[str, Tensor], task: LinkPrediction
) -> dict[str, float]:
    """By population how alike both rank; left out where one of them says the same of all."""
    found = {
        name: task.agreement(
            torch.cat([student.positives[members], student.negatives]),
            torch.cat([teacher.positives[members], teacher.negatives]),
        )
        for name, members in populations.items()
        if bool(members.any())
    }
    return {name: value for name, value in found.items() if value == value}


def _curves(answered: Answered, populations: Mapping[str, Tensor]) -> dict[str, Any]:
    return {
        name: hits_curve(answered.positives[members], answered.negatives)
        for name, members in populations.items()
        if bool(members.any())
    }


def _histograms(answered: Answered, populations: Mapping[str, Tensor]) -> dict[str, Any]:
    found = {
        name: {"positives": probability_histogram(answered.positives[members].sigmoid())}
        for name, members in populations.items()
    }
    found["overall"]["negatives"] = probability_histogram(answered.negatives.sigmoid())
    return found


def _sizes(split: LinkSplit, graph: GraphData, populations: Mapping[str, Tensor]) -> dict[str, Any]:
    parts = ("train", "valid", "extra", "known", "test", "valid_negatives", "test_negatives")
    new = int(split.new.numel())
    return {
        **{part: len(getattr(split, part)) for part in parts},
        "old": graph.num_nodes - new,
        "new": new,
        "pairs": {name: int(members.sum()) for name, members in populations.items()},
    }


def _left_out(scores: Mapping[str, Mapping[str, float]], split: LinkSplit, task: LinkPrediction) -> list[str]:
    absent = [task.metrics[name].title for name in task.metrics if name not in scores["overall"]]
    if not absent:
        return []
    return [f"{', '.join(absent)}: not defined of {len(split.test_negatives)} negatives; raise split.negatives"]
