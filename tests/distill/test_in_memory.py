"""The observed rows: every one once per epoch, only training labels, and the links that an objective asks for."""

import math
from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import GraphData, HypergraphData, Observed
from gnn2mlp.distill.in_memory import InMemory, check_links
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.objectives import HardLabels, Objective, ReliableHyperedges, ReliableNeighbours, SoftLabels
from tests.cuda import needs_cuda, nothing_waits, on_each_device
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import Kind, random_knowledge, tiny_views


def rows(batch_size: int = 16, seed: int = 0, **graph: bool) -> InMemory:
    observed = tiny_views(**graph).observed
    return InMemory(observed, observed.graph.features, "cpu", batch_size, torch.Generator().manual_seed(seed))


NOBODY = torch.nn.Module()


@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [(1, [1] * 60), (16, [15] * 4), (7, [7] * 6 + [6] * 3), (25, [30, 30]), (60, [60]), (512, [60])],
)
def test_every_row_once_in_batches_of_nearly_equal_size(batch_size: int, sizes: list[int]) -> None:
    batches = list(rows(batch_size).batches("all", NOBODY))
    assert [batch.rows.numel() for batch in batches] == sizes
    assert torch.equal(torch.cat([batch.rows for batch in batches]).sort().values, torch.arange(60))


def test_labelled_rows_are_the_training_nodes() -> None:
    views = tiny_views()
    for batch_size in (5, 512):
        batches = list(rows(batch_size).batches("labelled", NOBODY))
        assert torch.equal(torch.cat([batch.rows for batch in batches]).sort().values, views.observed.train)


@pytest.mark.parametrize("sparse", [False, True])
def test_features_and_labels_belong_to_the_ids(sparse: bool) -> None:
    observed = tiny_views(sparse=sparse).observed
    x = observed.graph.features
    dense = x.to_dense() if isinstance(x, CSR) else x
    for batch in rows(16, sparse=sparse).batches("all", NOBODY):
        assert torch.equal(
            batch.features.to_dense() if isinstance(batch.features, CSR) else batch.features, dense[batch.rows]
        )
        labelled = torch.isin(batch.rows, observed.train)
        assert torch.equal(batch.labels[labelled], observed.graph.labels[batch.rows[labelled]])
        assert (batch.labels[~labelled] == -1).all()


def test_labels_of_validation_nodes_are_no_training_labels() -> None:
    observed, kept = tiny_views().observed, rows()
    assert (observed.graph.labels[observed.valid] >= 0).all()
    assert (kept.labels[observed.valid] == -1).all()
    assert (kept.labels >= 0).sum() == observed.train.numel()


def test_epochs_are_cut_differently_but_equally_for_equal_seeds() -> None:
    kept = rows()
    first, second = ([batch.rows.tolist() for batch in kept.batches("all", NOBODY)] for _ in range(2))
    assert first != second
    assert [batch.rows.tolist() for batch in rows().batches("all", NOBODY)] == first
    assert [batch.rows.tolist() for batch in rows(seed=1).batches("all", NOBODY)] != first


def test_the_rows_of_a_single_batch_are_kept() -> None:
    kept = rows(512)
    batches = [next(kept.batches("all", NOBODY)), next(kept.batches("all", NOBODY)), kept.whole("all", NOBODY)]
    assert len({id(batch.rows) for batch in batches}) == len({id(batch.features) for batch in batches}) == 1


def test_validation_by_hand() -> None:
    observed = tiny_views().observed
    kept = InMemory(observed, observed.graph.features, "cpu", 16, torch.Generator())

    class Constant(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.logits = torch.zeros(x.shape[0], 3)
            self.logits[:4, 1] = 1
            return self

    labels = observed.graph.labels[observed.valid]
    predicted = torch.tensor([1] * 4 + [0] * 8)
    found = kept.validate(Constant())
    assert found.score == (predicted == labels).double().mean().item()
    sure = math.log(2 + math.e)
    losses = [sure - (label == 1) if place < 4 else math.log(3) for place, label in enumerate(labels.tolist())]
    assert found.loss == pytest.approx(sum(losses) / len(losses), rel=1e-6)


def test_double_precision_becomes_single() -> None:
    observed = tiny_views().observed
    double = replace(observed, graph=replace(observed.graph, features=observed.graph.features.double()))
    kept = InMemory(double, double.graph.features, "cpu", 16, torch.Generator())
    assert kept.features.dtype == kept.valid_x.dtype == torch.float32


def linked_rows(kind: Kind, objective: Objective | None, batch_size: int = 16) -> InMemory:
    observed = tiny_views("inductive", kind=kind).observed
    knowledge = random_knowledge(observed.node_ids)
    random = torch.Generator().manual_seed(0)
    return InMemory(observed, observed.graph.features, "cpu", batch_size, random, objective, {"teacher": knowledge})


def test_batches_carry_the_observed_neighbours_of_their_rows() -> None:
    graph = tiny_views("inductive").observed.graph
    assert isinstance(graph, GraphData)
    for batch in linked_rows("graph", SoftLabels() + ReliableNeighbours()).batches("all", NOBODY):
        assert torch.equal(batch.links["neighbours"].to_dense(), graph.adjacency.to_dense()[batch.rows])
        assert "hyperedges" not in batch.links


def test_batches_carry_all_observed_hyperedges_whatever_their_rows() -> None:
    hypergraph = tiny_views("inductive", kind="hypergraph").observed.graph
    assert isinstance(hypergraph, HypergraphData)
    kept = linked_rows("hypergraph", SoftLabels() + ReliableHyperedges())
    batches = [*kept.batches("all", NOBODY), *kept.batches("labelled", NOBODY), kept.whole("all", NOBODY)]
    assert len({id(batch.links["hyperedges"]) for batch in batches}) == 1  # objectives keep what they derive from it
    for batch in batches:
        assert torch.equal(batch.links["hyperedges"].to_dense(), hypergraph.members.to_dense())
        assert "neighbours" not in batch.links


class Looking(SoftLabels):
    """Reads the whole graph, and what the student reads of every node."""

    needs = frozenset({"logits", "adjacency", "all_features"})


def test_batches_carry_the_whole_graph_and_all_features_where_these_are_needed() -> None:
    graph = tiny_views("inductive").observed.graph
    assert isinstance(graph, GraphData)
    kept = linked_rows("graph", Looking())
    batches = [*kept.batches("all", NOBODY), kept.whole("all", NOBODY)]
    assert len({id(batch.links["adjacency"]) for batch in batches}) == 1
    for batch in batches:
        assert torch.equal(batch.links["adjacency"].to_dense(), graph.adjacency.to_dense())
        assert batch.all_features("test") is kept.features
        assert "neighbours" not in batch.links
    plain = linked_rows("graph", SoftLabels()).whole("all", NOBODY)
    assert plain.table_features is None
    assert "adjacency" not in plain.links


@pytest.mark.parametrize("kind", ["graph", "hypergraph"])
@pytest.mark.parametrize(
    "objective",
    [None, SoftLabels(), SoftLabels() + 0.0 * ReliableNeighbours() + 0.0 * ReliableHyperedges()],
    ids=["no objective", "no links", "no weight"],
)
def test_links_that_nobody_asks_for_are_not_made(kind: Kind, objective: Objective | None) -> None:
    batch = linked_rows(kind, objective).whole("all", NOBODY)
    assert "neighbours" not in batch.links
    assert "hyperedges" not in batch.links


def step_by_step(device: str, observed: Observed, objective: Objective) -> InMemory:
    random, knowledge = torch.Generator().manual_seed(0), random_knowledge(observed.node_ids)
    return InMemory(observed, observed.graph.features, device, 16, random, objective, {"teacher": knowledge})


@on_each_device
def test_a_step_on_dense_rows_waits_for_no_device(device: str) -> None:
    observed, objective = tiny_views().observed, 0.5 * HardLabels() + 0.5 * SoftLabels()
    student = MLP(observed.graph.num_features, 8, 3).to(device)
    batches = step_by_step(device, observed, objective).batches("all", student)
    objective(next(batches)).backward()
    with nothing_waits(device):
        objective(next(batches)).backward()


@needs_cuda
def test_a_step_on_sparse_rows_with_links_waits_for_no_device() -> None:
    observed = tiny_views("inductive", features=200).observed
    thin = observed.graph.features * (torch.rand(observed.graph.features.shape) < 0.05)
    observed = replace(observed, graph=replace(observed.graph, features=CSR.from_dense(thin)))
    batches = step_by_step("cuda", observed, SoftLabels() + ReliableNeighbours()).batches("all", NOBODY)
    next(batches)
    with nothing_waits("cuda"):
        batch = next(batches)
    assert isinstance(batch.features, CSR)
    assert batch.features.device.type == batch.links["neighbours"].device.type == "cuda"


@pytest.mark.parametrize("batch_size", [16, 512])
def test_sparse_rows_are_told_on_the_cpu_which_they_are(batch_size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids on the CPU tell how many entries there are, where a device would have to be asked."""
    observed = tiny_views("inductive", features=200).observed
    thin = CSR.from_dense(observed.graph.features * (torch.rand(observed.graph.features.shape) < 0.05))
    kept = InMemory(observed, thin, "cpu", batch_size, torch.Generator().manual_seed(0))
    asked, real, batch = [], CSR.rows, next(kept.batches("all", NOBODY))
    monkeypatch.setattr(CSR, "rows", lambda self, ids: asked.append(ids) or real(self, ids))
    here, there = batch.rows.clone(), batch.rows
    found = kept._gather(here, there)
    assert [id(ids) for ids in asked] == [id(here)]
    assert found.ids is there
    assert torch.equal(found.features.to_dense(), batch.features.to_dense())


def test_links_that_the_data_do_not_have_are_refused() -> None:
    graph, hypergraph = tiny_graph(), tiny_hypergraph()
    neighbours, hyperedges = 0.5 * ReliableNeighbours(), HardLabels() + ReliableHyperedges()
    check_links(neighbours, graph)
    check_links(hyperedges, hypergraph)
    wrong = (
        (neighbours, hypergraph, "reliable_neighbours", "graph", "tiny hypergraph is a hypergraph", "hyperedges"),
        (hyperedges, graph, "reliable_hyperedges", "hypergraph", "tiny is a graph", "neighbours"),
    )
    for objective, data, name, kind, there, instead in wrong:
        message = f"^objective '{name}' works on a {kind}, and {there}: .*'reliable_{instead}'.* is its counterpart"
        with pytest.raises(DataError, match=message):
            check_links(objective, data)
        with pytest.raises(DataError, match=message):
            linked_rows("hypergraph" if data is hypergraph else "graph", objective)


def test_a_term_without_weight_asks_for_no_links() -> None:
    check_links(SoftLabels() + 0.0 * ReliableHyperedges(), tiny_graph())
    check_links(SoftLabels() + 0.0 * ReliableNeighbours(), tiny_hypergraph())


@pytest.mark.parametrize("batch_size", [8, 512])
def test_a_fraction_of_the_rows_makes_a_shorter_epoch_of_others_each_time(batch_size: int) -> None:
    observed = tiny_views().observed
    count = observed.graph.num_nodes
    random = torch.Generator().manual_seed(0)
    kept = InMemory(observed, observed.graph.features, "cpu", batch_size, random, fraction=0.25)
    epochs = [torch.cat([batch.rows for batch in kept.batches("all", NOBODY)]) for _ in range(12)]
    assert all(len(rows) == len(rows.unique()) == round(count / 4) for rows in epochs)
    assert kept.steps("all") == max(1, round(round(count / 4) / batch_size))
    assert len(torch.cat(epochs).unique()) > 0.8 * count
    labelled = torch.cat([batch.rows for batch in kept.batches("labelled", NOBODY)])
    assert sorted(labelled.tolist()) == sorted(observed.train.tolist())
    assert len(kept.whole("all", NOBODY).rows) == count  # what objectives look at after an epoch
