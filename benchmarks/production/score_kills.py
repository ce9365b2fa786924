"""Kills `gnn2mlp score` again and again, and compares what it wrote in the end with what an undisturbed call writes.

    python benchmarks/production/score_kills.py --kills 20 --out benchmarks/production/results/score_kills.json

The table is that of `score.py`, in row groups of 20,000 rows, which are a part each. Every call is a process of its
own. It gets SIGKILL at a random moment between its first written part and its last, or, now and then, before the first.
Then the same command goes on. Afterwards ids have to be those of the source, each once and in order, and the table has
to be the same, byte by byte, as that of a call that nobody disturbed.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import score
import torch

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json

PART = 20_000
# The command with smaller parts, so that there is something to go on with after each of many kills.
COMMAND = (
    "import gnn2mlp.deploy.table_scoring as t; t.score_table.__defaults__ = (*t.score_table.__defaults__[:2], {part}); \
from gnn2mlp.cli import main; raise SystemExit(main())"
)


def command(model: Path, source: Path, out: Path) -> list[str]:
    """The words of a call."""
    own = COMMAND.format(part=PART)
    return [sys.executable, "-c", own, "score", str(model), str(source), str(out), "--keep", "id", "--threads", "1"]


def parts(out: Path) -> int:
    """How many parts are written."""
    return len([*out.with_name(f"{out.name}.parts").glob("part-*.parquet")])


def killed(words: list[str], out: Path, chance: random.Random) -> dict[str, Any]:
    """Start the call, kill it, and say how far it had come; `killed` is false if it was faster."""
    before, process = parts(out), subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    more = chance.choice([0, 1, 1, 2])
    while process.poll() is None and parts(out) < before + more and not out.exists():
        time.sleep(0.002)
    time.sleep(chance.random() * 0.05)
    process.send_signal(signal.SIGKILL)
    code = process.wait()
    return {"before": before, "after": parts(out), "killed": code == -signal.SIGKILL}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def measured(folder: Path, kills: int, rows: int, seed: int = 0) -> dict[str, Any]:
    """Kill as often, go on to the end, and compare."""
    model, source, calm, out = (folder / name for name in ("model", "in.parquet", "calm.parquet", "out.parquet"))
    score.student().save(model)
    score.CHUNK = PART
    score.write_rows(source, rows)
    subprocess.run(command(model, source, calm), check=True, stdout=subprocess.DEVNULL)
    chance, turns, ends = random.Random(seed), [], 0
    while len(turns) < kills:
        turn = killed(command(model, source, out), out, chance)
        if turn["killed"]:
            turns.append(turn)
        if out.exists():  # it came to its end: begin anew
            assert digest(out) == digest(calm), "answers differ"
            out.unlink()
            ends += 1
    subprocess.run(command(model, source, out), check=True, stdout=subprocess.DEVNULL)
    ids = pq.read_table(out, columns=["id"])["id"].to_pylist()
    return {
        "rows": rows,
        "parts": rows // PART,
        "kills": turns,
        "ends": ends + 1,
        "lost": len({*range(rows)} - {*ids}),
        "twice": len(ids) - len({*ids}),
        "in_order": ids == [*range(rows)],
        "equal": digest(out) == digest(calm),
        "left": sorted(path.name for path in folder.iterdir()),
    }


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=40 * PART)
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), options.kills, options.rows)
    print(json.dumps(found, indent=2))
    if options.out:
        write_json(options.out, {"environment": environment(torch.device("cpu")), **found})
    return 0 if found["equal"] and found["in_order"] else 1


if __name__ == "__main__":
    sys.exit(main())
