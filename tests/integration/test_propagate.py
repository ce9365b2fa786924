"""From tables to a student, killed on the way: what comes out is what an undisturbed run gives."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from gnn2mlp.knowledge.parquet import read_parquet
from gnn2mlp.tables.hops import HopTable
from tests.pipeline.test_teach import write

pytestmark = pytest.mark.integration

KILLS = 3


def survived(arguments: Sequence[str | Path], kills: int = KILLS, seed: int = 0) -> None:
    """Run a command to its end, through some SIGKILLs at random moments."""
    moments = random.Random(seed)
    command = [sys.executable, "-m", "gnn2mlp", *map(str, arguments)]
    for _ in range(kills):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            process.wait(moments.uniform(1, 6))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.returncode in (0, -signal.SIGKILL)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def test_every_step_goes_on_after_kills(tmp_path: Path) -> None:
    nodes, edges = write(tmp_path)
    found = {}
    for name, kills in (("whole", 0), ("killed", KILLS)):
        hops, teacher, student = (tmp_path / f"{what}-{name}" for what in ("hops", "teacher", "student"))
        survived(["propagate", nodes, edges, "--hops", "2", "--out", hops], kills)
        survived(["teach", hops, nodes, "--out", teacher, "--set", "teacher.epochs=20"], kills)
        knowledge = teacher / "knowledge.parquet"
        survived(["distill", knowledge, nodes, "--out", student, "--set", "distill.epochs=20"], kills)
        scores = json.loads((student / "results.json").read_text())["scores"]
        found[name] = HopTable.open(hops).digest, read_parquet(knowledge).digest, scores
        assert not (hops / "work").exists()
    assert found["whole"] == found["killed"]
