import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import OnnxPredictor, Predictor, predictor
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.students import STUDENTS
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression, Task
from gnn2mlp.tasks.answers import ClassAnswers
from tests.cuda import captured_graphs, off_the_cpu, on_each_device

FEATURES, CLASSES = 6, 3
X = np.random.default_rng(0).normal(size=(20, FEATURES)).astype(np.float32)


def make(classes: object = ("a", "b", "c"), names: object = None, norm: str = "batch") -> Predictor:
    """A predictor around a seeded, untrained network."""
    student = STUDENTS.get("mlp")(hidden=8, norm=norm)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = student.build(FEATURES, CLASSES)
    return Predictor(student, module, FEATURES, classes, {"from": "test"}, names)


def identity() -> Predictor:
    """A predictor whose logits are worked by hand: relu of the first three features."""
    made = make(norm="none")
    with torch.no_grad():
        for layer in (made.module.maps[0], made.module.head):
            layer.weight.copy_(torch.eye(*layer.weight.shape))
            layer.bias.zero_()
    return made


def test_predictions_by_hand() -> None:
    made = identity()
    rows = np.array([[0, 2, 1, 9, 9, 9], [3, -5, 0, 9, 9, 9]])
    assert made.decision_function(rows).tolist() == [[0, 2, 1], [3, 0, 0]]
    assert made.predict(rows).tolist() == ["b", "a"]
    e = np.exp(1.0)
    np.testing.assert_allclose(made.predict_proba(rows)[0], np.array([1, e**2, e]) / (1 + e + e**2), rtol=1e-6)


@pytest.mark.parametrize(
    "form",
    [
        lambda x: x.astype(np.float64),
        lambda x: x.tolist(),
        lambda x: pd.DataFrame(x),
        lambda x: pd.DataFrame(x, columns=list("abcdef")),
        torch.from_numpy,
        lambda x: torch.from_numpy(x).double(),
        sp.csr_matrix,
        lambda x: sp.csr_array(x.astype(np.float64)),
        lambda x: sp.coo_matrix(x),
        lambda x: torch.from_numpy(x).to_sparse_csr(),
        np.asfortranarray,
    ],
)
def test_every_form_of_a_table_gives_the_same(form) -> None:
    made = make()
    expected = made.predict_proba(X)
    assert expected.dtype == np.float32
    np.testing.assert_allclose(made.predict_proba(form(X)), expected, atol=1e-6)
    assert (made.predict(form(X)) == made.predict(X)).all()


def watched(made: Predictor) -> list[Features]:
    """What its network is asked from now on."""
    asked, answer = [], made._network()

    def watching(x: Features) -> torch.Tensor:
        asked.append(x)
        return answer(x)

    made._network = lambda: watching
    return asked


def test_sparse_rows_reach_the_network_sparse() -> None:
    made = make()
    asked = watched(made)
    made.predict(sp.csr_matrix(X))
    made.predict(X)
    assert [type(x) for x in asked] == [CSR, torch.Tensor]


def test_answers_are_those_of_the_module() -> None:
    made = make()
    with torch.inference_mode():
        expected = made.module(torch.from_numpy(X).float()).logits.numpy()
    np.testing.assert_allclose(made.decision_function(X), expected, rtol=1e-5, atol=1e-6)


def test_copies_hold_the_weights_once() -> None:
    made = make()
    size = len(pickle.dumps(made))
    expected = made.predict_proba(X)
    assert len(pickle.dumps(made)) == size
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(made)).predict_proba(X), expected)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, pd.DataFrame])
def test_zero_rows(form) -> None:
    made, none = make(), form(X[:0])
    assert made.predict_proba(none).shape == (0, CLASSES)
    assert made.predict(none).shape == (0,)
    assert made.predict(none).dtype == made.classes_.dtype


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix])
def test_many_rows_go_in_chunks(form, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make()
    whole = made.predict_proba(form(X))
    asked = watched(made)
    monkeypatch.setattr(predictor, "CHUNK", 8)
    np.testing.assert_allclose(made.predict_proba(form(X)), whole, atol=1e-6)
    assert [x.shape[0] for x in asked] == [8, 8, 4]


def test_one_row_is_like_the_same_row_among_others() -> None:
    made = make()
    np.testing.assert_allclose(made.predict_proba(X[3:4])[0], made.predict_proba(X)[3], atol=1e-6)


def test_the_message_names_the_method_that_was_called() -> None:
    for method in ("predict", "predict_proba", "decision_function"):
        with pytest.raises(DataError, match=f"^{method}: expected 6 features"):
            getattr(make(), method)(X[:, :2])


def test_columns_of_a_data_frame_are_checked() -> None:
    made, table = make(names=list("abcdef")), pd.DataFrame(X, columns=list("abcdef"))
    assert (made.predict(table) == made.predict(X)).all()
    assert (made.decision_function(table[list("fedcba")]) == made.decision_function(X)).all()
    with pytest.raises(DataError, match="missing 'f'"):
        made.predict(table[list("abcde")])


def test_as_many_names_as_features() -> None:
    with pytest.raises(ConfigError, match="feature_names: expected one per feature, 6 in all, got 2"):
        make(names=["a", "b"])


def test_a_network_in_double_precision_stays_so(tmp_path: Path) -> None:
    made = make()
    made.module.double()
    made.save(tmp_path)
    loaded = Predictor.load(tmp_path)
    assert loaded.decision_function(X).dtype == np.float64
    assert (loaded.decision_function(X) == made.decision_function(X)).all()


def test_answers_under_autocast_are_numbers_of_numpy() -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        lowered = make().decision_function(X), make().hidden(X)
    assert {array.dtype.name for array in lowered} == {"float32"}
    np.testing.assert_allclose(lowered[0], make().decision_function(X), atol=0.05)


@pytest.mark.parametrize(
    "classes",
    [
        np.array(["cat", "dog", "zebra"]),
        np.array([3, 7, 100]),
        np.array([3, 7, 100], dtype=np.int16),
        np.array(["a", "b", "c"], dtype=object),
        np.array(["ä", "日本", ""]),
    ],
)
def test_labels_keep_value_and_type(tmp_path: Path, classes: np.ndarray) -> None:
    make(classes).save(tmp_path)
    loaded = Predictor.load(tmp_path)
    assert loaded.classes_.tolist() == classes.tolist()
    assert loaded.predict(X).dtype == classes.dtype


@pytest.mark.parametrize(
    "change",
    [
        {"student": {"name": "no-such"}},
        {"student": {"name": "mlp", "layers": 3}},
        {"num_features": 7},
        {"answers": ClassAnswers(["a"]).facts()},
    ],
)
def test_a_card_that_contradicts_its_weights_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / STUDENT
    make().save_file(path)
    tensors, card = artefact.load(path, "student")
    artefact.save(path, "student", tensors, {**card, **change})
    with pytest.raises(ArtefactError, match="does not describe a student of this release"):
        Predictor.load(tmp_path)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="expected a student artefact at .*, found no such file"):
        Predictor.load(tmp_path / "absent")


def test_a_fresh_process_predicts_without_graph_libraries(tmp_path: Path) -> None:
    make().save(tmp_path)
    program = f"""
import json, sys
from gnn2mlp import Predictor
labels = Predictor.load({str(tmp_path)!r}).predict({X[:3].tolist()!r})
print(json.dumps([labels.tolist(), sorted(sys.modules)]))
"""
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    labels, modules = json.loads(done.stdout)
    assert labels == make().predict(X[:3]).tolist()
    assert not {"torch_geometric", "ogb", "gnn2mlp.data", "gnn2mlp.teachers", "sklearn"} & set(modules)


def test_loading_leaves_the_global_generator_alone(tmp_path: Path) -> None:
    make().save(tmp_path)
    before = torch.get_rng_state()
    Predictor.load(tmp_path)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_a_module_that_changes_after_the_first_answer_answers_anew(norm: str) -> None:
    made, other = make(norm=norm), make(norm=norm)
    made.predict_proba(X)
    with torch.no_grad():
        for module in (made.module, other.module):
            for tensor in (*module.parameters(), *module.buffers()):
                tensor.add_(1)  # in place
    np.testing.assert_array_equal(made.predict_proba(X), other.predict_proba(X))
    made.module.load_state_dict(make(norm=norm).module.state_dict())
    np.testing.assert_array_equal(made.predict_proba(X), make(norm=norm).predict_proba(X))


def test_it_is_folded_once_while_nothing_changes() -> None:
    made = make()
    assert made._network() is made._network()


@pytest.mark.parametrize(
    "task",
    [
        NodeClassification(["a", "b", "c"]),
        MultiLabel(["x", "y", "z"], threshold=[0.4, 0.5, 0.6]),
        Regression(["p", "q", "r"], mean=[1.0, 2.0, 3.0], scale=[1.0, 2.0, 3.0]),
    ],
)
def test_a_student_of_any_task_is_saved_and_loaded(task: Task, tmp_path: Path) -> None:
    student, module = make().student, make().module
    made = Predictor(student, module, FEATURES, task)
    made.save(tmp_path)
    loaded = Predictor.load(tmp_path)
    assert loaded.answers == task.answers
    np.testing.assert_array_equal(loaded.predict(X), made.predict(X))
    assert hasattr(loaded, "predict_proba") == (not isinstance(task, Regression))


def test_a_threshold_is_saved_and_applied(tmp_path: Path) -> None:
    student = make().student
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = student.build(FEATURES, 2)
    sure = Predictor(student, module, FEATURES, NodeClassification(["no", "yes"], threshold=0.0))
    sure.save(tmp_path)
    assert set(Predictor.load(tmp_path).predict(X)) == {"yes"}


def test_files_of_before_tasks_still_load(tmp_path: Path) -> None:
    made = make(classes=np.array([3, 5, 9], np.int16))
    facts = {key: value for key, value in made.facts().items() if key != "answers"}
    old = {**facts, "classes": [3, 5, 9], "classes_dtype": "<i2"}
    artefact.save(tmp_path / STUDENT, "student", made.module.state_dict(), old)
    loaded = Predictor.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict(X), made.predict(X))
    assert loaded.predict(X).dtype == np.int16


@on_each_device
@pytest.mark.parametrize("graphs", [False, True])
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_it_answers_from_any_device_as_from_the_cpu(tmp_path: Path, device: str, graphs: bool, norm: str) -> None:
    here = make(norm=norm, names=list("abcdef"))
    here.save(tmp_path)
    with off_the_cpu(device), captured_graphs(device) as captures:
        for there in (Predictor.load(tmp_path, device, cuda_graphs=graphs), here.to(device, cuda_graphs=graphs)):
            assert there.device.type == device
            for rows in (0, 1, 2, 3, 20):
                for form in (np.asarray, sp.csr_matrix, lambda x: torch.from_numpy(x).to(device)):
                    found = there.predict_proba(form(X[:rows]))
                    assert isinstance(found, np.ndarray)
                    np.testing.assert_allclose(found, here.predict_proba(X[:rows]), rtol=1e-4, atol=1e-6)
            assert there.predict(X).tolist() == here.predict(X).tolist()
    assert len(captures) == 2 * 4 * graphs  # of 1, 2, 4 and 32 rows
    assert here.device.type == "cpu"


@on_each_device
@pytest.mark.parametrize("graphs", [False, True])
def test_what_answers_from_any_device_is_written_and_copied_for_all(tmp_path: Path, device: str, graphs: bool) -> None:
    student, inputs = make().student, Standardise()
    inputs.fit([torch.from_numpy(X)])
    here = Predictor(student, make().module, FEATURES, ["a", "b", "c"], inputs=inputs)
    expected = here.predict_proba(X[:2])
    with off_the_cpu(device), captured_graphs(device):
        there = here.to(device, cuda_graphs=graphs)
        np.testing.assert_allclose(there.predict_proba(X[:2]), expected, rtol=1e-4, atol=1e-6)
        there.save(tmp_path)
        pickled = pickle.loads(pickle.dumps(there))
        with torch.no_grad():
            for tensor in there.module.parameters():
                tensor.add_(1)  # in place: what was captured is of the past
        assert not np.allclose(there.predict_proba(X[:2]), expected)
    for again in (Predictor.load(tmp_path), pickled):
        assert again.device.type == "cpu"
        np.testing.assert_array_equal(again.predict_proba(X[:2]), expected)


def test_a_device_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make().save(tmp_path)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    for attempt in (lambda: Predictor.load(tmp_path, device="cuda"), lambda: make().to("cuda")):
        with pytest.raises(ConfigError, match="device: 'cuda' was asked for, but torch sees 0 CUDA devices"):
            attempt()


TABLE = {
    "likes": [3, 5, None, 8, 1, 9],
    "kind": ["shop", "bar", None, "shop", "bar", "shop"],
    "about": ["red house", "blue house", "red red", None, "a house", "blue"],
    "page": ["a", "b", "c", "d", "e", "f"],
}


def on_columns(**stated: str) -> Predictor:
    """A seeded, untrained network behind the columns of a table."""
    columns = TableEncoder({"page": "drop", **stated}).fit(TABLE)
    student = STUDENTS.get("mlp")(hidden=8)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = student.build(columns.num_features, CLASSES)
    return Predictor(student, module, columns.num_features, ("a", "b", "c"), columns=columns)


@pytest.mark.parametrize(
    "form", [dict, pd.DataFrame, pa.table, pl.DataFrame, lambda table: pd.DataFrame(table).iloc[:, ::-1]]
)
def test_tables_as_they_are(form: object) -> None:
    made = on_columns()
    expected = made.on_features().predict_proba(made.columns.transform(TABLE))
    np.testing.assert_array_equal(made.predict_proba(form(TABLE)), expected)
    assert made.feature_names == ("likes", "kind", "about")
    assert made.on_features().feature_names == made.columns.feature_names
    assert made.on_features().on_features().columns is None


def test_one_raw_row_is_answered_as_among_others() -> None:
    made = on_columns()
    row = {name: values[1] for name, values in TABLE.items()}
    expected = made.predict_proba(TABLE)[1:2]
    for form in (row, [row], pd.DataFrame([row]), pd.DataFrame(TABLE).iloc[1:2]):
        np.testing.assert_allclose(made.predict_proba(form), expected, rtol=1e-6)


def test_encoders_are_saved_with_the_student(tmp_path: Path) -> None:
    made = on_columns(likes="log")
    made.save(tmp_path)
    for again in (Predictor.load(tmp_path), pickle.loads(pickle.dumps(made)), made.to("cpu"), made.calibrated(None)):
        assert again.facts() == made.facts()
        assert again.digest() == made.digest()
        np.testing.assert_array_equal(again.predict_proba(TABLE), made.predict_proba(TABLE))


def test_columns_have_to_fit_the_student() -> None:
    columns = TableEncoder({"page": "drop"}).fit(TABLE)
    student = STUDENTS.get("mlp")(hidden=8)
    with pytest.raises(ConfigError, match=f"the 6 features of the student, got {columns.num_features}"):
        Predictor(student, student.build(6, 2), 6, ["a", "b"], columns=columns)


def test_raw_tables_need_neither_pandas_nor_a_graph_library(tmp_path: Path) -> None:
    on_columns().save(tmp_path)
    command = (
        f"from gnn2mlp.deploy import Predictor\nmade = Predictor.load({str(tmp_path)!r})\n"
        "assert made.predict({'likes': 3, 'kind': 'bar', 'about': 'a red house'}).shape == (1,)\n"
        "import sys\nprint({'pandas', 'polars', 'pyarrow', 'sklearn', 'torch_geometric'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "set()", done.stderr


def test_a_folder_of_networks_takes_features(tmp_path: Path) -> None:
    made = on_columns()
    made.on_features().to_onnx(tmp_path)
    rows = made.columns.transform(TABLE)
    np.testing.assert_allclose(OnnxPredictor.load(tmp_path).predict_proba(rows), made.predict_proba(TABLE), atol=1e-5)


def test_one_file_takes_columns(tmp_path: Path) -> None:
    made = on_columns()
    assert made.to_onnx(tmp_path) == tmp_path / "model.onnx"
    np.testing.assert_allclose(OnnxPredictor.load(tmp_path).predict_proba(TABLE), made.predict_proba(TABLE), atol=1e-5)
