"""The stages `student` and `plain` of a student that needs the graph: it is kept in the form of a fitted teacher."""

from typing import Unpack

from gnn2mlp.data.view import Observed
from gnn2mlp.distill.networks import as_teacher
from gnn2mlp.pipeline.lesson import Lesson, learner_of
from gnn2mlp.teachers import Teacher


def distil_network(observed: Observed, **lesson: Unpack[Lesson]) -> Teacher:
    """A trained network that predicts on graphs, as a teacher does.

    Args:
        observed: nodes, links, training labels and validation nodes.
        lesson: see `Lesson`; its inputs are the features as they are, and it starts afresh.
    """
    return as_teacher(lesson["method"].learn(learner_of(lesson, observed)))
