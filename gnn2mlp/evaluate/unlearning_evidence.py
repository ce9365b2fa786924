"""All that is measured of a model that was to forget, for its certificate."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import Tensor

from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.membership import membership_auc
from gnn2mlp.evaluate.unlearning import attack_distance, certainty, changed, closeness, divergence, likeness
from gnn2mlp.tasks import Task

GROUPS = ("forgotten", "retained", "fresh")
Ends = tuple[Tensor, Tensor]
# Scores of the rows that were deleted, and of those that never trained.
_Scores = tuple[Tensor, Tensor]


class RowGroups(NamedTuple):
    """Something of each row, in three groups: outputs of a model (rows, outputs), or labels.

    Args:
        forgotten: of the rows that were deleted.
        retained: of those that trained the model and may go on doing so.
        fresh: of rows like the deleted ones that never trained.
    """

    forgotten: Tensor
    retained: Tensor
    fresh: Tensor

    def __repr__(self) -> str:
        return short_repr(self)


def unlearning_record(
    before: RowGroups,
    after: RowGroups,
    labels: RowGroups,
    task: Task,
    reference: RowGroups | None = None,
    again: RowGroups | None = None,
    links: Mapping[str, tuple[Ends, Ends]] | None = None,
) -> dict[str, Any]:
    """All that is measured of a model that was to forget, in plain types: what a certificate states.

    Args:
        before: outputs of the model as it was.
        after: as it is.
        labels: of the same rows; blank where unknown.
        task: what outputs stand for.
        reference: outputs of a model that was trained anew without the deleted rows; without it there are no
            distances.
        again: of another one, trained with another seed: how far retraining is from itself.
        links: by model (`"before"`, `"after"`, `"reference"`, `"again"`) what it says of the ends of deleted edges, and
            of the ends of pairs without an edge, where edges were deleted.

    Returns:
        `rows`: how many are in each group. `attacks`: by name, of each model the area with its interval, and in
        `distance` how far it is from the reference; none where no deleted row trained, or nothing is there to compare
        with. `divergence`: by group with rows and model, from the reference. `score`: by model and group, of the task's
        metric. `churn`: on retained rows the share of answers that are others now, and
        the mean divergence of the new outputs from the old.

    Example:
        >>> import torch
        >>> from gnn2mlp.tasks.classification import NodeClassification
        >>> random = torch.Generator().manual_seed(0)
        >>> said = RowGroups(*(torch.randn(30, 2, generator=random) for _ in range(3)))
        >>> known = RowGroups(*(torch.arange(30) % 2 for _ in range(3)))
        >>> found = unlearning_record(said, said, known, NodeClassification(["a", "b"]), reference=said)
        >>> found["attacks"]["entropy"]["distance"]["after"]["distance"], found["churn"]["share"]["value"]
        (0.0, 0.0)
    """
    models = {"before": before, "after": after, "reference": reference, "again": again}
    there = {name: said for name, said in models.items() if said is not None}
    churn = changed(before.retained, after.retained, task)
    return {
        "rows": {name: len(group) for name, group in zip(GROUPS, after, strict=True)},
        "attacks": {name: _attacked(scores) for name, scores in _asked(there, labels, task, links or {}).items()},
        "divergence": {} if reference is None else _divergences(there, reference, task),
        "score": {name: _scores(said, labels, task) for name, said in there.items()},
        "churn": {
            "share": None if churn is None else churn._asdict(),
            "divergence": divergence(before.retained, after.retained, task)._asdict(),
        },
    }


def _asked(
    there: Mapping[str, RowGroups], labels: RowGroups, task: Task, links: Mapping[str, tuple[Ends, Ends]]
) -> dict[str, dict[str, _Scores]]:
    """By attack and model, the scores of deleted and of fresh rows."""
    found: dict[str, dict[str, _Scores]] = {}
    if task.averaged_as != "values" and len(labels.forgotten) and len(labels.fresh):
        found["entropy"] = {
            name: (certainty(said.forgotten, task), certainty(said.fresh, task)) for name, said in there.items()
        }
    if all(bool(task.known(group).any()) for group in (labels.forgotten, labels.fresh)):
        found["loss"] = {
            name: (
                closeness(said.forgotten, labels.forgotten, task),
                closeness(said.fresh, labels.fresh, task),
            )
            for name, said in there.items()
        }
    if links:
        found["link"] = {name: (likeness(*gone, task), likeness(*none, task)) for name, (gone, none) in links.items()}
    return found


def _attacked(scores: Mapping[str, _Scores]) -> dict[str, Any]:
    """The area of an attack on each model, and its distance to the reference."""
    others = [name for name in scores if name != "reference"] if "reference" in scores else []
    distance = {name: attack_distance(scores[name], scores["reference"]).record() for name in others}
    return {**{name: membership_auc(*pair)._asdict() for name, pair in scores.items()}, "distance": distance}


def _divergences(there: Mapping[str, RowGroups], reference: RowGroups, task: Task) -> dict[str, Any]:
    others = {name: said for name, said in there.items() if name != "reference"}
    return {
        group: {name: divergence(wanted, said[position], task)._asdict() for name, said in others.items()}
        for position, (group, wanted) in enumerate(zip(GROUPS, reference, strict=True))
        if len(wanted)
    }


def _scores(said: RowGroups, labels: RowGroups, task: Task) -> dict[str, float | None]:
    """The task's metric on each group; `None` where no row of it has a label."""
    metric = task.metrics[task.metric]
    known = [task.known(group) for group in labels]
    return {
        name: metric.value(task, outputs[rows], truth[rows]) if bool(rows.any()) else None
        for name, outputs, truth, rows in zip(GROUPS, said, labels, known, strict=True)
    }
