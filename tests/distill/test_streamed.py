"""Rows of a table: each once an epoch, mixed over shards, the same whoever reads them and from wherever."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError, DataError, MissingKnowledgeError
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.process_group import ProcessGroup
from gnn2mlp.distill.source import RowPass
from gnn2mlp.distill.streamed import Streamed, dealt
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.nn.training_state import Position
from gnn2mlp.objectives import (
    Batch,
    CodeAssignments,
    HardLabels,
    Objective,
    ReliableNeighbours,
    RowSet,
    Sinkhorn,
    SoftLabels,
)
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tables import RowTable, join, join_tables
from tests.cuda import needs_cuda, off_the_cpu, on_each_device
from tests.host_syncs import host_syncs
from tests.rowtables import features_of, ids_of, knowledge_of, labels_of, tiny_table, write_both

BOTH = 0.5 * HardLabels() + 0.5 * SoftLabels()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> RowTable:
    return tiny_table(tmp_path_factory.mktemp("rows"), 300)


@pytest.fixture(scope="module")
def finely_cut(tmp_path_factory: pytest.TempPathFactory) -> RowTable:
    """The same rows in shards that a batch ends several of."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(join, "SHARD_ROWS", 8)
        made = tiny_table(tmp_path_factory.mktemp("rows"), 300)
    assert len(made.shards("train")) >= 4 * join.LANES
    return made


NOBODY = nn.Module()


def stream(
    table: RowTable, batch_size: int = 32, objective: Objective = BOTH, rank: int = 0, size: int = 1
) -> Streamed:
    return Streamed(table, "cpu", batch_size, 0, objective, group=ProcessGroup(rank, size))


def nodes(batches) -> list[list[int]]:
    """Ids by batch."""
    return [batch.tables["teacher"].node_ids[batch.rows].tolist() for batch in batches]


def flat(lists: list[list[int]]) -> list[int]:
    return [value for part in lists for value in part]


@pytest.fixture(params=["table", "finely_cut"])
def either(request: pytest.FixtureRequest) -> RowTable:
    made: RowTable = request.getfixturevalue(request.param)
    return made


@pytest.mark.parametrize("batch_size", [1, 2, 7, 32, 1000])
def test_every_training_row_once_in_batches_of_equal_size(either: RowTable, batch_size: int) -> None:
    rows = stream(either, batch_size)
    batches = nodes(rows.batches("all", NOBODY))
    assert len(batches) == rows.steps("all") == max(1, round(either.count("train") / batch_size))
    held = flat([either.load(shard).knowledge.node_ids.tolist() for shard in either.shards("train")])
    assert sorted(flat(batches)) == sorted(held)
    assert max(map(len, batches)) - min(map(len, batches)) <= 1
    assert min(map(len, batches)) >= 1


@pytest.mark.parametrize("batch_size", [7, 1000])
def test_a_fraction_of_the_rows_makes_a_shorter_epoch_of_others_each_time(either: RowTable, batch_size: int) -> None:
    rows = Streamed(either, "cpu", batch_size, 0, BOTH, fraction=0.5)
    count = either.count("train")
    epochs = [nodes(rows.batches("all", NOBODY, Position(epoch))) for epoch in (1, 2, 3, 4)]
    assert all(len(epoch) == rows.steps("all") == max(1, round(round(count / 2) / batch_size)) for epoch in epochs)
    assert all(len(set(flat(epoch))) == len(flat(epoch)) == round(count / 2) for epoch in epochs)
    assert len(set(flat([flat(epoch) for epoch in epochs]))) > 0.8 * count
    assert nodes(rows.batches("all", NOBODY, Position(2, 0, 1))) == epochs[1][1:]
    labelled = [nodes(each.batches("labelled", NOBODY)) for each in (rows, stream(either, batch_size))]
    assert labelled[0] == labelled[1]


def test_processes_share_a_fraction_too(table: RowTable) -> None:
    shared = [
        nodes(Streamed(table, "cpu", 7, 0, BOTH, group=ProcessGroup(rank, 3), fraction=0.4).batches("all", NOBODY))
        for rank in range(3)
    ]
    alone = nodes(Streamed(table, "cpu", 7, 0, BOTH, fraction=0.4).batches("all", NOBODY))
    assert [sorted(flat([part[step] for part in shared])) for step in range(len(alone))] == [sorted(b) for b in alone]


@pytest.mark.parametrize("seed", range(20))
def test_lanes_of_any_size_are_dealt_in_proportion(seed: int) -> None:
    sizes = torch.randint(0, 3 ** (1 + seed % 5), (1 + seed % 8,), generator=torch.Generator().manual_seed(seed))
    totals = torch.arange(int(sizes.sum()) + 1)
    given = dealt(sizes, totals)
    assert torch.equal(given.sum(1), totals)
    assert torch.equal(given[-1], sizes)
    assert (given.diff(dim=0) >= 0).all()
    assert (given - totals[:, None] * sizes / sizes.sum().clamp(min=1)).abs().max() <= len(sizes) / 2
    assert torch.equal(dealt(sizes, totals[3:]), given[3:])


def test_labelled_rows_alone(table: RowTable) -> None:
    batches = list(stream(table).batches("labelled", NOBODY))
    labelled = sum(shard.labelled for shard in table.shards("train"))
    assert sum(len(batch.labels) for batch in batches) == labelled
    assert all((batch.labels >= 0).all() for batch in batches)


def test_features_labels_and_knowledge_belong_to_the_same_node(either: RowTable) -> None:
    whole = knowledge_of(ids_of(300))
    for batch in stream(either, 100, BOTH + CodeAssignments()).batches("all", NOBODY):
        ids = batch.tables["teacher"].node_ids[batch.rows]
        assert torch.equal(batch.features, torch.from_numpy(features_of(ids.numpy())))
        assert batch.labels.tolist() == [-1 if y is None else y for y in labels_of(ids.numpy())]
        assert torch.equal(batch.knowledge("logits"), whole.align(ids)["logits"])
        assert torch.equal(batch.knowledge("code_indices"), whole.align(ids)["code_indices"])
        assert torch.equal(batch.knowledge("codebook"), whole["codebook"])


def test_batches_mix_shards_and_epochs_differ(table: RowTable) -> None:
    shard_of = {
        node: shard.file for shard in table.shards("train") for node in table.load(shard).knowledge.node_ids.tolist()
    }
    epochs = [nodes(stream(table).batches("all", NOBODY, Position(epoch))) for epoch in (1, 1, 2)]
    assert epochs[0] == epochs[1] != epochs[2]
    assert all(len({shard_of[node] for node in batch}) == 8 for batch in epochs[0])
    assert nodes(stream(table).batches("all", NOBODY, Position(1, 1))) != epochs[0]


def test_an_epoch_can_be_taken_up_at_any_step(table: RowTable) -> None:
    whole = nodes(stream(table).batches("all", NOBODY, Position(3)))
    for step in range(len(whole) + 1):
        assert nodes(stream(table).batches("all", NOBODY, Position(3, 0, step))) == whole[step:]


@pytest.mark.parametrize("size", [2, 3, 8])
@pytest.mark.parametrize("batch_size", [5, 32])
def test_processes_share_every_batch(table: RowTable, size: int, batch_size: int) -> None:
    alone = nodes(stream(table, batch_size).batches("all", NOBODY))
    shared = [nodes(stream(table, batch_size, rank=rank, size=size).batches("all", NOBODY)) for rank in range(size)]
    for step, batch in enumerate(alone):
        assert sorted(flat([part[step] for part in shared])) == sorted(batch)


def same(batch: Batch, other: Batch) -> bool:
    """Whether two batches hold the same bits, wherever they lie."""
    pairs = [(batch.features, other.features), (batch.labels, other.labels)]
    values, others = (each.tables["teacher"].values for each in (batch, other))
    assert values.keys() == others.keys()
    pairs += [(values[key], others[key]) for key in values]
    return all(torch.equal(one.cpu(), two.cpu()) for one, two in pairs)


@pytest.mark.parametrize("row_set", ["all", "labelled"])
@pytest.mark.parametrize("batch_size", [7, 32, 1000])
def test_what_is_read_ahead_is_the_same(either: RowTable, batch_size: int, row_set: RowSet) -> None:
    objective = BOTH + CodeAssignments()
    plain, ahead = (Streamed(either, "cpu", batch_size, 0, objective, ahead=ahead) for ahead in (False, True))
    for epoch in (1, 2):
        batches = [*ahead.batches(row_set, NOBODY, Position(epoch))]  # all at once: none is written over
        others = plain.batches(row_set, NOBODY, Position(epoch))
        assert [same(batch, other) for batch, other in zip(batches, others, strict=True)] == [True] * len(batches)
    assert ahead.scores(FirstFeature(), "valid") == plain.scores(FirstFeature(), "valid")


@pytest.mark.parametrize("row_set", ["all", "labelled"])
def test_the_next_epoch_is_begun_while_this_one_ends(either: RowTable, row_set: RowSet) -> None:
    ahead, plain = (Streamed(either, "cpu", 32, 0, BOTH, ahead=each) for each in (True, False))
    following = RowPass(row_set, Position(2))
    for _ in ahead.batches("all", NOBODY, Position(1), following):
        pass
    assert len(ahead._coming) == join.LANES
    assert {key[0] for key in ahead._coming} == {following}
    batches = [*ahead.batches(row_set, NOBODY, Position(2))]
    assert ahead._coming == {}
    others = plain.batches(row_set, NOBODY, Position(2))
    assert [same(batch, other) for batch, other in zip(batches, others, strict=True)] == [True] * len(batches)
    for _ in plain.batches("all", NOBODY, Position(1), following):
        pass
    assert plain._coming == {}


def test_what_was_begun_for_another_epoch_is_let_go(table: RowTable) -> None:
    rows = Streamed(table, "cpu", 32, 0, BOTH, ahead=True)
    for _ in rows.batches("all", NOBODY, Position(1), RowPass("labelled", Position(1, 1))):
        pass
    batches, alone = rows.batches("all", NOBODY, Position(5)), stream(table).batches("all", NOBODY, Position(5))
    assert all(same(batch, other) for batch, other in zip(batches, alone, strict=True))
    assert rows._coming == {}


@needs_cuda
@pytest.mark.parametrize("batch_size", [7, 1000])
def test_what_is_streamed_to_a_gpu_is_the_same(either: RowTable, batch_size: int) -> None:
    objective = BOTH + CodeAssignments()
    plain, moved = (Streamed(either, device, batch_size, 0, objective) for device in ("cpu", "cuda"))
    batches = [*moved.batches("all", NOBODY, Position(2))]
    assert all(batch.labels.is_cuda for batch in batches)
    others = plain.batches("all", NOBODY, Position(2))
    assert [same(batch, other) for batch, other in zip(batches, others, strict=True)] == [True] * len(batches)
    scores = [rows.scores(FirstFeature(), "valid") for rows in (plain, moved)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-6)


def test_what_rows_share_is_moved_once(table: RowTable) -> None:
    rows = Streamed(table, "cpu", 32, 0, BOTH + CodeAssignments(), ahead=True)
    books = {batch.tables["teacher"]["codebook"].data_ptr() for batch in rows.batches("all", NOBODY)}
    assert books == {rows.tables["teacher"]["codebook"].data_ptr()}


def test_a_step_waits_for_no_device(table: RowTable) -> None:
    student = MLP(4, 8, 3)
    batches = Streamed(table, "cpu", 16, 0, BOTH, ahead=True).batches("all", student)
    next(batches)
    with host_syncs() as seen:
        BOTH(next(batches)).backward()
    assert seen == []


class FirstFeature(nn.Module):
    """Answers class 0 where the first feature is positive, else class 1."""

    def forward(self, x: Tensor) -> MLPOutput:
        return MLPOutput(torch.stack([x[:, 0], -x[:, 0], torch.full_like(x[:, 0], -9)], 1), x)


def test_scores_by_hand(table: RowTable, tmp_path: Path) -> None:
    loaded = [table.load(shard) for shard in table.shards("valid")]
    x, labels = torch.cat([block.x for block in loaded]), torch.cat([block.labels for block in loaded])
    logits = torch.cat([block.knowledge["logits"] for block in loaded])
    predicted = (x[:, 0] <= 0).long()
    assert (labels >= 0).all()
    assert stream(table).validate(FirstFeature()).score == (predicted == labels).double().mean().item()
    found = stream(table).scores(FirstFeature(), "valid")
    assert found.agreement == (predicted == logits.argmax(1)).double().mean().item()
    assert found.teacher_accuracy == 1
    assert (found.rows, found.labelled) == (table.count("valid"), len(labels))
    assert stream(table).scores(FirstFeature(), "test") == (0, 0, None, None, None, None)
    unlabelled = join_tables(*write_both(tmp_path, label=None), tmp_path / "table")
    rows = stream(unlabelled, objective=SoftLabels())
    assert rows.validate(FirstFeature()).score == rows.scores(FirstFeature(), "valid").agreement
    assert rows.scores(FirstFeature(), "valid").accuracy is None


def test_knowledge_that_is_not_needed_is_not_carried(table: RowTable) -> None:
    rows = stream(table, objective=HardLabels())
    assert (rows.tables, rows.knowledge_digest) == ({}, None)
    assert all(not batch.tables for batch in rows.batches("all", NOBODY))
    assert set(next(stream(table).batches("all", NOBODY)).tables["teacher"].values) == {"logits"}


def test_what_a_table_cannot_do_is_refused_at_once(table: RowTable, tmp_path: Path) -> None:
    for name, message in (("krd", "'reliable_neighbours' speaks of links"), ("light_hgnn_plus", "speaks of links")):
        with pytest.raises(ConfigError, match=message):
            stream(table, objective=METHODS.get(name)().build_objective())

    class Reading(SoftLabels):
        needs = SoftLabels.needs | {"all_features"}

    with pytest.raises(ConfigError, match="'soft_labels' reads features of rows beside those of a batch"):
        stream(table, objective=Reading())

    class Looking(SoftLabels):
        needs = SoftLabels.needs | {"all_rows"}

        def after_epoch(self, batch: object) -> None:
            raise AssertionError

    with pytest.raises(ConfigError, match="'soft_labels' looks at all rows after an epoch"):
        stream(table, objective=Looking())
    stream(table, objective=SoftLabels() + 0.0 * ReliableNeighbours())
    with pytest.raises(ConfigError, match="at most 8 processes"):
        stream(table, size=9)
    thin = join_tables(*write_both(tmp_path), tmp_path / "table", keys=["code"])
    with pytest.raises(MissingKnowledgeError, match="holds no 'code_indices'"):
        stream(thin, objective=CodeAssignments())


def test_nothing_to_validate_with_is_refused(tmp_path: Path) -> None:
    knowledge, features = write_both(tmp_path, label=None)
    knowledge_of(ids_of(200)).select(["hidden"]).save(knowledge)
    table = join_tables(knowledge, features, tmp_path / "table", classes="abc")
    with pytest.raises(DataError, match="expected labelled rows or the teacher's logits to validate with"):
        stream(table, objective=HardLabels())


@on_each_device
def test_a_student_learns_nearly_the_same_from_a_table_wherever_it_is_computed(table: RowTable, device: str) -> None:
    def fit(device: str) -> list[float]:
        student = MLPStudent(hidden=16, dropout=0.0)
        objective = BOTH + CodeAssignments()
        return Distiller(epochs=6, batch_size=32).fit(student, objective, table, device=device).history.loss

    expected = fit("cpu")
    with off_the_cpu(device):
        losses = fit(device)
    torch.testing.assert_close(torch.tensor(losses), torch.tensor(expected), rtol=5e-3, atol=1e-3)
    assert losses[-1] < losses[0]


def test_rows_that_are_compared_with_each_other_are_one_processs(table: RowTable) -> None:
    stream(table, objective=SoftLabels() + Sinkhorn())
    with pytest.raises(ConfigError, match="'sinkhorn' compares the rows of a batch with each other, and 2 processes"):
        stream(table, objective=SoftLabels() + Sinkhorn(), size=2)
    stream(table, objective=SoftLabels() + 0.0 * Sinkhorn(), size=2)
