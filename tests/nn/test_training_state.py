"""Checkpoints: killed and taken up, training ends with the same bits."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.data import Observed
from gnn2mlp.distill import Checkpoint, DistillationResult, Distiller
from gnn2mlp.methods import METHODS
from gnn2mlp.nn import training_state
from gnn2mlp.nn.optim import adam
from gnn2mlp.nn.selection import Selection
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tables import RowTable
from tests.rowtables import tiny_table
from tests.tiny import random_knowledge, small, tiny_views

STUDENT = MLPStudent(hidden=8, dropout=0.4, norm="batch")
OBSERVED = tiny_views().observed


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> RowTable:
    return tiny_table(tmp_path_factory.mktemp("rows"), 300)


class KilledError(Exception):
    pass


def fit(
    data: Observed | RowTable,
    method: str = "glnn",
    checkpoint: Checkpoint | None = None,
    stop_after: int = 99,
    **options: Any,
) -> DistillationResult:
    told = 0

    def progress(done: int, total: int, note: str = "") -> None:
        nonlocal told
        told += 1
        if told > stop_after:
            raise KilledError

    chosen = small(METHODS, method, hard_weight=0.3, warmup=2, every=1)
    return Distiller(**{"epochs": 4, "patience": 2, "batch_size": 16, **options}).fit(
        STUDENT,
        chosen.build_objective(),
        data,
        random_knowledge(data.node_ids) if isinstance(data, Observed) else None,
        update="alternating",
        progress=progress,
        checkpoint=checkpoint,
    )


def bits(result: DistillationResult) -> list[Any]:
    weights: list[Tensor] = list(result.module.state_dict().values())
    return [[w.tolist() for w in weights], result.history.loss, result.history.valid, result.history.best_epoch]


@pytest.mark.parametrize("method", ["glnn", "krd", "vqgraph"])
@pytest.mark.parametrize("stop_after", [0, 2])
def test_memory_taken_up_ends_with_the_same_bits(tmp_path: Path, method: str, stop_after: int) -> None:
    kept = Checkpoint(tmp_path / "checkpoint")
    with pytest.raises(KilledError):
        fit(OBSERVED, method, kept, stop_after)
    assert kept.path.exists() == (stop_after > 0)
    assert bits(fit(OBSERVED, method, kept)) == bits(fit(OBSERVED, method))


@pytest.mark.parametrize(("method", "stop_after"), [("glnn", 0), ("vqgraph", 2), ("mlp", 1)])
def test_a_table_taken_up_within_an_epoch_ends_with_the_same_bits(
    tmp_path: Path, table: RowTable, method: str, stop_after: int
) -> None:
    kept = Checkpoint(tmp_path / "checkpoint", every=4)
    with pytest.raises(KilledError):
        fit(table, method, kept, stop_after)
    assert kept.path.exists()
    assert bits(fit(table, method, kept)) == bits(fit(table, method))


def test_a_finished_training_is_not_trained_on(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "checkpoint")
    first = fit(OBSERVED, checkpoint=kept, patience=1)
    assert bits(fit(OBSERVED, checkpoint=kept, patience=1, stop_after=0)) == bits(first)


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path, table: RowTable) -> None:
    kept = Checkpoint(tmp_path / "checkpoint")
    fit(OBSERVED, checkpoint=kept, epochs=1)
    with pytest.raises(ConfigError, match="a training with another distill; remove it"):
        fit(OBSERVED, checkpoint=kept, epochs=2)
    with pytest.raises(ConfigError, match="a training with another data"):
        fit(table, checkpoint=kept, epochs=1)


def test_a_damaged_checkpoint_counts_as_none(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "checkpoint")
    with pytest.raises(KilledError):
        fit(OBSERVED, checkpoint=kept, stop_after=2)
    kept.path.write_bytes(kept.path.read_bytes()[:-5])
    assert bits(fit(OBSERVED, checkpoint=kept)) == bits(fit(OBSERVED))


@pytest.mark.parametrize("changed", ["code", "threads"])
def test_a_checkpoint_of_other_code_or_threads_counts_as_none(
    tmp_path: Path, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Checkpoint(tmp_path / "checkpoint")
    with pytest.raises(KilledError):
        fit(OBSERVED, checkpoint=kept, stop_after=2)
    before = kept.path.read_bytes()
    try:
        if changed == "code":
            monkeypatch.setattr("gnn2mlp.distill.distiller.code_of", lambda *kinds: "another")
        else:
            torch.set_num_threads(2)
        assert bits(fit(OBSERVED, checkpoint=kept)) == bits(fit(OBSERVED))
    finally:
        torch.set_num_threads(1)
    assert kept.path.read_bytes() != before


def test_seconds_add_up(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "checkpoint")
    with pytest.raises(KilledError):
        fit(OBSERVED, checkpoint=kept, stop_after=2)
    assert fit(OBSERVED, checkpoint=kept).history.seconds > 0


SCRIPT = """
import sys, torch
from pathlib import Path
from tests.nn.test_training_state import Checkpoint, bits, fit
from gnn2mlp.tables import RowTable
torch.set_num_threads(1)
where = Path(sys.argv[1])
import gnn2mlp.nn.training_state as training_state
save, saved = training_state.TrainingState.save, 0
def counted(self, *arguments):
    global saved
    save(self, *arguments)
    saved += 1
    print("saved", saved, flush=True)
    if saved == 3:
        sys.stdin.read()  # until it is killed
training_state.TrainingState.save = counted
fit(RowTable.open(where), checkpoint=Checkpoint(where.parent / "checkpoint", every=5))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_process_that_is_killed_is_taken_up_with_the_same_bits(tmp_path: Path) -> None:
    table = tiny_table(tmp_path, 300)
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(table.folder)],
        cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert [process.stdout.readline().strip() for _ in range(3)] == ["saved 1", "saved 2", "saved 3"]
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = Checkpoint(tmp_path / "checkpoint", every=5)
    assert kept.path.exists()
    assert bits(fit(table, checkpoint=kept)) == bits(fit(table))


def test_a_file_of_another_kind_stays_and_is_told_before_the_first_epoch(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    told: list[int] = []
    training = Distiller(epochs=2, lr=0.01)
    with pytest.raises(ArtefactError, match=r"expected nothing or a checkpoint artefact at .*notes\.txt"):
        training.fit(
            STUDENT,
            METHODS.get("mlp")().build_objective(),
            OBSERVED,
            checkpoint=Checkpoint(path),
            progress=lambda done, total, note="": told.append(done),
        )
    assert path.read_text() == "mine"
    assert not told


def test_losses_are_kept_in_order_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_state, "_FRESH", 3)
    module = nn.Linear(1, 1)
    state = training_state.TrainingState(module, adam(module.parameters(), 0.1, 0.0), Selection(module, 1))
    assert state.losses.tolist() == []
    for loss in range(8):
        state.add_loss(torch.tensor(float(loss)))
        assert state.losses.tolist() == list(range(loss + 1))
    state.next_epoch()
    assert state.losses.tolist() == []
