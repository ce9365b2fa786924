"""LearntMixture: shares that begin as given, are trained, and end on the smallest loss."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.objectives import OBJECTIVES, HardLabels, LearntMixture, SoftLabels
from tests.objectives.slow import of_logits

TERMS = 3 * HardLabels() + SoftLabels()


def test_begins_as_the_mean_by_weight() -> None:
    hard, soft = (objective(of_logits()).item() for objective in (HardLabels(), SoftLabels()))
    term = LearntMixture(TERMS)
    assert term(of_logits()).item() == pytest.approx(0.75 * hard + 0.25 * soft)
    assert [share.item() for share in term.shares] == pytest.approx([0.75, 0.25])


def test_ends_on_the_smallest_loss() -> None:
    """What the released code does, and why sums are fixed by default."""
    hard, soft = (objective(of_logits()).item() for objective in (HardLabels(), SoftLabels()))
    term = LearntMixture(TERMS)
    optimiser = torch.optim.Adam(term.parameters(), lr=0.3)
    for _ in range(60):
        optimiser.zero_grad()
        term(of_logits()).backward()
        optimiser.step()
    assert term.shares.sum().item() == pytest.approx(1)
    assert term.shares.argmax() == (0 if hard < soft else 1)
    assert term.shares.max() > 0.95


def test_says_what_its_terms_read() -> None:
    term = LearntMixture([{"name": "hard_labels"}, {"name": "hidden_match", "weight": 0}])
    assert term.needs == frozenset()
    assert term.row_set == "labelled"
    assert LearntMixture(["hard_labels", "layer_contrast"]).couples_rows
    assert Spec.parse(term.spec().to_dict()).build(OBJECTIVES).spec() == term.spec()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="learnt_mixture.objective: expected a term with a weight"):
        LearntMixture({"name": "hard_labels", "weight": 0})
    with pytest.raises(ConfigError, match="learnt_mixture.objective: one that follows training"):
        LearntMixture("reliable_neighbours")
