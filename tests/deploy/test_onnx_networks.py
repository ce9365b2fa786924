"""Networks put together of MLPs, as ONNX nodes."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gnn2mlp.deploy.onnx import encode
from gnn2mlp.deploy.onnx_networks import network
from gnn2mlp.deploy.onnx_predictor import Network
from gnn2mlp.nn.averaged import Averaged, Outputs
from gnn2mlp.nn.fold import fold
from gnn2mlp.nn.mlp import MLP, MLPOutput, Norm
from tests.nn.test_fold import trained

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

X = np.random.default_rng(0).standard_normal((30, 9)).astype(np.float32)


def answered(module: nn.Module, rows: Any = X) -> Any:
    with torch.inference_mode():
        return module(torch.from_numpy(rows)).logits.numpy()


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_residual_layers_answer_as_their_module(norm: Norm) -> None:
    module = trained(norm, layers=5, residual=True)
    content = encode(module, 9)
    np.testing.assert_allclose(Network(content)(X), answered(module), rtol=1e-4, atol=1e-4)
    assert sum(node.op_type == "Add" for node in onnx.load_from_string(content).graph.node) == 3


@pytest.mark.parametrize("outputs", ["classes", "labels", "values"])
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_an_average_answers_as_its_module(outputs: Outputs, norm: Norm) -> None:
    module = Averaged([trained(norm), trained(norm, 2), trained("none")], [3, 1, 2], outputs).eval()
    answer = Network(encode(module, 9))
    for rows in (X, X[:1]):
        np.testing.assert_allclose(answer(rows), answered(module, rows), rtol=1e-4, atol=1e-4)


def test_an_average_of_averages_in_double_precision() -> None:
    inner = Averaged([trained("batch"), trained("none")], [1, 3])
    module = Averaged([inner, trained("layer")], [1, 1]).double().eval()
    rows = X.astype(np.float64)
    np.testing.assert_allclose(Network(encode(module, 9))(rows), answered(module, rows), rtol=1e-10, atol=1e-10)


def test_a_member_without_weight_is_left_out() -> None:
    module = Averaged([trained("none"), trained("none")], [1, 0]).eval()
    nodes = onnx.load_from_string(encode(module, 9)).graph.node
    assert sum(node.op_type == "Gemm" for node in nodes) == 3


def test_the_surest_answers_stay_finite() -> None:
    module = Averaged([trained("none"), trained("none")]).eval()
    rows = 1e4 * X
    np.testing.assert_allclose(Network(encode(module, 9))(rows), answered(module, rows), rtol=1e-3)


def test_a_network_that_is_not_made_of_mlps_has_no_nodes() -> None:
    class Doubled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = MLP(9, 4, 4)

        def forward(self, x: Any) -> MLPOutput:
            said: MLPOutput = self.inner(2 * x)
            return said

    assert network(fold(Doubled())) is None
    assert network(fold(Averaged([trained("none"), Doubled()]))) is None
    assert network(fold(trained("none"))) is not None
