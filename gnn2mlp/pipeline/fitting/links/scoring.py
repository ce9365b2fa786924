"""The stage of intervals: every model on the same test pairs, and whether distilling pays, in a sentence."""

from collections.abc import Mapping
from typing import Any

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.links import FullLinks
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.evaluate.link_intervals import link_intervals
from gnn2mlp.explore.formatting import plural, points, signed_points
from gnn2mlp.pipeline.fitting.verdict import LEAST
from gnn2mlp.pipeline.links.scoring import pair_logits
from gnn2mlp.teachers import LinkTeacher, NeighbourScores, Teacher

# How well all pairs are ordered, and what stands at the top: neither is told alone.
TOLD = ("auc", "hits@20")
# Which pairs the verdict speaks of.
POPULATION = "overall"


def judge_links(
    record: dict[str, Any],
    teacher: Teacher,
    mlp: LinkPredictor,
    student: LinkPredictor,
    full: FullLinks,
    execution: Execution,
    *,
    device: torch.device,
) -> dict[str, Any]:
    """The record of all models with intervals of their scores, of the student's differences, and a verdict.

    Args:
        record: of `gnn2mlp.pipeline.links.scoring.score_links`.
        teacher: trained.
        mlp: the student that read nothing of the teacher.
        student: the student that did.
        full: the graph that inference sees, and the split.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.

    Returns:
        The record with `intervals` and `differences` (population, metric, model) and `verdict`.
    """
    assert isinstance(teacher, LinkTeacher), "of links"
    split = full.split
    pairs = torch.cat([split.test, split.test_negatives])
    counted = NeighbourScores(full.graph.adjacency, [record["heuristic_name"]])(pairs)[:, 0]
    taught = teacher.score_pairs(full.graph, pairs, device).cpu()
    said = {"teacher": taught.numpy(), "heuristic": counted.numpy()}
    for name, student_ in {"mlp": mlp, "student": student}.items():
        said[name] = pair_logits(student_, full.graph, pairs).numpy()
    tested = len(split.test)
    found: dict[str, dict[str, Any]] = {"intervals": {}, "differences": {}}
    for population, members in split.populations(split.test).items():
        if not bool(members.any()):
            continue
        own = members.numpy()
        apart = {name: (scores[:tested][own], scores[tested:]) for name, scores in said.items()}
        made = link_intervals(apart, TOLD, "student")
        found["intervals"][population] = _plain(made["scores"])
        found["differences"][population] = _plain(made["differences"])
    return {**record, **found, "verdict": link_verdict(found["intervals"], found["differences"])}


def link_verdict(
    intervals: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]],
    differences: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]],
) -> dict[str, Any]:
    """What the student's scores on all test pairs say against the same network without a teacher.

    It pays where the student orders pairs better beyond chance, by ROC-AUC; Hits@20, which a few negatives decide, is
    told beside it. Of fewer than `LEAST` links nothing is said, as all of them may stand higher by chance.

    Args:
        intervals: by population, metric and model, `value`, `low` and `high`.
        differences: the student's, by rival; above 0 the student is better.

    Returns:
        `pays` (`True`, `False`, or `None` where it is not shown either way), `population` and `sentence`.
    """
    scores, apart = intervals[POPULATION], differences[POPULATION]
    auc = apart["auc"]["mlp"]
    tested = int(scores["auc"]["student"]["nodes"])
    pays = None if tested < LEAST or auc["low"] <= 0 <= auc["high"] else auc["low"] > 0
    links = plural(tested, "test link")
    both = f"{_share(scores['auc'], 'student')} against {_share(scores['auc'], 'mlp')}; {_interval(auc)}"
    if pays:
        told = f"Distilling pays here: on {links} the student's ROC-AUC is {points(auc['value'])} better than that of "
        told += f"the same network without a teacher ({both})"
    elif pays is False:
        told = f"Distilling does not pay here: on {links} the same network without a teacher has a better ROC-AUC "
        told += f"than the student ({both}, the student's difference)"
    elif tested < LEAST:
        told = f"Whether distilling pays here is not known from {links}, {LEAST} or more would tell: the student's "
        told += f"ROC-AUC against that of the same network without a teacher is {both}"
    else:
        told = f"It is not shown that distilling pays here: on {links} the difference in ROC-AUC between the student "
        told += f"and the same network without a teacher may be chance ({both})"
    if "hits@20" in scores:
        hits = apart["hits@20"]["mlp"]
        told += f"; Hits@20 is {_share(scores['hits@20'], 'student')} against {_share(scores['hits@20'], 'mlp')} "
        told += f"({_interval(hits)})"
    return {"pays": pays, "population": POPULATION, "sentence": f"{told}."}


def _plain(found: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {metric: {model: one._asdict() for model, one in by.items()} for metric, by in found.items()}


def _share(by: Mapping[str, Mapping[str, float]], model: str) -> str:
    return f"{100 * by[model]['value']:.1f} %"


def _interval(one: Mapping[str, float]) -> str:
    return f"95 % interval {signed_points(one['low'])} to {signed_points(one['high'])} points"
