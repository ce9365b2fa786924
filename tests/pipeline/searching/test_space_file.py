"""Everything in the package's own file can be built; what a user's file has wrong is named."""

from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.searching.space_file import read_space
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

REGISTRIES: dict[str, Any] = {"teachers": TEACHERS, "methods": METHODS, "students": STUDENTS, "inputs": INPUTS}
CONTENT = read_space(None)


@pytest.mark.parametrize(
    ("part", "name"), [(part, name) for part in ("methods", "students", "inputs") for name in CONTENT[part]]
)
def test_every_value_of_the_file_can_be_built(part: str, name: str):
    for option, values in CONTENT[part][name].items():
        for value in values:
            Spec(name, **{option: value}).build(REGISTRIES[part])


@pytest.mark.parametrize("name", CONTENT["teachers"])
def test_every_teacher_of_the_file_can_be_built(name: str):
    for options in CONTENT["teachers"][name]:
        Spec(name, **options).build(TEACHERS)


def test_every_option_of_the_training_is_one():
    for option, values in CONTENT["distill"].items():
        for value in values:
            Distiller(**{option: value})


def test_what_is_left_out_is_registered():
    for part, names in CONTENT["left_out"].items():
        assert set(names) <= set(REGISTRIES[part].names())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("teacher: {}", "expected teachers, methods.*got teacher"),
        ("methods: {gln: {}}", "methods: no method 'gln'; did you mean 'glnn'"),
        ("methods: [glnn]", r"methods: expected a mapping by name, got \['glnn'\]"),
        ("methods: {glnn: {sharpn: [2]}}", "method 'glnn' has no option 'sharpn'; did you mean 'sharpen'"),
        ("methods: {glnn: {sharpen: 2}}", "methods.glnn: expected a list of values for each option"),
        ("methods: {glnn: {hard_weight: [7]}}", "hard_weight: expected a number from 0 to 1, got 7"),
        ("teachers: {gcn: {dropout: [0.8]}}", "teachers.gcn: expected a list of settings"),
        ("teachers: {gcn: [{dropot: 0.8}]}", "no option 'dropot'"),
        ("distill: {lrr: [0.1]}", "no option 'lrr'"),
        ("distill: {lr: 0.1}", "distill: expected a list of values"),
    ],
)
def test_what_is_wrong_in_a_users_file_is_named(tmp_path: Path, text: str, told: str):
    path = tmp_path / "space.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=told):
        read_space(str(path))


def test_a_users_file_may_leave_lines_empty(tmp_path: Path):
    path = tmp_path / "space.yaml"
    path.write_text("methods: {glnn: , mlp: {}}\nteachers:\n  gcn:\n")
    assert read_space(str(path))["methods"] == {"glnn": None, "mlp": {}}
