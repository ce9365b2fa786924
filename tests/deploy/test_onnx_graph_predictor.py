import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.deploy import GraphPredictor, OnnxGraphPredictor, OnnxPredictor, verify
from gnn2mlp.deploy import _graphs as module
from gnn2mlp.tasks.answers import ClassAnswers, LabelAnswers
from tests.deploy import test_predictor
from tests.deploy.graph_models import GRAPHS, WITH_FEATURES, make


def test_it_answers_as_the_model_that_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make(WITH_FEATURES, LabelAnswers(["a", "b", "c"]))
    assert made.to_onnx(tmp_path / "one.onnx") == tmp_path / "one.onnx"
    found = OnnxGraphPredictor.load(tmp_path / "one.onnx")
    monkeypatch.setattr(module, "CHUNK", 7)  # some graphs at a time
    np.testing.assert_array_equal(found.predict(WITH_FEATURES), made.predict(WITH_FEATURES))
    np.testing.assert_allclose(found.predict_proba(WITH_FEATURES), made.predict_proba(WITH_FEATURES), atol=1e-6)
    assert found.outputs([]).shape == (0, 3)
    assert "features=2" in repr(found)


def test_of_a_huge_graph(tmp_path: Path) -> None:
    made = make(pool="mean+max+size")
    found = OnnxGraphPredictor.load(made.to_onnx(tmp_path / "one.onnx"))
    huge = np.random.default_rng(0).integers(0, 2, (100_000, 2))
    np.testing.assert_allclose(found.predict_proba([huge, huge[:1]]), made.predict_proba([huge, huge[:1]]), atol=1e-6)


def test_in_a_model_directory(tmp_path: Path) -> None:
    made = make()
    made.save(tmp_path)
    assert made.to_onnx(tmp_path) == tmp_path / "model.onnx"
    assert "model.onnx" in verify(tmp_path)["files"]
    made.save(tmp_path)  # the very same: its file stays
    assert "nodes_per_graph" in (tmp_path / "README.md").read_text()
    found = OnnxGraphPredictor.load(tmp_path)
    assert found.predict(GRAPHS).tolist() == GraphPredictor.load(tmp_path).predict(GRAPHS).tolist()
    make(answers=ClassAnswers(["b", "a"])).save(tmp_path)  # another: it goes
    with pytest.raises(ArtefactError, match="found none; write it: gnn2mlp export DIR --onnx"):
        OnnxGraphPredictor.load(tmp_path)


def test_what_is_altered_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = make().to_onnx(tmp_path / "one.onnx")
    with pytest.raises(ArtefactError, match=r"whole graphs: load it with OnnxGraphPredictor\.load"):
        OnnxPredictor.load(path)
    content = path.read_bytes()
    path.write_bytes(content[:-200] + b"?" + content[-199:])
    with pytest.raises(ArtefactError, match="does not match its checksum"):
        OnnxGraphPredictor.load(path)
    nodes = test_predictor.make().to_onnx(tmp_path / "nodes.onnx")
    with pytest.raises(ArtefactError, match=r"got one that answers for nodes: load it with OnnxPredictor\.load"):
        OnnxGraphPredictor.load(nodes)


def test_wrong_columns_are_refused_in_a_sentence(tmp_path: Path) -> None:
    found = OnnxGraphPredictor.load(make(WITH_FEATURES).to_onnx(tmp_path / "one.onnx"))
    with pytest.raises(DataError, match="expected 2 codes and 2 features of each node, as in training, got 2 and 0"):
        found.predict(GRAPHS)
    with pytest.raises(DataError, match="graph 0: expected at least one node"):
        found.predict([(np.zeros((0, 2), int), np.zeros((0, 2)))])


def test_a_fresh_process_answers_without_torch(tmp_path: Path) -> None:
    make().to_onnx(tmp_path)
    program = f"""
import json, sys
from gnn2mlp.deploy import OnnxGraphPredictor
model = OnnxGraphPredictor.load({str(tmp_path)!r})
print(json.dumps([model.predict([[[0, 1], [2, 0]], [[1, 1]]]).tolist(), sorted(sys.modules)]))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    answers, modules = json.loads(done.stdout)
    assert answers == make().predict([[[0, 1], [2, 0]], [[1, 1]]]).tolist()
    assert not {"torch", "scipy", "torch_geometric", "onnx", "safetensors"} & set(modules)
