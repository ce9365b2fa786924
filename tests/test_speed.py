"""The speed benchmarks: sides take turns, the reference is the same model, the page equals its result files."""

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

from gnn2mlp.data import NeighbourSampler
from gnn2mlp.nn.training import EarlyStopping
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers._inference import infer, inputs
from tests.helpers import tiny_arrays, tiny_graph
from tests.tasks import small, task_of

SPEED = Path(__file__).resolve().parents[1] / "benchmarks" / "speed"


@pytest.fixture(scope="module")
def script() -> Iterator[object]:
    """Imports a script of the folder by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SPEED)
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


def test_a_fresh_process_has_the_threads_and_pages_that_were_asked_for(machine: ModuleType, monkeypatch):
    assert machine.fresh(machine.surroundings, 2, huge_pages=True) == {"threads": 2, "huge_pages": True}
    monkeypatch.setenv("GLIBC_TUNABLES", machine.HUGE_PAGES)
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
    ours.initialise(graph.num_features, graph.num_classes)
    for layer in ours.module_.convs:  # biases start as zeros and would hide a difference
        torch.nn.init.normal_(layer.own.bias if conv == "sage" else layer.bias)
    theirs = copied(reference, ours.module_, conv, norm)
    expected = infer(ours.module_, NeighbourSampler(graph.adjacency), inputs(graph))["logits"]
    found = reference.predict(theirs, graph.features, graph.edge_index)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_the_reference_learns(reference: ModuleType):
    observed = task_of(tiny_graph()).observed
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
    stopping = EarlyStopping(ours, how.patience)
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


def test_a_whole_job_is_compared_in_time_accuracy_and_epochs(script, tmp_path: Path):
    whole_job = script("whole_job")
    x, y, edges = tiny_arrays()
    np.savez(tmp_path / "tiny.npz", x=x, y=y, edge_index=edges)
    found = whole_job.compare(str(tmp_path / "tiny.npz"), None, rounds=2, fixed_epochs=3)
    assert found["reference"]["chosen"] in found["reference"]["tried"]
    assert found["fixed"]["epochs_run"] == {side: {"teacher": 3, "student": 3} for side in ("ours", "pyg")}
    for model in ("teacher", "student"):
        entry = found["job"]["accuracy"][model]
        assert min(entry["ours"], entry["pyg"]) > 0.6
        assert entry["difference"] == pytest.approx(entry["ours"] - entry["pyg"])
    assert len(found["job"]["sides"]["pyg"]["ratios"]) == 2
    json.dumps(found, allow_nan=False)


def test_results_of_one_round_have_no_error(script):
    whole_job = script("whole_job")
    one = {side: [whole_job.Scores(0.5, 0.75, 1, 2)] for side in ("ours", "pyg")}
    assert whole_job._accuracy(one)["student"]["error"] is None
