"""LayerContrast: a double loop, hand-made numbers, who is another one, and the weights of hops."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.block_network import LayersOutput
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, LayerContrast
from gnn2mlp.objectives.layer_contrast import classes_of, contrast
from tests.objectives.slow import CLASSES, LABELS, ROWS, TEACHER, normal, true_class
from tests.tiny import answered

HOPS, WIDE, HIDDEN, TAU = 3, 5, 4, 0.5
EMBEDDED, STUDENT = normal(ROWS, HOPS, WIDE, seed=3), normal(ROWS, HIDDEN, seed=4)


def table_of(embedded: Tensor = EMBEDDED) -> TeacherKnowledge:
    values = {"logits": TEACHER.float(), "hop_embeddings": embedded.float()}
    return TeacherKnowledge(torch.arange(ROWS), values)


def batch_of(
    student: Tensor = STUDENT, embedded: Tensor = EMBEDDED, labels: Tensor = LABELS, weights: Tensor | None = None
) -> Batch:
    output = MLPOutput(torch.zeros(ROWS, CLASSES, dtype=student.dtype), student)
    return answered(torch.arange(ROWS), labels, output, table_of(embedded), weights=weights)


def made(**options: object) -> LayerContrast:
    term = LayerContrast(temperature=TAU, width=6, **options)  # type: ignore[arg-type]
    with seeded(0, "maps"):
        term.prepare({"teacher": table_of()}, HIDDEN)
    return term.double()


def alike(term: LayerContrast, hop: int, i: int, j: int) -> float:
    """exp(⟨h_i, f_j⟩/τ) of one pair."""
    with torch.no_grad():
        ours = term.ours(STUDENT[i : i + 1])[0]
        theirs = term.shared(term.theirs[hop](EMBEDDED[j : j + 1, hop].float().double()))[0]
    return math.exp(float(ours @ theirs) / float(ours.norm() * theirs.norm()) / TAU)


@pytest.mark.parametrize("weights", [None, torch.tensor([1.0, 2.0, 0.5, 1.0, 1.5, 0.0])])
def test_equals_a_double_loop(weights: Tensor | None) -> None:
    term = made()
    with torch.no_grad():
        term.gamma.copy_(torch.tensor([0.3, -0.2, 1.0]))
    gamma = [math.exp(value) for value in (0.3, -0.2, 1.0)]
    often = [1.0] * ROWS if weights is None else (weights / weights.mean()).tolist()
    total = 0.0
    for hop in range(HOPS):
        for i in range(ROWS):
            own = alike(term, hop, i, i)
            others = [often[j] * alike(term, hop, i, j) for j in range(ROWS) if true_class(j) != true_class(i)]
            total -= gamma[hop] / sum(gamma) * often[i] * math.log(own / (own + sum(others))) / ROWS
    assert term(batch_of(weights=weights)).item() == pytest.approx(total, rel=1e-5)


def test_gradient() -> None:
    term = made()
    assert torch.autograd.gradcheck(lambda x: term(batch_of(x)), (STUDENT.clone().requires_grad_(),))


def test_negatives_of_the_same_class_have_no_influence() -> None:
    """Of two rows of a class either may say what it likes for the other; one of another class may not."""
    term, labels = made(), torch.tensor([0, 0, 1, 1, 2, -1])
    before = term.of_hops(batch_of(labels=labels))[0][0]
    for row, changes in [(1, False), (2, True)]:
        moved = EMBEDDED.clone()
        moved[row] = 1 - 5 * moved[row]
        assert bool(term.of_hops(batch_of(embedded=moved, labels=labels))[0][0] != before) == changes


def test_order_of_hops_is_nothing_where_they_count_alike() -> None:
    term, order = made(weights="equal"), [2, 0, 1]
    before = term(batch_of())
    term.theirs = torch.nn.ModuleList(term.theirs[hop] for hop in order)
    torch.testing.assert_close(term(batch_of(embedded=EMBEDDED[:, order])), before)


def test_learnt_weights_stay_a_distribution_and_move() -> None:
    term = made()
    optimiser = torch.optim.Adam(term.parameters(), lr=0.5)
    for _ in range(20):
        optimiser.zero_grad()
        term(batch_of()).backward()
        optimiser.step()
    assert term.hop_weights.min() > 0
    assert term.hop_weights.sum().item() == pytest.approx(1)
    assert term.hop_weights.std() > 0.01
    assert not made(weights="equal").gamma.requires_grad


def test_classes_are_training_labels_and_else_the_teachers_answers() -> None:
    assert classes_of(batch_of()).tolist() == [true_class(i) for i in range(ROWS)]
    blank = torch.full((ROWS,), -1)
    assert torch.equal(classes_of(batch_of(labels=blank)), TEACHER.float().argmax(1))


def test_layers_of_a_network_meet_hops_counted_from_the_last_of_both() -> None:
    """Two layers: the last meets hop 2, the first hops 1 and 0; four: the first is left out."""
    term = made()
    layers = [normal(ROWS, HIDDEN, seed=seed) for seed in (5, 6, 7, 8)]
    alone = [term.of_hops(batch_of(layer)) for layer in layers]
    for told, met in [(layers[:1], [0, 0, 0]), (layers[:2], [0, 0, 1]), (layers, [1, 2, 3])]:
        output = LayersOutput.of(torch.zeros(ROWS, CLASSES, dtype=torch.double), told)
        found = term.of_hops(answered(torch.arange(ROWS), LABELS, output, table_of()))
        for hop, layer in enumerate(met):
            torch.testing.assert_close(found[hop], alone[layer][hop])


def test_one_class_alone_has_nothing_to_tell_apart() -> None:
    student = STUDENT.clone().requires_grad_()
    term = made()
    value = term(batch_of(student, labels=torch.zeros(ROWS, dtype=torch.long)))
    value.backward()
    assert value.item() == 0
    assert student.grad is not None
    assert student.grad.abs().max() == 0


def test_by_hand() -> None:
    s = torch.tensor([[math.log(2), math.log(3)], [0.0, math.log(5)]])
    apart = torch.tensor([[False, True], [True, False]])
    assert contrast(s, apart).exp().tolist() == pytest.approx([5 / 2, 6 / 5])
    assert contrast(s, apart, torch.tensor([1.0, 2.0])).exp().tolist() == pytest.approx([8 / 2, 6 / 5])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="layer_contrast: expected knowledge with hop embeddings, got none"):
        LayerContrast().prepare({}, 4)
    with pytest.raises(ConfigError, match=r"layer_contrast\.temperature: expected a positive number, got 0"):
        LayerContrast(temperature=0)
    with pytest.raises(ConfigError, match="layer_contrast: expected 3 hops as it was prepared for, got 2"):
        made()(batch_of(embedded=EMBEDDED[:, :2]))
