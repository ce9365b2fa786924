"""Code assignments: one geometry for teacher and student, and a divergence that survives truncation."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.quantizer import VectorQuantizer
from gnn2mlp.objectives import Batch, CodeAssignments
from gnn2mlp.objectives.code_assignments import truncated_divergence
from tests.host_syncs import host_syncs
from tests.tiny import answered

NODES, CODES, DIM = 20, 7, 4


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


STATE = normal(NODES, DIM)


def table(top: int = CODES, unit_length: bool = False, tau: float = 0.6) -> TeacherKnowledge:
    """What a quantiser says of `STATE`."""
    torch.manual_seed(0)
    quantizer = VectorQuantizer(CODES, DIM, unit_length)
    indices, probabilities = quantizer.assignment(STATE, tau, top)
    values = {
        "codebook": quantizer.vectors,
        "code_indices": indices,
        "code_probabilities": probabilities,
        "code_temperature": torch.tensor(tau),
        "code_unit_length": torch.tensor(unit_length),
    }
    return TeacherKnowledge(torch.arange(NODES), values)


def identity(there: TeacherKnowledge, temperature: float | None = None) -> CodeAssignments:
    """An objective whose projection leaves its input as it is, so that the hidden layer is u."""
    term = CodeAssignments(temperature)
    term.prepare({"teacher": there}, DIM)
    term.projection.weight.data.copy_(torch.eye(DIM))
    term.projection.bias.data.zero_()
    return term


def batch(hidden: Tensor, there: TeacherKnowledge, rows: Tensor | None = None) -> Batch:
    rows = torch.arange(NODES) if rows is None else rows
    return answered(rows, torch.full_like(rows, -1), MLPOutput(torch.zeros(rows.numel(), 2), hidden), there)


def test_by_hand() -> None:
    # Codes at 0 and 1, τ = 1: a student at 0 says (1, e⁻¹) / (1 + e⁻¹), the teacher one half each.
    values = {
        "codebook": torch.tensor([[0.0], [1.0]]),
        "code_indices": torch.tensor([[0, 1]], dtype=torch.int32),
        "code_probabilities": torch.tensor([[0.5, 0.5]]),
        "code_temperature": torch.tensor(1.0),
        "code_unit_length": torch.tensor(False),
    }
    there = TeacherKnowledge(torch.arange(1), values)
    term = CodeAssignments()
    term.prepare({"teacher": there}, 1)
    term.projection.weight.data.zero_()
    term.projection.bias.data.zero_()
    first = 1 / (1 + math.exp(-1))
    expected = 0.5 * math.log(0.5 / first) + 0.5 * math.log(0.5 / (1 - first))
    assert term(batch(torch.zeros(1, 1), there, torch.arange(1))).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("unit_length", [False, True])
@pytest.mark.parametrize("top", [2, CODES])
def test_vanishes_where_the_student_has_the_teachers_state(unit_length: bool, top: int) -> None:
    there = table(top, unit_length)
    hidden = STATE.clone().requires_grad_()
    value = identity(there)(batch(hidden, there))
    value.backward()
    assert value.abs() < 1e-5
    assert hidden.grad.abs().max() < 1e-4
    assert identity(there)(batch(-STATE, there)) > 0.05


def test_cosine_geometry_forgets_the_length_and_euclid_does_not() -> None:
    for unit_length in (False, True):
        there = table(unit_length=unit_length)
        values = [identity(there)(batch(scale * STATE, there)).item() for scale in (1.0, 5.0)]
        assert (values[1] == pytest.approx(values[0], abs=1e-5)) == unit_length


def test_rows_meet_the_codes_of_their_own_nodes() -> None:
    there, order = table(), torch.randperm(NODES, generator=torch.Generator().manual_seed(5))
    assert identity(there)(batch(STATE[order], there, order)).abs() < 1e-5
    assert identity(there)(batch(STATE[order], there)) > 0.05


def test_truncation_gives_a_lower_bound_that_is_no_less_than_zero() -> None:
    student = normal(NODES, DIM, seed=3)
    values = []
    for top in (1, 2, 4, CODES):
        there = table(top)
        values.append(identity(there)(batch(student, there)).item())
    assert values == sorted(values)
    assert values[0] > 0
    # With every code kept it is the plain divergence.
    there = table()
    r = (
        there["code_probabilities"]
        .new_zeros(NODES, CODES)
        .scatter_(1, there["code_indices"].long(), there["code_probabilities"])
    )
    log_r = (-torch.cdist(student, there["codebook"]).square() / 0.6).log_softmax(1)
    assert values[-1] == pytest.approx(0.36 * (r * (r.log() - log_r)).sum(1).mean().item(), rel=1e-4)


def test_truncated_divergence_by_hand() -> None:
    # Kept: 1/2 against 1/4; the rest 1/2 against 3/4.
    value = truncated_divergence(torch.tensor([[0.5]]), torch.tensor([[math.log(0.25)]]))
    assert value.item() == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(0.5 / 0.75))
    sure = truncated_divergence(torch.tensor([[1.0, 0.0]]), torch.tensor([[-0.1, -2.0]]))
    assert sure.item() == pytest.approx(0.1)  # 0 log 0 = 0


def test_own_temperature_sharpens_the_student_alone() -> None:
    there = table()
    term = identity(there, temperature=0.3)
    assert term(batch(STATE, there)) > 1e-3
    with pytest.raises(ConfigError, match=r"code_assignments\.temperature: expected a positive number, got 0\.0"):
        CodeAssignments(0.0)


def test_gradient() -> None:
    there = table(3)
    term = identity(there).double()
    double = TeacherKnowledge(there.node_ids, there.values)
    hidden = normal(5, DIM, seed=9).double().requires_grad_()

    def value(x: Tensor) -> Tensor:
        logits = torch.zeros(5, 2)
        objective = identity(double)
        return objective(
            answered(torch.arange(5), torch.zeros(5).long(), MLPOutput(logits, x.float()), double)
        ).double()

    assert term.projection.weight.dtype == torch.float64
    value(hidden).backward()
    step = 1e-2 * normal(5, DIM, seed=10).double()
    change = (value(hidden + step) - value(hidden - step)) / 2
    assert (hidden.grad * step).sum().item() == pytest.approx(change.item(), rel=2e-2)


def test_projection_is_trained_and_has_the_right_sizes() -> None:
    term = CodeAssignments()
    term.prepare({"teacher": table()}, 33)
    assert (term.projection.in_features, term.projection.out_features) == (33, DIM)
    assert set(term.parameters()) == {term.projection.weight, term.projection.bias}


def test_knowledge_without_codes_is_refused_before_the_first_step() -> None:
    with pytest.raises(ConfigError, match="expected knowledge with a codebook, got none; name a teacher"):
        CodeAssignments().prepare({}, 8)
    with pytest.raises(MissingKnowledgeError, match="'codebook'"):
        CodeAssignments().prepare({"teacher": TeacherKnowledge(torch.arange(2), {"logits": torch.zeros(2, 2)})}, 8)


@pytest.mark.parametrize("unit_length", [False, True])
def test_a_step_asks_nothing_of_the_device(unit_length: bool) -> None:
    there = table(top=3, unit_length=unit_length)
    term, hidden = identity(there), STATE.clone().requires_grad_()
    rows = batch(hidden, there)
    with host_syncs() as found:
        term(rows).backward()
    assert found == []


def test_under_autocast_the_divergence_is_that_of_full_precision() -> None:
    there = table(top=3)
    term, hidden = identity(there), normal(NODES, DIM, seed=3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = term(batch(hidden, there))
    assert low.item() == pytest.approx(term(batch(hidden, there)).item(), rel=0.02)
