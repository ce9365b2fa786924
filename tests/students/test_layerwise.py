"""TINED's student: its sizes, the teacher's maps, and what does not fit."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.students import LayerwiseMLP
from tests.tiny import random_knowledge

TEACHER = random_knowledge(torch.arange(4))  # 7 features, 5 hidden units, 3 classes


def test_begins_with_the_teachers_maps() -> None:
    student = LayerwiseMLP(hidden=5).injected(TEACHER)
    module = student.build(7, 3)
    flat = TEACHER["transformations"]
    assert torch.equal(module.maps[0].weight.flatten(), flat[:35])
    assert torch.equal(module.maps[0].bias, flat[35:40])
    assert torch.equal(module.maps[2].weight.reshape(-1), flat[40:55])
    assert torch.equal(module.maps[2].bias, flat[55:])
    assert student.spec() == LayerwiseMLP(hidden=5).spec()  # weights are no setting
    wider = student.build(9, 3)
    assert torch.equal(wider.maps[0].weight[:7].flatten(), flat[:35])


def test_options_reach_the_network() -> None:
    module = LayerwiseMLP(hidden=6, layers=3, dropout=0.2, norm="layer", start="random", slow=0.5).build(4, 2)
    assert (len(module.maps), module.dropout, module.slow) == (5, 0.2, 0.5)
    assert not torch.equal(module.maps[1].weight, torch.eye(6))
    assert torch.equal(LayerwiseMLP(hidden=6).build(4, 2).maps[1].weight, torch.eye(6))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected layers=2 and hidden=5, as the teacher has.*got .*hidden=8"):
        LayerwiseMLP(hidden=8).injected(TEACHER)
    with pytest.raises(ConfigError, match="expected layers=2 and hidden=5.*got layers=3 and hidden=5"):
        LayerwiseMLP(hidden=5, layers=3).injected(TEACHER)
    with pytest.raises(ConfigError, match="expected rows of at least the 7 features that the teacher reads, got 6"):
        LayerwiseMLP(hidden=5).injected(TEACHER).build(6, 3)
    with pytest.raises(MissingKnowledgeError, match="'transformation"):
        LayerwiseMLP().injected(TeacherKnowledge(torch.arange(4), {}))
