from dataclasses import replace

import numpy as np
import pandas as pd
import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import silent
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.text import TextInputs
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.pipeline.student import distil_student
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import NodeClassification
from tests.helpers import tiny_graph, tiny_texts
from tests.tiny import random_knowledge, tiny_views, views_of

NAMES = [f"column {number}" for number in range(12)]


def distilled(observed: Observed, inputs: Inputs) -> Predictor:
    method, cpu = GLNN(), torch.device("cpu")
    return distil_student(
        observed,
        NodeClassification(["red", "green", "blue"]),
        NAMES,
        "paint",
        student=MLPStudent(hidden=4),
        method=method,
        objective=method.build_objective(),
        inputs=inputs,
        distiller=Distiller(epochs=2),
        knowledge=random_knowledge(observed.node_ids),
        seed=0,
        execution=Execution.on(cpu),
        stage="student",
        device=cpu,
        progress=silent,
    )


def test_it_answers_with_the_names_it_was_given() -> None:
    observed = tiny_views().observed
    student = distilled(observed, OwnFeatures())
    rows = observed.graph.features.numpy()
    assert set(student.predict(rows)) <= {"red", "green", "blue"}
    assert (student.feature_names[3], student.card["dataset"]) == ("column 3", "paint")
    assert len(student.card["history"]["loss"]) == 2


def test_features_beside_texts_go_by_the_same_names() -> None:
    graph = replace(tiny_graph(), texts=tuple(tiny_texts()))
    student = distilled(views_of(graph).observed, TextInputs({"name": "hashed", "width": 8}, features=True))
    table = pd.DataFrame(graph.features.numpy()[:3], columns=NAMES)
    asked = [{"texts": graph.texts[:3], "features": rows} for rows in (table, table[NAMES[::-1]])]
    assert np.array_equal(*map(student.decision_function, asked))
