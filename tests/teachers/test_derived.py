"""What follows from logits: asked for by key, and told of on the card."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.tasks.regression import Regression
from gnn2mlp.teachers import Export
from gnn2mlp.teachers._class_samples import sampled_classes
from gnn2mlp.teachers._derived import DERIVED, derived
from gnn2mlp.teachers._probes import entropy_shift
from tests.helpers import tiny_graph

GRAPH = tiny_graph()
SAID = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))


def test_only_what_is_asked_for_is_made() -> None:
    asked: list[object] = []

    def predict(graph: object) -> torch.Tensor:
        asked.append(graph)
        return SAID

    assert derived(predict, GRAPH, SAID, frozenset({"logits"}), Export(), 0) == ({}, {})
    arrays, facts = derived(predict, GRAPH, SAID, frozenset({"class_indices"}), Export(class_draws=7), 3)
    assert asked == []  # drawing classes needs no further pass
    wanted = sampled_classes(SAID, 7, 3)
    assert torch.equal(arrays["class_indices"], wanted[0])
    assert torch.equal(arrays["class_probabilities"], wanted[1])
    assert facts == {"classes": {"draws": 7, "seed": 3}}


def test_noise_is_that_of_the_export() -> None:
    how = Export(draws=3, noise=0.5, perturbation="multiply")
    predict = lambda graph: graph.features[:, :3]  # noqa: E731
    logits = GRAPH.features[:, :3]
    arrays, facts = derived(predict, GRAPH, logits, DERIVED, how, 5)
    assert torch.equal(arrays["entropy_shift"], entropy_shift(predict, GRAPH, logits, 3, 0.5, 5, "multiply"))
    assert facts["entropy_shift"] == {"draws": 3, "noise": 0.5, "seed": 5, "perturbation": "multiply"}


def test_values_are_no_classes() -> None:
    class Valued:
        task = Regression(["y"])

    with pytest.raises(ConfigError, match="expected a task with one class for each node"):
        derived(lambda g: SAID, Valued(), SAID, frozenset({"class_indices"}), Export(), 0)  # type: ignore[arg-type]
