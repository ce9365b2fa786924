"""Distilling a million rows: from memory, and streamed from the table on disk that `streaming.py` writes and joins.

100 numbers a row, 47 classes, the student and batches of `streaming.py`. Writing and joining are work of the CPU.
"""

import tempfile
from pathlib import Path
from typing import Any

import streaming
import torch
from card import counted, epochs
from counting import Work, mlp_epoch
from findings import Record
from inside import PRECISIONS, Bench

from gnn2mlp.core.progress import Progress
from gnn2mlp.core.seeds import generator
from gnn2mlp.data import GraphData, Observed
from gnn2mlp.distill import Distiller
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.tables import RowTable
from gnn2mlp.tasks import NodeClassification

ROWS = 1_000_000
# As the table has it: every tenth row has a label, and about one of ten rows validates.
VALID = 0.1


def streams(bench: Bench) -> None:
    """The rung: memory first, as the table takes time to make."""
    rows, total = (2_000 if bench.tiny else ROWS), counted(bench, 4)
    data, knowledge = _in_memory(rows)
    for name in PRECISIONS:
        bench.measure(f"memory, {name}", lambda name=name: _distil(bench, data, knowledge, total, rows, name))
    with tempfile.TemporaryDirectory() as folder:
        bench.measure("write", lambda: streaming.write(folder, rows))
        bench.measure("join", lambda: streaming.join(folder))
        for name in PRECISIONS:
            bench.measure(f"streamed, {name}", lambda name=name: _streamed(bench, folder, total, name))


def _in_memory(rows: int) -> tuple[Observed, TeacherKnowledge]:
    random = generator(0, "rows")
    x = torch.randn(rows, streaming.FEATURES, generator=random)
    logits = torch.randn(rows, streaming.CLASSES, generator=random)
    ends = torch.tensor([[0, 1], [1, 0]])  # a graph that a distiller reads no edge of
    graph = GraphData("rows", x, logits.argmax(1), NodeClassification(range(streaming.CLASSES)), ends)
    order, valid = torch.randperm(rows, generator=random), round(VALID * rows)
    observed = Observed(graph, torch.arange(rows), order[valid : 2 * valid].sort().values, order[:valid].sort().values)
    return observed, TeacherKnowledge(observed.node_ids, {"logits": logits})


def _streamed(bench: Bench, folder: str, total: int, name: str) -> Record:
    table = RowTable.open(Path(folder) / "table")
    return _distil(bench, table, None, total, table.count("train"), name, table.count("valid"))


def _distil(
    bench: Bench,
    data: Any,
    knowledge: TeacherKnowledge | None,
    total: int,
    rows: int,
    name: str,
    valid: int | None = None,
) -> Record:
    distiller = Distiller(epochs=total, patience=total, batch_size=streaming.BATCH)

    def fit(progress: Progress) -> None:
        objective = GLNN().build_objective()
        distiller.fit(streaming.STUDENT, objective, data, knowledge, device=bench.device, progress=progress)

    found, steps = epochs(bench, fit, total, name), max(1, round(rows / streaming.BATCH))
    hidden = [streaming.STUDENT.hidden] * (streaming.STUDENT.layers - 1)
    widths = [streaming.FEATURES, *hidden, streaming.CLASSES]
    seen = round(VALID * rows) if valid is None else valid
    work: Work = mlp_epoch(widths, rows, seen, steps, 2 if name == "bf16" else 4, norm=False)
    rates = {"rows": rows, "rows_per_s": rows / found["epoch_s"]}
    return found | rates | bench.against_floor(work, found["epoch_s"], name)
