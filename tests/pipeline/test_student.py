from pathlib import Path

import numpy as np
import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import silent
from gnn2mlp.deploy.predictor import FILE
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.pipeline.student import distil_student, load_student, save_student
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import NodeClassification
from tests.tiny import random_knowledge, tiny_views

ORIGIN = Origin({"seed": "1"}, {"processor": "mine"}, {})


def test_it_answers_with_the_names_it_was_given_and_is_read_as_it_was(tmp_path: Path) -> None:
    observed, method, cpu = tiny_views().observed, GLNN(), torch.device("cpu")
    student = distil_student(
        MLPStudent(hidden=4),
        method,
        method.build_objective(),
        OwnFeatures(),
        Distiller(epochs=2),
        observed,
        random_knowledge(observed.node_ids),
        0,
        Execution.on(cpu),
        NodeClassification(["red", "green", "blue"]),
        [f"column {number}" for number in range(12)],
        "paint",
        "student",
        device=cpu,
        progress=silent,
    )
    rows = observed.graph.features.numpy()
    assert set(student.predict(rows)) <= {"red", "green", "blue"}
    assert (student.feature_names[3], student.card["dataset"]) == ("column 3", "paint")
    assert len(student.card["history"]["loss"]) == 2
    save_student(tmp_path / FILE, student, ORIGIN)
    loaded, about = load_student(tmp_path / FILE)
    assert Origin.parse(about) == ORIGIN
    np.testing.assert_array_equal(loaded.decision_function(rows), student.decision_function(rows))
