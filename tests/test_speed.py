"""The speed benchmarks: sides take turns, the reference is the same model, the page equals its result files."""

import argparse
import importlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import NeighbourSampler
from gnn2mlp.nn.selection import Selection
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers._inference import infer, input_features
from tests.helpers import tiny_arrays, tiny_graph
from tests.tiny import small, views_of

SPEED = Path(__file__).resolve().parents[1] / "benchmarks" / "speed"


@pytest.fixture(scope="module")
def script() -> Iterator[object]:
    """Imports a script of the folder by its name."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in (SPEED.parent, SPEED):
            patch.syspath_prepend(folder)
        yield importlib.import_module


@pytest.fixture(scope="module")
def machine(script) -> ModuleType:
    return script("machine")


@pytest.fixture(scope="module")
def reference(script) -> ModuleType:
    return script("reference")


def test_sides_take_turns_in_an_order_that_rotates(machine: ModuleType):
    calls: list[str] = []

    def side(name: str, seconds: float):
        def contender(number: int) -> float:
            calls.append(f"{name}{number}")
            return seconds + number

        return contender

    spent = machine.interleaved({"a": side("a", 1.0), "b": side("b", 2.0)}, 3)
    assert calls == ["a0", "b0", "a0", "b0", "b1", "a1", "a2", "b2"]
    assert spent == {"a": [1.0, 2.0, 3.0], "b": [2.0, 3.0, 4.0]}
    calls.clear()
    machine.interleaved({"a": side("a", 1.0)}, 1, warm_up=False)
    assert calls == ["a0"]


def test_the_ratio_is_the_median_of_the_rounds(machine: ModuleType):
    found = machine.compared({"ours": [1.0, 2.0, 4.0], "pyg": [3.0, 10.0, 8.0]})
    assert found["pyg"] == {"median_s": 8.0, "ratio": 3.0, "seconds": [3.0, 10.0, 8.0], "ratios": [3.0, 5.0, 2.0]}
    assert found["ours"]["ratio"] == 1.0


def test_an_epoch_is_counted_without_the_first(machine: ModuleType):
    laps = machine.Laps()
    laps.ends = [0.0, 5.0, 7.0, 9.0]
    assert (laps.epoch, laps.start) == (2.0, 3.0)

    def fit(progress) -> None:
        for epoch in (1, 2, 3):
            progress(epoch, 3)

    assert machine.lap(fit) >= 0


def test_peak_memory_starts_anew_with_each_call(machine: ModuleType):
    def hold(mib: int) -> int:
        return torch.ones(mib * 2**18).numel()

    value, large = machine.metered(lambda: hold(256))
    _, small_ = machine.metered(lambda: hold(1))
    assert value == 256 * 2**18
    assert 0.2 < large["peak_gib"] - large["before_gib"] < 0.5
    assert small_["peak_gib"] < large["peak_gib"] - 0.1


def test_a_fresh_process_has_the_threads_and_memory_that_were_asked_for(machine: ModuleType, monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
    for keeping in (False, True):
        found = machine.fresh(machine.surroundings, 2, keeping=keeping)
        assert found == {"threads": 2, "maps": not keeping}
    told: dict[str, Any] = {}

    def run(command: list[str], **given: Any) -> subprocess.CompletedProcess:
        told.update(given)
        return subprocess.CompletedProcess(command, 0, "a warning\n[1]\n")

    monkeypatch.setattr(machine.subprocess, "run", run)
    assert machine.fresh(machine.surroundings, 1, some="argument") == [1]
    assert json.loads(told["input"]) == {"some": "argument"}
    assert told["env"]["OMP_NUM_THREADS"] == "1"
    assert "GLIBC_TUNABLES" not in told["env"]


def test_rates_count_operations_and_bytes(machine: ModuleType, monkeypatch):
    monkeypatch.setattr(machine, "_best", lambda call, seconds: 1e-3)
    assert machine.matrix_rate(10) == pytest.approx(2 * 10**3 / 1e-3 / 1e9)
    assert machine.copy_bandwidth(2**-20) == pytest.approx(2 * 1024 / 1e-3 / 1e9)


def copied(reference: ModuleType, ours: torch.nn.Module, conv: str, norm: str) -> torch.nn.Module:
    """PyG's network with the weights of `ours`."""
    how = reference.Settings(16, 3, 0.1, norm, 0.01, 0.0, 5, 5)
    theirs = reference.GNN(reference.CONVS[conv], [12, 16, 16, 3], how)
    with torch.no_grad():
        for layer, their_layer in zip(ours.convs, theirs.convs, strict=True):
            if conv.startswith("gcn"):
                their_layer.lin.weight.copy_(layer.map.weight.T)
                their_layer.bias.copy_(layer.bias)
            else:
                their_layer.lin_l.weight.copy_(layer.neighbours.weight.T)
                their_layer.lin_l.bias.copy_(layer.own.bias)
                their_layer.lin_r.weight.copy_(layer.own.weight.T)
    theirs.norms.load_state_dict(ours.norms.state_dict())
    return theirs


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize(
    ("conv", "teacher"), [("gcn", {"name": "gcn"}), ("gcn, cached", {"name": "gcn"}), ("sage", {"name": "sage"})]
)
def test_the_reference_is_the_same_network(reference: ModuleType, conv: str, teacher: dict[str, str], norm: str):
    graph = tiny_graph()
    options = {"aggregator": "mean"} if conv == "sage" else {}
    ours = small(TEACHERS, teacher["name"], layers=3, norm=norm, **options)
    torch.manual_seed(0)
    ours.initialise(graph.num_features, graph.task.num_outputs)
    for layer in ours.module_.convs:  # biases start as zeros and would hide a difference
        torch.nn.init.normal_(layer.own.bias if conv == "sage" else layer.bias)
    theirs = copied(reference, ours.module_, conv, norm)
    expected = infer(ours.module_, NeighbourSampler(graph.adjacency), input_features(graph))["logits"]
    found = reference.predict(theirs, graph.features, graph.edge_index)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_the_reference_learns(reference: ModuleType):
    observed = views_of(tiny_graph()).observed
    graph, labels = observed.graph, tiny_graph().labels
    data = reference.Data(graph.features, graph.edge_index, graph.labels, observed.train, observed.valid)
    how = reference.Settings(16, 2, 0.1, "none", 0.01, 0.0, 60, 60)
    logits = reference.predict(reference.train_gnn(data, "gcn, cached", how), graph.features, graph.edge_index)
    student = reference.train_mlp(data, logits, how, batch_size=20)
    assert (logits.argmax(-1) == labels).float().mean() > 0.8
    assert (reference.predict(student, graph.features).argmax(-1) == logits.argmax(-1)).float().mean() > 0.8


def test_the_reference_stops_where_the_library_would(reference: ModuleType):
    right = [2, 3, 3, 1, 3, 2, 2, 2, 3]  # of four validation rows, by epoch
    how = reference.Settings(1, 2, 0.0, "none", 0.1, 0.0, len(right), 3)
    theirs, ours = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    told = iter(right)

    def step(optimiser: torch.optim.Optimizer) -> None:
        with torch.no_grad():
            theirs.bias += 1

    def validate() -> torch.Tensor:
        return torch.nn.functional.one_hot((torch.arange(4) >= next(told)).long(), 2)

    torch.nn.init.zeros_(theirs.bias)
    reference._train(theirs, how, step, validate, torch.zeros(4, dtype=torch.long), lambda done, total: None)
    stopping = Selection(ours, how.patience)
    for epoch, score in enumerate(right, start=1):
        torch.nn.init.constant_(ours.bias, epoch)
        if stopping.update(epoch, score):
            break
    stopping.restore()
    assert next(told) == right[epoch]
    assert theirs.bias.item() == ours.bias.item() == 5


def test_settings_are_those_of_the_library(reference: ModuleType):
    given = {"hidden": 1, "layers": 2, "dropout": 0.3, "norm": "none", "fanouts": None, "lr": 1.0}
    how = reference.Settings.of(given, {"lr": 0.1, "weight_decay": 0.2, "epochs": 3, "patience": 4})
    assert how == reference.Settings(1, 2, 0.3, "none", 0.1, 0.2, 3, 4)


def test_a_whole_job_is_compared_in_time_accuracy_and_epochs(script, tmp_path: Path, monkeypatch):
    whole_job = script("whole_job")
    monkeypatch.setattr(whole_job, "TRIAL_EPOCHS", 2)
    x, y, edges = tiny_arrays()
    np.savez(tmp_path / "tiny.npz", x=x, y=y, edge_index=edges)
    found = whole_job.compare(str(tmp_path / "tiny.npz"), None, rounds=1, fixed_epochs=3)
    assert found["reference"]["chosen"] in found["reference"]["tried"]
    assert found["fixed"]["epochs_run"] == {side: {"teacher": 3, "student": 3} for side in ("ours", "pyg")}
    for model in ("teacher", "student"):
        entry = found["job"]["accuracy"][model]
        assert min(entry["ours"], entry["pyg"]) > 0.6
        assert entry["difference"] == pytest.approx(entry["ours"] - entry["pyg"])
    assert len(found["job"]["sides"]["pyg"]["ratios"]) == 1
    json.dumps(found, allow_nan=False)


def test_results_of_one_round_have_no_error(script):
    whole_job = script("whole_job")
    one = {side: [whole_job.Scores(0.5, 0.75, 1, 2)] for side in ("ours", "pyg")}
    assert whole_job._accuracy(one)["student"]["error"] is None


def test_arithmetic_is_counted_as_stated(script):
    # Two maps, 6 and 12 multiply-adds a row: forward 18, backward 36 less 6 for the gradient of the input.
    assert script("large_graph").operations([2, 3, 4], rows=5, valid=1) == 2 * (5 * (18 + 30) + 18)


def test_all_sides_train_on_the_large_graph(script, machine: ModuleType):
    large_graph = script("large_graph")
    found = large_graph.teacher(scale=0.02, rounds=1, validate=False)
    assert list(found["sides"]) == ["ours", *large_graph.PYG]
    assert all(len(side["seconds"]) == 1 and side["median_s"] > 0 for side in found["sides"].values())
    assert 0.1 < large_graph.memory(0.02, "edge_index")["peak_gib"] < 8


def test_rates_of_the_student_are_shares_of_the_machine(script, machine: ModuleType, monkeypatch):
    large_graph = script("large_graph")
    rates = iter([*range(len(machine.SIZES)), 50.0, 25.0])
    monkeypatch.setattr(machine, "matrix_rate", lambda size: next(rates))
    found = large_graph.student(scale=0.02, rounds=2, kind="student")
    ours = found["sides"]["ours"]
    assert found["widths"] == [128, 256, 256, 40]
    assert found["machine"] == {"size": machine.SIZES[-1], "gflops": 37.5, "rates": [50.0, 25.0]}
    each = [1e-9 * found["operations"] / seconds for seconds in ours["seconds"]]
    assert ours["gflops"] == pytest.approx(sum(each) / 2)
    assert ours["shares"] == pytest.approx([each[0] / 50, each[1] / 25])
    assert ours["share"] == pytest.approx(sum(ours["shares"]) / 2)
    assert found["rows_per_s"] == pytest.approx(3387 / ours["median_s"])


def test_a_journey_tells_every_stage(script, tmp_path: Path):
    journey, workloads = script("journey"), script("workloads")
    teacher = Spec("sage", hidden=8, fanouts=[2, 2, 2])
    works = [workloads.Work("synthetic-arxiv", 0.02, teacher, {"hidden": 8}, journey.kept(tmp_path)) for _ in "12"]
    found = journey.journey(works[0], teacher_epochs=2, student_epochs=2, repeats=10, budget=0.1)
    assert list(found["stages"]) == list(journey.STAGES)
    assert all(stage["peak_gib"] > 0.05 for stage in found["stages"].values())
    assert found["stages"]["student"]["epochs"] == 2
    assert found["requests"]["ratio"] > 1
    assert found["graph"]["nodes"] == 3387
    # The second time the graph is read, and is the same.
    assert works[1].graph.digest == works[0].graph.digest
    assert len(list(tmp_path.iterdir())) == 1


def test_a_join_is_measured_whole(script, tmp_path: Path):
    joins = script("joins")
    assert joins.write(str(tmp_path), 3000)["bytes"] > 3000 * 20
    found = joins.join(str(tmp_path))
    assert found["joined"] == 3000
    assert 8 < found["shards"] <= 16 < found["opened"]
    assert min(found[name] for name in ("cpu_s", "seconds", "work_gib", "peak_gib")) > 0


def test_growth_is_the_slope_of_logarithms(script, tmp_path: Path):
    growth = script("growth")
    assert growth.exponent([1, 2, 4, 8], [3, 12, 48, 192]) == pytest.approx(2)
    sizes = [journey_of(growth, nodes) for nodes in (100, 200)]
    stages = growth.summarise(sizes)
    assert stages["teacher"]["seconds"] == [1.0, 2.0]
    assert stages["export"]["gib"] == [0.5, 1.0]
    assert stages["view"]["time"] == pytest.approx(1)
    assert "edges" not in stages["teacher"]
    for size, edges in zip(sizes, (10, 40), strict=True):
        size["stages"]["teacher"]["edges"] = edges
    assert growth.summarise(sizes)["teacher"]["time_by_edges"] == pytest.approx(0.5)
    growth.plot({"nodes": [100, 200], "stages": stages}, tmp_path / "growth.svg", "a title")
    assert "</svg>" in (tmp_path / "growth.svg").read_text()


def test_sampled_edges_are_those_of_every_layer_and_batch(script):
    growth, workloads = script("growth"), script("workloads")
    work = workloads.Work("synthetic-arxiv", 0.02, Spec("sage", fanouts=[1, 2, 3], batch_size=100))
    trained = len(work.observed.train)
    # Of the last layer 3 edges a trained node, of the one before 2 for each of the 4 nodes so reached, of the first 1.
    assert 3 * trained < growth.sampled_edges(work) <= (3 + 2 * 4 + 1 * 12) * trained


def journey_of(growth: ModuleType, nodes: int) -> dict[str, Any]:
    """A made-up journey whose costs are linear."""
    stages = {s: {"seconds": nodes / 50, "peak_gib": 0.5 + nodes / 200, "before_gib": 0.5} for s in growth.LABELS}
    for stage in ("teacher", "student"):
        stages[stage] |= {"epoch_s": nodes / 100, "epochs": 3}
    timed = {"median_ms": nodes, "p95_ms": 2 * nodes, "repeats": 10, "threads": 1}
    requests = {"teacher": timed, "student": {**timed, "median_ms": nodes / 2000}, "ratio": 2000.0}
    return {"stages": stages, "requests": requests, "graph": {"nodes": nodes, "edges": 3}, "peak_gib": 1.5}


def test_a_profile_leaves_out_the_first_epoch(script):
    hot_spots = script("hot_spots")
    found = hot_spots.spots("student", None, 0.02)
    assert len(found["operators"]) == hot_spots.TOP
    assert 0 < sum(entry["share"] for entry in found["operators"]) <= 1
    adam = [entry["calls"] for entry in found["operators"] if "Adam" in entry["name"]]
    assert all(calls == 1 for calls in adam)  # one batch an epoch


def sides(**ratios: float) -> dict[str, Any]:
    return {
        name: {"median_s": ratio, "ratio": ratio, "ratios": [ratio], "seconds": [ratio], "start_s": 0.1}
        for name, ratio in {"ours": 1.0, **ratios}.items()
    }


@pytest.fixture
def results(script, machine: ModuleType, tmp_path: Path) -> Path:
    """Made-up results of every script, written as the scripts do."""
    growth, large_graph = script("growth"), script("large_graph")
    one = {"ours": 0.8, "pyg": 0.79, "difference": 0.01, "error": 0.01, "p": 0.3}
    part = {
        "sides": sides(pyg=6.0),
        "accuracy": {"teacher": one, "student": {**one, "p": 0.01}},
        "epochs_run": {side: {"teacher": 10, "student": 20} for side in ("ours", "pyg")},
    }
    whole = {"job": part, "fixed": {**part, "epochs": 5}, "reference": {"chosen": "gcn, cached"}}
    machine.put(tmp_path / "whole_job.json", "tiny, 1", {"threads": 1, **whole})
    slow = {**whole, "fixed": {**part, "sides": sides(pyg=4.0), "epochs": 5}}
    machine.put(tmp_path / "whole_job.json", "other, 2", {"threads": 2, **slow})
    machine.put(tmp_path / "whole_job.json", "krd, 1", {"threads": 1, "on": "tiny", "ratio": 1.2, "ratios": [1.1, 1.3]})
    stated = {"threads": 1, "keeping": True, "scale": 1}
    path = tmp_path / "large_graph.json"
    pyg = dict(zip(large_graph.PYG, (5.0, 2.5, 1.5), strict=True))
    machine.put(path, "epoch, 1, memory kept", {**stated, "sides": sides(**pyg)})
    machine.put(path, "epoch, 2", {"threads": 2, "scale": 0.5, "sides": sides(**pyg)})
    peaks = {side: {"peak_gib": gib} for side, gib in zip(["ours", *large_graph.PYG], (2, 4, 3, 1), strict=True)}
    machine.put(path, "memory, 1, memory kept", {**stated, "sides": peaks})
    rated = {side: {**entry, "gflops": 70.0, "share": 0.7} for side, entry in sides(pyg=1.1).items()}
    machine.put(
        path, "student, 1, memory kept", {**stated, "sides": rated, "rows_per_s": 9.0, "machine": {"gflops": 100.0}}
    )
    trip = journey_of(growth, 200)
    machine.put(tmp_path / "products.json", "2", {"threads": 2, "scale": 1, **trip})
    sizes = [journey_of(growth, nodes) for nodes in (100, 200)]
    grown = {"threads": 1, "nodes": [100, 200], "stages": growth.summarise(sizes)}
    machine.put(tmp_path / "growth.json", "gcn, 1", grown)
    spot = {"threads": 1, "epoch_s": 0.1, "slowed": 1.5}
    spot["operators"] = [{"name": "aten::mm", "share": 0.5, "ms": 2.0, "calls": 3}]
    machine.put(tmp_path / "hot_spots.json", "small, 1", spot)
    stage = {"seconds": 1.0, "peak_gib": 0.5, "before_gib": 0.4, "epoch_s": 0.2}
    rows = [{"rows": count, "join": stage, "distil": {**stage, "peak_gib": gib}} for count, gib in ((10, 0.5), (40, 1))]
    machine.put(tmp_path / "streaming.json", "1", {"threads": 1, "sizes": rows})
    cost = {"cpu_s": 2.0, "seconds": 3.0, "peak_gib": 0.7, "work_gib": 0.1, "opened": 24, "shards": 8}
    joined = [{"rows": 1_000_000, "join": cost}, {"rows": 4_000_000, "join": {**cost, "cpu_s": 10.0}}]
    machine.put(tmp_path / "joins.json", "1", {"threads": 1, "sizes": joined})
    forms = {form: {"us": 5.0, "over_floor": over} for form, over in (("folded", 9.0), ("onnx", 12.0), ("int8", 1.0))}
    timed = {batch: {"floor_us": 0.5, "forms": forms} for batch in ("1", "1024")}
    machine.put(tmp_path / "student_latency.json", "3-4-5, 1", {"threads": 1, "batches": timed})
    held = {kind: {"resident_mb": mb, "peak_mb": mb + 1} for kind, mb in (("OnnxPredictor", 99), ("Predictor", 200))}
    machine.put(tmp_path / "student_latency.json", "memory", held)
    began = {name: {"ours": sides(x=1.4)["x"], "floor": sides()["ours"]} for name in ("list", "help", "begun")}
    machine.put(tmp_path / "startup.json", "commands", {"threads": 1, "sides": began})
    rate = {"threads": 1, "gflops": 90.0, "copy_gb_s": 10.0, "by_size": {str(size): 80.0 for size in machine.SIZES}}
    machine.put(tmp_path / "machine.json", "1", rate)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("tiny, teacher and student, whole job, 1 thread | ≥ 5 × | 6.00 × (6.00 to 6.00); 6.00", "yes"),
        ("other, teacher and student, whole job, 2 threads | ≥ 5 × | 6.00 × (6.00 to 6.00); 4.00", "**no**"),
        ("tiny, accuracy minus PyG's, 1 thread | no difference beyond chance | teacher +1.00, student +1.00", "**no**"),
        ("tiny, KRD student's epoch / GLNN student's, 1 thread | ≤ 1.5 × | 1.20 × (1.10 to 1.30)", "yes"),
        # The faster of the two that read edge_index is the reference, the sparse matrix is none.
        ("synthetic-arxiv, GCN teacher's epoch, 1 thread, memory kept | ≥ 3 × | 2.50 ×", "**no**"),
        ("synthetic-arxiv, GCN teacher's epoch, 2 threads, scale 0.5 | ≥ 3 × | 2.50 ×", ""),
        ("peak memory of the teacher, 1 thread, memory kept | no higher | 2.00 GiB, PyG 3.00 GiB", "yes"),
        ("share of the machine's matrix rate, 1 thread, memory kept | ≥ 60% | 70%, 70 of 100 GFLOP/s", "yes"),
        ("synthetic-products, peak memory of all stages, 2 threads | < 16 GiB | 1.50 GiB", "yes"),
        ("synthetic-products, request of 10 nodes, teacher / student, 2 threads | ≥ 1,000 × | 2,000 ×", "yes"),
        ("peak memory of distilling 40 rows / 10 rows, 1 thread | does not grow (≤ 1.1 ×) | 2.00 ×", "**no**"),
        (
            "processor time of a joined row, 4,000,000 rows / 1,000,000 rows, 1 thread | does not grow (≤ 1.5 ×)"
            " | 1.25 ×",
            "yes",
        ),
        # int8 does other arithmetic than that of the floor.
        ("student 3-4-5, answer of 1 row / its floor, 1 thread | ≤ 10 × | 9.00 × (folded)", "yes"),
        ("student 3-4-5, answer of 1024 rows / its floor, 1 thread | ≤ 1.3 × | 9.00 × (folded)", "**no**"),
        ("import, load and one answer, peak memory | < 100 MB | 100 MB", "**no**"),
        ("`gnn2mlp list` / `import torch` | ≤ 1.3 × | 1.40 × (1.40 to 1.40)", "**no**"),
        ("a command has said that it works | within 1 s | 1.40 s", "**no**"),
        ("time of gcn and its student, exponent of growth, 100 to 200 nodes, 1 thread | ≤ 1 (fitted", "yes"),
    ],
)
def test_the_page_says_whether_targets_hold(script, results: Path, line: str, verdict: str):
    (found,) = (row for row in script("page").Page(results).targets().splitlines() if line in row)
    assert found.endswith(f"| {verdict} |")


def test_the_page_has_a_section_for_every_result(script, results: Path):
    text = script("page").Page(results).text()
    assert "Not measured yet" not in text
    for part in (
        "| `aten::mm` | 50.0% |",
        "`Predictor` 200 MB",
        "| 1 thread | 90 | 10.0 |",
        "growth-gcn-1.svg",
        "| 1 thread | 1,000,000 | 2.00 s | 2.00 s | 3.00 s | 0.70 | 0.10 | 3.0 |",
        "| tiny | 1 thread | stopping",
        "| `gnn2mlp --help` | 1.40 s | Python alone, 1.00 s | 1.40 × (1.40 to 1.40) |",
    ):
        assert part in text
    assert text.count("cores, cpu;") == 1  # one environment


def test_the_page_says_which_code_each_part_was_measured_on(script, results: Path):
    path = results / "growth.json"
    entries = json.loads(path.read_text())
    name, one = next(iter(entries.items()))
    told = {**one, "environment": {**one["environment"], "code": "0123456789abcdef"}}
    untold = {**one, "environment": {key: value for key, value in one["environment"].items() if key != "code"}}
    path.write_text(json.dumps({name: told, "other, 1": told, "elder, 1": untold}))
    text = script("page").Page(results).text()
    assert f"- Code 01234567: growth ({name}; other, 1)\n" in text
    assert "\n- Older code, whose digest was not recorded: growth (elder, 1)" in text


@pytest.mark.parametrize(("load", "busy"), [(0.5, False), (4.0, False), (4.1, True)])
def test_figures_of_a_busy_machine_are_marked(script, results: Path, load: float, busy: bool):
    path = results / "startup.json"
    entry = json.loads(path.read_text())["commands"]
    where = {**entry["environment"], "cores": 2}
    path.write_text(json.dumps({"commands": {**entry, "environment": where, "load": {"before": [load, 0, 0]}}}))
    _, section = script("page").Page(results).text().split("## How a command begins\n")
    assert section.startswith(f"Measured on a busy machine, with a load of {load} on 2 cores") is busy


def test_what_has_not_been_measured_names_its_script(script, tmp_path: Path):
    page = script("page")
    text = page.Page(tmp_path).text()
    assert text.count("Not measured yet: `python benchmarks/speed/growth.py`.") == 2  # target and section
    out = tmp_path / "SPEED.md"
    check = ["--results", str(tmp_path), "--out", str(out), "--check"]
    assert page.main(check) == 1
    assert not out.exists()
    assert page.main(check[:-1]) == 0
    assert out.read_text() == text
    assert page.main(check) == 0


def test_the_page_is_up_to_date(script):
    page = script("page")
    assert page.Page().text() == page.PAGE.read_text(), "run python benchmarks/speed/page.py"


def test_a_result_takes_the_place_of_its_elder(machine: ModuleType, tmp_path: Path):
    path = tmp_path / "some.json"
    for name, value in (("a", 1), ("b", 2), ("a", 3)):
        machine.put(path, name, {"value": value})
    assert {name: entry["value"] for name, entry in machine.read(path).items()} == {"a": 3, "b": 2}
    assert "threads" not in machine.read(path)["a"]["environment"]


def test_one_command_runs_every_script(script, tmp_path: Path):
    everything = script("all")
    options = argparse.Namespace(data_root="data", scratch=None, results=tmp_path)
    for name in everything.SCRIPTS:
        _, path, *given = everything.command(name, options)
        assert Path(path).is_file()
        assert ("--data-root" in given) == (name in ("whole_job", "hot_spots"))
        assert given[-2:] == ["--results", str(tmp_path)]
