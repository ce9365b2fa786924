"""Model directories as a server loads them."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import ModelDirectory, Predictor, read_directory
from gnn2mlp.serving.model import ServedModel, load_model
from gnn2mlp.serving.predictions import Judged
from gnn2mlp.serving.rows import rows_of
from tests.serving import served


def judged(model: ServedModel, *values: object) -> list[Judged | DataError]:
    return model.judge([rows_of(value, model.predictor, 100) for value in values])


def test_it_answers_as_the_predictor_does(model: ServedModel, folder: Path) -> None:
    (found,) = judged(model, served.table_rows())
    assert isinstance(found, Judged)
    predictor = Predictor.load(folder)
    assert found.predicted.tolist() == predictor.predict(served.TABLE).tolist()
    assert served.close(found.probabilities, predictor.predict_proba(served.TABLE))
    assert found.outliers is not None
    assert found.outliers.tolist() == predictor.outliers(predictor.outputs(served.TABLE)).tolist()


def test_rows_together_are_answered_as_alone(model: ServedModel) -> None:
    rows = [*served.table_rows(), {**served.ROW, "tags": ["x"] * 9}, {**served.ROW, "likes": 2.5}]
    together = judged(model, *rows)
    for row, one in zip(rows, together, strict=True):
        (alone,) = judged(model, row)
        assert isinstance(one, Judged)
        assert isinstance(alone, Judged)
        assert one.outputs.tolist() == alone.outputs.tolist()


def test_values_of_other_types_are_read_together_where_there_are_no_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = served.loaded(tmp_path / "plain", served.of_columns(without=("tags", "place")))
    changes = [{"likes": None}, {"likes": True}, {"likes": 2.5, "since": None}, {"kind": "", "open": 1}, {"open": None}]
    rows = [{**served.ROW, **change} for change in changes]
    spoilt = [*rows, {**served.ROW, "likes": "many"}, {**served.ROW, "kind": [1]}, {**served.ROW, "open": 2}]
    alone = [judged(plain, row)[0] for row in spoilt]
    for one, other in zip(judged(plain, *spoilt), alone, strict=True):
        assert type(one) is type(other)
        assert one.outputs.tolist() == other.outputs.tolist() if isinstance(one, Judged) else str(one) == str(other)
    reader, sizes = plain.predictor.columns, []
    assert reader is not None
    read = reader.read
    monkeypatch.setattr(reader, "read", lambda table, name: (sizes.append(len(table["likes"])), read(table, name))[1])
    judged(plain, *rows)
    assert sizes == [len(rows)]


def test_a_row_that_cannot_be_read_spoils_no_other(model: ServedModel) -> None:
    found = judged(model, served.ROW, {**served.ROW, "since": "yesterday"}, {**served.ROW, "since": "2020-01-01"})
    assert [isinstance(one, DataError) for one in found] == [False, True, False]
    assert "since" in str(found[1])
    (none,) = judged(model, {**served.ROW, "since": "yesterday"})
    assert isinstance(none, DataError)


def test_numbers_too_large_for_the_network_spoil_no_other(
    numbers: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflowing(rows: np.ndarray) -> np.ndarray:
        return np.where(rows[:, :1] > 1e38, np.inf, rows[:, :3])

    monkeypatch.setattr(numbers.predictor, "answer", overflowing)
    row = {"p": 1, "q": 1, "r": 1, "s": 1}
    found = judged(numbers, row, {**row, "p": 3e38}, row)
    assert [isinstance(one, DataError) for one in found] == [False, True, False]


def test_its_version_is_the_manifests_and_its_name_the_folders(model: ServedModel, folder: Path) -> None:
    import hashlib

    assert hashlib.sha256((folder / "config.json").read_bytes()).hexdigest().startswith(model.version)
    assert (model.name, load_model(folder, "other").name, model.coverages) == ("places", "other", ("0.9", "0.95"))


def test_a_directory_without_onnx_is_exported(tmp_path: Path) -> None:
    bare = load_model(served.saved(tmp_path / "my model", served.of_columns(), onnx=False))
    assert bare.name == "my-model"
    (found,) = judged(bare, served.table_rows())
    assert isinstance(found, Judged)
    assert served.close(found.outputs, served.of_columns().outputs(served.TABLE))


def test_a_network_with_its_card_is_read(tmp_path: Path) -> None:
    predictor = served.of_numbers(names=False)
    predictor.save(tmp_path / "model")
    predictor.to_onnx(tmp_path / "model")
    (found,) = judged(load_model(tmp_path / "model"), {"features": [1, 2, 3, 4]})
    assert isinstance(found, Judged)
    assert served.close(found.outputs, predictor.outputs(np.array([[1, 2, 3, 4]])))


def test_what_is_not_whole_is_refused(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    content = (broken / "model.onnx").read_bytes()
    (broken / "model.onnx").write_bytes(content[:-100])
    with pytest.raises(ArtefactError, match="truncated"):
        load_model(broken)
    with pytest.raises(ArtefactError, match="expected a model directory"):
        load_model(tmp_path / "none")


def test_a_student_that_takes_the_graph_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def graph(path: Path, keep: None) -> ModelDirectory:
        found = read_directory(path, keep)
        found.config["needs_graph"] = True
        return found

    monkeypatch.setattr("gnn2mlp.serving.model.read_directory", graph)
    with pytest.raises(ConfigError, match="a node's place in the graph"):
        load_model(folder)


def test_serving_loads_no_torch(folder: Path) -> None:
    code = (
        "import sys; from gnn2mlp.serving import create_app; create_app(sys.argv[1]);"
        "print(*{name.split('.')[0] for name in sys.modules} & {'torch', 'torch_geometric', 'sklearn', 'pandas'})"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
