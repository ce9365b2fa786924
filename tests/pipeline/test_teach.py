"""A teacher on hops on disk: what it says is what its file says in memory, and a student learns from it."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import graph_from_arrays
from gnn2mlp.knowledge.parquet import read_parquet
from gnn2mlp.pipeline.distill import DistilConfig, distil
from gnn2mlp.pipeline.teach import TeachConfig, TeachResult, teach
from gnn2mlp.tables.hops import propagate_hops
from gnn2mlp.teachers import Teacher
from tests.hops import cut_finely, write_graph

NODES = 240
SHORT = {"name": "sign", "epochs": 15, "hidden": 16, "dropout": 0.0, "input_dropout": 0.0}


def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels and edges that tell the class."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, NODES)
    x = (random.standard_normal((NODES, 5)) + 1.5 * np.eye(5)[labels]).astype(np.float32)
    pairs = random.integers(0, NODES, (2, 1500))
    return x, labels, pairs[:, labels[pairs[0]] == labels[pairs[1]]]


def write(folder: Path, names: Any = (0, 1, 2), ids: Any = None, **columns: Any) -> tuple[Path, Path]:
    x, labels, pairs = drawn()
    role = [("train", "valid", "test")[i % 3] for i in range(NODES)]
    columns = {"label": [names[label] for label in labels], "role": role, **columns}
    kept = {name: values for name, values in columns.items() if values is not None}
    return write_graph(folder, x, pairs, ids=ids, **kept)


def taught(folder: Path, hops: int = 2, **settings: Any) -> TeachResult:
    nodes, edges = write(folder)
    propagate_hops(nodes, edges, folder / "hops", hops=hops)
    given = {"teacher": SHORT, "batch_size": 32, "out": folder / "teacher", **settings}
    return teach(TeachConfig(hops=folder / "hops", nodes=nodes, **given))


@pytest.mark.parametrize("combine", ["concat", "average", "last"])
def test_knowledge_is_what_the_teacher_says_in_memory(
    tmp_path: Path, combine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_finely(monkeypatch)
    result = taught(tmp_path, teacher={**SHORT, "combine": combine})
    x, labels, pairs = drawn()
    graph = graph_from_arrays(torch.from_numpy(x), labels.tolist(), torch.from_numpy(pairs))
    knowledge = read_parquet(tmp_path / "teacher" / "knowledge.parquet")
    assert knowledge.node_ids.tolist() == [7 * i + 3 for i in range(NODES)]
    assert knowledge.digest == result.results["knowledge"]
    expected = Teacher.load(tmp_path / "teacher" / "teacher.safetensors").predict(graph)
    torch.testing.assert_close(knowledge["logits"], expected, rtol=1e-4, atol=1e-4)
    right = knowledge["logits"].argmax(1).numpy() == labels
    for code, role in enumerate(("train", "valid", "test")):
        found = result.results["scores"][role]
        assert found == {"nodes": 80, "accuracy": pytest.approx(right[code::3].mean())}
    assert result.results["scores"]["test"]["accuracy"] > 0.8


def test_a_student_is_distilled_from_names_and_ids_of_text(tmp_path: Path) -> None:
    ids = [f"page {i}" for i in range(NODES)]
    nodes, edges = write(tmp_path, names=("oak", "ash", "elm"), ids=ids)
    propagate_hops(nodes, edges, tmp_path / "hops", hops=1)
    config = TeachConfig(hops=tmp_path / "hops", nodes=nodes, out=tmp_path / "teacher", teacher=SHORT)
    assert teach(config).results["classes"] == ["ash", "elm", "oak"]
    knowledge = tmp_path / "teacher" / "knowledge.parquet"
    result = distil(DistilConfig(knowledge=knowledge, features=nodes, out=tmp_path / "student", distill={"epochs": 10}))
    assert result.results["scores"]["test"]["teacher_accuracy"] > 0.8
    assert set(result.predictor().predict(drawn()[0])) <= {"ash", "elm", "oak"}
    content = bytearray(knowledge.read_bytes())
    content[len(content) // 3] ^= 1
    knowledge.write_bytes(content)
    with pytest.raises(Exception, match="knowledge.parquet"):
        distil(DistilConfig(knowledge=knowledge, features=nodes, out=tmp_path / "other", distill={"epochs": 1}))


@pytest.mark.parametrize("stage", ["rows", "listen", "exporting"])
def test_an_interrupted_teacher_is_the_one_that_was_not(
    tmp_path: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_finely(monkeypatch)
    whole = taught(tmp_path / "whole")
    nodes, edges = write(tmp_path / "parts")
    propagate_hops(nodes, edges, tmp_path / "parts" / "hops", hops=2)
    config = TeachConfig(
        hops=tmp_path / "parts" / "hops", nodes=nodes, out=tmp_path / "parts" / "out", teacher=SHORT, batch_size=32
    )

    def end(done: int, total: int, note: str = "") -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        teach(config, **{stage: end})
    again = teach(config)
    assert again.results["knowledge"] == whole.results["knowledge"]
    assert again.results["scores"] == whole.results["scores"]
    before = (config.out / "knowledge.parquet").stat().st_mtime_ns
    assert teach(config).results == again.results
    assert (config.out / "knowledge.parquet").stat().st_mtime_ns == before
    assert sorted(path.name for path in config.out.iterdir()) == [
        "config.yaml",
        "knowledge.parquet",
        "results.json",
        "rows",
        "teacher.safetensors",
    ]


def test_inputs_may_be_standardised_and_roles_drawn(tmp_path: Path) -> None:
    nodes, edges = write(tmp_path, role=None)
    propagate_hops(nodes, edges, tmp_path / "hops", hops=1)
    config = TeachConfig(
        hops=tmp_path / "hops", nodes=nodes, out=tmp_path / "teacher", teacher=SHORT, inputs="standardise", valid=0.3
    )
    results = teach(config).results
    assert results["scores"] == {}
    assert results["counts"]["train"] + results["counts"]["valid"] == NODES
    assert max(results["history"]["valid"]) > 0.8


def test_what_cannot_work_is_said(tmp_path: Path) -> None:
    nodes, edges = write(tmp_path)
    propagate_hops(nodes, edges, tmp_path / "hops", hops=1)

    def asked(**settings: Any) -> TeachConfig:
        return TeachConfig(
            **{"hops": tmp_path / "hops", "nodes": nodes, "out": tmp_path / "teacher", "teacher": SHORT, **settings}
        )

    with pytest.raises(ConfigError, match="'gcn' reads the graph; on hop features trains: sign"):
        teach(asked(teacher="gcn"))
    with pytest.raises(ConfigError, match="has 1 hops, got 3; compute more"):
        teach(asked(teacher={**SHORT, "hops": 3}))
    with pytest.raises(ConfigError, match="by 'symmetric' normalisation, got 'row'"):
        teach(asked(teacher={**SHORT, "normalise": "row"}))
    teach(asked())
    with pytest.raises(ConfigError, match="holds a teacher of other settings .seed."):
        teach(asked(seed=1))
    other, _ = write(tmp_path / "other", names=(0, 1, 1))
    with pytest.raises(DataError, match="the hops of another table of nodes than"):
        teach(asked(nodes=other))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"label": None}, "expected labels to train on, got no such column; name it with --label"),
        ({"label": pa.nulls(NODES, pa.int64())}, "labels of at least two classes, got none"),
        ({"label": [2] * NODES}, "got the one class 2"),
        ({"role": ["valid"] * NODES}, "expected nodes to train on, got none among 240 nodes"),
        ({"role": ["train"] * NODES}, "expected nodes to validate on"),
        ({"label": [0.5, 1.5] * (NODES // 2)}, "expected classes as labels, got numbers such as"),
    ],
)
def test_labels_that_are_missing_or_too_few_are_named(tmp_path: Path, columns: Any, message: str) -> None:
    nodes, edges = write(tmp_path, **columns)
    propagate_hops(nodes, edges, tmp_path / "hops", hops=1)
    with pytest.raises(DataError, match=message):
        teach(TeachConfig(hops=tmp_path / "hops", nodes=nodes, out=tmp_path / "teacher", teacher=SHORT))
    assert not (tmp_path / "teacher" / "results.json").exists()
    assert pq.read_table(nodes).num_rows == NODES
