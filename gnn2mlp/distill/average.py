"""Several trained students as one result."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median_low
from typing import Any

import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill.distiller import Distiller, Learnt
from gnn2mlp.distill.process_group import ALONE, ProcessGroup
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.nn import loop
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.nn.training import History
from gnn2mlp.students import Student
from gnn2mlp.students.averaged import AveragedStudent
from gnn2mlp.tables.table import RowTable


def average_results(
    results: Sequence[DistillationResult],
    weights: Sequence[float] | None,
    student: Student,
    distiller: Distiller,
    data: Learnt,
    *,
    device: torch.device | str = "cpu",
    group: ProcessGroup = ALONE,
) -> DistillationResult:
    """Students of one recipe and of the same rows as one, which answers with the average of what they say.

    Its history is that of the member whose epoch is the median of all, with the validation score of the average at that
    epoch, and the seconds of all of them: this is the score that the whole is judged by, and that epoch is how long
    each would train again.

    Args:
        results: of `Distiller.fit`; their modules become parts of the average.
        weights: of each; default: all alike.
        student: the recipe of each.
        distiller: with which they were trained.
        data: on which they were trained.
        device: where to score.
        group: the processes that share the rows of a table.

    Raises:
        ConfigError: for weights that cannot be, or students that read different rows.
    """
    first = results[0]
    if any(result.inputs != first.inputs or result.num_features != first.num_features for result in results):
        raise ConfigError("an average takes students that read the same rows; train them with equal inputs")
    own = None if isinstance(data, RowTable) else data.task
    outputs = "classes" if own is None else own.averaged_as
    module = Averaged([result.module for result in results], weights, outputs).eval()
    recipe = AveragedStudent(student, len(results), outputs)
    found, task = distiller.judge(module, data, first.inputs, device=device, group=group)
    history = _history([result.history for result in results], found)
    return replace(
        first, module=module.eval(), history=history, card=_card(results, recipe, module), task=task, student=recipe
    )


def _history(histories: Sequence[History], found: loop.Validation | None) -> History:
    kept = median_low(history.best_epoch for history in histories)
    median = next(history for history in histories if history.best_epoch == kept)
    valid = list(median.valid)
    if found is not None and valid:
        valid[kept - 1] = found.score
    return replace(median, valid=valid, seconds=sum(history.seconds for history in histories))


def _card(results: Sequence[DistillationResult], recipe: Student, module: Averaged) -> dict[str, Any]:
    """That of the first with what differs between members."""
    members = [
        {"seed": result.card["seed"], "best_epoch": result.history.best_epoch, "weight": weight}
        for result, weight in zip(results, module.weights.tolist(), strict=True)
    ]
    return {**results[0].card, "student": recipe.spec().to_dict(), "members": members}
