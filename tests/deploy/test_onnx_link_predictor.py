import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy import LinkPredictor, OnnxLinkPredictor, verify
from gnn2mlp.deploy.candidate_search import CandidateSearch
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.students import LinkStudent
from tests.deploy import test_predictor
from tests.deploy.links import DECODERS, X, make

PAIRS = [(0, 1), (3, 2), (7, 7), (0, 19)]


@pytest.mark.parametrize("decoder", DECODERS)
def test_it_answers_as_the_model_that_wrote_it(decoder: Any, tmp_path: Path) -> None:
    made = make(decoder)
    assert made.to_onnx(tmp_path) == tmp_path
    found = OnnxLinkPredictor.load(tmp_path)
    np.testing.assert_allclose(found.embed(X), made.embed(X), atol=1e-5)
    np.testing.assert_allclose(found.score_pairs(X, PAIRS), made.score_pairs(X, PAIRS), atol=1e-5)
    assert found.top(X, 3, 5).ids.tolist() == made.top(X, 3, 5).ids.tolist()
    np.testing.assert_allclose(found.top(X, 3, 5).scores, made.top(X, 3, 5).scores, atol=1e-5)
    Z = found.embed(X)
    np.testing.assert_array_equal(found.score(Z[:4], Z[4:8]), found.score(Z[4:8], Z[:4]))
    np.testing.assert_allclose(found.score(Z[3], Z), made.score(Z[3], Z), atol=1e-5)
    assert found.score_pairs(X, []).shape == (0,)


def test_of_tables_in_a_model_directory(tmp_path: Path) -> None:
    table = pd.DataFrame({"page": ["x", "y", "z"], "likes": [1, 50, 7], "kind": ["shop", "club", "shop"]})
    made = make(columns=TableEncoder().fit(table[["likes", "kind"]]))
    made.save(tmp_path, {"columns": {"page": "id"}})
    made.to_onnx(tmp_path)
    assert {"embedder.onnx", "decoder.onnx"} <= set(verify(tmp_path)["files"])
    made.save(tmp_path, {"columns": {"page": "id"}})  # the very same: its other forms stay
    found = OnnxLinkPredictor.load(tmp_path)
    expected = LinkPredictor.load(tmp_path).score_pairs(table, [("x", "z")])
    np.testing.assert_allclose(found.score_pairs(table, [("x", "z")]), expected, atol=1e-5)
    assert found.top(table, "y", 1).ids.tolist() == made.top(table, "y", 1, ids="page").ids.tolist()
    make(DECODERS[1], columns=TableEncoder().fit(table[["likes", "kind"]])).save(tmp_path)  # another: they go
    assert "embedder.onnx" not in verify(tmp_path)["files"]


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"found no embedder\.onnx; write both: gnn2mlp export"):
        OnnxLinkPredictor.load(tmp_path)
    made = make()
    made.to_onnx(tmp_path / "one")
    make(DECODERS[1]).to_onnx(tmp_path / "two")
    other = (tmp_path / "two" / "decoder.onnx").read_bytes()
    (tmp_path / "one" / "decoder.onnx").write_bytes(other)
    with pytest.raises(ArtefactError, match="of one model in .*, got those of two"):
        OnnxLinkPredictor.load(tmp_path / "one")
    (tmp_path / "one" / "decoder.onnx").write_bytes(other[:-200] + b"?" + other[-199:])
    with pytest.raises(ArtefactError, match="does not match its checksum"):
        OnnxLinkPredictor.load(tmp_path / "one")
    test_predictor.make().save(tmp_path / "nodes")
    with pytest.raises(ArtefactError, match="got one that answers for nodes"):
        OnnxLinkPredictor.load(tmp_path / "nodes")


def test_a_fresh_process_answers_without_torch(tmp_path: Path) -> None:
    make().to_onnx(tmp_path)
    program = f"""
import json, sys
from gnn2mlp.deploy import OnnxLinkPredictor
model = OnnxLinkPredictor.load({str(tmp_path)!r})
found = model.index({X.tolist()!r}).top(3, 2)
print(json.dumps([found.ids.tolist(), sorted(sys.modules)]))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    ids, modules = json.loads(done.stdout)
    assert ids == make().top(X, 3, 2).ids.tolist()
    assert not {"torch", "scipy", "torch_geometric", "onnx", "safetensors"} & set(modules)


@pytest.mark.parametrize("decoder", ["dot", {"name": "hadamard", "hidden": 16}])
def test_the_best_lie_in_its_direction_though_embeddings_fill_few(decoder: Any, tmp_path: Path) -> None:
    """What plain least squares find here leads to half of them."""
    torch.manual_seed(0)
    student = LinkStudent({"name": "mlp", "hidden": 8}, decoder, width=128)
    found = OnnxLinkPredictor.load(LinkPredictor(student, student.network(6, 1), 6).to_onnx(tmp_path))
    rng = np.random.default_rng(0)
    Z = (rng.normal(size=(2500, 4)) @ rng.normal(size=(4, 128)) + rng.normal(size=128) + 3).astype(np.float32)
    told = CandidateSearch(found, Z, shortlist=100).recall([*range(10)], 10)
    assert told is not None
    assert told.mean > 0.9
    assert np.isfinite(found.direction(Z[0], np.repeat(Z[:1], 2, axis=0))).all()  # of candidates that say nothing


def test_inner_products_are_computed_without_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_file, plain = (
        OnnxLinkPredictor.load(make(one).to_onnx(tmp_path / str(n))) for n, one in enumerate(DECODERS[::-1])
    )
    assert (by_file.inner_product, plain.inner_product) == (False, True)
    Z = plain.embed(X)
    expected = plain.logits(np.repeat(Z[:1], len(Z), axis=0), Z)
    monkeypatch.setattr(plain, "decoder", lambda fed: pytest.fail("takes longer"))
    np.testing.assert_allclose(plain.against(Z[0])(plain.held(Z)), expected, rtol=1e-5)
