import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import Calibration, OnnxPredictor, Predictor
from gnn2mlp.deploy.onnx_file import onnx_bytes
from gnn2mlp.deploy.onnx_seal import sealed
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.tasks import MultiLabel, Regression, Task
from tests.deploy.test_onnx_parts import ran
from tests.deploy.test_predictor import X, make

onnx = pytest.importorskip("onnx")


def written(made: Predictor, folder: Path, **options: Any) -> OnnxPredictor:
    return OnnxPredictor.load(made.to_onnx(folder / "model.onnx", **options))


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_the_file_answers_as_the_predictor_by_itself_and_behind_arrays(norm: str, tmp_path: Path) -> None:
    made = make(norm=norm)
    loaded = written(made, tmp_path)
    for method in ("decision_function", "predict_proba"):
        np.testing.assert_allclose(getattr(loaded, method)(X), getattr(made, method)(X), rtol=1e-5, atol=1e-6)
    assert loaded.predict(X).tolist() == made.predict(X).tolist()
    got = ran(onnx.load(tmp_path / "model.onnx"), rows=X)
    assert list(got) == ["label", "probabilities", "logits"]
    np.testing.assert_allclose(got["probabilities"], made.predict_proba(X), rtol=1e-5, atol=1e-6)
    assert got["label"].tolist() == made.predict(X).tolist()


def test_names_are_checked_as_by_the_predictor(tmp_path: Path) -> None:
    loaded = written(make(names=list("abcdef")), tmp_path)
    turned = pd.DataFrame(X[:, ::-1], columns=list("fedcba"))
    np.testing.assert_array_equal(loaded.predict_proba(turned), loaded.predict_proba(X))
    with pytest.raises(DataError, match="got missing 'f'; unknown 'g'"):
        loaded.predict(pd.DataFrame(X, columns=list("abcdeg")))


@pytest.mark.parametrize(
    ("task", "outputs"),
    [
        (MultiLabel(["x", "y", "z"], threshold=[0.4, 0.5, 0.6]), ["probabilities", "logits"]),
        (Regression(["p", "q", "r"], mean=[1.0, 2.0, 3.0], scale=[1.0, 2.0, 3.0]), ["prediction", "logits"]),
    ],
)
def test_other_tasks(task: Task, outputs: list[str], tmp_path: Path) -> None:
    made = Predictor(make().student, make().module, 6, task)
    loaded = written(made, tmp_path)
    got = ran(onnx.load(tmp_path / "model.onnx"), rows=X)
    assert list(got) == outputs
    expected = made.predict_proba(X) if hasattr(made, "predict_proba") else made.predict(X)
    np.testing.assert_allclose(got[outputs[0]], expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(loaded.predict(X), made.predict(X), rtol=1e-5, atol=1e-5)


def test_probabilities_are_scaled_and_logits_are_not(tmp_path: Path) -> None:
    calibration = Calibration(temperature=2.5, conformal={"0.9": 0.8}, outlier=-1.0)
    made = Predictor(make().student, make().module, 6, ["a", "b", "c"], calibration=calibration)
    loaded = written(made, tmp_path)
    got = ran(onnx.load(tmp_path / "model.onnx"), rows=X)
    np.testing.assert_allclose(got["probabilities"], made.predict_proba(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(got["logits"], 2.5 * made.decision_function(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(loaded.outlier_score(X), made.outlier_score(X), rtol=1e-5)
    assert loaded.predict_set(X, 0.9).tolist() == made.predict_set(X, 0.9).tolist()


def test_double_precision_stays(tmp_path: Path) -> None:
    made = make()
    made.module.double()
    loaded = written(made, tmp_path)
    np.testing.assert_allclose(loaded.predict_proba(X), made.predict_proba(X.astype(np.float64)), rtol=1e-12)


def test_inputs_are_a_part_of_the_file(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    inputs = Standardise()
    inputs.fit([torch.from_numpy(3 * X + 1)])
    made = Predictor(make().student, make().module, 6, ["a", "b", "c"], inputs=inputs)
    np.testing.assert_allclose(written(made, tmp_path).predict_proba(X), made.predict_proba(X), rtol=1e-4, atol=1e-5)


def test_another_module_goes_through_torchs_exporter(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")

    class Shifted(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = MLP(6, 4, 3)

        def forward(self, x: torch.Tensor) -> MLPOutput:
            return self.inner(x + 1)

    made = Predictor(make().student, Shifted(), 6, ["a", "b", "c"])
    loaded = written(made, tmp_path)
    for rows in (X[:1], X):
        np.testing.assert_allclose(loaded.predict_proba(rows), made.predict_proba(rows), rtol=1e-4, atol=1e-5)


def test_eight_bit_weights_pass_the_same_gate(tmp_path: Path) -> None:
    made = make()
    loaded = written(made, tmp_path, int8=True, check=(X, made.predict(X)), tolerance=100)
    assert loaded.card["check"]["rows"] == len(X)
    assert loaded.predict_proba(X).shape == (20, 3)
    assert "QuantizeLinear" in {node.op_type for node in onnx.load(tmp_path / "model.onnx").graph.node}
    with pytest.raises(ConfigError, match=r"int8: .*give check=\(rows, labels\)"):
        made.to_onnx(tmp_path / "b.onnx", int8=True)
    with pytest.raises(DataError, match="nothing was written"):
        made.to_onnx(tmp_path / "b.onnx", int8=True, check=(X, made.predict(X)), tolerance=-100.5)
    assert not (tmp_path / "b.onnx").exists()


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    made = make(names=list("abcdef"))
    made.save(tmp_path)
    model = onnx.load(made.to_onnx(tmp_path / "model.onnx"))
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(said["answers"])["classes"] == ["a", "b", "c"]
    assert json.loads(said["feature_names"]) == list("abcdef")
    assert json.loads(said["about"]) == {"from": "test"}
    with artefact.safetensors.safe_open(tmp_path / "student.safetensors", framework="pt") as file:
        assert json.loads(said["source"]) == file.metadata()["sha256"]
    assert (model.producer_name, len(said["sha256"])) == ("gnn2mlp", 64)
    (rows,) = model.graph.input
    assert rows.doc_string == "the features of each row, in the order of feature_names in the metadata"
    assert onnx_bytes(made) == (tmp_path / "model.onnx").read_bytes()


def test_any_damage_is_refused_with_a_sentence(tmp_path: Path) -> None:
    content, chance = onnx_bytes(make()), random.Random(0)
    damaged = [content[: chance.randrange(len(content))] for _ in range(50)]
    for _ in range(200):
        place = chance.randrange(len(content))
        damaged.append(content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :])
    for number, bad in enumerate(damaged):
        (tmp_path / f"{number}.onnx").write_bytes(bad)
        with pytest.raises(ArtefactError, match=r"\.onnx does not (end as|match its checksum)"):
            OnnxPredictor.load(tmp_path / f"{number}.onnx")


def test_a_file_of_another_program_or_release_is_refused(tmp_path: Path) -> None:
    made = make()
    model = onnx.load(made.to_onnx(tmp_path / "model.onnx"))
    model.metadata_props.pop()
    for entry in model.metadata_props:
        entry.value = "99" if entry.key == "format" else entry.value
    (tmp_path / "newer.onnx").write_bytes(sealed(model.SerializeToString()))
    with pytest.raises(ArtefactError, match="has format 99, this release reads up to 1: upgrade gnn2mlp"):
        OnnxPredictor.load(tmp_path / "newer.onnx")
    (tmp_path / "other.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ArtefactError, match="another program's"):
        OnnxPredictor.load(tmp_path / "other.onnx")
    with pytest.raises(ArtefactError, match=r"expected a network at .*none\.onnx"):
        OnnxPredictor.load(tmp_path / "none.onnx")
