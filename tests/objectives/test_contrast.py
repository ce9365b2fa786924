"""Contrast: finding a row's counterpart among the rows of the other network."""

import math

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives import Contrast
from tests.objectives.slow import normal, of_hidden

ROWS, OURS, THEIRS = 5, 4, 3
STUDENT, TEACHER = normal(ROWS, OURS), normal(ROWS, THEIRS, seed=2)


def made(temperature: float = 0.5) -> Contrast:
    term = Contrast(embedding=6, temperature=temperature)
    with seeded(0, "maps"):
        table = TeacherKnowledge(torch.arange(ROWS), {"hidden": TEACHER.float()})
        term.prepare({"teacher": table}, OURS)
    return term.double()


@pytest.mark.parametrize("weights", [None, torch.tensor([1.0, 2.0, 0.5, 1.0, 1.5])])
def test_equals_a_loop_over_rows(weights: torch.Tensor | None) -> None:
    term, total = made(), 0.0
    with torch.no_grad():
        ours = torch.nn.functional.normalize(term.ours(STUDENT), dim=1)
        theirs = torch.nn.functional.normalize(term.theirs(TEACHER.float().double()), dim=1)
    often = [1.0] * ROWS if weights is None else (weights / weights.mean()).tolist()
    for i in range(ROWS):
        for anchor, others in ((ours[i], theirs), (theirs[i], ours)):
            powers = [often[j] * math.exp(float(anchor @ others[j]) / 0.5) for j in range(ROWS)]
            own = math.exp(float(anchor @ others[i]) / 0.5)
            total -= often[i] * math.log(own / sum(powers)) / 2
    assert term(of_hidden(STUDENT, TEACHER, weights=weights)).item() == pytest.approx(total / ROWS, rel=1e-5)


def test_a_matched_batch_costs_less_than_a_shuffled_one() -> None:
    term = Contrast(embedding=3, temperature=0.1)
    table = TeacherKnowledge(torch.arange(ROWS), {"hidden": TEACHER.float()})
    term.prepare({"teacher": table}, THEIRS)
    for part in (term.ours, term.theirs):
        part.weight.data.copy_(torch.eye(3))
        part.bias.data.zero_()
    matched = term(of_hidden(TEACHER.float(), TEACHER))
    assert matched < term(of_hidden(TEACHER.float().roll(1, 0), TEACHER)) - 1


def test_gradient() -> None:
    term = made()
    assert torch.autograd.gradcheck(lambda x: term(of_hidden(x, TEACHER)), (STUDENT.clone().requires_grad_(),))


def test_both_maps_are_trained_and_have_the_right_sizes() -> None:
    term = made()
    assert [(m.in_features, m.out_features) for m in (term.ours, term.theirs)] == [(OURS, 6), (THEIRS, 6)]
    assert len(list(term.parameters())) == 4


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="contrast: expected knowledge with a hidden layer, got none"):
        Contrast().prepare({}, 4)
    with pytest.raises(ConfigError, match=r"contrast\.temperature: expected a positive number, got 0"):
        Contrast(temperature=0)
