"""What the tests start by `torchrun`: one distillation from a table, its outcome in a file.

    torchrun ... tests/distill/processes.py TABLE OUT METHOD NORM DTYPE [KILL_AT [BATCH]]

With KILL_AT the last process kills itself after so many steps, the first time; 0: never. A step has BATCH rows.
"""

import os
import signal
import sys
from pathlib import Path

import torch

from gnn2mlp.core.artefact import save
from gnn2mlp.distill import Checkpoint, Distiller
from gnn2mlp.distill.process_group import process_group
from gnn2mlp.distill.student_training import StudentTraining
from gnn2mlp.methods import METHODS
from gnn2mlp.methods.composed import Composed
from gnn2mlp.objectives import Consistency, HardLabels, SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tables import RowTable
from tests.tiny import small

CONSISTENT = Composed(0.3 * HardLabels() + 0.7 * SoftLabels() + Consistency(draws=3))


def main(table: str, out: str, method: str, norm: str, dtype: str, kill_at: str = "0", batch: str = "24") -> None:
    torch.set_num_threads(1)
    torch.set_default_dtype(getattr(torch, dtype))
    path = Path(out)
    with process_group(torch.device("cpu")) as (here, device):
        if int(kill_at) and os.environ.get("TORCHELASTIC_RESTART_COUNT") == "0" and here.rank == here.size - 1:
            die_after(int(kill_at))
        chosen = CONSISTENT if method == "consistency" else small(METHODS, method, hard_weight=0.3)
        result = Distiller(epochs=3, batch_size=int(batch)).fit(
            MLPStudent(hidden=8, dropout=0.0, norm=norm),
            chosen.build_objective(),
            RowTable.open(Path(table)),
            update="alternating",
            device=device,
            checkpoint=Checkpoint(path.with_suffix(".checkpoint"), every=4),
            group=here,
        )
        history = result.history
        card = {"loss": history.loss, "valid": history.valid, "restarts": os.environ.get("TORCHELASTIC_RESTART_COUNT")}
        if here.rank == 0:
            save(path, "outcome", result.module.state_dict(), card)


def die_after(steps: int) -> None:
    """Let this process kill itself in the step after so many."""
    reduce, done = StudentTraining.reduce, 0

    def counted(self, loss):
        nonlocal done
        done += 1
        if done > steps:
            os.kill(os.getpid(), signal.SIGKILL)
        return reduce(self, loss)

    StudentTraining.reduce = counted


if __name__ == "__main__":
    main(*sys.argv[1:])
