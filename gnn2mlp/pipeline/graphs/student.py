"""The stages `student` and `mlp` of whole graphs: a network of sets learns from a teacher, or from labels alone."""

from typing import Unpack

from gnn2mlp.data.graphs import ObservedGraphs
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.pipeline.lesson import Lesson, learner_of
from gnn2mlp.tasks import Task


def distil_graph_student(
    observed: ObservedGraphs, task: Task, fields: NodeFields, dataset: str, **lesson: Unpack[Lesson]
) -> GraphPredictor:
    """A trained student that answers for graphs in the user's own values.

    Args:
        observed: nodes, training labels and validation graphs.
        task: with the names of what it answers, which training was not given.
        fields: what a node has, by the names that training was not given.
        dataset: its name, for the card.
        lesson: see `Lesson`.
    """
    result = lesson["method"].learn(learner_of(lesson, observed))
    student = result.student or lesson["student"]
    learnt = result.task if result.task is not None else observed.task
    card = {**result.card, "history": result.history.to_dict(), "dataset": dataset}
    return GraphPredictor(student, result.module, fields, learnt.with_names(task).answers, card)
