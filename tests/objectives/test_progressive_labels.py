"""Soft labels of every stage: by a slow formula, in expectation where rows are mixed, and for a plain student."""

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.nn.progressive import Progressive
from gnn2mlp.objectives import Batch, HardLabels, ProgressiveLabels, SoftLabels

ROWS = torch.arange(6)
X = torch.rand(6, 4, generator=torch.Generator().manual_seed(0))
LABELS = torch.tensor([0, -1, 2, -1, 1, 0])
TABLE = TeacherKnowledge(ROWS, {"logits": 2 * torch.randn(6, 3, generator=torch.Generator().manual_seed(1))})


def network(stages: int = 3) -> Progressive:
    with seeded(0, "network"):
        return Progressive(4, 5, 3, stages=stages)


def batch(student: torch.nn.Module, weights: Tensor | None = None, x: Tensor = X, table: object = TABLE) -> Batch:
    return Batch(ROWS, LABELS, x, student, {"teacher": table}, weights=weights)  # type: ignore[dict-item]


def kl(p: Tensor, logits: Tensor, tau: float) -> Tensor:
    return (p * (p.log() - (logits / tau).log_softmax(1))).sum(1)


@pytest.mark.parametrize("weights", [None, torch.linspace(0.2, 2.0, 6)])
def test_stages_learn_alike(weights: Tensor | None) -> None:
    made, tau, lam = network(), 2.0, 0.3
    w = torch.ones(6) if weights is None else weights
    known, values = LABELS >= 0, []
    for said in made.answers(X):
        soft = (w * kl((TABLE["logits"] / tau).softmax(1), said.logits, tau)).sum() / w.sum()
        each = -said.logits.log_softmax(1)[torch.arange(6), LABELS.clamp(min=0)]
        hard = (w * each)[known].sum() / w[known].sum()
        values.append(lam * hard + (1 - lam) * tau**2 * soft)
    found = ProgressiveLabels(lam, tau, mixed_weight=0.0)(batch(made, weights))
    torch.testing.assert_close(found, torch.stack(values).mean())


def test_mixed_rows_learn_mixed_labels() -> None:
    """All draws as they come, by a slow formula on mixed features."""
    made, term = network(), ProgressiveLabels(mixed_weight=0.5, mixup=2.0)
    with seeded(3, "mixed"):
        found = term(batch(made))
    p = TABLE["logits"].softmax(1)
    expected = torch.stack([kl(p, said.logits, 1.0).mean() for said in made.answers(X)]).mean()
    with seeded(3, "mixed"):
        values = []
        for stage in range(3):
            a = torch.full((6, 1), 2.0 * (stage + 1) / 3)
            s, order = torch.distributions.Beta(a, a).sample(), torch.randperm(6)
            said = made.answers(s * X + (1 - s) * X[order])[stage]
            values.append(kl(s * p + (1 - s) * p[order], said.logits, 1.0).mean())
    torch.testing.assert_close(found, expected + 0.5 * torch.stack(values).mean())


def test_later_stages_leave_earlier_ones_as_they_are() -> None:
    for apart in (True, False):
        made = network()
        ProgressiveLabels(apart=apart)(batch(made)).backward()
        grads = [stage.own.weight.grad.clone() for stage in made.stages]
        alone = network()
        with seeded(0, "x"):
            ProgressiveLabels(mixed_weight=0.0, apart=apart)(batch(alone)).backward()
        assert all(grad.abs().sum() > 0 for grad in grads)
    first = network()
    ProgressiveLabels(mixed_weight=0.0)(batch(first)).backward()
    own = network()
    (kl(TABLE["logits"].softmax(1), own.answers(X)[0].logits, 1.0).mean() / 3).backward()
    torch.testing.assert_close(first.stages[0].own.weight.grad, own.stages[0].own.weight.grad)


def test_one_network_is_a_sequence_of_one() -> None:
    with seeded(0, "mlp"):
        student = MLP(4, 5, 3)
    expected = 0.25 * HardLabels()(batch(student)) + 0.75 * SoftLabels(1.5)(batch(student))
    torch.testing.assert_close(ProgressiveLabels(0.25, 1.5)(batch(student)), expected)


@pytest.mark.parametrize(
    "options", [{"hard_weight": 2.0}, {"temperature": 0.0}, {"mixup": 0.0}, {"mixed_weight": -1.0}]
)
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"progressive_labels.{next(iter(options))}"):
        ProgressiveLabels(**options)
