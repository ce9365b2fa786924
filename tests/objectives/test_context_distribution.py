"""LLP's distribution term, against torch's own divergence."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.objectives import ContextDistribution
from gnn2mlp.objectives.context_distribution import On
from tests.linked import link_batch


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("on", ["probabilities", "logits"])
def test_it_is_torchs_divergence(temperature: float, on: On) -> None:
    there = link_batch()
    student, teacher = there.context_logits, there.context_scores
    if on == "probabilities":
        student, teacher = student.sigmoid(), teacher.sigmoid()
    log_q, p = (student / temperature).log_softmax(-1), (teacher / temperature).softmax(-1)
    expected = temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
    torch.testing.assert_close(ContextDistribution(temperature, on)(there), expected)


def test_two_contexts_worked_by_hand() -> None:
    logits = torch.zeros(1, 2)
    for teacher, expected in (([1.5, 1.5], 0.0), ([math.log(3.0), 0.0], 0.75 * math.log(1.5) + 0.25 * math.log(0.5))):
        there = replace(link_batch(), teacher_scores=torch.tensor([teacher]))
        there.__dict__["context_logits"] = logits  # what the cached property would have computed
        assert ContextDistribution(on="logits")(there).item() == pytest.approx(expected, abs=1e-6)


def test_a_temperature_of_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="context_distribution.temperature: expected a positive number, got 0"):
        ContextDistribution(temperature=0)
