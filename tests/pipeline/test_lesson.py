import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import silent
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.pipeline.lesson import Lesson, learner_of
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import random_knowledge, tiny_views


def _lesson() -> Lesson:
    cpu, method = torch.device("cpu"), GLNN()
    return Lesson(
        student=MLPStudent(hidden=4),
        method=method,
        objective=method.build_objective(),
        inputs=Standardise(),
        distiller=Distiller(epochs=1),
        knowledge=random_knowledge(tiny_views().observed.node_ids),
        seed=3,
        execution=Execution.on(cpu),
        stage="student",
        device=cpu,
        progress=silent,
    )


def test_a_learner_has_what_the_lesson_says() -> None:
    lesson, observed = _lesson(), tiny_views().observed
    learner = learner_of(lesson, observed)
    assert (learner.data, learner.student, learner.seed, learner.stage) == (observed, lesson["student"], 3, "student")
    assert (learner.previous, learner.anchor, learner.start) == (None, None, None)
    other = MLPStudent(hidden=5)
    assert learner_of(lesson, observed, other).student is other


def test_training_leaves_the_inputs_of_a_lesson_unfitted() -> None:
    lesson = _lesson()
    result = lesson["method"].learn(learner_of(lesson, tiny_views().observed))
    assert result.inputs is not lesson["inputs"]
    assert vars(lesson["inputs"]) == vars(Standardise())
