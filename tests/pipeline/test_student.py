import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import silent
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.pipeline.student import distil_student
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import NodeClassification
from tests.tiny import random_knowledge, tiny_views


def test_it_answers_with_the_names_it_was_given() -> None:
    observed, method, cpu = tiny_views().observed, GLNN(), torch.device("cpu")
    student = distil_student(
        observed,
        NodeClassification(["red", "green", "blue"]),
        [f"column {number}" for number in range(12)],
        "paint",
        student=MLPStudent(hidden=4),
        method=method,
        objective=method.build_objective(),
        inputs=OwnFeatures(),
        distiller=Distiller(epochs=2),
        knowledge=random_knowledge(observed.node_ids),
        seed=0,
        execution=Execution.on(cpu),
        stage="student",
        device=cpu,
        progress=silent,
    )
    rows = observed.graph.features.numpy()
    assert set(student.predict(rows)) <= {"red", "green", "blue"}
    assert (student.feature_names[3], student.card["dataset"]) == ("column 3", "paint")
    assert len(student.card["history"]["loss"]) == 2
