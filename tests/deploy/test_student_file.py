from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy.student_file import read_parts, tensors_of
from gnn2mlp.inputs.features import OwnFeatures
from tests.deploy import links, test_predictor


def test_all_parts_come_back(tmp_path: Path) -> None:
    made = test_predictor.make(names=list("abcdef"))
    made.save(tmp_path)
    parts = read_parts(tmp_path, "cpu", "node")
    assert parts.student == made.student
    assert parts.num_features == parts.width == 6
    assert parts.answers == made.answers
    assert parts.feature_names == list("abcdef")
    assert parts.card == {"from": "test"}
    assert parts.calibration is None
    assert parts.told["name"] == "gnn2mlp student"
    found = tensors_of(parts.module, OwnFeatures(), None)
    assert {name: value.tolist() for name, value in found.items()} == {
        name: value.tolist() for name, value in made.module.state_dict().items()
    }
    assert len(repr(parts)) < 400


def test_the_unit_is_asked_for(tmp_path: Path) -> None:
    links.make().save(tmp_path)
    assert read_parts(tmp_path, "cpu", "pair").answers.num_outputs == links.WIDTH
    with pytest.raises(ArtefactError, match="got one of links"):
        read_parts(tmp_path, "cpu", "node")
    with pytest.raises(ConfigError, match="device"):
        read_parts(tmp_path, "gpu", "pair")
