"""What a student is, seen from the registry."""

import copy
import pickle
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.students import STUDENTS, Student
from gnn2mlp.students.mlp import MLPStudent


def test_registry_finds_students_by_name() -> None:
    assert STUDENTS.get("mlp") is MLPStudent
    assert all(issubclass(cls, Student) for cls in STUDENTS.classes.values())
    with pytest.raises(UnknownNameError, match="unknown student 'mpl'; did you mean 'mlp'"):
        STUDENTS.get("mpl")


def test_a_student_without_build_cannot_be_made() -> None:
    class Empty(Student):
        name = "empty"

    with pytest.raises(TypeError, match="abstract method '?build"):
        Empty()  # type: ignore[abstract]


class Net(nn.Module):
    """Of torch's own layers, which know no sparse rows of ours."""

    def __init__(self, num_features: int, num_classes: int):
        super().__init__()
        self.map = nn.Linear(num_features, num_classes)

    def forward(self, x: Tensor) -> MLPOutput:
        assert isinstance(x, Tensor)
        return MLPOutput(self.map(x), x)


class Plain(Student):
    """One whose constructor knows nothing of the options of every student."""

    name, hidden, citation = "plain", 4, "none, 2000"

    def __init__(self, width: int = 3):
        self.width = width

    def build(self, num_features: int, num_classes: int) -> Net:
        return Net(num_features, num_classes)


class Wider(Plain):
    """A subclass of that, with a constructor of its own."""

    name = "wider"

    def __init__(self, width: int = 5, more: int = 0):
        super().__init__(width)
        self.more = more


class Without(Plain):
    """One without a constructor of its own."""

    name = "without"


@pytest.mark.parametrize("cls", [Plain, Wider, Without, MLPStudent])
def test_input_dropout_is_an_option_of_every_student(cls: Any) -> None:
    assert list(cls.constructor_options()).count("input_dropout") == 1
    assert cls().input_dropout == 0
    student = cls(input_dropout=0.25)
    assert student.input_dropout == 0.25
    assert student.spec().options["input_dropout"] == 0.25
    assert cls(**student.spec().options) == student != cls()
    with pytest.raises(ConfigError, match=r"student\.input_dropout: expected a number from 0 to below 1, got 1"):
        cls(input_dropout=1.0)
    with pytest.raises(ConfigError, match=r"input_dropout: expected a number, got 'half'"):
        cls(input_dropout="half")
    with pytest.raises(ConfigError, match="did you mean 'input_dropout'"):
        cls(input_dropot=0.5)


def test_other_options_reach_the_constructor_beside_it() -> None:
    student = Wider(7, input_dropout=0.5, more=2)  # type: ignore[call-arg]
    assert (student.width, student.more, student.input_dropout) == (7, 2, 0.5)


@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_a_network_that_knows_nothing_of_it_drops_in_training_alone(form: str) -> None:
    x = torch.ones(500, 4)
    with seeded(0, "student"):
        network = Plain(input_dropout=0.5).network(4, 2)  # type: ignore[call-arg]
        given = CSR.from_dense(x) if form == "sparse" else x
        seen = network(given).hidden
    assert sorted(set(seen.flatten().tolist())) == [0.0, 2.0]
    assert abs(seen.mean().item() - 1) < 0.1
    assert torch.equal(network.eval()(given).hidden, x)
    assert network.state_dict().keys() == Plain().network(4, 2).state_dict().keys()


def test_a_copy_of_the_network_drops_as_well() -> None:
    network = pickle.loads(pickle.dumps(copy.deepcopy(MLPStudent(input_dropout=0.5).network(4, 2))))
    with seeded(0, "student"):
        assert not torch.equal(network(torch.ones(50, 4)).logits[0], network(torch.ones(50, 4)).logits[1])
