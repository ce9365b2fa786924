from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.pipeline.student_file import student_file
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import NodeClassification

ORIGIN = Origin({"seed": "1"}, {"processor": "mine"}, {})


def test_a_student_is_read_as_it_was_with_its_origin(tmp_path: Path) -> None:
    recipe = MLPStudent(hidden=4)
    student = Predictor(recipe, recipe.build(3, 2), 3, NodeClassification(["red", "blue"]), {"dataset": "paint"})
    kept = student_file(tmp_path, Predictor)
    assert kept.path({}) == tmp_path / STUDENT
    kept.save(kept.path({}), student, ORIGIN)
    loaded, about = kept.load(tmp_path / STUDENT)
    assert Origin.parse(about) == ORIGIN
    rows = torch.eye(3).numpy()
    np.testing.assert_array_equal(loaded.decision_function(rows), student.decision_function(rows))
    found = kept.find(ORIGIN.identity)
    assert found is not None
    assert found.value.card["dataset"] == "paint"
    assert kept.find({"seed": "2"}) is None


def test_a_damaged_file_is_not_found(tmp_path: Path) -> None:
    (tmp_path / STUDENT).write_bytes(b"nothing")
    kept = student_file(tmp_path, Predictor)
    assert kept.find({}) is None
    with pytest.raises(ArtefactError):
        kept.load(tmp_path / STUDENT)
