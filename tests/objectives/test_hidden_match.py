"""Hidden layers: projections, targets, and what neither of them can be."""

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives import HiddenMatch
from tests.objectives.slow import normal, of_hidden

ROWS = 30


def made(teacher: Tensor, width: int, **options: str) -> HiddenMatch:
    term = HiddenMatch(**options)  # type: ignore[arg-type]
    with seeded(0, "projection"):
        term.prepare({"teacher": TeacherKnowledge(torch.arange(len(teacher)), {"hidden": teacher.float()})}, width)
    return term.double()


@pytest.mark.parametrize("loss", ["smooth_l1", "squared"])
@pytest.mark.parametrize("target", ["standardised", "raw"])
def test_equals_a_loop_over_units(target: str, loss: str) -> None:
    teacher, student, rows = 3 * normal(ROWS, 4) + 1, 2 * normal(5, 4, seed=1), torch.tensor([3, 0, 7, 29, 11])
    value = made(teacher, 4, projector="none", target=target, loss=loss)(of_hidden(student, teacher, rows))
    total, table = 0.0, teacher.float().double()
    for i, row in enumerate(rows.tolist()):
        for unit in range(4):
            column = table[:, unit].tolist()
            mean = sum(column) / ROWS
            deviation = (sum((x - mean) ** 2 for x in column) / ROWS) ** 0.5
            wanted = (column[row] - mean) / deviation if target == "standardised" else column[row]
            apart = abs(float(student[i, unit]) - wanted)
            huber = apart**2 / 2 if apart < 1 else apart - 0.5
            total += huber if loss == "smooth_l1" else apart**2
    assert value.item() == pytest.approx(total / (5 * 4), rel=1e-5)


def test_whitened_units_are_uncorrelated() -> None:
    teacher = normal(ROWS, 4) @ normal(4, 4, seed=2)
    term = made(teacher, 4, target="whitened")
    turned = term._turned(of_hidden(teacher, teacher))
    torch.testing.assert_close(turned.T @ turned / ROWS, torch.eye(4), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("width", [3, 5, 8])
def test_an_orthogonal_projection_stays_one_while_it_is_trained(width: int) -> None:
    teacher, student = normal(ROWS, 5), normal(ROWS, width, seed=1)
    term = made(teacher, width)
    optimiser = torch.optim.Adam(term.parameters(), lr=0.1)
    before = term.projection.matrix.detach().clone()
    for _ in range(20):
        optimiser.zero_grad()
        term(of_hidden(student, teacher)).backward()
        optimiser.step()
    weight = term.projection.matrix.detach()
    product = weight @ weight.T if width >= 5 else weight.T @ weight  # orthonormal rows; columns where it is narrower
    torch.testing.assert_close(product, torch.eye(len(product), dtype=torch.float64), rtol=1e-4, atol=1e-5)
    assert (weight - before).abs().max() > 0.1


def test_a_turned_teacher_is_learnt() -> None:
    """A student that holds the teacher's layer in another basis is one turn away from it."""
    teacher = normal(ROWS, 5)
    centred = (teacher - teacher.mean(0)) / teacher.std(0, correction=0)
    student = centred @ torch.linalg.qr(normal(7, 7, seed=3))[0][:5]  # wider, so that a mirrored turn is one too
    term = made(teacher, 7)
    optimiser = torch.optim.Adam(term.parameters(), lr=0.05)
    first = term(of_hidden(student, teacher)).item()
    for _ in range(300):
        optimiser.zero_grad()
        loss = term(of_hidden(student, teacher))
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.2 * first


def test_units_that_never_change_ask_for_nothing() -> None:
    teacher = normal(ROWS, 3)
    teacher[:, 1] = 0.0
    for target in ("standardised", "whitened"):
        turned = made(teacher, 3, target=target)._turned(of_hidden(teacher, teacher))
        assert torch.isfinite(turned).all()
        assert turned[:, 1].abs().max() < 1e-6


@pytest.mark.parametrize(
    "options", [{"target": "whitened"}, {"projector": "linear", "target": "raw", "loss": "squared"}]
)
def test_gradient(options: dict[str, str]) -> None:
    teacher, student = normal(ROWS, 3), normal(ROWS, 4, seed=5).requires_grad_()
    term = made(teacher, 4, **options)
    assert torch.autograd.gradcheck(lambda x: term(of_hidden(x, teacher)), (student,))


def test_sizes_that_do_not_fit_are_refused_before_the_first_step() -> None:
    with pytest.raises(ConfigError, match="'none' expects layers of the same width, got 4 of the student and 3"):
        made(normal(ROWS, 3), 4, projector="none")
    with pytest.raises(ConfigError, match="hidden_match: expected knowledge with a hidden layer, got none"):
        HiddenMatch().prepare({}, 8)
    with pytest.raises(ConfigError, match="whitening takes all rows of the table, which is streamed"):
        made(normal(ROWS, 3)[:0], 4, target="whitened")


def test_streamed_batches_are_standardised_by_themselves() -> None:
    assert HiddenMatch().couples_rows
    assert not HiddenMatch(target="raw").couples_rows
    made(normal(ROWS, 3)[:0], 4)  # a streamed table has no rows when sizes are read
