"""Links as batches: every node an anchor once, every training pair once, negatives that are none, draws in turn."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError, MissingKnowledgeError
from gnn2mlp.core.listeners import EpochEnd, Listener
from gnn2mlp.data import ObservedLinks
from gnn2mlp.distill import Checkpoint, Distiller, links
from gnn2mlp.distill.links import LinkRows
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.nn.training_state import Position
from gnn2mlp.objectives import ContextRanks, HardLabels, LinkBatch, LinkLabels, Objective, SoftLabels
from gnn2mlp.students import LinkStudent
from gnn2mlp.students.mlp import MLPStudent
from tests.cuda import nothing_waits, off_the_cpu, on_each_device
from tests.linked import CONTEXTS, link_views, planted
from tests.tiny import tiny_views

NOBODY = torch.nn.Module()
SMALL = LinkStudent({"name": "mlp", "hidden": 16, "dropout": 0.1}, {"name": "hadamard", "hidden": 16}, width=8)


def source(
    batch_size: int = 16,
    objective: Objective | None = None,
    observed: ObservedLinks | None = None,
    table: TeacherKnowledge | None = None,
    seed: int = 0,
    **options: Any,
) -> LinkRows:
    observed = link_views().observed if observed is None else observed
    table = planted(observed) if table is None else table
    random = torch.Generator().manual_seed(seed)
    objective = ContextRanks() if objective is None else objective
    x = observed.graph.features
    return LinkRows(observed, x, "cpu", batch_size, random, objective, {"teacher": table}, **options)


def nodes(batch: LinkBatch, places: Tensor | None) -> Tensor:
    assert places is not None
    return batch.rows[places]


@pytest.mark.parametrize("batch_size", [1, 7, 16, 512])
def test_every_node_is_an_anchor_once_and_every_training_pair_comes_once(batch_size: int) -> None:
    observed, there = link_views().observed, source(batch_size)
    for epoch in (1, 2):
        batches = list(there.batches("all", NOBODY, Position(epoch)))
        assert len(batches) == there.steps("all") == max(1, round(60 / batch_size))
        anchors = torch.cat([nodes(batch, batch.anchors) for batch in batches])
        assert torch.equal(anchors.sort().values, torch.arange(60))
        ends = torch.cat([nodes(batch, batch.pairs)[batch.labels == 1] for batch in batches])
        assert torch.equal(ends.sort(dim=1).values.unique(dim=0), observed.pairs)
        assert len(ends) == len(observed.pairs)
        counts = {len(batch.labels) for batch in batches}
        assert max(counts) - min(counts) <= 2


def test_negatives_are_as_many_fresh_and_no_training_pair() -> None:
    observed, there = link_views().observed, source(512)
    linked = {tuple(pair) for pair in observed.pairs.tolist()}
    drawn = []
    for epoch in (1, 2):
        (batch,) = there.batches("all", NOBODY, Position(epoch))
        ends = nodes(batch, batch.pairs)[batch.labels == 0].sort(dim=1).values
        assert len(ends) == len(observed.pairs)
        assert not linked & {tuple(pair) for pair in ends.tolist()}
        assert (ends[:, 0] < ends[:, 1]).all()
        drawn.append(ends)
    assert not torch.equal(*drawn)


def test_contexts_are_those_of_the_anchor_and_draws_take_turns() -> None:
    observed = link_views().observed
    table, there = planted(observed, draws=3), source(7, table=planted(observed, draws=3))
    for epoch, draw in ((1, 0), (2, 1), (3, 2), (4, 0)):
        columns = slice(draw * CONTEXTS, (draw + 1) * CONTEXTS)
        for batch in there.batches("all", NOBODY, Position(epoch)):
            anchors = nodes(batch, batch.anchors)
            assert torch.equal(nodes(batch, batch.contexts), table["context_ids"][anchors, columns])
            assert torch.equal(batch.context_scores, table["context_scores"][anchors, columns])


def test_ids_of_contexts_are_rows_of_the_view_in_production() -> None:
    observed = link_views(setting="production").observed
    assert observed.graph.num_nodes < 60
    there, table = source(8, observed=observed), planted(observed)
    for batch in there.batches("all", NOBODY):
        ids = observed.node_ids[nodes(batch, batch.contexts)]
        assert torch.equal(ids, table["context_ids"][nodes(batch, batch.anchors), :CONTEXTS])


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("batch_size", [1, 512])
def test_a_step_has_the_features_of_the_nodes_that_it_speaks_of(sparse: bool, batch_size: int) -> None:
    observed = link_views(sparse=sparse, nodes=300, features=90).observed
    x = observed.graph.features
    dense = x.to_dense() if isinstance(x, CSR) else x
    for step, batch in enumerate(source(batch_size, observed=observed).batches("all", NOBODY)):
        own = batch.features.to_dense() if isinstance(batch.features, CSR) else batch.features
        assert torch.equal(own, dense[batch.rows])
        if batch_size == 1:
            spoken = [nodes(batch, each).flatten() for each in (batch.anchors, batch.contexts, batch.pairs)]
            assert torch.equal(batch.rows, torch.cat(spoken).unique())
        if step == 20:
            break


def test_without_contexts_none_are_read() -> None:
    batch = next(source(16, LinkLabels()).batches("all", NOBODY))
    assert batch.contexts is None
    assert batch.teacher_scores is None
    assert not batch.tables


def test_many_pairs_make_more_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_PAIRS", 40)
    there = source(512, LinkLabels())
    batches = list(there.batches("all", NOBODY))
    assert len(batches) > 5
    assert max(len(batch.labels) for batch in batches) <= 40


def test_many_contexts_make_more_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_PAIRS", 48)
    batches = list(source(512).batches("all", NOBODY))
    assert all(batch.contexts is not None and batch.contexts.numel() <= 48 for batch in batches)


def test_a_share_of_anchors_and_pairs() -> None:
    batches = list(source(8, fraction=0.25).batches("all", NOBODY))
    assert len(batches) == 2
    assert sum(len(batch.anchors) for batch in batches if batch.anchors is not None) == 15


def test_the_whole_is_one_batch() -> None:
    there = source(7)
    batch = there.whole("all", NOBODY, epoch=2)
    assert batch.anchors is not None
    assert torch.equal(batch.rows[batch.anchors], torch.arange(60))
    assert batch.epoch == 2


@pytest.mark.parametrize("at_once", [7, 1 << 16])
def test_validation_scores_held_back_pairs_against_their_negatives(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "_VALIDATED", at_once)
    observed = link_views().observed
    torch.manual_seed(0)
    student = SMALL.network(12, 1)
    found = source().validate(student)
    z = student.eval()(observed.graph.features).hidden
    pairs = torch.cat([observed.valid_pairs, observed.valid_negatives])
    logits = student.score(z[pairs[:, 0]], z[pairs[:, 1]])
    truth = torch.cat([torch.ones(len(observed.valid_pairs)), torch.zeros(len(observed.valid_negatives))])
    assert found is not None
    assert found.score == pytest.approx(observed.task.score(logits, truth))
    assert found.loss == pytest.approx(observed.task.loss(logits, truth).mean().item(), rel=1e-5)
    assert source().num_valid == len(pairs)
    assert source().settled(student) == observed.task


def test_the_score_alone_decides_which_epoch_is_kept() -> None:
    assert source().tolerance is None
    result = Distiller(epochs=20, batch_size=16).fit(SMALL, LinkLabels(), link_views().observed)
    valid = result.history.valid[1:]  # the first tenth is never kept
    assert result.history.valid[result.history.best_epoch - 1] == max(valid)


def test_trains_without_validation_pairs() -> None:
    observed = link_views().observed
    none = torch.empty(0, 2, dtype=torch.int64)
    bare = replace(observed, valid_pairs=none, valid_negatives=none)
    result = Distiller(epochs=3).fit(SMALL, LinkLabels(), bare)
    assert len(result.history.loss) == 3
    assert result.history.best_epoch == 3


@on_each_device
def test_a_step_asks_nothing_of_the_device(device: str) -> None:
    """A batch is put together on the CPU, whatever the device; what is asked then is asked of no GPU."""
    observed = link_views().observed
    random, tables = torch.Generator().manual_seed(0), {"teacher": planted(observed)}
    there = LinkRows(observed, observed.graph.features, device, 16, random, ContextRanks(), tables)
    student = SMALL.network(12, 1).to(device)
    for batch in there.batches("all", student):
        assert batch.rows.device.type == device
        with off_the_cpu(device), nothing_waits(device):
            ContextRanks()(batch).backward()


def test_equal_generators_give_equal_epochs_and_digests_know_the_knowledge() -> None:
    one, other = ([batch.rows for batch in source(16).batches("all", NOBODY)] for _ in range(2))
    assert all(map(torch.equal, one, other))
    assert source().digest == source().digest
    observed = link_views().observed
    assert source(table=planted(observed, seed=1)).digest != source().digest
    assert source(objective=LinkLabels()).knowledge_digest is None


def test_mistakes_are_named_before_training() -> None:
    observed = link_views().observed
    table = planted(observed)
    with pytest.raises(MissingKnowledgeError, match="holds no 'context_draws'"):
        source(table=table.select(["context_ids", "context_scores"]))
    with pytest.raises(DataError, match="objective 'soft_labels' speaks of single nodes, and the task 'link' .* pairs"):
        source(objective=SoftLabels())
    with pytest.raises(DataError, match="'hard_labels' speaks of single nodes"):
        source(objective=0.5 * LinkLabels() + HardLabels())
    with pytest.raises(DataError, match="'link_labels' speaks of pairs of nodes, and the task 'classification'"):
        Distiller(epochs=1).fit(MLPStudent(hidden=8), LinkLabels(), tiny_views().observed)
    with pytest.raises(ConfigError, match="a student that scores two embeddings, got MLP; take LinkStudent"):
        Distiller(epochs=1).fit(MLPStudent(hidden=8), LinkLabels(), observed)


def test_a_graph_of_all_links_has_no_negatives() -> None:
    observed = link_views().observed
    pairs = torch.combinations(torch.arange(60))
    complete = replace(observed, pairs=pairs, graph=replace(observed.graph, edge_index=pairs.T))
    with pytest.raises(DataError, match="there are no negative pairs"):
        source(objective=LinkLabels(), observed=complete)


def test_trains_from_any_network_that_scores_pairs() -> None:
    """A network of one's own needs `score` beside its answer, and no base class."""
    observed = link_views().observed

    class Cosine(MLP):
        def score(self, one: Tensor, other: Tensor) -> Tensor:
            return 4 * torch.nn.functional.cosine_similarity(one, other)

    class Own(MLPStudent):
        hidden = 16

        def build(self, num_features: int, num_classes: int) -> MLP:
            return Cosine(num_features, self.hidden, num_classes)

    result = Distiller(epochs=30).fit(Own(hidden=16), LinkLabels(), observed)
    assert result.history.loss[-1] < result.history.loss[0]
    assert result.history.valid[result.history.best_epoch - 1] > 0.6


class _After(Listener):
    """Ends training after an epoch, as a machine that fails does."""

    def __init__(self, epoch: int):
        self.epoch = epoch

    def on_epoch_end(self, end: EpochEnd) -> None:
        if end.epoch == self.epoch:
            raise KeyboardInterrupt


def test_an_interrupted_training_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    """Order, negatives and draws of contexts too; the checkpoint is that of the epoch before."""
    observed = link_views().observed
    how: dict[str, Any] = {"knowledge": planted(observed), "checkpoint": Checkpoint(tmp_path / "checkpoint")}
    with pytest.raises(KeyboardInterrupt):
        Distiller(epochs=6, batch_size=16).fit(SMALL, ContextRanks(), observed, listeners=(_After(4),), **how)
    resumed = Distiller(epochs=6, batch_size=16).fit(SMALL, ContextRanks(), observed, **how)
    whole = Distiller(epochs=6, batch_size=16).fit(SMALL, ContextRanks(), observed, how["knowledge"])
    assert resumed.history.loss == whole.history.loss
    assert all(torch.equal(v, resumed.module.state_dict()[k]) for k, v in whole.module.state_dict().items())
