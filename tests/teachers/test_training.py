"""Training on graphs: steps, loss, stopping, and what is told on the way."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import DivergenceError
from gnn2mlp.core.listeners import EpochEnd, Listener
from gnn2mlp.data import NeighbourSampler
from gnn2mlp.evaluate import accuracy
from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.training_state import Position
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers._training import GNNTraining, full_batch, sampled_batches
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.vq import VQ
from tests.cuda import needs_cuda, nothing_waits
from tests.host_syncs import host_syncs
from tests.tiny import small, tiny_views


def test_full_neighbourhoods_in_blocks_equal_the_whole_graph() -> None:
    views = tiny_views()
    graph, teacher = views.full.graph, GCN(hidden=16, layers=3, epochs=3)
    teacher.fit(views.observed)
    ids = torch.tensor([40, 2, 21])
    blocks = NeighbourSampler(graph.adjacency).sample_blocks(ids, [None] * 3)
    logits, hidden = teacher.module_.eval()(graph.features[blocks[0].sources], blocks)
    whole = teacher.evaluate(graph)
    torch.testing.assert_close(logits, whole["logits"][ids], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(hidden, whole["hidden"][ids], rtol=1e-4, atol=1e-5)


def test_sampling_with_room_for_all_neighbours_is_training_on_the_whole_graph() -> None:
    views = tiny_views()
    options = {"hidden": 16, "dropout": 0.0, "epochs": 5}
    weights = []
    for fanouts in (None, (60, 60)):
        teacher = GCN(**options, fanouts=fanouts)
        teacher.fit(views.observed)
        weights.append(teacher.predict(views.full.graph))
    torch.testing.assert_close(*weights, rtol=1e-3, atol=1e-4)


def test_a_sampled_epoch_visits_every_training_node_once() -> None:
    views = tiny_views()
    observed, sampler = views.observed, NeighbourSampler(views.observed.graph.adjacency)
    random = torch.Generator().manual_seed(0)
    steps = list(sampled_batches(observed, observed.train, sampler, observed.graph.features, (2, 2), 5, random))
    nodes = torch.cat([step.blocks[-1].sources[: step.blocks[-1].num_targets] for step in steps])
    assert [step.labels.numel() for step in steps] == [5, 5, 2]
    assert torch.equal(nodes.sort().values, observed.train)
    assert not torch.equal(nodes, observed.train)
    assert torch.equal(torch.cat([step.labels for step in steps]), observed.graph.labels[nodes])
    for step in steps:
        assert torch.equal(step.features, observed.graph.features[step.blocks[0].sources])


def test_loss_is_the_cross_entropy_of_the_training_nodes() -> None:
    views = tiny_views()
    teacher = GCN(hidden=16, dropout=0.0, lr=1e-12, weight_decay=0.0, epochs=1)
    teacher.fit(views.observed)
    logits, train = teacher.predict(views.full.graph), views.full.split.train
    assert teacher.history_.loss == [
        pytest.approx(F.cross_entropy(logits[train], views.full.graph.labels[train]).item(), 1e-4)
    ]


def test_keeps_the_epoch_that_selection_chooses_and_stops_after_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    real = Selection.update
    monkeypatch.setattr(Selection, "update", lambda self, *found: told.append(found) or real(self, *found))
    views = tiny_views()
    teacher = GCN(hidden=16, lr=0.2, epochs=60, patience=6)
    history = teacher.fit(views.observed)
    assert [(epoch, score) for epoch, score, _ in told] == list(enumerate(history.valid, start=1))
    assert len(history.valid) == min(60, history.best_epoch + 6)
    _, score, loss = told[history.best_epoch - 1]
    assert loss <= 1.02 * min(loss for *_, loss in told)
    valid = views.observed.valid
    logits, labels = teacher.predict(views.full.graph)[valid], views.full.graph.labels[valid]
    assert (accuracy(logits, labels), F.cross_entropy(logits, labels).item()) == (score, pytest.approx(loss, abs=1e-6))
    assert history.epochs == 60


def test_without_validation_nodes_only_teachers_that_use_it_make_a_pass_after_each_epoch() -> None:
    observed = tiny_views().observed
    blind = replace(observed, valid=observed.valid[:0])
    for teacher, passes in ((GCN(hidden=4, epochs=2), 0), (VQ(encoder={"name": "gcn", "epochs": 2}, codes=4), 2)):
        made: list[str] = []
        own = teacher.validate
        teacher.validate = lambda *given, own=own, made=made: made.append("pass") or own(*given)  # type: ignore
        teacher.fit(blind)
        assert len(made) == passes
        assert teacher.history_.best_epoch == 2


def test_tells_how_far_it_is() -> None:
    told = []
    GCN(hidden=4, epochs=3).fit(
        tiny_views().observed, progress=lambda done, total, note="": told.append((done, total, note))
    )
    assert [t[:2] for t in told] == [(1, 3), (2, 3), (3, 3)]
    assert all(note.startswith("valid 0.") or note == "valid 1.000" for *_, note in told)


def test_a_diverging_teacher_stops_and_names_epoch_and_learning_rate() -> None:
    told: list[int] = []
    teacher = GCN(hidden=4, epochs=30, lr=1e30)
    with pytest.raises(DivergenceError, match=r"teacher: training diverged: .* in epoch 2, .* at learning rate 1e\+30"):
        teacher.fit(tiny_views().observed, progress=lambda done, total, note="": told.append(done))
    assert told == [1]


def test_listeners_hear_of_every_epoch_and_of_what_a_teacher_measures() -> None:
    heard: list[Any] = []

    class Hearing(Listener):
        def on_fit_start(self, stage: str, epochs: int) -> None:
            heard.append((stage, epochs))

        def on_epoch_end(self, end: EpochEnd) -> None:
            heard.append(end)

        def on_fit_end(self, stage: str, history: Any) -> None:
            heard.append(history)

    encoder = {"name": "gcn", "hidden": 4, "epochs": 2}
    history = VQ(encoder=encoder, codes=3).fit(tiny_views().observed, listeners=[Hearing()])
    (stage, epochs), first, second, last = heard
    assert (stage, epochs, history.epochs) == ("teacher", 2, 2)
    assert [end.metrics["valid"] for end in (first, second)] == history.valid
    assert [end.metrics["utilisation"] for end in (first, second)] == history.logged["utilisation"]
    assert last == history.to_dict()


def test_batch_normalisation_never_meets_a_node_alone() -> None:
    observed = tiny_views().observed
    sampler, random = NeighbourSampler(observed.graph.adjacency), torch.Generator().manual_seed(0)
    for batch_size, sizes in ((1, [2, 2, 3]), (2, [2, 2, 3]), (3, [3, 4]), (5, [5, 2]), (9, [7])):
        given = observed, torch.arange(7), sampler, observed.graph.features, (2, 2), batch_size, random
        steps = list(sampled_batches(*given, least=2))
        assert [step.blocks[-1].num_targets for step in steps] == sizes


def test_batches_without_a_label_are_steps_as_well() -> None:
    observed = tiny_views().observed
    sampler, random = NeighbourSampler(observed.graph.adjacency), torch.Generator().manual_seed(0)
    steps = list(sampled_batches(observed, torch.arange(60), sampler, observed.graph.features, (2, 2), 3, random))
    assert len(steps) == 20
    assert any(step.labels.numel() == 0 for step in steps)
    assert sum(step.labels.numel() for step in steps) == observed.train.numel()
    for step in steps:
        nodes = step.blocks[-1].sources[step.rows]
        assert torch.equal(step.labels, observed.graph.labels[nodes])
        assert torch.isin(nodes, observed.train).all()


def test_a_pass_after_each_epoch_is_looked_at_whatever_comes_next() -> None:
    seen = []

    class Watching(GCN):
        name = "watching"

        def on_epoch_end(self, found, random) -> None:
            seen.append(found["logits"].clone())

    teacher = Watching(hidden=8, lr=0.2, epochs=30, patience=3)
    history = teacher.fit(tiny_views().observed)
    assert len(seen) == len(history.valid)
    torch.testing.assert_close(seen[history.best_epoch - 1], teacher.predict(tiny_views().observed.graph))


FORMS: list[tuple[str, dict[str, Any]]] = [
    ("gcn", {}),
    ("sage", {}),
    ("sage", {"aggregator": "mean"}),
    ("gat", {"heads": 2}),
]


def _asked_in_a_step(teacher: Any, batch: Any, deterministic: bool, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a training step would make a GPU wait for."""
    monkeypatch.setattr(devices, "on_cpu", lambda tensor: False)
    torch.use_deterministic_algorithms(deterministic)
    try:
        with host_syncs() as found:
            teacher.loss(batch, torch.Generator()).backward()
    finally:
        torch.use_deterministic_algorithms(False)
    return found


@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize("name", ["hgnn", "hgnn_plus", "unigcn"])
def test_a_step_on_a_hypergraph_asks_nothing_of_the_device(
    name: str, deterministic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    observed = tiny_views(kind="hypergraph").observed
    graph, teacher = observed.graph, small(TEACHERS, name)
    block = teacher.sampler(graph).full_block()
    teacher.initialise(graph.num_features, graph.task.num_outputs)
    batch = full_batch(observed, graph.features, [block] * teacher.layers)
    found = _asked_in_a_step(teacher, batch, deterministic, monkeypatch)
    assert found == []


@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize("sampled", [False, True])
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(("name", "options"), FORMS)
def test_a_step_asks_nothing_of_the_device(
    name: str,
    options: dict[str, Any],
    sparse: bool,
    sampled: bool,
    deterministic: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observed = tiny_views().observed
    graph, teacher = observed.graph, small(TEACHERS, name, **options)
    sampler, x = teacher.sampler(graph), CSR.from_dense(graph.features) if sparse else graph.features
    teacher.initialise(graph.num_features, graph.task.num_outputs)
    if sampled:
        random = torch.Generator().manual_seed(0)
        batch = next(sampled_batches(observed, observed.train, sampler, x, (3, 3), 8, random))
    else:
        batch = full_batch(observed, x, [sampler.full_block()] * teacher.layers)
    found = _asked_in_a_step(teacher, batch, deterministic, monkeypatch)
    # A weight of its own for the targets reads their rows alone, and how many entries those have only the device knows.
    assert found == ["tolist"] * (sparse and sampled and "aggregator" in options)
    assert all(parameter.grad is not None for parameter in teacher.module_.parameters())


@pytest.mark.parametrize("name", ["gcn", "sage", "gat", "vq"])
def test_deterministic_algorithms_train_the_same_teacher_on_a_cpu(name: str) -> None:
    views, answers = tiny_views(), []
    for deterministic in (False, True):
        teacher = small(TEACHERS, name)
        torch.use_deterministic_algorithms(deterministic)
        try:
            teacher.fit(views.observed)
        finally:
            torch.use_deterministic_algorithms(False)
        answers.append(teacher.predict(views.full.graph))
    assert torch.equal(*answers)


@pytest.mark.parametrize("name", ["gcn", "sage", "gat", "vq"])
def test_trains_under_autocast(name: str) -> None:
    views = tiny_views()
    teacher = small(TEACHERS, name, epochs=5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        history = teacher.fit(views.observed)
        low = teacher.predict(views.full.graph)
    assert all(torch.isfinite(torch.tensor(history.loss)))
    torch.testing.assert_close(low.float(), teacher.predict(views.full.graph), rtol=0.1, atol=0.1)


# A tokenizer reconstructs the rows of its targets; how many entries those have in sparse rows only the device knows.
SAMPLED = [
    (name, sparse) for name in ("gcn", "sage", "gat", "vq") for sparse in (False, True) if name != "vq" or not sparse
]


@needs_cuda
@pytest.mark.parametrize(("name", "sparse"), SAMPLED)
def test_steps_on_sampled_neighbours_let_no_gpu_wait(name: str, sparse: bool) -> None:
    observed = tiny_views().observed
    graph, teacher = observed.graph, small(TEACHERS, name, fanouts=(3, 3), batch_size=8)
    features = (CSR.from_dense(graph.features) if sparse else graph.features).to("cuda")
    teacher.initialise(graph.num_features, graph.task.num_outputs)
    optimiser = torch.optim.Adam(teacher.module_.cuda().parameters(), fused=True)
    training = GNNTraining(teacher, observed, teacher.sampler(graph), features, seed=0)
    for epoch in (1, 2):  # what is made once may wait
        with nothing_waits("cuda") if epoch == 2 else nullcontext():
            for step in training.steps(Position(epoch)):
                step.loss().backward()
                optimiser.step()


@needs_cuda
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("name", ["gcn", "sage", "gat", "vq", "hgnn"])
def test_deterministic_algorithms_give_the_same_bits_on_cuda(name: str, sparse: bool) -> None:
    views, answers = tiny_views(sparse=sparse) if name != "hgnn" else tiny_views(kind="hypergraph"), []
    torch.use_deterministic_algorithms(True)
    try:
        for _ in range(2):
            teacher = small(TEACHERS, name, epochs=5)
            teacher.fit(views.observed, device="cuda")
            answers.append(teacher.predict(views.full.graph, "cuda"))
    finally:
        torch.use_deterministic_algorithms(False)
    assert torch.equal(*answers)
