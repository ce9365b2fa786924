from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.data import LinkViews
from gnn2mlp.nn.training_state import START
from gnn2mlp.teachers import Link
from gnn2mlp.teachers._inference import infer, input_features
from gnn2mlp.teachers._link_training import LinkTraining, decoded
from tests.cuda import nothing_waits, off_the_cpu, on_each_device
from tests.tiny import tiny_link_views


@pytest.fixture(scope="module")
def views() -> LinkViews:
    return tiny_link_views(weighted=True)


def training(views: LinkViews, device: str = "cpu", encoder: Any = "gcn", **options: Any) -> LinkTraining:
    torch.manual_seed(0)
    teacher = Link(encoder=encoder, width=8, decoder={"name": "hadamard", "hidden": 8, "dropout": 0.0})
    teacher.initialise(views.observed.graph.num_features)
    chosen: dict[str, Any] = {"batch_size": 1000, "clip": 1.0, "mask_target": False, "fanouts": None, "seed": 0}
    features = input_features(views.observed.graph, device)
    return LinkTraining(teacher.module_.to(device), views.observed, features, depth=2, **{**chosen, **options})


def drawn(made: LinkTraining, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Tensor, Tensor]]:
    """Pairs and random pairs of each step of an epoch."""
    seen: list[tuple[Tensor, Tensor]] = []
    monkeypatch.setattr(made, "loss", lambda *given: seen.append(given))
    for step in made.steps(START):
        step.loss()
    return seen


@pytest.mark.parametrize("batch_size", [1000, 50, 7])
def test_an_epoch_takes_every_training_pair_once_with_as_many_others(
    views: LinkViews, batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = training(views, batch_size=batch_size)
    first, second = drawn(made, monkeypatch), drawn(made, monkeypatch)
    taken = torch.cat([pairs for pairs, _ in first])
    assert torch.equal(taken.unique(dim=0), views.observed.pairs)
    assert len(taken) == len(views.observed.pairs)
    assert all(len(pairs) == len(others) <= batch_size for pairs, others in first)
    assert max(len(p) for p, _ in first) - min(len(p) for p, _ in first) <= 1
    assert not torch.equal(torch.cat([o for _, o in first]), torch.cat([o for _, o in second]))


def test_random_pairs_are_no_training_edges(views: LinkViews, monkeypatch: pytest.MonkeyPatch) -> None:
    made, adjacency = training(views), views.observed.graph.adjacency
    others = torch.cat([o for _ in range(50) for _, o in drawn(made, monkeypatch)])
    assert not adjacency.contains(*others.unbind(1)).any()
    assert (others[:, 0] != others[:, 1]).all()
    held_out = views.full.split.test
    keys = {tuple(pair) for pair in others.tolist()}
    assert any(tuple(pair) in keys for pair in held_out.tolist())  # nobody knows of these yet


def test_the_loss_is_the_mean_cross_entropy(views: LinkViews) -> None:
    made = training(views)
    made.module.eval()
    pairs, others = views.observed.pairs[:5], torch.tensor([[0, 50], [3, 40]])
    z, places = made.embedded(torch.cat([pairs, others]), pairs)
    logits = made.module.score(z[places[:, 0]], z[places[:, 1]])
    expected = torch.cat([-logits[:5].sigmoid().log(), -(-logits[5:]).sigmoid().log()]).mean()
    torch.testing.assert_close(made.loss(pairs, others), expected)


def test_sampled_neighbourhoods_of_all_neighbours_are_the_whole_graph(views: LinkViews) -> None:
    whole, sampled = training(views), training(views, fanouts=(60, 60))
    ends = torch.tensor([[3, 40], [7, 3]])
    found = []
    for made in (whole, sampled):
        made.module.eval()
        z, places = made.embedded(ends, ends)
        found.append(z[places])
    torch.testing.assert_close(found[0], found[1])


@pytest.mark.parametrize("fanouts", [None, (60, 60)])
def test_masked_edges_are_no_messages(views: LinkViews, fanouts: tuple[int, int] | None) -> None:
    made = training(views, mask_target=True, fanouts=fanouts)
    made.module.eval()
    pairs = views.observed.pairs[:9]
    left = made.without(pairs).adjacency
    whole = views.observed.graph.adjacency
    assert left.nnz == whole.nnz - 2 * len(pairs)
    assert not left.contains(*pairs.unbind(1)).any()
    assert not left.contains(*pairs.flip(1).unbind(1)).any()
    dense, expected = left.to_dense(), whole.to_dense()
    assert torch.equal(dense[dense > 0], expected[dense > 0])  # weights stay
    masked, places = made.embedded(pairs, pairs)
    expected = infer(made.encoder, made.without(pairs), made.features)["logits"]
    torch.testing.assert_close(masked[places], expected[pairs])
    assert not torch.allclose(masked[places], infer(made.encoder, made.sampler, made.features)["logits"][pairs])


def test_masked_training_keeps_messages_in_every_step(views: LinkViews, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = drawn(training(views, mask_target=True), monkeypatch)
    assert len(steps) == 10
    assert max(len(pairs) for pairs, _ in steps) <= len(views.observed.pairs) / 10 + 1


@pytest.mark.parametrize("encoder", ["gcn", {"name": "sage", "aggregator": "mean"}])
def test_gradients_are_clipped_apart(views: LinkViews, encoder: Any) -> None:
    made = training(views, encoder=encoder, clip=1e-3)
    loss = made.loss(views.observed.pairs[:20], torch.tensor([[0, 50]] * 20))
    loss.backward()
    assert made.reduce(loss.detach()) == loss
    for part in (made.module.embed, made.module.decode):
        norm = torch.stack([p.grad.norm() for p in part.parameters()]).norm().item()
        assert norm == pytest.approx(1e-3, rel=1e-2)


def test_without_validation_pairs_nothing_is_scored(views: LinkViews) -> None:
    made = training(views)
    found = made.validate()
    assert found is not None
    assert 0 <= found.score <= 1
    made.links = replace(views.observed, valid_pairs=views.observed.valid_pairs[:0])
    assert made.validate() is None


def test_pairs_are_decoded_in_parts(views: LinkViews) -> None:
    made, z = training(views), torch.rand(60, 8)
    made.module.eval()
    pairs = views.observed.pairs
    torch.testing.assert_close(decoded(made.module, z, pairs, at_once=7), decoded(made.module, z, pairs))
    assert decoded(made.module, z, pairs[:0]).shape == (0,)


@on_each_device
def test_no_step_on_the_whole_graph_waits_for_the_host(views: LinkViews, device: str) -> None:
    made = training(views, device)
    with off_the_cpu(device):
        for epoch in range(2):
            for step in made.steps(START):
                if not epoch:
                    step.loss().backward()
                    continue
                with nothing_waits(device):
                    step.loss().backward()
