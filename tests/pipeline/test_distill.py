"""Tables in, student out: what is written, what is reused, what is refused, and several processes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError, UnknownNameError
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import Distiller
from gnn2mlp.knowledge.parquet import write_parquet
from gnn2mlp.pipeline import distill
from gnn2mlp.pipeline.distill import DistilConfig, DistilResult, distil
from gnn2mlp.tables import FeatureColumns, join
from tests.rowtables import features_of, ids_of, knowledge_of, labels_of, write_both, write_features

QUICK: dict[str, Any] = {"student": {"name": "mlp", "hidden": 16, "dropout": 0.0}, "device": "cpu", "threads": 1}


def distilled(folder: Path, **settings: Any) -> DistilResult:
    distill = {"epochs": 12, "batch_size": 32, **settings.pop("distill", {})}
    files = {"knowledge": folder / "knowledge.safetensors", "features": folder / "features.parquet"}
    return distil(DistilConfig(**{**files, "out": folder / "out", **QUICK, "distill": distill, **settings}))


def test_a_student_learns_from_rows_and_ships_with_its_columns(tmp_path: Path) -> None:
    roles = ["train"] * 350 + ["valid"] * 70 + ["test"] * 80
    write_both(tmp_path, 500, role=roles)
    made = distilled(tmp_path, distill={"epochs": 30})
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results == json.loads(json.dumps(made.results))
    assert results["counts"]["train"] == 350
    shown = made._repr_html_()
    assert f"{100 * results['scores']['test']['accuracy']:.2f}" in shown
    assert "350 train" in shown
    assert "Features: f0, f1, f2, f3." in shown
    assert results["chosen_by"] == "accuracy"
    scores = results["scores"]
    assert {role: found["rows"] for role, found in scores.items()} == {"valid": 70, "test": 80}
    assert scores["test"]["accuracy"] > 0.8
    assert scores["test"]["teacher_accuracy"] == 1
    predictor = Predictor.load(tmp_path / "out" / "student")
    assert predictor.feature_names == ("f0", "f1", "f2", "f3")
    test = ids_of(500, seed=1)[420:]
    known = np.array([y is not None for y in labels_of(test)])
    predicted = predictor.predict(features_of(test))
    labels = np.array([y for y in labels_of(test) if y is not None])
    assert (predicted[known] == labels).mean() == pytest.approx(scores["test"]["accuracy"])
    agreement = (predicted == knowledge_of(test)["logits"].argmax(1).numpy()).mean()
    assert agreement == pytest.approx(scores["test"]["agreement"])
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["config.yaml", "results.json", "student", "table"]


def test_named_classes_come_out_as_names(tmp_path: Path) -> None:
    _, features = write_both(tmp_path)
    names = np.array(["ash", "beech", "oak"])
    ids = ids_of(200)
    write_features(features, ids, label=[None if y is None else str(names[y]) for y in labels_of(ids)])
    with pytest.raises(DataError, match="--classes"):
        distilled(tmp_path)
    made = distilled(tmp_path, classes=tuple(names))
    assert set(made.predictor().predict(features_of(ids))) <= set(names)
    assert made.results["scores"]["valid"]["teacher_accuracy"] == 1


def test_codes_teach_from_a_parquet_file_too(tmp_path: Path) -> None:
    write_both(tmp_path)
    path = tmp_path / "knowledge.parquet"
    write_parquet(knowledge_of(ids_of(200)), path)
    both = [
        distilled(tmp_path, method="vqgraph", knowledge=file, out=tmp_path / file.suffix)
        for file in (path, tmp_path / "knowledge.safetensors")
    ]
    assert both[0].results["history"]["loss"] == both[1].results["history"]["loss"]


def test_probabilities_of_another_tool_without_labels(tmp_path: Path) -> None:
    ids = ids_of(200)
    probabilities = knowledge_of(ids)["logits"].softmax(-1)
    pq.write_table(pa.table({"node_id": ids, "probabilities": probabilities.tolist()}), tmp_path / "k.parquet")
    write_features(tmp_path / "features.parquet", ids, label=None)
    made = distilled(tmp_path, knowledge=tmp_path / "k.parquet", valid=0.2)
    assert made.results["chosen_by"] == "agreement"
    assert made.results["scores"]["valid"]["accuracy"] is None
    assert made.results["scores"]["valid"]["agreement"] == max(made.results["history"]["valid"])


def test_what_was_finished_is_read_and_what_changed_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, features = write_both(tmp_path)
    first = distilled(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Distiller, "fit", lambda *_, **__: pytest.fail("trained again"))
        assert distilled(tmp_path).results == json.loads(json.dumps(first.results))
    with pytest.raises(ConfigError, match="holds a student with another distill and another seed; choose another"):
        distilled(tmp_path, seed=1, distill={"lr": 0.1})
    write_features(features, ids_of(200), label=None)
    assert distilled(tmp_path).results["chosen_by"] == "agreement"


# A value for each setting that decides a student, other than that of the first distillation.
OTHERS: dict[str, Any] = {
    "id": "node_id",
    "label": "label",
    "role": "role",
    "columns": ("f0", "f1"),
    "method": "mlp",
    "student": {"name": "mlp", "hidden": 8},
    "inputs": "standardise",
    "distill": {"lr": 0.1},
    "missing": "drop",
    "valid": 0.2,
    "classes": ("a", "b", "c"),
    "seed": 1,
}


def test_every_setting_guards_the_folder_but_places_and_threads(tmp_path: Path) -> None:
    beside = {"knowledge", "features", "out", "device", "threads"}
    assert OTHERS.keys() == DistilConfig.model_fields.keys() - beside
    write_both(tmp_path)
    distilled(tmp_path)
    for name, value in OTHERS.items():
        with pytest.raises(ConfigError, match=f"holds a student with another {name}; choose another --out"):
            distilled(tmp_path, **{name: value})
    distilled(tmp_path, valid=0.2, label="label", out=tmp_path / "named")
    with pytest.raises(ConfigError, match="holds a student with another valid and another label; choose another"):
        distilled(tmp_path, out=tmp_path / "named")


def test_a_setting_that_is_new_decides_a_student() -> None:
    class Later(DistilConfig):
        fresh: int = 0

    paths = {"knowledge": "k.parquet", "features": "f.parquet", "out": "out"}
    assert Later(**paths).resolve().identity()["fresh"] == 0


def test_ids_labels_and_columns_as_a_company_has_them(tmp_path: Path) -> None:
    ids = ids_of(200)
    users = [f"user-{i}" for i in ids]
    logits = knowledge_of(ids)["logits"].tolist()
    pq.write_table(pa.table({"user": users, "logits": logits}), tmp_path / "k.parquet")
    frame = pd.DataFrame({f"f{i}": features_of(ids)[:, i] for i in range(4)})
    frame["member"], frame["town"] = frame["f0"] > 0, np.where(frame["f1"] > 0, "Ulm", "Bonn")
    frame["grade"] = [None if y is None else 10 * (y + 1) for y in labels_of(ids)]
    frame["user"], frame["remark"] = users, users
    frame.sample(frac=1, random_state=0).to_parquet(tmp_path / "features.parquet")
    columns = ("f0", "f1", "f2", "f3", "member", "town")
    settings = {"knowledge": tmp_path / "k.parquet", "id": "user", "label": "grade", "classes": ("10", "20", "30")}
    with pytest.raises(DataError, match="'remark': expected a category of at most 50 different values"):
        distilled(tmp_path, **settings)
    made = distilled(tmp_path, columns=columns, **settings)
    assert made.results["columns"]["unused"] == {"features": ["remark", "__index_level_0__"]}
    predictor = made.predictor()
    assert predictor.feature_names == ("f0", "f1", "f2", "f3", "member", "town=Bonn", "town=Ulm")
    answers = predictor.predict(FeatureColumns.of_list(predictor.card["columns"]).matrix(frame))
    assert answers.dtype == np.int64
    assert set(answers) <= {10, 20, 30}
    with pytest.raises(ConfigError, match="holds a student with another columns; choose another --out"):
        distilled(tmp_path, columns=columns[:-1], **settings)


def test_another_precision_is_another_student(tmp_path: Path) -> None:
    write_both(tmp_path)
    first = distilled(tmp_path).results
    torch.set_default_dtype(torch.float64)
    try:
        second = distilled(tmp_path).results
    finally:
        torch.set_default_dtype(torch.float32)
    assert second["identity"] != first["identity"]
    assert second["history"]["loss"] != first["history"]["loss"]


def test_other_code_makes_a_table_and_a_student_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_both(tmp_path)
    first = distilled(tmp_path).results
    with monkeypatch.context() as patch:
        patch.setattr(distill, "code_of", lambda _: "other")
        assert distilled(tmp_path).results["identity"] != first["identity"]
    told: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(join, "code_of", lambda _: "other")
        files = tmp_path / "knowledge.safetensors", tmp_path / "features.parquet", tmp_path / "out" / "table"
        join.join_tables(*files, keys=["logits"], progress=lambda done, total, note="": told.append(note))
    assert told[0] == "reading"


def test_threads_are_as_before_afterwards(tmp_path: Path) -> None:
    write_both(tmp_path)
    before = torch.get_num_threads()
    distilled(tmp_path, threads=before + 1)
    assert torch.get_num_threads() == before


def test_two_distillations_into_one_folder_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_both(tmp_path)
    fit, trained = Distiller.fit, []
    monkeypatch.setattr(Distiller, "fit", lambda *args, **options: trained.append(1) or fit(*args, **options))
    results: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda: results.append(distilled(tmp_path, threads="auto").results)) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(trained) == 1
    assert json.loads(json.dumps(results[0])) == json.loads(json.dumps(results[1]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["features.parquet", "knowledge.safetensors", "out"]


def test_interrupted_training_goes_on(tmp_path: Path) -> None:
    write_both(tmp_path)
    config = DistilConfig(
        knowledge=tmp_path / "knowledge.safetensors", features=tmp_path / "features.parquet", out=tmp_path / "out",
        distill={"epochs": 12, "batch_size": 32}, **QUICK,
    )  # fmt: skip

    def interrupt(done: int, total: int, note: str = "") -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        distil(config, interrupt)
    assert not (tmp_path / "out" / "results.json").exists()
    told: list[int] = []
    made = distil(config, lambda done, total, note="": told.append(done))
    assert told == list(range(5, 13))
    other = distilled(tmp_path, out=tmp_path / "other")
    assert made.results["history"]["loss"] == other.results["history"]["loss"]
    states = [result.predictor().module.state_dict() for result in (made, other)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"method": "krd"}, ConfigError, "'reliable_neighbours' speaks of links"),
        ({"method": "born_again"}, ConfigError, "'born_again' trains several students or phases on all nodes"),
        ({"method": "glnm"}, UnknownNameError, "did you mean 'glnn'"),
        ({"distill": {"ls": 1}}, ConfigError, "did you mean 'lr'"),
        ({"columns": "f0"}, ConfigError, "columns: "),
        ({"valid": 1.5}, ConfigError, "valid: .*less than 1"),
        ({"sead": 1}, ConfigError, "unknown setting 'sead'; did you mean 'seed'"),
        ({"threads": 0}, ConfigError, "threads: expected 'auto' or a number of at least 1, got 0"),
        ({"out": "x" * 300}, ConfigError, "^out: expected names of at most 255 bytes"),
        ({"missing": "ignore"}, ConfigError, "missing: .*'refuse' or 'drop', got 'ignore'"),
    ],
)
def test_mistakes_are_told_before_any_file_is_written(
    tmp_path: Path, settings: dict[str, Any], error: type[Exception], match: str
) -> None:
    write_both(tmp_path)
    with pytest.raises(error, match=match):
        distilled(tmp_path, **settings)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("there", [False, True])
def test_refused_tables_leave_no_empty_folder(tmp_path: Path, there: bool) -> None:
    write_both(tmp_path)
    out = tmp_path / "out"
    if there:
        out.mkdir()
    with pytest.raises(DataError, match="nobody"):
        distilled(tmp_path, id="nobody")
    assert out.exists() == there
    assert not there or not list(out.iterdir())


def test_threads_are_as_many_afterwards_as_before(tmp_path: Path) -> None:
    write_both(tmp_path)
    before = torch.get_num_threads()
    distilled(tmp_path, threads=before + 1, distill={"epochs": 1})
    assert torch.get_num_threads() == before


def test_a_device_that_cannot_be_had_is_refused_before_tables_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    for device, message in (("xpu", "expected auto, cpu, cuda or cuda:N"), ("cuda", "torch sees 0 CUDA devices")):
        with pytest.raises(ConfigError, match=f"^device: .*{message}"):
            distilled(tmp_path, device=device)
    assert not (tmp_path / "out").exists()


def machines(tmp_path: Path, folders: list[str], **told: str) -> list[subprocess.CompletedProcess[str]]:
    """A distillation by one process on each machine, which has its own folder for a disk."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    words = ["knowledge.safetensors", "features.parquet", "--out", "out", "--device", "cpu", "--threads", "1"]
    words += ["--set", "distill.epochs=3", "--set", "distill.batch_size=32", "--set", "student.hidden=8"]
    running = []
    for rank, folder in enumerate(folders):
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "GLOO_SOCKET_IFNAME": "lo", **told}
        env |= {"RANK": str(rank), "WORLD_SIZE": str(len(folders)), "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "1"}
        env |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "gnn2mlp", "distill", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running.append(subprocess.Popen(command, cwd=tmp_path / folder, env=env, **pipes))  # type: ignore[call-overload]
    done = [(process, *process.communicate(timeout=300)) for process in running]
    return [subprocess.CompletedProcess(process.args, process.returncode, out, err) for process, out, err in done]


needs_processes = pytest.mark.skipif(
    not torch.distributed.is_available() or sys.platform != "linux", reason="needs torch.distributed"
)


@needs_processes
def test_machines_that_share_no_disk_join_their_own_tables(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_both(tmp_path / "a", 300)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    done = machines(tmp_path, ["a", "b"])
    assert [one.returncode for one in done] == [0, 0], done
    first, second = ({path.name for path in (tmp_path / folder / "out").iterdir()} for folder in "ab")
    assert first == {"config.yaml", "results.json", "student", "table"}
    assert second == {"config.yaml", "table"}
    again = machines(tmp_path, ["a", "b"])  # finished: the second machine has no results, and is told that there are
    assert [one.returncode for one in again] == [0, 0], again
    assert json.loads((tmp_path / "a" / "out" / "results.json").read_text())["environment"]["processes"] == 2


@needs_processes
def test_machines_with_different_tables_are_told_before_the_first_step(tmp_path: Path) -> None:
    for folder, rows in (("a", 300), ("b", 310)):
        (tmp_path / folder).mkdir()
        write_both(tmp_path / folder, rows)
    done = machines(tmp_path, ["a", "b"])
    assert all(one.returncode for one in done)
    for one in done:
        assert "expected the same table in every process, got another in process 1 on " in one.stderr
        assert "give every machine the same tables" in one.stderr


@needs_processes
def test_a_machine_without_the_tables_stops_the_others(tmp_path: Path) -> None:
    for folder in "ab":
        (tmp_path / folder).mkdir()
    write_both(tmp_path / "a", 300)
    done = machines(tmp_path, ["a", "b"])
    assert all(one.returncode for one in done)
    assert "process 1 on " in done[0].stderr
    assert "failed: ArtefactError: expected a table at knowledge.safetensors" in done[0].stderr
