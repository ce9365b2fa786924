"""`gnn2mlp serve` under load, beside a bare FastAPI echo on the same machine, in turn.

    python benchmarks/serving/load.py                       # to `results/load.json`
    python benchmarks/serving/load.py --rounds 3 --seconds 2

A client program (`wrk`, from Debian) posts one row a request over loopback, from 8 and from 64 connections that each
wait for their answer: raw JSON in, label, probabilities, set and outlier out. The table is that of docs/production.md
(16 numbers, a date, a category, a truth value, a text), the student is trained on it for a moment. Each round measures
the echo and then the server for some seconds; figures are medians over rounds, `ratio` is the median of the quotients
of one round, which what else the machine does touches least. Nothing but 200 counts as an answer. At last a server that
lets 8 requests in is asked by 64: the others are told 503.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_digits

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.seeds import seeded
from gnn2mlp.deploy import Predictor, calibrated
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.students.mlp import MLPStudent

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "load.json"
CLIENTS, BODIES, STEPS, HELD = (8, 64), 64, 200, 400
_BOUND, _PATIENCE = 8, 60
Record = dict[str, Any]


def digits() -> tuple[pd.DataFrame, np.ndarray]:
    """The table of docs/production.md without its ids, and the label of each row."""
    random = np.random.default_rng(0)
    pixels, digit = load_digits(return_X_y=True)
    shades = pixels.reshape(-1, 4, 2, 4, 2).mean((2, 4)).reshape(-1, 16)
    table = pd.DataFrame(shades, columns=[f"shade_{place}" for place in range(16)])
    table["scanned"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(8760, size=len(table)), unit="h")
    table["tray"] = random.choice(np.array(["upper", "lower", None], dtype=object), len(table))
    table["coloured"] = random.random(len(table)) < 0.3
    table["note"] = [" ".join(f"ink{place}" for place in np.flatnonzero(row > 12)) for row in pixels]
    table.loc[random.random(len(table)) < 0.05, "shade_5"] = np.nan
    return table, digit


def trained(table: pd.DataFrame, labels: np.ndarray) -> Predictor:
    """A student that has learnt the labels a little, calibrated on rows that it has not seen."""
    columns, student = TableEncoder().fit(table[HELD:]), MLPStudent()
    rows = columns.transform(table[HELD:])
    x = torch.from_numpy(rows if isinstance(rows, np.ndarray) else rows.toarray())
    y = torch.from_numpy(labels[HELD:])
    with seeded(0, "benchmark"):
        module = student.build(columns.num_features, 10)
        optimiser = torch.optim.Adam(module.parameters(), lr=0.01)
        for _ in range(STEPS):
            loss = torch.nn.functional.cross_entropy(module(x).logits, y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    made = Predictor(student, module, columns.num_features, range(10), columns=columns)
    return calibrated(made, table[:HELD], labels[:HELD])


@contextmanager
def running(words: list[str], port: int) -> Iterator[None]:
    """A server process that answers, until the block ends."""
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + _PATIENCE
        while not _listens(port):
            assert time.monotonic() < end, f"{words} does not answer"
            assert process.poll() is None, f"{words} ended by itself"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _listens(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5).close()
    except urllib.error.HTTPError:
        return True  # the echo has no such address
    except OSError:
        return False
    return True


def loaded(port: int, clients: int, seconds: int, bodies: Path) -> Record:
    """What `wrk` measured."""
    words = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "20s", "-s", str(HERE / "requests.lua")]
    done = subprocess.run(
        [*words, f"http://127.0.0.1:{port}/predict", "--", str(bodies)], capture_output=True, text=True, check=True
    )
    told = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    errors = {name: told[name] for name in ("connect", "read", "write", "status", "timeout")}
    return {
        "requests": told["requests"],
        "per_second": told["requests"] / told["microseconds"] * 1e6,
        "p50_ms": told["p50"] / 1e3,
        "p99_ms": told["p99"] / 1e3,
        "errors": errors,
    }


def beside(ports: dict[str, int], clients: int, rounds: int, seconds: int, bodies: Path) -> Record:
    """The echo and the server in turn."""
    for port in ports.values():
        loaded(port, clients, 1, bodies)
    turns = [{name: loaded(port, clients, seconds, bodies) for name, port in ports.items()} for _ in range(rounds)]
    found: Record = {"clients": clients, "rounds": rounds, "seconds": seconds}
    for name in ports:
        found[name] = {key: median(turn[name][key] for turn in turns) for key in ("per_second", "p50_ms", "p99_ms")}
        found[name]["requests"] = sum(turn[name]["requests"] for turn in turns)
        found[name]["errors"] = sum(sum(turn[name]["errors"].values()) for turn in turns)
    found["ratio"] = median(turn["serve"]["per_second"] / turn["echo"]["per_second"] for turn in turns)
    return found


def batches(port: int) -> float:
    """Rows of a batch, in the mean since the server began."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as response:
        lines = response.read().decode().splitlines()
    found = {line.split()[0]: float(line.split()[1]) for line in lines if line.startswith("gnn2mlp_batch_rows_")}
    return found["gnn2mlp_batch_rows_sum"] / found["gnn2mlp_batch_rows_count"]


def main() -> None:
    """Measure, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement")
    parser.add_argument("--port", type=int, default=8460, help="the first of three in a row that are free")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    assert shutil.which("wrk"), "wrk is missing: apt-get install wrk"
    with tempfile.TemporaryDirectory() as scratch:
        place, bodies = Path(scratch) / "digits", Path(scratch) / "rows"
        table, labels = digits()
        student = trained(table, labels)
        student.save(place)
        student.to_onnx(place / "model.onnx")
        rows = json.loads(table[:BODIES].to_json(orient="records", date_format="iso"))
        bodies.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        ports = {"echo": options.port, "serve": options.port + 1}
        serve = ["-m", "gnn2mlp", "serve", str(place), "--port"]
        limits = options.rounds, options.seconds, bodies
        found: Record = {"rows": [], "bytes": int(np.mean([len(json.dumps(row)) for row in rows]))}
        with running([str(HERE / "echo.py"), str(ports["echo"])], ports["echo"]):
            for clients in CLIENTS:
                with running([*serve, str(ports["serve"])], ports["serve"]):
                    record = beside(ports, clients, *limits)
                    found["rows"].append({**record, "batch_rows": batches(ports["serve"])})
                    print(json.dumps(found["rows"][-1]))
        third = options.port + 2
        with running([*serve, str(third), "--queue", str(_BOUND)], third):
            found["bounded"] = {"queue": _BOUND, "clients": 64, **loaded(third, 64, options.seconds, bodies)}
            print(json.dumps(found["bounded"]))
    wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    write_json(
        options.out, {**found, "client": " ".join(wrk.split()[:2]), "environment": environment(torch.device("cpu"))}
    )


if __name__ == "__main__":
    main()
