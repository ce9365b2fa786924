"""Options of components as parameters of an estimator."""

from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.estimators.nested import options, split, with_options
from gnn2mlp.objectives import HardLabels
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers.gcn import GCN


@pytest.mark.parametrize("value", ["gcn", Spec("gcn"), {"name": "gcn"}, GCN()])
def test_every_form_of_a_component_has_its_options(value: Any) -> None:
    assert options("teacher", value) == options("teacher", GCN())
    assert options("teacher", with_options("teacher", value, {"hidden": 7}))["hidden"] == 7
    assert type(with_options("teacher", value, {"hidden": 7})) is (GCN if isinstance(value, GCN) else Spec)


def test_options_that_are_set_win_over_defaults() -> None:
    assert options("student", Spec("mlp", hidden=3))["hidden"] == 3
    assert options("student", "mlp")["hidden"] == STUDENTS.get("mlp")().hidden


def test_distill_is_a_mapping() -> None:
    assert options("distill", None) == {key: getattr(Distiller(), key) for key in Distiller.constructor_options()}
    given = {"epochs": 3}
    assert with_options("distill", given, {"lr": 0.1}) == {"epochs": 3, "lr": 0.1}
    assert given == {"epochs": 3}
    assert with_options("distill", None, {"lr": 0.1}) == {"lr": 0.1}


def test_what_cannot_be_built_has_no_options() -> None:
    for value in ("no such", object(), 1.0 * HardLabels(), None):
        assert options("method", value) == {}
    assert options("distill", 5) == {}


def test_an_option_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="teacher__hiden: teacher 'gcn' has no such option; did you mean 'hidden'"):
        with_options("teacher", "gcn", {"hiden": 3})


def test_other_parameters_are_the_estimators_own() -> None:
    assert split({"k": 3, "inputs__x": 1, "other__x": 2}) == ({"k": 3, "other__x": 2}, {"inputs": {"x": 1}})
