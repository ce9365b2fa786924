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

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.deploy.directory import verify
from gnn2mlp.deploy.onnx_columns import add_columns, check_convertible
from gnn2mlp.deploy.onnx_inputs import MATRIX
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.students.mlp import MLPStudent
from tests.deploy.onnx_encoders.check import encoded, features
from tests.deploy.test_onnx_parts import ran

onnx = pytest.importorskip("onnx")

ROWS = 60


def table(rows: int = ROWS, seed: int = 0) -> dict[str, Any]:
    """Columns of every kind, named as inputs and outputs of models are."""
    chance = np.random.default_rng(seed)

    def holed(values: list[Any]) -> list[Any]:
        return [None if chance.random() < 0.1 else value for value in values]

    words = np.array(["red", "HOUSE", "Köln", "ÜBER", "don't", "42nd", "e-mail", "日本"])
    return {
        "label": holed(chance.lognormal(size=rows).tolist()),
        "rows": chance.normal(size=rows) + 1.7e9,
        "student/rows": holed((chance.random(rows) < 0.5).tolist()),
        "": holed(chance.choice(["a", "b", "ü"], rows).tolist()),
        "probabilities": chance.choice(["x", "y"], rows),
        "weight0": holed([f"20{year:02}-0{year % 9 + 1}-11" for year in chance.integers(0, 30, rows)]),
        "numbers": [" ".join(chance.choice(words, 5)) for _ in range(rows)],
        "features/rows": [chance.choice(["t", "u"], 2).tolist() for _ in range(rows)],
        "same": [7] * rows,
    }


STATED = {"label": "log", "numbers": {"name": "text", "least": 1}}


def made(norm: str = "batch", dtype: torch.dtype = torch.float32, classes: Any = ("no", "yes")) -> Predictor:
    encoder = TableEncoder(STATED).fit(table())
    student = MLPStudent(hidden=8, norm=norm)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = student.build(encoder.num_features, len(classes)).to(dtype)
    return Predictor(student, module, encoder.num_features, list(classes), columns=encoder)


@pytest.mark.parametrize("form", [dict, pd.DataFrame])
@pytest.mark.parametrize(("norm", "dtype"), [("batch", torch.float32), ("layer", torch.float64)])
def test_from_raw_columns_to_answers(form: Any, norm: str, dtype: torch.dtype, tmp_path: Path) -> None:
    predictor = made(norm, dtype)
    path = predictor.to_onnx(tmp_path)
    assert path == tmp_path / "model.onnx"
    loaded = OnnxPredictor.load(path)
    assert loaded.feature_names == predictor.feature_names
    for rows in (table(), table(5, seed=1), table(1, seed=2)):
        given = form(rows)
        np.testing.assert_allclose(loaded.predict_proba(given), predictor.predict_proba(given), atol=1e-6)
        assert loaded.predict(given).tolist() == predictor.predict(given).tolist()


def test_the_model_alone_answers_alike(tmp_path: Path) -> None:
    predictor = made()
    model = onnx.load(predictor.to_onnx(tmp_path))
    fed = OnnxPredictor.load(tmp_path / "model.onnx").columns.read(table())
    got = ran(model, **fed)
    np.testing.assert_allclose(got["probabilities"], predictor.predict_proba(table()), atol=1e-6)
    assert got["label"].tolist() == predictor.predict(table()).tolist()


def test_inputs_have_the_names_of_their_columns_where_these_are_free(tmp_path: Path) -> None:
    model = onnx.load(made().to_onnx(tmp_path))
    assert [value.name for value in model.graph.input] == [
        "column label",
        "rows",
        "column student/rows",
        "column",
        "column probabilities",
        "weight0",
        "column numbers",
        "column features/rows",
    ]
    told = {value.name: value.doc_string for value in model.graph.input}
    assert told["weight0"].startswith("days since 1970-01-01 00:00 UTC")
    assert told["column student/rows"].startswith("1 for true, 0 for false; NaN")


def test_a_column_that_was_dropped_is_no_input_and_may_be_absent(tmp_path: Path) -> None:
    predictor = made()
    loaded = OnnxPredictor.load(predictor.to_onnx(tmp_path))
    rows = {name: values for name, values in table().items() if name != "same"}
    assert loaded.predict(rows).tolist() == predictor.predict(rows).tolist()
    del rows["rows"]
    for one in (loaded, predictor):
        with pytest.raises(DataError, match="predict: expected the 8 columns that training read.*missing 'rows'"):
            one.predict(rows)


def test_a_model_directory_vouches_for_the_file(tmp_path: Path) -> None:
    predictor = made()
    predictor.save(tmp_path / "model")
    predictor.to_onnx(tmp_path / "model")
    assert verify(tmp_path / "model")["files"].keys() >= {"model.onnx", "student.safetensors"}
    assert OnnxPredictor.load(tmp_path / "model").predict(table()).tolist() == predictor.predict(table()).tolist()
    other = made(norm="none").to_onnx(tmp_path / "other")
    (tmp_path / "model" / "model.onnx").write_bytes(other.read_bytes())
    for cls in (OnnxPredictor, Predictor):
        with pytest.raises(ArtefactError, match=r"model\.onnx"):
            cls.load(tmp_path / "model")


def test_no_row_and_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = made()
    loaded = OnnxPredictor.load(predictor.to_onnx(tmp_path))
    assert loaded.predict_proba({name: values[:0] for name, values in table().items()}).shape == (0, 2)
    whole = loaded.predict_proba(table())
    monkeypatch.setattr("gnn2mlp.deploy.onnx_predictor.CHUNK", 500)
    np.testing.assert_allclose(loaded.predict_proba(table()), whole, atol=1e-6)


def test_numbers_too_large_for_single_precision_are_refused(tmp_path: Path) -> None:
    encoder = TableEncoder({"n": "raw"}).fit({"n": [1.0, 2.0, 3.0]})
    student = MLPStudent(hidden=4)
    module = student.build(1, 2)
    with torch.no_grad():
        for weight in module.parameters():
            weight.fill_(-1.0)  # large numbers silence every hidden unit: no output shows them
    predictor = Predictor(student, module, 1, ["a", "b"], columns=encoder)
    loaded = OnnxPredictor.load(predictor.to_onnx(tmp_path))
    for one in (loaded, predictor):
        with pytest.raises(DataError, match="row 1: .*too large for a feature in single precision"):
            one.predict({"n": [1.0, 1e300]})


def test_eight_bit_weights_are_checked_on_a_table(tmp_path: Path) -> None:
    predictor = made(norm="none")
    labels = predictor.predict(table())
    path = predictor.to_onnx(tmp_path / "small.onnx", int8=True, check=(table(), labels), tolerance=100)
    loaded = OnnxPredictor.load(path)
    assert loaded.card["check"]["accuracy"]["fp"] == 1
    np.testing.assert_allclose(loaded.predict_proba(table()), predictor.predict_proba(table()), atol=0.1)


def test_a_module_of_its_own_reads_features_in_their_order(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")

    class Weighted(torch.nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.inner = MLP(width, 4, 2)

        def forward(self, x: torch.Tensor) -> MLPOutput:
            return self.inner(x * torch.linspace(0, 1, x.shape[1]))

    plain = made()
    predictor = Predictor(
        plain.student, Weighted(plain.num_features), plain.num_features, ["a", "b"], columns=plain.columns
    )
    loaded = OnnxPredictor.load(predictor.to_onnx(tmp_path))
    np.testing.assert_allclose(loaded.predict_proba(table()), predictor.predict_proba(table()), atol=1e-5)


def test_features_are_those_of_the_encoder() -> None:
    encoder = TableEncoder(STATED).fit(table())
    check_convertible(encoder)
    np.testing.assert_allclose(features(encoder, table(20, 3)), encoded(encoder, table(20, 3)), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("columns", "matrix"), [(MATRIX - 1, False), (MATRIX, True)])
def test_many_columns_of_numbers_share_an_input(columns: int, matrix: bool) -> None:
    encoder = TableEncoder().fit({f"c{number}": np.arange(4.0) * (number + 1) for number in range(columns)})
    found = add_columns(encoder)
    assert len(found.part.inputs) == (1 if matrix else columns)
    assert ("c0, c1, c2" in found.part.inputs[0].doc_string) == matrix


def test_a_process_without_torch_and_scikit_learn_answers_raw_tables(tmp_path: Path) -> None:
    predictor, rows = made(), table(4, seed=5)
    plain = {name: values if isinstance(values, list) else values.tolist() for name, values in rows.items()}
    path = predictor.to_onnx(tmp_path)
    program = f"""
import json, sys
for name in ("torch", "sklearn", "scipy", "onnx", "skl2onnx", "torch_geometric", "pandas"):
    sys.modules[name] = None
from gnn2mlp.deploy import OnnxPredictor
from gnn2mlp.core.errors import DataError
loaded = OnnxPredictor.load({str(path)!r})
rows = json.loads({json.dumps(json.dumps(plain))})
one = {{name: values[0] for name, values in rows.items()}}
try:
    loaded.predict({{**rows, "rows": ["x"] * 4}})
    refused = ""
except DataError as error:
    refused = str(error)
print(json.dumps([loaded.predict(rows).tolist(), loaded.predict(one).tolist(), refused]))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    labels, first, refused = json.loads(done.stdout)
    assert labels == predictor.predict(rows).tolist()
    assert first == labels[:1]
    assert refused.startswith("column 'rows', row 0: expected number, as in training, got text")
