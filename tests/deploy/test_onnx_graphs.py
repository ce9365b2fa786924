from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import graph_set_from_arrays
from gnn2mlp.deploy import GraphPredictor, NodeFields, onnx_graphs
from gnn2mlp.deploy.onnx_graphs import graph_onnx_bytes
from gnn2mlp.nn import NodeSets
from gnn2mlp.nn.node_sets import code_rows
from gnn2mlp.nn.set_network import SET_POOLINGS, SetNetwork
from gnn2mlp.students import SetMLP
from gnn2mlp.tasks.answers import ClassAnswers
from tests.deploy.graph_models import GRAPHS, WITH_FEATURES, make


def fed(graphs: Any) -> dict[str, np.ndarray]:
    given = {"codes": graphs.node_codes.numpy(), "nodes_per_graph": graphs.nodes_per_graph.numpy()}
    return given if graphs.features is None else {**given, "features": graphs.features.numpy()}


@pytest.mark.parametrize("pool", SET_POOLINGS)
@pytest.mark.parametrize("norm", ["batch", "layer"])
def test_any_program_that_runs_onnx_can_use_the_file(pool: Any, norm: Any) -> None:
    made = make(WITH_FEATURES, pool=pool, norm=norm, layers=3)
    session = onnxruntime.InferenceSession(graph_onnx_bytes(made))
    label, probabilities, logits = session.run(None, fed(WITH_FEATURES))
    assert label.tolist() == made.predict(WITH_FEATURES).tolist()
    np.testing.assert_allclose(probabilities, made.predict_proba(WITH_FEATURES), atol=1e-6)
    np.testing.assert_allclose(logits, made.outputs(WITH_FEATURES), atol=1e-5)


@pytest.mark.parametrize("pool", SET_POOLINGS)
def test_distinct_rows_of_codes_are_embedded_once(monkeypatch: pytest.MonkeyPatch, pool: Any) -> None:
    made = make(GRAPHS, pool=pool)
    once = graph_onnx_bytes(made)
    monkeypatch.setattr(onnx_graphs, "_KEYS", 0)  # as of more rows than a number tells apart
    each = graph_onnx_bytes(made)
    answers = [onnxruntime.InferenceSession(content).run(["logits"], fed(GRAPHS))[0] for content in (once, each)]
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-6)
    np.testing.assert_allclose(answers[0], made.outputs(GRAPHS), atol=1e-6)
    assert (b"Unique" in once, b"Unique" in each) == (True, False)


ONE_FIELD = graph_set_from_arrays(
    torch.zeros(6, dtype=torch.int64),
    torch.tensor([0, 0, 0, 1, 2, 2, 3, 4, 4, 5]),
    torch.empty(2, 0, dtype=torch.int64),
    node_codes=torch.tensor([0, 2, 2, 1, 3, 0, 0, 1, 1, 3])[:, None],
)


@pytest.mark.parametrize("pool", SET_POOLINGS)
@pytest.mark.parametrize("counted", [256, 2])
def test_kinds_of_nodes_are_a_table(monkeypatch: pytest.MonkeyPatch, pool: Any, counted: int) -> None:
    monkeypatch.setattr(onnx_graphs, "_COUNTED", counted)
    made = make(ONE_FIELD, pool=pool, norm="batch")
    content = graph_onnx_bytes(made)
    codes = np.array([0, 2, 2, 1, 9, -1, 0, 1, 1, 3])[:, None]  # two are no value of the field
    given = {"codes": codes, "nodes_per_graph": np.array([3, 1, 0, 2, 1, 2, 1])}
    session = onnxruntime.InferenceSession(content)
    rows = code_rows(torch.from_numpy(codes), [4])
    owner = torch.from_numpy(np.repeat(np.arange(7), given["nodes_per_graph"]))
    with torch.inference_mode():
        expected = made.module(NodeSets(rows, owner, 7)).logits
    np.testing.assert_allclose(session.run(["logits"], given)[0], expected.numpy(), atol=1e-6)
    counts = "ScatterElements" in content.decode("latin-1") and "MatMul" in content.decode("latin-1")
    assert counts == (counted == 256 and "max" not in pool)
    nothing = {"codes": np.zeros((0, 1), np.int64), "nodes_per_graph": np.zeros(0, np.int64)}
    assert session.run(["logits"], nothing)[0].shape == (0, 2)


def test_a_graph_without_nodes_and_an_unknown_code_are_those_of_the_network() -> None:
    made = make(GRAPHS)
    session = onnxruntime.InferenceSession(graph_onnx_bytes(made))
    given = {"codes": np.array([[0, 1], [2, 9], [-1, 0]]), "nodes_per_graph": np.array([0, 2, 0, 1, 0])}
    (logits,) = session.run(["logits"], given)
    rows = torch.tensor([[1.0, 0, 0, 0, 1], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0]])
    with torch.inference_mode():
        expected = made.module(NodeSets(rows, torch.tensor([1, 1, 3]), 5)).logits
    np.testing.assert_allclose(logits, expected.numpy(), atol=1e-6)
    nothing = {"codes": np.zeros((0, 2), np.int64), "nodes_per_graph": np.zeros(0, np.int64)}
    assert session.run(["logits"], nothing)[0].shape == (0, 2)


def test_the_file_says_what_it_reads_and_whose_it_is() -> None:
    made = make(GRAPHS)
    session = onnxruntime.InferenceSession(graph_onnx_bytes(made))
    told = session.get_modelmeta().custom_metadata_map
    assert told["source"] == f'"{made.digest()}"'
    assert '"code_sizes": [3, 2]' in told["fields"]
    assert graph_onnx_bytes(made) == graph_onnx_bytes(made)


def test_in_double_precision() -> None:
    made = make(WITH_FEATURES)
    made.module.double()
    session = onnxruntime.InferenceSession(graph_onnx_bytes(made))
    given = fed(WITH_FEATURES)
    given["features"] = given["features"].astype(np.float64)
    np.testing.assert_allclose(session.run(["logits"], given)[0], made.outputs(WITH_FEATURES), atol=1e-12)


def test_another_network_is_refused() -> None:
    class Twice(nn.Linear):
        def forward(self, x: torch.Tensor) -> Any:
            return super().forward(x)

    student = SetMLP(hidden=8)
    module = SetNetwork(Twice(5, 8), Twice(8, 2))
    made = GraphPredictor(student, module, NodeFields.of(GRAPHS), ClassAnswers(["no", "yes"]))
    with pytest.raises(ConfigError, match="expected a network of an MLP, a pool and an MLP"):
        graph_onnx_bytes(made)
