from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from gnn2mlp.deploy import LinkPredictor, onnx_links
from gnn2mlp.deploy.onnx_links import onnx_files
from gnn2mlp.students import LinkMixture, LinkStudent
from tests.deploy.links import DECODERS, WIDTH, X, make


@pytest.mark.parametrize("decoder", DECODERS)
def test_any_program_that_runs_onnx_can_use_both_files(decoder: Any) -> None:
    made = make(decoder)
    files = onnx_files(made)
    embedder, decode = (onnxruntime.InferenceSession(content) for content in files.values())
    (Z,) = embedder.run(["embeddings"], {"rows": X})
    np.testing.assert_allclose(Z, made.embed(X), atol=1e-5)
    probabilities, logits = decode.run(["probabilities", "logits"], {"z_u": Z[:5], "z_v": Z[5:10]})
    pairs = np.stack([np.arange(5), np.arange(5, 10)], axis=1)
    np.testing.assert_allclose(probabilities, made.score_pairs(X, pairs), atol=1e-5)
    np.testing.assert_allclose(logits, made.score_pairs(X, pairs, logits=True), atol=1e-5)
    assert [value.name for value in embedder.get_outputs()] == ["embeddings"]
    told = [each.get_modelmeta().custom_metadata_map["source"] for each in (embedder, decode)]
    assert told == [f'"{made.digest()}"'] * 2


@pytest.mark.parametrize("decoder", DECODERS)
def test_students_that_a_gate_mixes_are_written_by_hand(decoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_links, "_exported", lambda *given: pytest.fail("takes seconds"))
    recipe = LinkMixture(LinkStudent({"name": "mlp", "hidden": 8}, decoder, width=WIDTH), members=3, gate=5)
    torch.manual_seed(0)
    module = recipe.network(X.shape[1], 1)
    torch.nn.init.normal_(module.decode.head.weight)  # type: ignore[union-attr,arg-type]
    made = LinkPredictor(recipe, module, X.shape[1])
    decode = onnxruntime.InferenceSession(onnx_files(made)["decoder.onnx"])
    Z = made.embed(X)
    (logits,) = decode.run(["logits"], {"z_u": Z[:7], "z_v": Z[7:14]})
    np.testing.assert_allclose(logits, made.score(Z[:7], Z[7:14], logits=True), atol=1e-5)
    assert len(set(logits.round(4).tolist())) == 7


def test_another_decoder_goes_through_the_exporter_of_torch() -> None:
    class Apart(nn.Module):
        def forward(self, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
            return -(u - v).square().sum(-1)

    made = make()
    made.module.decode = Apart()
    decode = onnxruntime.InferenceSession(onnx_files(made)["decoder.onnx"])
    z = made.embed(X)
    (logits,) = decode.run(["logits"], {"z_u": z[:7], "z_v": z[7:14]})
    np.testing.assert_allclose(logits, -np.square(z[:7] - z[7:14]).sum(1), atol=1e-5)
    assert decode.get_inputs()[0].shape == ["rows", WIDTH]
