"""The observed rows: every one once per epoch, only training labels, and the links that an objective asks for."""

from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import GraphData, HypergraphData
from gnn2mlp.distill.rows import Rows, check_links
from gnn2mlp.nn.csr import CSR
from gnn2mlp.objectives import HardLabels, Objective, ReliableHyperedges, ReliableNeighbours, SoftLabels
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tasks import Kind, random_knowledge, tiny_task


def rows(batch_size: int = 16, seed: int = 0, **graph: bool) -> Rows:
    return Rows(tiny_task(**graph).observed, "cpu", batch_size, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [(1, [1] * 60), (16, [15] * 4), (7, [7] * 6 + [6] * 3), (25, [30, 30]), (60, [60]), (512, [60])],
)
def test_every_row_once_in_batches_of_nearly_equal_size(batch_size: int, sizes: list[int]) -> None:
    cuts = list(rows(batch_size).batches("all"))
    assert [cut.ids.numel() for cut in cuts] == sizes
    assert torch.equal(torch.cat([cut.ids for cut in cuts]).sort().values, torch.arange(60))


def test_labelled_rows_are_the_training_nodes() -> None:
    task = tiny_task()
    for batch_size in (5, 512):
        cuts = list(rows(batch_size).batches("labelled"))
        assert torch.equal(torch.cat([cut.ids for cut in cuts]).sort().values, task.observed.train)


@pytest.mark.parametrize("sparse", [False, True])
def test_features_and_labels_belong_to_the_ids(sparse: bool) -> None:
    observed = tiny_task(sparse=sparse).observed
    x = observed.graph.features
    dense = x.to_dense() if isinstance(x, CSR) else x
    for cut in rows(16, sparse=sparse).batches("all"):
        assert torch.equal(cut.x.to_dense() if isinstance(cut.x, CSR) else cut.x, dense[cut.ids])
        labelled = torch.isin(cut.ids, observed.train)
        assert torch.equal(cut.labels[labelled], observed.graph.labels[cut.ids[labelled]])
        assert (cut.labels[~labelled] == -1).all()


def test_labels_of_validation_nodes_are_no_training_labels() -> None:
    observed, kept = tiny_task().observed, rows()
    assert (observed.graph.labels[observed.valid] >= 0).all()
    assert (kept.labels[observed.valid] == -1).all()
    assert (kept.labels >= 0).sum() == observed.train.numel()


def test_epochs_are_cut_differently_but_equally_for_equal_seeds() -> None:
    kept = rows()
    first, second = ([cut.ids.tolist() for cut in kept.batches("all")] for _ in range(2))
    assert first != second
    assert [cut.ids.tolist() for cut in rows().batches("all")] == first
    assert [cut.ids.tolist() for cut in rows(seed=1).batches("all")] != first


def test_a_single_batch_is_kept() -> None:
    kept = rows(512)
    assert next(kept.batches("all")) is next(kept.batches("all")) is kept.whole("all")


def test_validation_accuracy_by_hand() -> None:
    observed = tiny_task().observed
    kept = Rows(observed, "cpu", 16, torch.Generator())

    class Constant(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.logits = torch.zeros(x.shape[0], 3)
            self.logits[:4, 1] = 1
            return self

    labels = observed.graph.labels[observed.valid]
    predicted = torch.tensor([1] * 4 + [0] * 8)
    assert kept.valid_score(Constant()) == (predicted == labels).double().mean().item()


def test_double_precision_becomes_single() -> None:
    observed = tiny_task().observed
    double = replace(observed, graph=replace(observed.graph, features=observed.graph.features.double()))
    kept = Rows(double, "cpu", 16, torch.Generator())
    assert kept.features.dtype == kept.valid_x.dtype == torch.float32


def linked_rows(kind: Kind, objective: Objective | None, batch_size: int = 16) -> Rows:
    observed = tiny_task("inductive", kind=kind).observed
    knowledge = random_knowledge(observed.node_ids)
    return Rows(observed, "cpu", batch_size, torch.Generator().manual_seed(0), objective, knowledge)


def test_cuts_carry_the_observed_neighbours_of_their_rows() -> None:
    graph = tiny_task("inductive").observed.graph
    assert isinstance(graph, GraphData)
    for cut in linked_rows("graph", SoftLabels() + ReliableNeighbours()).batches("all"):
        assert cut.neighbours is not None
        assert torch.equal(cut.neighbours.to_dense(), graph.adjacency.to_dense()[cut.ids])
        assert cut.hyperedges is None


def test_cuts_carry_all_observed_hyperedges_whatever_their_rows() -> None:
    hypergraph = tiny_task("inductive", kind="hypergraph").observed.graph
    assert isinstance(hypergraph, HypergraphData)
    kept = linked_rows("hypergraph", SoftLabels() + ReliableHyperedges())
    cuts = [*kept.batches("all"), *kept.batches("labelled"), kept.whole("all")]
    assert len({id(cut.hyperedges) for cut in cuts}) == 1  # objectives keep what they derive from it
    for cut in cuts:
        assert cut.hyperedges is not None
        assert torch.equal(cut.hyperedges.to_dense(), hypergraph.members.to_dense())
        assert cut.neighbours is None


@pytest.mark.parametrize("kind", ["graph", "hypergraph"])
@pytest.mark.parametrize(
    "objective",
    [None, SoftLabels(), SoftLabels() + 0.0 * ReliableNeighbours() + 0.0 * ReliableHyperedges()],
    ids=["no objective", "no links", "no weight"],
)
def test_links_that_nobody_asks_for_are_not_made(kind: Kind, objective: Objective | None) -> None:
    cut = linked_rows(kind, objective).whole("all")
    assert cut.neighbours is None
    assert cut.hyperedges is None


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
        message = f"^objective '{name}' works on a {kind}, and {there}: 'reliable_{instead}' is its counterpart there$"
        with pytest.raises(DataError, match=message):
            check_links(objective, data)
        with pytest.raises(DataError, match=message):
            linked_rows("hypergraph" if data is hypergraph else "graph", objective)


def test_a_term_without_weight_asks_for_no_links() -> None:
    check_links(SoftLabels() + 0.0 * ReliableHyperedges(), tiny_graph())
    check_links(SoftLabels() + 0.0 * ReliableNeighbours(), tiny_hypergraph())
