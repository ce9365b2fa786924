"""The measurements on a GPU: all of it runs on the CPU with tiny sizes, and one rung that fails costs no other."""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.nn.csr import CSR
from tests.cuda import needs_cuda, on_each_device

ROOT = Path(__file__).resolve().parents[1]
GPU = ROOT / "benchmarks" / "gpu"
# What a CPU cannot do, by a word of the label or of the error.
NEEDS_CUDA, NO_LOADER, NO_HALF = "needs CUDA", "pyg-lib", "BFloat16"


@pytest.fixture(scope="module")
def script() -> Iterator[Any]:
    """Imports a script of the folder by its name."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in (GPU.parent, GPU.parent / "speed", GPU):
            patch.syspath_prepend(folder)
        yield importlib.import_module


@pytest.fixture(scope="module")
def counting(script) -> ModuleType:
    return script("counting")


def sh(name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(GPU / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the whole of it finds on the CPU."""
    folder = tmp_path_factory.mktemp("gpu")
    options = ["--device", "cpu", "--tiny", "--tests", "tests/nn/test_dropout.py"]
    done = sh("run.sh", str(folder), *options, PYTHON=sys.executable, WHEELS=str(folder / "none"), OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["gpu.json", "log.txt"]
    found: dict[str, Any] = json.loads((folder / "gpu.json").read_text())
    return found


def test_every_rung_comes_to_its_end_with_figures(script, ran: dict[str, Any]):
    assert [*ran["rungs"]] == [rung.name for rung in script("rungs").RUNGS]
    for name, rung in ran["rungs"].items():
        assert rung["state"] == "done", (name, rung)
        assert any("error" not in entry for entry in rung["results"].values()), name
        assert "error" in rung["clocks"] or "clocks.sm" in rung["clocks"]
        for label, entry in rung["results"].items():
            if "error" in entry:
                assert cannot(label, entry["error"]), (label, entry)
            else:
                assert any(isinstance(value, float) for value in entry.values()), label


def cannot(label: str, error: str) -> bool:
    """Whether it is known that a CPU lacks what this would need."""
    if error == NEEDS_CUDA:
        return any(word in label for word in ("graph", "Triton", "Predictor"))
    if "NeighborLoader" in label:
        return NO_LOADER in error
    return "bf16" in label and (NO_HALF in error or "BFloat16" in error)


def test_figures_stand_beside_their_floor(ran: dict[str, Any]):
    found = ran["rungs"]["gcn"]["results"]["arxiv, ours, float32"]
    limits = ran["rungs"]["card"]["results"]
    seconds = max(found["operations"] / limits["rates"]["float32"] / 1e9, found["bytes"] / limits["copy"]["gb_s"] / 1e9)
    assert found["floor_s"] == pytest.approx(seconds)
    assert found["share"] == pytest.approx(seconds / found["epoch_s"])
    assert found["gathered_bytes"] > found["bytes"]
    for label in ("1, folded", "10, eager", "100, compiled"):
        assert ran["rungs"]["latency"]["results"][label]["off"] < 1e-4
    for label, entry in ran["rungs"]["sparse"]["results"].items():
        if "float32" in label and "error" not in entry:
            assert entry["off"] < 1e-5, label


def test_precisions_can_be_compared_by_what_is_learnt(ran: dict[str, Any]):
    for label, entry in ran["rungs"]["gcn"]["results"].items():
        if ", ours, " in label:
            assert 0 <= entry["valid"] <= 1
            assert entry["loss"] > 0


def test_times_stand_without_the_limits_of_the_card(script, counting: ModuleType, tmp_path: Path):
    bench = script("inside").Bench("gcn", tmp_path / "gpu.json", torch.device("cpu"), True)
    found = bench.against_floor(counting.Work(3.0, 4.0, 5.0), 1.0)
    assert found == {"operations": 3.0, "bytes": 4.0, "gathered_bytes": 9.0}


def test_the_file_says_where_and_with_what_it_was_made(ran: dict[str, Any]):
    about = ran["about"]
    assert (about["device"], about["tiny"]) == ("cpu", True)
    assert about["environment"]["versions"]["torch"] == torch.__version__
    assert len(about["environment"]["code"]) == len(about["benchmarks"]) == 16
    assert "clocks" in ran


def test_tests_that_need_cuda_are_run_and_told_one_by_one(ran: dict[str, Any]):
    tests = ran["tests"]
    assert tests["state"] == "done"
    assert "tests/nn/test_dropout.py::test_on_cuda" in [line["test"] for line in tests["each"]]
    assert all(line["outcome"] in ("passed", "skipped") for line in tests["each"])


RUNGS = """
import ctypes, os, time
import torch

def well(bench):
    bench.measure("a", lambda: {"us": 1.0})

def crashes(bench):
    well(bench)
    print("about to fall", flush=True)
    ctypes.string_at(0)

def hangs(bench):
    well(bench)
    if os.fork() == 0:
        bench.path.with_name("started").write_text(str(os.getpid()))
    time.sleep(600)

def raises(bench):
    well(bench)
    raise ValueError("no such thing")

def partly(bench):
    bench.measure("bad", lambda: 1 / 0)
    bench.measure("full", lambda: {"bytes": torch.empty(2**60).nbytes})
    well(bench)
"""


@pytest.fixture(scope="module")
def climbed(script, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is found by rungs of which most fail."""
    folder = tmp_path_factory.mktemp("climb")
    (folder / "made_up_rungs.py").write_text(RUNGS)
    ladder, path = script("ladder"), folder / "gpu.json"
    limits = {"partly": 60.0, "crashes": 60.0, "raises": 60.0, "hangs": 2.0, "well": 60.0}
    rungs = [ladder.Rung(name, f"made_up_rungs:{name}", limit, "") for name, limit in limits.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        patch.setattr(ladder, "PRELOADED", ["inside"])
        ladder.climb(rungs, path, "cpu", True, time.monotonic() + 300)
    found: dict[str, Any] = json.loads(path.read_text())
    found["started"] = int((folder / "started").read_text())
    return found


@pytest.mark.parametrize(
    ("name", "state", "error"),
    [
        ("well", "done", ""),
        ("partly", "done", ""),
        ("raises", "failed", "ValueError: no such thing"),
        ("crashes", "crashed", "SIGSEGV"),
        ("crashes", "crashed", "about to fall"),
        ("hangs", "timed out", "ended after 2 s"),
    ],
)
def test_a_rung_that_fails_is_noted_and_the_rest_goes_on(climbed: dict[str, Any], name: str, state: str, error: str):
    rung = climbed["rungs"][name]
    assert rung["state"] == state
    assert error in rung.get("error", "")
    assert rung["results"]["a"] == {"us": 1.0}  # what was found before stays


def test_a_measurement_that_fails_is_noted_and_the_next_one_made(climbed: dict[str, Any]):
    results = climbed["rungs"]["partly"]["results"]
    assert results["bad"] == {"error": "ZeroDivisionError: division by zero"}
    assert "memory" in results["full"]["error"]


def test_what_a_hanging_rung_has_started_ends_with_it(climbed: dict[str, Any]):
    status = Path(f"/proc/{climbed['started']}/status")
    assert not status.exists() or "zombie" in status.read_text()


def test_rungs_for_which_the_budget_has_no_room_are_skipped(script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ladder, path = script("ladder"), tmp_path / "gpu.json"
    monkeypatch.setattr(ladder, "starting", lambda device: None)
    rungs = [ladder.Rung("late", "nowhere:nothing", 60.0, "")]
    ladder.climb(rungs, path, "cpu", True, time.monotonic() + ladder.RESERVE_S + ladder.LEAST_S - 1)
    assert json.loads(path.read_text())["rungs"]["late"] == {
        "results": {},
        "state": "skipped",
        "error": "the budget had 4 s left",
    }


def test_a_device_that_a_fork_cannot_reach_has_rungs_start_by_themselves(script, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    ladder = script("ladder")
    monkeypatch.setattr(ladder, "PRELOADED", ["inside"])
    assert ladder.starting("nowhere").get_start_method() == "spawn"
    assert ladder.starting("cpu").get_start_method() == "forkserver"


def test_tests_that_ended_are_told_though_a_later_one_ends_the_process(script, tmp_path: Path):
    falls, broken = tmp_path / "test_falls.py", tmp_path / "test_broken.py"
    falls.write_text("import os\ndef test_a(): pass\ndef test_b(): os._exit(3)\n")
    broken.write_text("import no_such_module")
    ladder, path = script("ladder"), tmp_path / "gpu.json"
    ladder.run_tests([str(falls), str(broken)], path, 100.0, marked="not cuda", processes=1)
    tests = json.loads(path.read_text())["tests"]
    assert (tests["state"], tests["exit_code"]) == ("done", 3)
    assert tests["outcomes"] == {"passed": 1, "failed": 1}  # a file that cannot be imported costs no other
    assert any("no_such_module" in line.get("error", "") for line in tests["each"])


def test_tests_that_take_too_long_are_ended(script, tmp_path: Path):
    slow = tmp_path / "test_slow.py"
    slow.write_text("import time\ndef test_it(): time.sleep(600)\n")
    ladder, path = script("ladder"), tmp_path / "gpu.json"
    ladder.run_tests([str(slow)], path, 0.5, marked="not cuda")
    tests = json.loads(path.read_text())["tests"]
    assert (tests["state"], tests["outcomes"]) == ("timed out", {})
    assert tests["exit_code"] not in (0, 5)  # the run is not called well


def test_test_files_that_speak_of_cuda_are_found(script):
    found = script("ladder").mentioning_cuda()
    assert {"tests/nn/test_dropout.py", "tests/test_gpu_benchmark.py"} <= {*found}
    assert "tests/core/test_spec.py" not in found


def test_wheels_are_pinned_and_leave_nothing_out():
    planned = dict(line.split("==") for line in sh("wheels.sh", "--plan").stdout.split())
    there = set(sh("wheels.sh", "--has").stdout.split())
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    assert planned == {name: pins[name] for name in planned}
    assert not {name.lower() for name in planned} & there
    lines = (ROOT / "setup.cfg").read_text().split("install_requires =")[1].split("\n[")[0].split()
    needed = {line.split(">=")[0] for line in lines}
    needed |= {"beartype", "duckdb", "onnx", "onnxscript", "onnxruntime", "pyarrow", "pytest", "jaxtyping"}
    assert needed <= {name.lower() for name in planned} | there
    assert sh("wheels.sh").returncode == 2


def test_products_and_maps_are_counted_once_for_each_pass(counting: ModuleType):
    matrix = counting.Sparse(10, 20, 100)
    work = counting.product(matrix, 8)
    assert work.operations == 2 * 100 * 8
    assert work.bytes == 4 * (20 * 8 + 10 * 8) + 100 * 8 + 11 * 4
    assert work.gathered == (100 - 20) * 8 * 4
    assert counting.map_forward(10, 3, 5) == counting.Work(2 * 10 * 3 * 5, 4 * (30 + 15 + 50))
    assert counting.map_backward(10, 3, 5, inputs=False) == counting.map_forward(10, 3, 5)
    assert counting.map_backward(10, 3, 5) == counting.map_forward(10, 3, 5) * 2


def test_an_epoch_of_a_student_is_counted_as_the_speed_benchmarks_count_it(script, counting: ModuleType):
    widths = [16, 8, 8, 4]
    assert counting.mlp_epoch(widths, 100, 20, 3).operations == script("large_graph").operations(widths, 100, 20)


def test_a_product_that_is_remembered_is_no_work_of_an_epoch(counting: ModuleType):
    matrix = counting.Sparse(10, 10, 50)
    hidden = counting.Layer((matrix,), 8, 4)
    first = counting.Layer((matrix,), 4, 8, remembered=True, first=True)
    assert first.forward().operations == 2 * 10 * 4 * 8
    assert first.backward().operations == first.forward().operations  # no gradient of the input
    assert hidden.forward().operations == 2 * 10 * 8 * 4 + 2 * 50 * 4
    assert hidden.backward().operations == 2 * (2 * 10 * 8 * 4) + 2 * 50 * 4
    step = sum(layer.forward().operations + layer.backward().operations for layer in (first, hidden))
    seen = first.forward().operations + hidden.forward().operations
    assert counting.gnn_epoch([first, hidden]).operations == step + seen
    assert counting.gnn_epoch([first, hidden], validated=()).operations == step


@pytest.mark.parametrize("name", ["cora", "arxiv", "products"])
def test_graphs_have_the_size_and_form_that_was_asked_for(script, name: str):
    graphs = script("graphs")
    drawn, again = (graphs.Drawn(name, True, torch.device("cpu")) for _ in range(2))
    graph, size = drawn.graph, drawn.size
    sizes = (graph.num_nodes, graph.num_edges, graph.num_features, graph.task.num_outputs)
    assert sizes == (size.nodes, size.edges, size.features, size.classes)
    assert isinstance(graph.features, CSR) == (size.words is not None)
    assert torch.equal(graph.edge_index, again.graph.edge_index)
    low, high = graph.edge_index
    assert (low != high).all()
    assert (torch.diff(low * size.nodes + high) > 0).all()  # sorted, and none twice
    assert torch.equal(torch.stack([high, low])[:, torch.argsort(high * size.nodes + low)], graph.edge_index)
    assert drawn.seen(5).train.numel() == 5
    assert not set(drawn.observed.train.tolist()) & set(drawn.observed.valid.tolist())


def test_degrees_have_a_heavy_tail(script):
    edges = script("graphs").draw_edges(2_000, 10_000, torch.Generator().manual_seed(0))
    degree = torch.bincount(edges[0], minlength=2_000)
    assert degree.max() > 15 * degree.float().mean()


@on_each_device
@pytest.mark.skipif(find_spec("triton") is None, reason="needs Triton")
@pytest.mark.parametrize("width", [5, 300])
def test_the_kernel_in_triton_multiplies(script, monkeypatch: pytest.MonkeyPatch, device: str, width: int):
    if device == "cpu":  # by Triton's interpreter, which takes no newer numpy
        if tuple(map(int, np.__version__.split(".")[:2])) >= (2, 4) or torch.cuda.is_available():
            pytest.skip("Triton's interpreter needs numpy below 2.4, and a process without CUDA")
        monkeypatch.setenv("TRITON_INTERPRET", "1")
    dense = torch.rand(40, 30)
    matrix = CSR.from_dense(dense * (dense > 0.6)).rows(torch.tensor([0, 3, 3, 1])).to(device)
    factor = torch.randn(30, width, device=device)
    for tall in (2, 16):
        found = script("triton_rows").Product(matrix, tall)(factor)
        assert torch.allclose(found, matrix.to_dense() @ factor, atol=1e-5)


@needs_cuda
def test_the_card_is_timed_by_events_and_profile(script):
    card = script("card")
    bench = script("inside").Bench("none", Path("nowhere"), torch.device("cuda"), True)
    x = torch.randn(512, 512, device="cuda")
    found = card.clocked(bench, lambda: x @ x)
    assert found["queued_us"] > 0
    clock = card.Epochs(torch.device("cuda"), 3)
    for epoch in (1, 2, 3):
        x @ x
        clock(epoch, 3)
    assert clock.record()["launches"] >= 1


def test_the_page_says_that_no_card_has_run_it(script, tmp_path: Path):
    page, out = script("gpu_page"), tmp_path / "GPU.md"
    check = ["--results", str(tmp_path), "--out", str(out), "--check"]
    assert page.main(check) == 1
    assert page.main(check[:-1]) == 0
    assert page.main(check) == 0
    assert "**No card has run it yet.**" in out.read_text()
    for rung in script("rungs").RUNGS:
        assert f"| `{rung.name}` | {rung.about} |" in out.read_text()


def test_the_page_has_every_figure_of_a_card(script, ran: dict[str, Any], tmp_path: Path):
    page = script("gpu_page")
    (tmp_path / "card.json").write_text(json.dumps(ran))
    text = page.text(tmp_path)
    assert "No card has run it" not in text
    for name, rung in ran["rungs"].items():
        assert f"### `{name}`: " in text
        for label in rung["results"]:
            assert f"| {label} | " in text


def epoch(seconds: float, **more: float) -> dict[str, Any]:
    return {
        "epoch_s": seconds,
        "share": 0.7,
        "gathered_share": 0.8,
        "floor_s": 0.7 * seconds,
        "binding": "bytes",
        **more,
    }


@pytest.mark.parametrize(("faster", "verdict"), [(True, True), (False, False)])
def test_targets_hold_or_do_not(script, faster: bool, verdict: bool):
    ours = 1.0 if faster else 3.0
    answer = {"us": 10.0 * ours, "queued_us": 5.0}
    results: dict[str, Any] = {
        "gcn": {
            "arxiv, ours, float32": epoch(ours, share=0.8 / ours),
            "arxiv, ours, bf16": {"error": "none"},
            "arxiv, PyG sparse matrix, float32": epoch(4.0),
            "arxiv, PyG edge_index, float32": epoch(5.0),
        },
        "student": {"ours, batches of 4096, bf16": epoch(ours, operations_s=0.6)},
        "latency": {"1, CUDA graph": answer},
        "products": {"products, ours, float32": epoch(ours, training_s=400.0 * ours, peak_gib=30.0 * ours)},
    }
    outcomes = {"passed": 3} if faster else {"passed": 2, "failed": 1}
    tests = {"outcomes": outcomes, "state": "done"}
    found = {"tests": tests, "rungs": {name: {"results": entries} for name, entries in results.items()}}
    told = list(script("gpu_page").targets(found))
    assert [target.holds for target in told] == [verdict] * 7
    ratio = next(target for target in told if "PyG / ours" in target.what)
    assert ratio.measured == f"{4.0 / ours:.2f} × (arxiv, ours, float32)"  # against the faster of the two
    nothing = list(script("gpu_page").targets({"rungs": {}}))
    assert [target.holds for target in nothing] == [None] * 7


def test_the_page_is_up_to_date(script):
    page = script("gpu_page")
    assert page.text() == page.PAGE.read_text(), "run python benchmarks/gpu/gpu_page.py"
