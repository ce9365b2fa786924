"""GRAND against its formula with dense matrices, and its loss against a slow one."""

import math

import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data import GraphData, NeighbourSampler
from gnn2mlp.nn.csr import CSR
from gnn2mlp.tasks.classification import NodeClassification
from gnn2mlp.tasks.multi_label import MultiLabel
from gnn2mlp.tasks.regression import Regression
from gnn2mlp.teachers._training import full_batch
from gnn2mlp.teachers.grand import GRAND, RandomPropagation, consistency
from tests.teachers.test_propagation import dense_gcn
from tests.tiny import tiny_views


def untrained(graph: GraphData, **options: float) -> RandomPropagation:
    teacher = GRAND(hidden=16, **options)  # type: ignore[arg-type]
    with seeded(0, "test"):
        module = teacher.build(graph.num_features, 3)
        torch.nn.init.normal_(module.bias)
    return module


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("normalise", [False, True])
def test_equals_the_formula_of_the_paper(weighted: bool, directed: bool, normalise: bool) -> None:
    """Features travel first there and are mapped afterwards; here it is the other way round."""
    views = tiny_views(weighted=weighted, directed=directed)
    graph = views.full.graph
    teacher = GRAND(hidden=16, hops=4, epochs=3, normalise=normalise)
    teacher.fit(views.observed)
    module, a_hat, x = teacher.module_.double(), dense_gcn(graph), graph.features.double()
    x = x / x.abs().sum(1, keepdim=True).clamp(min=1e-12) if normalise else x
    mean = sum(torch.linalg.matrix_power(a_hat, k) @ x for k in range(5)) / 5
    hidden = F.relu(mean @ module.convs[0].weight + module.bias)
    expected = hidden @ module.convs[1].weight + module.convs[1].bias
    assert module.bias.abs().sum() > 0
    found = teacher.module_.float().over_all(
        graph.features, lambda layer, rows: layer(rows, NeighbourSampler(graph.adjacency).full_block())
    )
    torch.testing.assert_close(found["logits"], expected.float(), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found["hidden"], hidden.float(), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(teacher.predict(graph), expected.float(), rtol=1e-4, atol=1e-5)


def test_a_dropped_node_sends_nothing_and_the_others_more() -> None:
    """Without edges and with no other dropout, a node's row is that of the bias alone, or of twice its features."""
    graph = tiny_views().full.graph
    module = untrained(graph, drop_node=0.5, dropout=0.0, input_dropout=0.0, hops=2).train()
    alone = NeighbourSampler(CSR.from_dense(torch.zeros(60, 60))).full_block()
    with seeded(0, "test"), torch.no_grad():
        drawn = module.draws(graph.features, [alone] * 2, 200)
        module.eval()
        twice = F.relu(2 * module.first_map(graph.features) + module.bias)
        kept, dropped = module.convs[1](twice), module.convs[1](F.relu(module.bias[None]))
    told = graph.features.any(1)  # the others' rows are the bias either way
    is_kept = ((drawn - kept).abs().amax(-1) < 1e-5)[:, told]
    is_dropped = ((drawn - dropped).abs().amax(-1) < 1e-5)[:, told]
    assert (is_kept ^ is_dropped).all()
    assert is_kept.double().mean().item() == pytest.approx(0.5, abs=0.03)
    assert 0.3 < is_kept.double().mean(0).min() < is_kept.double().mean(0).max() < 0.7  # each node by itself


def test_draws_differ_by_each_kind_of_dropout_and_only_by_it() -> None:
    views = tiny_views()
    block = NeighbourSampler(views.full.graph.adjacency).full_block()
    none = {"drop_node": 0.0, "dropout": 0.0, "input_dropout": 0.0, "hops": 2}
    for option in (None, "drop_node", "dropout", "input_dropout"):
        module = untrained(views.full.graph, **({**none, option: 0.5} if option else none)).train()
        with seeded(0, "test"), torch.no_grad():
            first, second = module.draws(views.full.graph.features, [block] * 2, 2)
            evaluated = module.eval().draws(views.full.graph.features, [block] * 2, 2)
        assert torch.equal(first, second) == (option is None)
        assert torch.equal(*evaluated)


def test_consistency_by_hand() -> None:
    task = NodeClassification(["a", "b"])
    draws = torch.tensor([[[0.9, 0.1]], [[0.7, 0.3]]], dtype=torch.float64)
    # The mean (.8, .2), squared and renormalised: (.64, .04) / .68.
    sure = 0.64 / 0.68
    expected = ((0.9 - sure) ** 2 + (0.7 - sure) ** 2) * 2 / 2
    assert consistency(task, draws.log(), 0.5).item() == pytest.approx(expected)
    plain = (0.1**2 + 0.1**2) * 2 / 2
    assert consistency(task, draws.log(), 1.0).item() == pytest.approx(plain)


def test_consistency_of_labels_and_of_values_by_hand() -> None:
    odds = torch.tensor([[[math.log(4.0)]], [[math.log(1.5)]]], dtype=torch.float64)  # .8 and .6
    sure = 0.49 / (0.49 + 0.09)
    assert consistency(MultiLabel(["a"]), odds, 0.5).item() == pytest.approx(
        ((0.8 - sure) ** 2 + (0.6 - sure) ** 2) / 2
    )
    values = torch.tensor([[[1.0]], [[3.0]]])
    assert consistency(Regression(["y"]), values, 0.5).item() == 1.0  # of their mean, 2, and not of a sharper one


def test_the_target_of_the_consistency_gets_no_gradient() -> None:
    logits = torch.randn(3, 5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    consistency(NodeClassification(list("abcd")), logits, 0.5).backward()
    free = logits.detach().clone().requires_grad_()
    mean = free.detach().softmax(-1).mean(0)
    target = mean**2 / (mean**2).sum(-1, keepdim=True)
    sum((free[s].softmax(-1) - target).square().sum() for s in range(3)).div(15).backward()
    torch.testing.assert_close(logits.grad, free.grad)


def test_loss_is_the_mean_over_draws_and_the_consistency() -> None:
    views = tiny_views()
    graph, observed = views.observed.graph, views.observed
    options = {"hidden": 16, "hops": 2, "draws": 3, "drop_node": 0.3}
    found = {}
    for weight in (0.0, 0.7):
        teacher = GRAND(consistency=weight, **options)  # type: ignore[arg-type]
        with seeded(1, "test"):
            teacher.initialise(graph.num_features, 3)
            block = teacher.sampler(graph).full_block()
            batch = full_batch(observed, graph.features, [block] * 2)
            found[weight] = teacher.loss(batch, torch.Generator()).item()
        with seeded(1, "test"), torch.no_grad():
            teacher.initialise(graph.num_features, 3)
            outputs = teacher.module_.draws(graph.features, [block] * 2, 3)
    labelled = observed.graph.labels[observed.train]
    supervised = sum(F.cross_entropy(logits[observed.train], labelled).item() for logits in outputs) / 3
    agreed = consistency(observed.task, outputs, 0.5).item()
    assert found[0.0] == pytest.approx(supervised, rel=1e-5)
    assert found[0.7] == pytest.approx(supervised + 0.7 * agreed, rel=1e-5)
    assert agreed > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drop_node": 1.0}, r"teacher\.drop_node: expected a number from 0 to below 1, got 1\.0"),
        ({"draws": 0}, r"teacher\.draws: expected at least 1, got 0"),
        ({"consistency": -0.1}, r"teacher\.consistency: expected at least 0, got -0\.1"),
        ({"sharpening": 0.0}, r"teacher\.sharpening: expected a positive number, got 0\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        GRAND(**options)  # type: ignore[arg-type]
