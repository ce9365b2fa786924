"""What every registered student promises."""

import inspect

import pytest
import torch

from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.nn.csr import CSR
from gnn2mlp.students import STUDENTS, Student
from tests.tiny import small

ROWS, FEATURES, CLASSES = 7, 12, 3


@pytest.fixture(params=[name for name, kind in STUDENTS.classes.items() if not kind.needs_graph])
def student(request: pytest.FixtureRequest) -> Student:
    return small(STUDENTS, request.param)


def built(student: Student, seed: int = 0) -> torch.nn.Module:
    with seeded(seed, "student"):
        return student.build(FEATURES, CLASSES)


def rows() -> torch.Tensor:
    x = torch.rand(ROWS, FEATURES, generator=torch.Generator().manual_seed(0))
    return x * (x > 0.5)


def test_maps_rows_to_logits_and_hidden(student: Student) -> None:
    logits, hidden = built(student)(rows())
    assert logits.shape == (ROWS, CLASSES)
    assert hidden.shape == (ROWS, student.hidden)


def test_needs_features_alone(student: Student) -> None:
    assert len(inspect.signature(built(student).forward).parameters) == 1


def test_a_row_is_judged_by_itself(student: Student) -> None:
    module, x = built(student).eval(), rows()
    torch.testing.assert_close(module(x[2:3]).logits, module(x).logits[2:3])


def test_sparse_rows_give_the_same_as_dense(student: Student) -> None:
    module, x = built(student).eval(), rows()
    torch.testing.assert_close(module(CSR.from_dense(x)).logits, module(x).logits)


def test_gradient_reaches_every_parameter(student: Student) -> None:
    module = built(student).eval()
    module(rows()).logits.square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in module.parameters())


def test_input_dropout_is_of_training_alone(student: Student) -> None:
    options = {**student.spec().options, "input_dropout": 0.5}
    with seeded(0, "student"):
        network = Spec(student.name, **options).build(STUDENTS).network(FEATURES, CLASSES)
    x = rows()
    both = x, CSR.from_dense(x)
    for given in both:
        torch.testing.assert_close(network.eval()(given).logits, built(student).eval()(x).logits)
    network.train()
    for given in both:
        with seeded(1, "dropout"):
            answers = [network(given).logits for _ in range(2)]
        assert not torch.equal(*answers)


def test_seed_decides_the_weights(student: Student) -> None:
    states = [built(student, seed).state_dict() for seed in (0, 0, 1)]
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
    assert any(not torch.equal(states[0][key], states[2][key]) for key in states[0])


def test_describes_itself(student: Student) -> None:
    assert Spec.parse(student.spec().to_dict()).build(STUDENTS) == student
    assert any(character.isdigit() for character in student.citation)
