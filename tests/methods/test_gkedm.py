"""The method GKEDM: its loss, and whom it teaches."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.networks import as_teacher
from gnn2mlp.methods.gkedm import GKEDM
from gnn2mlp.students.gnn import GNNStudent
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.teachers.gkedm import GKEDMTeacher
from tests.tiny import tiny_views


def test_is_soft_labels_and_a_tenth_of_the_maps() -> None:
    terms = [(weight, term.name) for weight, term in GKEDM().build_objective().terms()]
    assert terms == [(0.0, "hard_labels"), (1.0, "soft_labels"), (0.1, "attention_maps")]
    with pytest.raises(ConfigError, match="attention_weight"):
        GKEDM(attention_weight=-1.0)


def test_teaches_a_smaller_network_with_the_module_and_an_mlp_that_ships_without_a_graph() -> None:
    observed = tiny_views().observed
    teacher = GKEDMTeacher({"name": "gcn", "hidden": 16, "epochs": 5}, heads=2, attention=4, warm_epochs=2)
    teacher.fit(observed)
    method = GKEDM()
    known = teacher.export(observed, method.teacher_keys)
    small = {"name": "gkedm", "encoder": {"name": "gcn", "hidden": 4}, "heads": 2, "attention": 4}
    made = method.learn(Learner(Distiller(epochs=2), GNNStudent(small), observed, known))
    assert as_teacher(made).predict(observed.graph).isfinite().all()
    mlp = method.learn(Learner(Distiller(epochs=2), MLPStudent(hidden=8), observed, known))
    with torch.no_grad():
        assert mlp.module(observed.graph.features).logits.shape == (observed.graph.num_nodes, 3)
    alone = MLPStudent(hidden=8).network(observed.graph.num_features, 3)
    assert mlp.module.state_dict().keys() == alone.state_dict().keys()
