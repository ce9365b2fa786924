"""How near a student's answer is to what the machine allows, and what a deployed student takes of memory.

    python benchmarks/speed/student_latency.py                  # to `results/student_latency.json`
    python benchmarks/speed/student_latency.py --rounds 5 --only memory 128-128-128-40

The floor of an answer is the longer of two times: its multiply-adds at the rate of a large matrix product, and the
bytes of all weights that it reads at the bandwidth of a large copy (bytes read and written counted). Product, copy and
every form of the student take turns in one process; `over_floor` is the median over rounds of a form's time by the
floor of the same round. Small weights stay in the processor's caches, so that the second time can be beaten.

Forms: `eager`, the module with its normalisation; `folded`, as it ships; `onnx` and `int8` on ONNX Runtime. Rows and
weights are drawn. Sparse rows have 18 non-zeros each, as many as cpf-cora's, and are read by torch alone; their floor
counts what they touch. `memory`: a fresh process imports the deployed student, loads it and answers one row.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import machine
import numpy as np
import torch

from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.onnx import encode, quantise
from gnn2mlp.deploy.onnx_predictor import Network
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.fold import fold
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.students.mlp import MLPStudent

WIDTHS = {
    "128-128-128-40": (128, 128, 128, 40),
    "128-256-256-40": (128, 256, 256, 40),
    "100-256-256-47": (100, 256, 256, 47),
    "1433-128-7": (1433, 128, 7),
    "1433-128-7 sparse": (1433, 128, 7),
}
NONZEROS = 18
BATCHES = (1, 10, 1024)
# A form answers for about so long before the next one's turn.
TURN = 0.02
PRODUCT, COPIED = 1024, 2**24


def measure(case: str, rounds: int) -> machine.Record:
    """Seconds of every form and batch of one shape, and how many times the floor they are."""
    torch.manual_seed(0)
    widths, sparse = WIDTHS[case], case.endswith("sparse")
    module = MLP(widths[0], widths[1], widths[-1], len(widths) - 1, norm="batch").eval()
    return {
        "widths": widths,
        "batches": {str(batch): _batch(module, drawn(batch, widths[0], sparse), rounds) for batch in BATCHES},
    }


def drawn(batch: int, features: int, sparse: bool) -> Features:
    """Random rows, dense or with `NONZEROS` ones in each."""
    if not sparse:
        return torch.randn(batch, features)
    columns = torch.rand(batch, features).topk(NONZEROS).indices.flatten()
    rows = torch.arange(batch).repeat_interleave(NONZEROS)
    return CSR.from_coo(rows, columns, torch.ones(rows.numel()), (batch, features))


def _batch(module: MLP, rows: Features, rounds: int) -> machine.Record:
    a, b = torch.randn(2, PRODUCT, PRODUCT)
    source = torch.ones(COPIED)
    out, target = torch.empty_like(a), torch.empty_like(source)
    calls = {"product": lambda: torch.mm(a, b, out=out), "copy": lambda: target.copy_(source), **forms(module, rows)}
    spent = machine.interleaved({name: partial(_turn, call) for name, call in calls.items()}, rounds)
    operations, weights = work(module, rows)
    rates = [2 * PRODUCT**3 / seconds for seconds in spent.pop("product")]
    copies = [2 * COPIED * source.element_size() / seconds for seconds in spent.pop("copy")]
    floors = [max(operations / rate, weights / copy) for rate, copy in zip(rates, copies, strict=True)]
    return {
        "gflops": median(rates) / 1e9,
        "copy_gb_s": median(copies) / 1e9,
        "floor_us": 1e6 * median(floors),
        "forms": {
            name: {
                "us": 1e6 * median(seconds),
                "over_floor": median(s / floor for s, floor in zip(seconds, floors, strict=True)),
                "rounds_us": [1e6 * s for s in seconds],
            }
            for name, seconds in spent.items()
        },
    }


def forms(module: MLP, rows: Features) -> dict[str, Callable[[], object]]:
    """An answer of each form to these rows."""
    folded = fold(module)

    @torch.inference_mode()
    def eager() -> object:
        return module(rows)

    calls: dict[str, Callable[[], object]] = {"eager": eager, "folded": lambda: folded(rows)}
    if isinstance(rows, CSR):
        return calls
    content, dense = encode(module, rows.size(1)), rows.numpy()
    like = np.random.default_rng(0).standard_normal((256, rows.size(1)), dtype=np.float32)
    exact, small = Network(content), Network(quantise(content, like))
    return calls | {"onnx": lambda: exact(dense), "int8": lambda: small(dense)}


def work(module: MLP, rows: Features) -> tuple[int, int]:
    """Floating-point operations of an answer, two for a multiply-add, and bytes of the weights that it reads."""
    maps = [*module.maps, module.head]
    shapes = [(linear.in_features, linear.out_features) for linear in maps]
    if isinstance(rows, CSR):
        first, (_, hidden) = rows.nnz, shapes.pop(0)
        touched = rows.indices.unique().numel()
        operations, weights = first * hidden, touched * hidden
    else:
        operations = weights = 0
    operations += sum(rows.shape[0] * a * b for a, b in shapes)
    weights += sum(a * b for a, b in shapes) + sum(linear.out_features for linear in maps)
    return 2 * operations, 4 * weights


def _turn(call: Callable[[], object], number: int) -> float:
    """Mean seconds of a call, over as many as a turn has room for."""
    call()
    repeats = max(1, min(500, int(TURN / machine.timed(call))))
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


_PROGRAM = """
import json, sys
from gnn2mlp.deploy import {kind}
{kind}.load({folder!r}).predict([[0.0] * {features}])
lines = open("/proc/self/status").read().splitlines()
mb = {{line.split(":")[0]: int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(("VmRSS", "VmHWM"))}}
print(json.dumps({{"resident_mb": mb["VmRSS"], "peak_mb": mb["VmHWM"], "torch": "torch" in sys.modules}}))
"""


def memory(rounds: int) -> machine.Record:
    """Resident memory of a fresh process that imports the deployed student, loads it and answers one row; medians."""
    widths = WIDTHS["128-256-256-40"]
    student = MLPStudent(hidden=widths[1], layers=len(widths) - 1, norm="batch")
    predictor = Predictor(student, student.build(widths[0], widths[-1]), widths[0], range(widths[-1]))
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        predictor.save(folder)
        predictor.to_onnx(folder)
        for kind in ("OnnxPredictor", "Predictor"):
            program = _PROGRAM.format(kind=kind, folder=folder, features=widths[0])
            told = [_told([sys.executable, "-c", program]) for _ in range(rounds)]
            middle = {key: median(entry[key] for entry in told) for key in ("resident_mb", "peak_mb")}
            found[kind] = {**middle, "torch": told[0]["torch"]}
    return found


def _told(command: list[str]) -> machine.Record:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=root)
    told: machine.Record = json.loads(done.stdout)
    return told


def main() -> None:
    """Measure the shapes that are asked for, and memory; the others stay as they were."""
    parser = machine.parser(__doc__, threads=[1], rounds=15)
    parser.add_argument("--only", nargs="+", choices=(cases := [*WIDTHS, "memory"]), default=cases, help="leave others")
    options = parser.parse_args()
    path = options.results / "student_latency.json"
    for case in options.only:
        if case == "memory":
            found = memory(min(5, options.rounds))
            print(", ".join(f"{kind} {entry['resident_mb']:.0f} MB" for kind, entry in found.items()), flush=True)
            machine.put(path, case, found)
            continue
        for threads in options.threads:
            found = machine.fresh(measure, threads, case=case, rounds=options.rounds)
            for batch, entry in found["batches"].items():
                sides = (f"{n} {f['us']:.1f} us ({f['over_floor']:.2f} x)" for n, f in entry["forms"].items())
                print(f"{case}, {batch}: floor {entry['floor_us']:.2f} us; {', '.join(sides)}", flush=True)
            machine.put(path, f"{case}, {threads}", {"threads": threads, **found})


if __name__ == "__main__":
    main()
