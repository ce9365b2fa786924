"""A method put together in Python and in YAML is the same."""

import pytest
import yaml

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.methods import METHODS
from gnn2mlp.methods.composed import Composed
from gnn2mlp.objectives import HardLabels, SoftLabels

YAML = """
name: composed
objective: [{name: hard_labels, weight: 0.5}, {name: soft_labels, weight: 0.5, temperature: 2.0}]
update: alternating
"""


def test_python_and_yaml_build_the_same() -> None:
    from_python = Composed(0.5 * HardLabels() + 0.5 * SoftLabels(temperature=2.0), update="alternating")
    from_yaml = Spec.parse(yaml.safe_load(YAML)).build(METHODS)
    assert from_yaml == from_python
    assert from_yaml.build_objective().to_list() == from_python.build_objective().to_list()
    assert from_yaml.update == "alternating"
    assert yaml.safe_load(yaml.safe_dump(from_python.spec().to_dict())) == from_python.spec().to_dict()


def test_requires_what_its_terms_require() -> None:
    assert Composed("soft_labels").teacher_keys == {"logits"}
    assert Composed(HardLabels() + 0.0 * SoftLabels()).teacher_keys == frozenset()


def test_fails_when_made_and_not_when_trained() -> None:
    with pytest.raises(ConfigError, match="did you mean 'soft_labels'"):
        Composed("sotf_labels")
    with pytest.raises(ConfigError, match="needs the option 'objective'"):
        Spec("composed").build(METHODS)


def test_a_sum_without_a_weight_is_refused() -> None:
    with pytest.raises(ConfigError, match="a weight above 0 for one of hard_labels, soft_labels, got 0 for each"):
        Composed(0 * HardLabels() + 0 * SoftLabels())


def test_a_table_that_nobody_writes_is_refused_before_a_teacher_is_trained() -> None:
    with pytest.raises(ConfigError, match="a term reads the table 'other', but what is trained at once has 'teacher'"):
        Composed([{"name": "hard_labels"}, {"name": "soft_labels", "table": "other"}])
    assert Composed(SoftLabels(table="previous")).teacher_keys == frozenset()
