"""The stages `student` and `mlp`: a graph-free network is trained on what the teacher knows, or on labels alone."""

from collections.abc import Sequence
from typing import Unpack

from gnn2mlp.data.view import Observed
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.pipeline.lesson import Lesson, learner_of
from gnn2mlp.tasks import Task


def distil_student(
    observed: Observed, task: Task, feature_names: Sequence[str] | None, dataset: str, **lesson: Unpack[Lesson]
) -> Predictor:
    """A trained student that answers in the user's own values.

    Args:
        observed: features, training labels and validation nodes.
        task: with the names of what it answers, which training was not given.
        feature_names: of the columns, if they have names.
        dataset: its name, for the card.
        lesson: see `Lesson`.
    """
    result = lesson["method"].learn(learner_of(lesson, observed))
    student = result.student or lesson["student"]
    learnt = result.task if result.task is not None else observed.task
    task = learnt.with_names(task)
    card = {**result.card, "history": result.history.to_dict(), "dataset": dataset}
    if not result.inputs.of_features:  # the columns of its rows are not those of the features
        inputs = result.inputs.named(feature_names)
        return Predictor(student, result.module, result.num_features, task, card, inputs=inputs)
    width = observed.graph.num_features
    return Predictor(student, result.module, width, task, card, feature_names, result.inputs)
