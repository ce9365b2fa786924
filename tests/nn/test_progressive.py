"""A sequence of MLPs: by hand, its exits, and which gradient passes."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.progressive import Progressive, taken

X = torch.rand(40, 5, generator=torch.Generator().manual_seed(0))


def network(**options: object) -> Progressive:
    with seeded(0, "network"):
        return Progressive(**{"in_features": 5, "hidden": 6, "out_features": 3, "stages": 3, **options}).eval()  # type: ignore[arg-type]


def test_each_stage_reads_rows_and_what_the_one_before_said() -> None:
    made, before = network(layers=3), None
    for stage, said in zip(made.stages, made.answers(X), strict=True):
        h = X @ stage.own.weight + stage.own.bias
        if before is not None:
            h = h + torch.cat([before.hidden, before.logits], dim=1) @ stage.before.weight
        h = h.relu() @ stage.maps[0].weight + stage.maps[0].bias
        torch.testing.assert_close(said.hidden, h.relu())
        torch.testing.assert_close(said.logits, h.relu() @ stage.head.weight + stage.head.bias)
        before = said
    assert made.stages[0].before is None


def test_mixed_own_maps_are_the_maps_of_mixed_rows() -> None:
    made, share, order = network(), torch.rand(40, 1), torch.randperm(40)
    mixed = made.mapped(share * X + (1 - share) * X[order])
    for found, expected in zip(mixed, made.mapped(X), strict=True):
        torch.testing.assert_close(found, share * expected + (1 - share) * expected[order])
    assert torch.equal(made.follow(made.mapped(X)[:2])[-1].logits, made.answers(X)[1].logits)


def test_own_maps_stay_as_they_are_when_followed() -> None:
    made = network()
    mapped = made.mapped(X)
    kept = [each.clone() for each in mapped]
    first, again = made.follow(mapped), made.follow(mapped)
    assert all(torch.equal(*pair) for pair in zip(mapped, kept, strict=True))
    assert torch.equal(first[-1].logits, again[-1].logits)


def test_exits_take_the_first_stage_that_is_sure_enough() -> None:
    made = network()
    for stage in made.stages:
        stage.head.weight.data *= 6  # so that some are sure
    said = made.answers(X)
    sure = torch.stack([each.logits.softmax(-1).amax(-1) for each in said])
    threshold = sure[:2].median().item()
    made.exit_threshold = threshold
    found = made(X)
    used = set()
    for row in range(40):
        which = next((k for k in range(2) if sure[k, row] >= threshold), 2)
        used.add(which)
        assert torch.equal(found.logits[row], said[which].logits[row])
        assert torch.equal(found.hidden[row], said[which].hidden[row])
    assert used == {0, 1, 2}
    torch.testing.assert_close(made.train()(X).logits, said[-1].logits)  # training knows no exit


def test_the_first_of_two_sure_ones_answers() -> None:
    said = [MLPOutput(torch.tensor([[5.0, 0.0]]) * sign, torch.zeros(1, 1)) for sign in (1, -1, 1)]
    assert taken(said, 0.9).logits.tolist() == [[5.0, 0.0]]
    assert taken(said[1:], 0.9).logits.tolist() == [[-5.0, 0.0]]


@pytest.mark.parametrize("apart", [False, True])
def test_gradient_of_later_stages_reaches_earlier_ones_unless_they_are_apart(apart: bool) -> None:
    made = network()
    made.answers(X, apart)[-1].logits.square().sum().backward()
    reached = [stage.own.weight.grad is not None for stage in made.stages]
    assert reached == [not apart, not apart, True]


def test_values_of_rows_are_dropped_in_training_alone() -> None:
    made = network()
    made.input_dropout = 0.5
    assert torch.equal(made.mapped(X)[0], made.stages[0].own(X))
    sparse = CSR.from_dense(X)
    torch.testing.assert_close(made(sparse).logits, made(X).logits)
    made.train()
    with seeded(0, "dropped"):
        drawn = torch.stack([made.mapped(X)[0] for _ in range(2000)]).mean(0)
    torch.testing.assert_close(drawn, made.stages[0].own(X), atol=0.1, rtol=0.1)
    with seeded(0, "dropped"):
        first, second, _ = made.mapped(X)  # one drawing for all stages
    weights = [stage.own.weight for stage in made.stages[:2]]
    seen = torch.linalg.lstsq(weights[0].T.double(), (first - made.stages[0].own.bias).T.double()).solution.T
    torch.testing.assert_close(seen.float() @ weights[1] + made.stages[1].own.bias, second, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("options", [{"stages": 0}, {"layers": 1}, {"hidden": 0}, {"exit_threshold": 1.5}])
def test_impossible_sizes_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="expected a probability|needs stages >= 1, layers >= 2 and hidden >= 1"):
        network(**options)
