"""Students of whole graphs behind a server: answers, refusals, and what a request looks like."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy import Calibration, GraphPredictor, NodeFields, OnnxGraphPredictor
from gnn2mlp.serving import Settings, create_app
from gnn2mlp.serving.graphs import GraphColumns, GraphStudent
from gnn2mlp.serving.model import load_model
from gnn2mlp.serving.rows import rows_of
from gnn2mlp.students import SetMLP
from gnn2mlp.tasks.answers import ClassAnswers

CATEGORIES = {"element": ("C", "N", "missing"), "charge": (-1, 0, 1), "ring": (False, True)}
FIELDS = NodeFields((3, 3, 2), 1, tuple(CATEGORIES), CATEGORIES, ("mass",))
ATOM: dict[str, Any] = {"element": "C", "charge": 0, "ring": True, "mass": 12.0}
GRAPHS: list[dict[str, Any]] = [
    {"nodes": [ATOM, {**ATOM, "element": "N", "mass": 14}]},
    {"nodes": [{**ATOM, "element": None}]},
    {"nodes": [{**ATOM, "element": "Xe", "charge": 7}, ATOM, {**ATOM, "ring": False}]},
]


def of_graphs() -> GraphPredictor:
    """A seeded, untrained student of nodes with categories of every kind and a number."""
    torch.manual_seed(0)
    student = SetMLP(hidden=8)
    calibration = Calibration(temperature=0.5, conformal={"0.9": 0.65}, outlier=0.0, rows=200)
    answers = ClassAnswers(["inert", "toxic"])
    return GraphPredictor(student, student.network(FIELDS.width, 2), FIELDS, answers, {}, calibration)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student of whole graphs, without an ONNX file."""
    made = tmp_path_factory.mktemp("served") / "molecules"
    of_graphs().save(made)
    return made


def as_arrays(graph: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The nodes of a graph as `GraphPredictor` takes them."""
    codes = [
        [*(CATEGORIES[name].index(node[name]) if node[name] in CATEGORIES[name] else -1 for name in CATEGORIES)]
        for node in [{**one, "element": one["element"] or "missing"} for one in graph["nodes"]]
    ]
    return np.array(codes), np.array([[node["mass"]] for node in graph["nodes"]], np.float32)


def test_requests_are_answered_as_the_student_answers(folder: Path) -> None:
    from fastapi.testclient import TestClient

    student = of_graphs()
    arrays = [as_arrays(graph) for graph in GRAPHS]
    with TestClient(create_app(folder, Settings(watch=0, rows=10))) as client:
        about = client.get("/model").json()
        assert [column["name"] for column in about["columns"][0]["columns"]] == ["element", "charge", "ring", "mass"]
        assert about["columns"][0]["columns"][0]["kind"] == "text"
        assert client.post("/predict", json=about["example"]).status_code == 200
        found = client.post("/predict?coverage=0.9", json=GRAPHS).json()["predictions"]
        assert [one["label"] for one in found] == student.predict(arrays).tolist()
        told = [[one["probabilities"][name] for name in ("inert", "toxic")] for one in found]
        np.testing.assert_allclose(told, student.predict_proba(arrays), atol=2e-6)
        assert all(set(one["set"]) <= {"inert", "toxic"} for one in found)
        assert [one["outlier"] for one in found] == student.outliers(student.outputs(arrays)).tolist()
        assert client.post("/predict", json=[]).json()["predictions"] == []
        tensors = client.get("/openapi.json").json()["paths"]["/v2/models/molecules/infer"]["post"]["requestBody"]
        asked = client.post("/v2/models/molecules/infer", json=tensors["content"]["application/json"]["example"]).json()
        assert [one["name"] for one in asked["outputs"]][:2] == ["label", "confidence"]


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"nodes": []}, 422, "graph 0: expected a list of at least one node in 'nodes', got an empty list"),
        ({"nodes": 3}, 422, "got a number"),
        ([GRAPHS[0], {"nodes": [3]}], 422, "graph 1, node 0: expected an object of columns, got a number"),
        ({"nodes": [{**ATOM, "element": 6}]}, 422, "column 'element': expected a text, as in training (such as 'C')"),
        ({"nodes": [{**ATOM, "charge": 0.5}]}, 422, "column 'charge': expected a whole number"),
        ({"nodes": [{**ATOM, "ring": 1}]}, 422, "column 'ring': expected a truth value"),
        ({"nodes": [{**ATOM, "mass": None}]}, 422, "column 'mass': expected a finite number, got null; mend it"),
        ({"nodes": [{**ATOM, "mass": 1e300}]}, 422, "fits into single precision"),
        ({"nodes": [{"elment": "C", "charge": 0, "ring": True, "mass": 1}]}, 422, "missing 'element'; did you mean"),
        ({"atoms": [ATOM]}, 422, "missing 'nodes'"),
        ([ATOM] * 11, 413, "expected at most 10 rows in a request"),
        (7, 422, "expected a row as an object"),
    ],
)
def test_what_is_no_graph_is_a_sentence(folder: Path, body: Any, status: int, sentence: str) -> None:
    from fastapi.testclient import TestClient

    with TestClient(create_app(folder, Settings(watch=0, rows=10))) as client:
        found = client.post("/predict", json=body)
        assert found.status_code == status
        assert sentence in found.json()["error"]


def test_its_nodes_cannot_be_left_blank_one_by_one(folder: Path) -> None:
    from fastapi.testclient import TestClient

    with TestClient(create_app(folder, Settings(watch=0))) as client:
        found = client.post("/explain", json=GRAPHS[0])
        assert (found.status_code, "/predict answers it" in found.text) == (422, True)


def test_graphs_are_read_together_and_answered_as_alone(folder: Path) -> None:
    model = load_model(folder)
    assert isinstance(model.predictor, GraphStudent)
    asked = [*GRAPHS, {"nodes": []}]
    together = model.judge([rows_of(one, model.predictor, 9) for one in asked])
    assert isinstance(together[-1], DataError)
    for one, found in zip(GRAPHS, together, strict=False):
        (alone,) = model.judge([rows_of(one, model.predictor, 9)])
        np.testing.assert_allclose(found.outputs, alone.outputs, rtol=1e-5, atol=1e-6)  # type: ignore[union-attr]


def test_the_file_for_onnx_runtime_is_what_is_served_where_there_is_one(folder: Path, tmp_path: Path) -> None:
    student = of_graphs()
    student.save(tmp_path / "model")
    student.to_onnx(tmp_path / "model")
    one, other = (load_model(path).predictor for path in (folder, tmp_path / "model"))
    table = {"nodes": [graph["nodes"] for graph in GRAPHS]}
    np.testing.assert_allclose(one.outputs(table), other.outputs(table))
    assert other.digest() == OnnxGraphPredictor.load(tmp_path / "model").digest()


def test_what_was_trained_on_arrays_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"trained on arrays, whose columns have no names.* train it again"):
        GraphColumns(NodeFields((3,), 0))
    assert GraphColumns(NodeFields((2,), 0, ("kind",))).example() == [{"kind": 0}]  # numbered categories


def test_empty_cells_are_the_category_that_training_had_of_them() -> None:
    for known, code in ((("C", "missing"), 1), (("missing",), 0), (("C",), -1)):
        columns = GraphColumns(NodeFields((len(known),), 0, ("element",), {"element": known}))
        (graph,) = columns.read({"nodes": [[{"element": None}]]})["nodes"][:, 0]
        assert graph.codes.tolist() == [[code]]


def test_a_text_that_says_it_is_missing_is_a_gap_as_in_tables() -> None:
    said, none = GraphColumns(FIELDS).read({"nodes": [[{**ATOM, "element": each}] for each in ("missing", None)]})[
        "nodes"
    ]
    assert said[0].codes.tolist() == none[0].codes.tolist()
