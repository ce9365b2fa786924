"""Soft labels of hyperedges: the two means, the sampling, temperature and mini-batches."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, ReliableHyperedges
from gnn2mlp.objectives.reliable_hyperedges import averaging
from tests.helpers import tiny_hypergraph
from tests.tiny import answered

MEMBERS = tiny_hypergraph().members
NODES, HYPEREDGES = 60, 40


def knowledge(shifts: Tensor | None = None, logits: Tensor | None = None) -> TeacherKnowledge:
    random = torch.Generator().manual_seed(0)
    drawn = 2 * torch.randn(NODES, 3, generator=random)
    shifts = torch.randn(NODES, 4, generator=random) if shifts is None else shifts
    values = {"logits": drawn if logits is None else logits, "entropy_shift": shifts}
    return TeacherKnowledge(torch.arange(NODES), values)


TABLE = knowledge()
LOGITS = torch.randn(NODES, 3, generator=torch.Generator().manual_seed(1))


def batch(
    rows: Tensor | None = None, logits: Tensor = LOGITS, table: TeacherKnowledge = TABLE, members: CSR | None = MEMBERS
) -> Batch:
    rows = torch.arange(NODES) if rows is None else rows
    output = MLPOutput(logits[rows], logits[rows])
    return answered(rows, torch.full_like(rows, -1), output, table, hyperedges=members)


def by_hand(
    rows: Tensor, kept: Tensor, logits: Tensor = LOGITS, table: TeacherKnowledge = TABLE, tau: float = 1.0
) -> Tensor:
    """The mean over kept hyperedges of KL(P_e ‖ Q_e), one hyperedge after the other, in float64."""
    p, q = ((x.double() / tau).softmax(-1) for x in (table["logits"], logits))
    there = torch.zeros(NODES, dtype=torch.bool)
    there[rows] = True
    values = []
    for row, keep in zip(MEMBERS.to_dense().bool(), kept.tolist(), strict=True):
        inside = row & there
        if keep and inside.any():
            target, answer = p[inside].mean(0), q[inside].mean(0)
            values.append((target * (target / answer).log()).sum())
    return tau**2 * torch.stack(values).mean()


ALL = torch.ones(HYPEREDGES, dtype=torch.bool)


def pair_batch(teacher: Tensor, shifts: Tensor, student: Tensor | None = None) -> Batch:
    """Nodes 0..3 in the hyperedges {0, 1}, {1, 2, 3} and {3}."""
    members = CSR.from_dense(torch.tensor([[1.0, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 1]]))
    table = TeacherKnowledge(torch.arange(4), {"logits": teacher, "entropy_shift": shifts})
    student = torch.zeros(4, 2) if student is None else student
    return answered(torch.arange(4), torch.full((4,), -1), MLPOutput(student, student), table, hyperedges=members)


THREE_QUARTERS = torch.tensor([[math.log(3), 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])


def apart(share: float) -> float:
    """KL((share, 1 - share) ‖ (1/2, 1/2))."""
    return share * math.log(2 * share) + (1 - share) * math.log(2 * (1 - share))


def test_by_hand() -> None:
    # Only node 0 is not even: P of {0, 1} is the mean of 3/4 and 1/2; the other hyperedges agree with the student.
    value = ReliableHyperedges(sample=False)(pair_batch(THREE_QUARTERS, torch.zeros(4, 1)))
    assert value.item() == pytest.approx(apart(5 / 8) / 3, rel=1e-5)


def test_means_are_of_probabilities_and_not_of_logits() -> None:
    """A student whose nodes err in opposite directions agrees with an even teacher on their hyperedge."""
    student = torch.tensor([[2.0, 0.0], [0.0, 2.0], [0.0, 0.0], [0.0, 0.0]])
    value = ReliableHyperedges(sample=False)(pair_batch(torch.zeros(4, 2), torch.zeros(4, 1), student))
    q = (math.exp(2) / (1 + math.exp(2)) + 2 * 0.5) / 3  # the other way round in {1, 2, 3}
    expected = -0.5 * math.log(2 * q) - 0.5 * math.log(2 * (1 - q))
    assert value.item() == pytest.approx(expected / 3, rel=1e-5)


def test_temperature_divides_logits_and_its_square_multiplies() -> None:
    # τ = 2 turns (ln 9, 0) into (3/4, 1/4).
    value = ReliableHyperedges(temperature=2.0, sample=False)(pair_batch(2 * THREE_QUARTERS, torch.zeros(4, 1)))
    assert value.item() == pytest.approx(4 * apart(5 / 8) / 3, rel=1e-5)


def test_released_divergence_by_hand() -> None:
    """Σ_c e^P (P - log Q) of the mean probabilities; τ divides both of these, the logits stay."""
    term = ReliableHyperedges(temperature=2.0, sample=False, released_divergence=True)
    value = term(pair_batch(THREE_QUARTERS, torch.zeros(4, 1)))
    each = [
        sum(math.exp(p / 2) * (p / 2 - math.log(0.5 / 2)) for p in (share, 1 - share)) for share in (5 / 8, 0.5, 0.5)
    ]
    assert value.item() == pytest.approx(sum(each) / 3, rel=1e-5)


@pytest.mark.parametrize("tau", [1.0, 2.0])
def test_equals_the_sum_over_hyperedges(tau: float) -> None:
    value = ReliableHyperedges(temperature=tau, sample=False)(batch())
    assert value.item() == pytest.approx(by_hand(torch.arange(NODES), ALL, tau=tau).item(), rel=1e-4)


def test_in_a_batch_a_hyperedge_stands_for_its_nodes_there() -> None:
    term = ReliableHyperedges(sample=False)
    for rows in torch.randperm(NODES, generator=torch.Generator().manual_seed(3)).split([7, 33, 20]):
        value = term(batch(rows))
        assert value.item() == pytest.approx(by_hand(rows, ALL).item(), rel=1e-4)


@pytest.mark.parametrize("released", [False, True])
def test_vanishes_with_its_gradient_where_the_student_equals_the_teacher(released: bool) -> None:
    """In batches as well. The released expression has its least value elsewhere."""
    for rows in (torch.arange(NODES), torch.tensor([3, 50, 17, 9, 41, 22])):
        logits = TABLE["logits"].clone().requires_grad_()
        value = ReliableHyperedges(temperature=1.5, released_divergence=released)(batch(rows, logits))
        value.backward()
        assert logits.grad is not None
        assert (abs(value.item()) < 1e-6) != released
        assert (logits.grad.abs().max().item() < 1e-6) != released


def test_a_reliable_hyperedge_is_one_whose_mean_shift_is_small() -> None:
    # Absolute mean shifts of {0, 1}, {1, 2, 3}, {3}: 1, 1/2, 3 by the first draw. Signs cancel out within a hyperedge.
    shifts = torch.tensor([[3.0, 0.0], [-1.0, 0.0], [-0.5, 0.0], [3.0, 0.0]])
    there = pair_batch(THREE_QUARTERS, shifts)
    expected = {"absolute": [1 - 1 / 3, 1 - 1 / 6, 0.0], "squared": [1 - 1 / 9, 1 - 1 / 36, 0.0]}
    for form, probability in expected.items():
        for draws in (1, None):  # a second draw of zeros halves all shifts alike
            term = ReliableHyperedges(form=form, draws=draws)  # type: ignore[arg-type]
            term.kept(there, there.links["hyperedges"])
            assert term._probability is not None
            torch.testing.assert_close(term._probability[1], torch.tensor(probability))


def test_more_draws_than_were_written_down_are_refused() -> None:
    written = TABLE["entropy_shift"].size(1)
    ReliableHyperedges(draws=written).prepare({"teacher": TABLE}, 3)
    with pytest.raises(ConfigError, match=rf"draws: expected at most the {written} draws"):
        ReliableHyperedges(draws=written + 1).prepare({"teacher": TABLE}, 3)


def test_draws_choose_what_reliability_is() -> None:
    shifts = torch.tensor([[3.0, 0.0], [-1.0, 0.0], [-0.5, 0.0], [3.0, 12.0]])
    there = pair_batch(THREE_QUARTERS, shifts)
    term = ReliableHyperedges()
    term.kept(there, there.links["hyperedges"])
    assert term._probability is not None
    # Means over both draws: 1/2, (1/2 + 4) / 2 and (3 + 12) / 2.
    torch.testing.assert_close(term._probability[1], torch.tensor([1 - 0.5 / 7.5, 1 - 2.25 / 7.5, 0.0]))


def test_hyperedges_are_kept_as_often_as_they_are_reliable() -> None:
    term, there, draws = ReliableHyperedges(), batch(), 2000
    shift = (MEMBERS.to_dense() @ TABLE["entropy_shift"]) / MEMBERS.to_dense().sum(1, keepdim=True)
    delta = shift.abs().mean(1)
    expected = 1 - delta / delta.max()
    with seeded(0, "sampling"):
        frequency = sum(term.kept(there, MEMBERS).float() for _ in range(draws)) / draws
    assert isinstance(frequency, Tensor)
    assert (frequency - expected).abs().max() < 0.045  # four standard deviations
    assert frequency[delta.argmax()] == 0


def test_sampling_is_the_mean_over_those_that_were_kept() -> None:
    """Noise moves node 33 alone: hyperedges without it always teach, and the smallest that holds it never does."""
    table = knowledge((torch.arange(NODES) == 33).float()[:, None])
    share = MEMBERS.to_dense()[:, 33] / MEMBERS.to_dense().sum(1)
    never = share == share.max()
    assert (share > 0).sum() > never.sum() > 0
    term = ReliableHyperedges()
    with seeded(0, "sampling"):
        values = [term(batch(table=table)).item() for _ in range(20)]
        state = torch.get_rng_state()
        drawn = term.kept(batch(table=table), MEMBERS)
        torch.set_rng_state(state)
        value = term(batch(table=table))
    assert len(set(values)) > 1  # the others that hold it come and go
    assert drawn[share == 0].all()
    assert not drawn[never].any()
    assert value.item() == pytest.approx(by_hand(torch.arange(NODES), drawn, table=table).item(), rel=1e-4)


def test_reliability_is_that_of_all_nodes_in_batches_as_well() -> None:
    whole, part = ReliableHyperedges(), ReliableHyperedges()
    whole.kept(batch(), MEMBERS)
    part(batch(torch.tensor([5, 6, 7])))
    assert whole._probability is not None
    assert part._probability is not None
    assert torch.equal(whole._probability[1], part._probability[1])


def test_no_hyperedge_no_value_and_no_gradient() -> None:
    isolated = (tiny_hypergraph().degree == 0).nonzero()[:, 0]
    assert isolated.numel() > 0
    logits = LOGITS.clone().requires_grad_()
    value = ReliableHyperedges(sample=False)(batch(isolated, logits))
    value.backward()
    assert value.item() == 0.0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_isolated_nodes_are_taught_by_others_alone() -> None:
    logits = LOGITS.clone().requires_grad_()
    ReliableHyperedges(sample=False)(batch(logits=logits)).backward()
    assert logits.grad is not None
    assert torch.equal(logits.grad.any(1), tiny_hypergraph().degree > 0)


@pytest.mark.parametrize("rows", [torch.arange(NODES), torch.tensor([3, 50, 17, 9, 41, 22])], ids=["all", "batch"])
def test_gradient(rows: Tensor) -> None:
    """Equals that of the sum by hand, in double precision."""
    logits = LOGITS.clone().requires_grad_()
    ReliableHyperedges(temperature=1.5, sample=False)(batch(rows, logits)).backward()
    double = LOGITS.double().requires_grad_()
    by_hand(rows, ALL, double, tau=1.5).backward()
    assert logits.grad is not None
    assert double.grad is not None
    assert double.grad.abs().max() > 1e-3
    torch.testing.assert_close(logits.grad.double(), double.grad, rtol=1e-4, atol=1e-6)


def test_a_student_that_is_surer_than_a_float_can_say_stays_finite() -> None:
    logits = (1e4 * LOGITS).requires_grad_()
    value = ReliableHyperedges(sample=False)(batch(logits=logits))
    value.backward()
    assert torch.isfinite(value)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_another_table_or_batch_is_read_anew() -> None:
    term, rows = ReliableHyperedges(sample=False), torch.tensor([3, 50, 17, 9, 41, 22])
    first = term(batch())
    negated = knowledge(logits=-TABLE["logits"])
    assert not torch.equal(term(batch(table=negated)), first)
    assert not torch.equal(term(batch(rows)), first)
    assert torch.equal(term(batch()), first)
    doubled = knowledge(2 * TABLE["entropy_shift"] + torch.arange(NODES)[:, None])
    sampled = ReliableHyperedges()
    probabilities = []
    for table in (TABLE, doubled):
        sampled.kept(batch(table=table), MEMBERS)
        assert sampled._probability is not None
        probabilities.append(sampled._probability[1])
    assert not torch.equal(*probabilities)


def test_operator_of_a_batch_that_stays_is_made_once() -> None:
    term, there = ReliableHyperedges(sample=False), batch()
    term(there)
    operator = term._target
    term(there)
    assert term._target is operator


def test_averaging_by_hand() -> None:
    pattern = CSR.from_dense(torch.tensor([[1.0, 1, 0, 0], [0, 1, 1, 1]]))
    expected = torch.tensor([[1 / 2, 1 / 2, 0, 0], [0, 1 / 3, 1 / 3, 1 / 3]])
    torch.testing.assert_close(averaging(pattern).to_dense(), expected)
    empty = CSR(torch.tensor([0, 0, 1]), torch.tensor([1]), torch.ones(1), (2, 3))
    assert averaging(empty).to_dense().tolist() == [[0, 0, 0], [0, 1, 0]]


def test_a_hyperedge_of_20_000_nodes_makes_no_pair_of_them() -> None:
    nodes = 20_000
    members = CSR(torch.tensor([0, nodes]), torch.arange(nodes), torch.ones(nodes), (1, nodes))
    logits = torch.randn(nodes, 2, generator=torch.Generator().manual_seed(0))
    table = TeacherKnowledge(torch.arange(nodes), {"logits": logits, "entropy_shift": torch.zeros(nodes, 1)})
    rows = torch.arange(nodes)
    term = ReliableHyperedges()
    said = MLPOutput(-logits, -logits)
    batch = Batch(rows, rows, tables={"teacher": table}, links={"hyperedges": members}, answer=said)
    value = term(batch)
    p = logits.softmax(-1).mean(0)
    assert value.item() == pytest.approx((p * (p / p.flip(0)).log()).sum().item(), rel=1e-3, abs=1e-6)
    assert term._target is not None
    assert term._target[1].nnz == nodes


def test_a_batch_without_hyperedges_is_refused() -> None:
    for term in (ReliableHyperedges(), ReliableHyperedges(sample=False)):
        with pytest.raises(ConfigError, match="reliable_hyperedges: expected a batch with hyperedges, got none"):
            term(batch(members=None))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 0.0}, r"reliable_hyperedges\.temperature: expected a positive number, got 0\.0"),
        ({"draws": 0}, r"reliable_hyperedges\.draws: expected at least 1, got 0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ReliableHyperedges(**options)


def test_sharpened_teacher_is_one_whose_logits_are_larger() -> None:
    logits = torch.randn(4, 2, generator=torch.Generator().manual_seed(3))
    sharp, scaled = (pair_batch(teacher, torch.zeros(4, 1)) for teacher in (logits, 2 * logits))
    options = {"sample": False}
    assert ReliableHyperedges(sharpen=2, **options)(sharp).item() == ReliableHyperedges(**options)(scaled).item()
