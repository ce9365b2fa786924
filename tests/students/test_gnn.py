"""The student that is a graph neural network: its recipe."""

import pytest

from gnn2mlp.core.errors import ConfigError, DataError, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.students import STUDENTS
from gnn2mlp.students._base import check_graph_free
from gnn2mlp.students.gnn import GNNStudent
from tests.helpers import tiny_graph, tiny_hypergraph


def test_describes_the_network_without_its_training() -> None:
    student = GNNStudent({"name": "gcn", "hidden": 8})
    assert student.encoder == {
        "name": "gcn", "hidden": 8, "layers": 2, "dropout": 0.5, "norm": "none", "fanouts": None
    }  # fmt: skip
    assert Spec.parse(student.spec().to_dict()).build(STUDENTS) == student


def test_takes_what_a_recipe_has_for_the_network_where_it_is_silent() -> None:
    recipe = {"teacher": {"gcn": {"hidden": 64, "dropout": 0.8, "lr": 0.1}}}
    spec = GNNStudent.with_recipe(Spec("gnn", encoder={"name": "gcn", "hidden": 8}), recipe)
    student = spec.build(STUDENTS)
    assert isinstance(student, GNNStudent)
    assert (student.encoder["hidden"], student.encoder["dropout"]) == (8, 0.8)


def test_refuses_what_trains_no_network_of_its_own() -> None:
    with pytest.raises(ConfigError, match=r"expected one of appnp, .*, got 'vq', which trains no network, or one that"):
        GNNStudent("vq")
    with pytest.raises(ConfigError, match="got 'ensemble'"):
        GNNStudent("ensemble")
    with pytest.raises(UnknownNameError, match="did you mean 'gcn'"):
        GNNStudent("gcm")


def test_refuses_options_of_training() -> None:
    with pytest.raises(ConfigError, match=r"expected no lr, .* set distill\.lr"):
        GNNStudent({"name": "gcn", "lr": 0.1})


def test_checks_what_links_the_nodes() -> None:
    GNNStudent("gcn").check_reads(tiny_graph())
    with pytest.raises(DataError, match="works on a graph"):
        GNNStudent("gcn").check_reads(tiny_hypergraph())


def test_is_no_part_of_students_that_read_rows() -> None:
    for nested in (Spec("averaged", student="gnn"),):
        with pytest.raises(ConfigError, match="needs the graph when it answers, and student 'averaged' takes"):
            nested.build(STUDENTS)
    check_graph_free("mlp", "this")
