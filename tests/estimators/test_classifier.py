import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from gnn2mlp import NodeClassifier, Predictor
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, DataWarning
from gnn2mlp.core.spec import Spec
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.teachers.gcn import GCN
from tests.cuda import on_each_device
from tests.estimators.conftest import NODES, Tiny, quick

COLUMNS = [f"f{i}" for i in range(12)]


def fit(tiny: Tiny, model: NodeClassifier | None = None, **inputs: object) -> NodeClassifier:
    """Fit on the tiny graph, with some of X, y, edge_index and validation_ids exchanged."""
    given = {"X": tiny.X, "y": tiny.y, "edge_index": tiny.edges, **inputs}
    return (model or quick()).fit(**given)


def test_it_learns_from_the_graph_and_predicts_without_it(tiny: Tiny) -> None:
    model = fit(tiny, quick(teacher=Spec("sage", epochs=60, hidden=16), distill={"epochs": 100}))
    assert model.score(tiny.X[30:], tiny.truth[30:]) > 0.7
    teacher = model.knowledge_["logits"].argmax(1).numpy()
    assert (teacher == model.predict(tiny.X)).mean() > 0.8


def test_what_fit_leaves_behind(tiny: Tiny, fitted: NodeClassifier) -> None:
    assert fitted.classes_.tolist() == [0, 1, 2]
    assert fitted.n_features_in_ == 12
    assert not hasattr(fitted, "feature_names_in_")
    student = fitted.history_["student"]
    assert fitted.validation_score_ == max(student["valid"]) == student["valid"][student["best_epoch"] - 1]
    assert len(fitted.history_["teacher"]["loss"]) == 10
    assert fitted.teacher_.predict(_graph(tiny)).shape == (NODES, 3)
    assert fitted.knowledge_["logits"].shape == (NODES, 3)
    np.testing.assert_allclose(fitted.predict_proba(tiny.X).sum(1), 1, rtol=1e-5)


def _graph(tiny: Tiny):
    from gnn2mlp.data import graph_from_arrays

    return graph_from_arrays(tiny.X, tiny.truth, tiny.edges)


def test_labels_may_be_text(tiny: Tiny, fitted: NodeClassifier) -> None:
    names = np.array(["ant", "bee", "cat"], dtype=object)
    model = fit(tiny, y=[names[c] if c >= 0 else None for c in tiny.y])
    assert model.classes_.tolist() == ["ant", "bee", "cat"]
    assert (model.predict(tiny.X) == names[fitted.predict(tiny.X)]).all()


def test_labels_may_have_gaps(tiny: Tiny, fitted: NodeClassifier) -> None:
    labels = np.array([3, 10, 99])
    model = fit(tiny, y=np.where(tiny.y >= 0, labels[tiny.y], -1))
    assert (model.predict(tiny.X) == labels[fitted.predict(tiny.X)]).all()


@pytest.mark.parametrize(
    "form",
    [lambda x: x.astype(np.float64), sp.csr_matrix, torch.from_numpy, pd.DataFrame, lambda x: x.tolist()],
    ids=["float64", "csr", "torch", "pandas", "list"],
)
def test_every_form_of_features_fits_and_predicts(tiny: Tiny, fitted: NodeClassifier, form) -> None:
    model = fit(tiny, X=form(tiny.X))
    np.testing.assert_allclose(model.predict_proba(form(tiny.X)), fitted.predict_proba(tiny.X), atol=1e-3)


def test_column_names_are_kept_and_checked(tiny: Tiny, tmp_path: Path) -> None:
    table = pd.DataFrame(tiny.X, columns=COLUMNS)
    model = fit(tiny, X=table)
    model.save(tmp_path)
    for known in (model, NodeClassifier.load(tmp_path)):
        assert known.feature_names_in_.tolist() == COLUMNS
        assert known.n_features_in_ == len(COLUMNS)
        assert (known.predict_proba(table) == model.predict_proba(table)).all()
        assert (known.predict(table)[:30] == tiny.y[:30]).mean() > 0.5
        assert (known.predict_proba(table[COLUMNS[::-1]]) == known.predict_proba(table)).all()
        with pytest.raises(DataError, match="missing 'f0'"):
            known.predict(table[COLUMNS[1:]])
    assert not hasattr(fit(tiny, model), "feature_names_in_")


def test_column_names_are_different(tiny: Tiny) -> None:
    with pytest.raises(DataError, match="expected each column once, got 'f0' more than once; rename one"):
        fit(tiny, X=pd.DataFrame(tiny.X, columns=["f0", *COLUMNS[:-1]]))


def test_columns_of_other_units_are_named(tiny: Tiny, recwarn: pytest.WarningsRecorder) -> None:
    x = tiny.X.copy()
    x[:, 2] *= 4000
    fit(tiny)
    fit(tiny, quick(inputs="standardise"), X=x)
    fit(tiny, X=pd.DataFrame(x, columns=COLUMNS))  # whose columns are standardised one by one
    assert not [found for found in recwarn if issubclass(found.category, DataWarning)]
    with pytest.warns(DataWarning, match="X: the values of column number 2 are far .* with inputs='standardise'$"):
        fit(tiny, X=x)


def test_the_same_seed_gives_the_same_bits(tiny: Tiny, fitted: NodeClassifier) -> None:
    expected = fitted.predict_proba(tiny.X)
    before = torch.random.get_rng_state()
    assert (fit(tiny).predict_proba(tiny.X) == expected).all()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert (fit(tiny, quick(random_state=1)).predict_proba(tiny.X) != expected).any()
    fresh = [fit(tiny, quick(random_state=None)).predictor_.card["seed"] for _ in range(2)]
    assert fresh[0] != fresh[1]


def test_validation_nodes_may_be_chosen(tiny: Tiny) -> None:
    model = fit(tiny, validation_ids=[0, 1, 2])
    expected = (model.predict(tiny.X[:3]) == tiny.y[:3]).mean()
    assert model.validation_score_ == pytest.approx(expected)


def test_arguments_are_not_changed(tiny: Tiny) -> None:
    teacher = GCN(hidden=8, epochs=2)
    given = [tiny.X.copy(), tiny.y.copy(), tiny.edges.copy()]
    fit(tiny, quick(teacher=teacher))
    assert not hasattr(teacher, "module_")
    assert all((a == b).all() for a, b in zip(given, (tiny.X, tiny.y, tiny.edges), strict=True))


def test_the_constructor_only_stores() -> None:
    settings = {"teacher": "no-such", "method": GLNN(), "distill": {"epoch": 1}, "random_state": -3, "device": "?"}
    model = NodeClassifier(**settings)
    assert all(model.get_params()[key] is value for key, value in settings.items())
    copied = clone(quick(method=0.5 * HardLabels() + 0.5 * SoftLabels()).set_params(validation_fraction=0.3))
    assert copied.get_params()["validation_fraction"] == 0.3
    assert copied.get_params()["teacher"] == Spec("sage", epochs=10, hidden=16)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "score", "save"])
def test_nothing_works_before_fit(method: str, tiny: Tiny, tmp_path: Path) -> None:
    arguments = {"score": (tiny.X, tiny.truth), "save": (tmp_path,)}.get(method, (tiny.X,))
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(quick(), method)(*arguments)


@pytest.mark.parametrize(
    "components",
    [
        {},
        {"teacher": "gcn", "method": "mlp"},
        {"method": Spec("glnn", temperature=0.8), "random_state": 3, "validation_fraction": 0.3, "verbose": False},
        {"distill": None, "student": {"name": "mlp", "hidden": 8}},
    ],
)
def test_a_loaded_classifier_is_the_saved_one(tiny: Tiny, tmp_path: Path, components: dict[str, object]) -> None:
    model = fit(tiny, quick(**{"distill": {"epochs": 3}, "teacher": Spec("gcn", epochs=3), **components}))
    model.save(tmp_path / "model")
    loaded = NodeClassifier.load(tmp_path / "model")
    given = {**model.get_params(), "student": Spec.parse(model.student)}
    assert loaded.get_params() == given
    assert (loaded.predict_proba(tiny.X) == model.predict_proba(tiny.X)).all()
    assert (loaded.history_, loaded.validation_score_) == (model.history_, model.validation_score_)
    assert loaded.classes_.dtype == model.classes_.dtype
    loaded.save(tmp_path / "again")
    assert NodeClassifier.load(tmp_path / "again").get_params() == given
    assert (Predictor.load(tmp_path / "model").predict(tiny.X) == model.predict(tiny.X)).all()


def test_objects_come_back_as_specs_that_build_the_same(tiny: Tiny, tmp_path: Path) -> None:
    method = 0.25 * HardLabels() + 0.75 * SoftLabels()
    model = fit(tiny, quick(teacher=GCN(hidden=8, epochs=2), method=method, random_state=np.int64(3)))
    model.save(tmp_path)
    loaded = NodeClassifier.load(tmp_path)
    assert loaded.teacher == GCN(hidden=8, epochs=2).spec()
    assert loaded.random_state == 3
    assert (fit(tiny, loaded).predict_proba(tiny.X) == model.predict_proba(tiny.X)).all()


def test_settings_from_numpy_and_torch_can_be_saved(tiny: Tiny, tmp_path: Path) -> None:
    settings = {
        "teacher": Spec("gcn", hidden=np.int64(8), epochs=np.int64(2)),
        "distill": {"epochs": np.int64(2), "lr": np.float64(0.5)},
        "validation_fraction": np.float32(0.25),
        "device": torch.device("cpu"),
    }
    fit(tiny, quick(**settings)).save(tmp_path)
    loaded = NodeClassifier.load(tmp_path)
    assert loaded.teacher == Spec("gcn", hidden=8, epochs=2)
    assert (loaded.distill, loaded.validation_fraction, loaded.device) == ({"epochs": 2, "lr": 0.5}, 0.25, "cpu")


def test_a_damaged_file_is_refused(fitted: NodeClassifier, tmp_path: Path) -> None:
    path = fitted.save(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ArtefactError, match="does not match its checksum"):
        NodeClassifier.load(tmp_path)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ArtefactError, match="truncated or altered"):
        NodeClassifier.load(tmp_path)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, torch.from_numpy, pd.DataFrame])
def test_no_rows_and_rows_of_another_width(tiny: Tiny, fitted: NodeClassifier, form) -> None:
    assert fitted.predict_proba(form(tiny.X[:0])).shape == (0, 3)
    assert fitted.predict(form(tiny.X[:0])).shape == (0,)
    with pytest.raises(DataError, match="predict: expected 12 features per row, as in training, got 5"):
        fitted.predict(form(tiny.X[:, :5]))


def test_pickles_leave_the_training_side_out(tiny: Tiny, fitted: NodeClassifier) -> None:
    copied = pickle.loads(pickle.dumps(fitted))
    assert (copied.predict_proba(tiny.X) == fitted.predict_proba(tiny.X)).all()
    assert hasattr(fitted, "teacher_")
    assert not hasattr(copied, "teacher_")
    assert not hasattr(copied, "knowledge_")


def test_a_student_that_no_classifier_wrote(fitted: NodeClassifier, tmp_path: Path) -> None:
    fitted.predictor_.save(tmp_path)
    with pytest.raises(ArtefactError, match=r"expected a saved NodeClassifier.*use Predictor.load"):
        NodeClassifier.load(tmp_path)


def test_a_fresh_process_loads_and_predicts_without_graph_libraries(
    tiny: Tiny, fitted: NodeClassifier, tmp_path: Path
) -> None:
    fitted.save(tmp_path)
    program = f"""
import json, sys
from gnn2mlp import NodeClassifier
labels = NodeClassifier.load({str(tmp_path)!r}).predict({tiny.X[:5].tolist()!r})
print(json.dumps([labels.tolist(), sorted(sys.modules)]))
"""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env)
    labels, modules = json.loads(done.stdout)
    assert labels == fitted.predict(tiny.X[:5]).tolist()
    assert not {"torch_geometric", "ogb", "gnn2mlp.data", "gnn2mlp.teachers", "gnn2mlp.distill"} & set(modules)


BROKEN = np.full((NODES, 12), np.nan)


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ({"X": BROKEN}, DataError, "X: features must be finite, got NaN or infinity in 90 of 90 rows"),
        ({"X": np.full((NODES, 12), np.inf)}, DataError, "X: features must be finite"),
        ({"X": np.full((NODES, 12), 1e300)}, DataError, "X: features must be finite"),
        ({"X": np.zeros((NODES, 0))}, DataError, "at least one feature"),
        ({"X": np.zeros((5, 12))}, DataError, "one label per node, 5 in all, got an array of shape"),
        ({"edge_index": [[0], [NODES]]}, DataError, r"edge ends must lie in 0..89, got 90"),
        ({"edge_index": [[0], [-1]]}, DataError, r"edge ends must lie in 0..89, got -1"),
        ({"edge_index": [[0, 1], [1, 2], [2, 3]]}, DataError, r"edge_index must have shape \(2, edges\)"),
        ({"edge_index": [[0, 1], [1]]}, DataError, r"edge_index must have shape \(2, edges\), got no array"),
        ({"edge_index": [[0.5], [1.0]]}, DataError, "edge_index must hold integers"),
        ({"edge_index": np.zeros((2, 0), dtype=int)}, DataError, "at least one edge between two nodes"),
        ({"edge_index": [[3], [3]]}, DataError, "at least one edge between two nodes"),
        ({"y": np.where(np.arange(NODES) < 30, -2, 1)}, DataError, "from 0 upwards"),
        ({"y": np.zeros(NODES, dtype=int)}, DataError, "at least two classes, got one class, 0"),
        ({"y": np.full(NODES, -1)}, DataError, "got no labelled node"),
        ({"y": np.r_[0, 1, np.full(NODES - 2, -1)]}, DataError, "a class with at least two labelled nodes"),
        ({"y": None}, DataError, "target y is None"),
        ({"y": np.zeros((NODES, 2), dtype=int)}, DataError, "a label that some training nodes have and others do not"),
        ({"validation_ids": []}, DataError, "row numbers of at least one labelled node"),
        ({"validation_ids": range(0, 30, 3)}, DataError, "a training label for each class, got none for 0"),
    ],
)
def test_bad_input_fails_before_training(
    tiny: Tiny, inputs: dict[str, object], error: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gnn2mlp.estimators import fitting

    monkeypatch.setattr(fitting, "train", lambda *arguments: pytest.fail("training began"))
    with pytest.raises(error, match=message):
        fit(tiny, **inputs)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"teacher": "sagee"}, "unknown teacher 'sagee'; did you mean 'sage'"),
        ({"random_state": -1}, "random_state: expected an integer from 0 upwards, a RandomState, or None, got -1"),
        ({"random_state": 0.5}, "random_state: expected an integer"),
        ({"validation_fraction": 1.0}, "validation_fraction: expected a number between 0 and 1"),
        ({"validation_fraction": "a quarter"}, "validation_fraction: expected a number between 0 and 1"),
        ({"device": None}, "device: expected auto, cpu, cuda or cuda:N, got None"),
        ({"device": "gpu"}, "device: expected auto, cpu, cuda or cuda:N, got 'gpu'"),
    ],
)
def test_settings_that_cannot_work_fail_in_fit(tiny: Tiny, settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        fit(tiny, quick(**settings))


def test_duplicates_loops_and_directions_change_nothing(tiny: Tiny, fitted: NodeClassifier) -> None:
    edges = np.concatenate([tiny.edges, tiny.edges[::-1], tiny.edges, [[4], [4]]], axis=1)
    assert (fit(tiny, edge_index=edges).predict_proba(tiny.X) == fitted.predict_proba(tiny.X)).all()


def test_edges_may_be_a_data_frame(tiny: Tiny, fitted: NodeClassifier, recwarn: pytest.WarningsRecorder) -> None:
    model = fit(tiny, edge_index=pd.DataFrame(tiny.edges))
    assert (model.predict_proba(tiny.X) == fitted.predict_proba(tiny.X)).all()
    assert not [w for w in recwarn if "not writable" in str(w.message)]


def test_isolated_nodes_are_kept(tiny: Tiny) -> None:
    edges = tiny.edges[:, (tiny.edges != 0).all(axis=0) & (tiny.edges != 50).all(axis=0)]
    model = fit(tiny, edge_index=edges)
    assert model.knowledge_.node_ids.tolist() == list(range(NODES))


class TestHypergraph:
    """Every edge of the tiny graph, and every class's first labelled nodes, as hyperedges."""

    @staticmethod
    def hyperedges(tiny: Tiny) -> np.ndarray:
        return np.stack([tiny.edges.T.ravel(), np.arange(tiny.edges.shape[1]).repeat(2)])

    def test_it_learns_from_hyperedges_and_predicts_without_them(self, tiny: Tiny) -> None:
        teacher = Spec("hgnn", hidden=16, epochs=60)
        model = quick(teacher=teacher, method="light_hgnn_plus", distill={"epochs": 100})
        model.fit(tiny.X, tiny.y, hyperedge_index=self.hyperedges(tiny))
        assert model.score(tiny.X[30:], tiny.truth[30:]) > 0.7
        assert model.knowledge_["logits"].shape == (NODES, 3)

    def test_weights_of_hyperedges_are_heeded(self, tiny: Tiny) -> None:
        index, logits = self.hyperedges(tiny), []
        for weight in (None, np.linspace(0.1, 9, tiny.edges.shape[1])):
            model = quick(teacher=Spec("hgnn", hidden=8, epochs=3), distill={"epochs": 1})
            model.fit(tiny.X, tiny.y, hyperedge_index=index, hyperedge_weight=weight)
            logits.append(model.knowledge_["logits"])
        assert not torch.equal(*logits)

    def test_edges_and_hyperedges_exclude_each_other(self, tiny: Tiny) -> None:
        with pytest.raises(ConfigError, match="hyperedge_index, and not both"):
            fit(tiny, hyperedge_index=self.hyperedges(tiny))

    @pytest.mark.parametrize(
        ("options", "match"),
        [
            ({}, "teacher 'sage' works on a graph, and fit is a hypergraph; expected one of hgnn"),
            ({"teacher": "hgnn", "method": "krd"}, "'reliable_neighbours' works on a graph.*'reliable_hyperedges'"),
        ],
    )
    def test_what_works_on_graphs_alone_is_refused(self, tiny: Tiny, options: dict, match: str) -> None:
        with pytest.raises(DataError, match=match):
            quick(**options).fit(tiny.X, tiny.y, hyperedge_index=self.hyperedges(tiny))


class TestOtherTasks:
    """Rare classes and several labels."""

    def test_class_weights_find_more_of_the_rare_class(self, tiny: Tiny) -> None:
        y = np.where(tiny.y < 0, -1, (tiny.truth == 0) & (np.arange(NODES) % 2 == 0)).astype(int)
        plain, weighed = (fit(tiny, quick(class_weight=weight), y=y) for weight in (None, {1: 50.0}))
        assert (weighed.predict(tiny.X) == 1).sum() > (plain.predict(tiny.X) == 1).sum()

    def test_sample_weights_are_heeded(self, tiny: Tiny) -> None:
        found = []
        for favoured in (0, 1):
            weight = np.where(tiny.truth == favoured, 100.0, 0.01)
            model = quick().fit(tiny.X, tiny.y, weight, edge_index=tiny.edges)
            found.append((model.predict(tiny.X) == 0).mean())
        assert found[0] > found[1] + 0.2

    def test_the_threshold_is_chosen_and_saved(self, tiny: Tiny, tmp_path: Path) -> None:
        y = np.where(tiny.y < 0, -1, tiny.truth == 0).astype(int)
        model = fit(tiny, quick(threshold="f1", metric="average_precision"), y=y)
        chosen = model.predictor_.answers.threshold
        assert 0 < chosen < 1
        np.testing.assert_array_equal(model.predict(tiny.X), (model.predict_proba(tiny.X)[:, 1] >= chosen).astype(int))
        model.save(tmp_path)
        loaded = NodeClassifier.load(tmp_path)
        assert loaded.predictor_.answers.threshold == chosen
        assert loaded.get_params()["threshold"] == "f1"

    def test_several_labels(self, tiny: Tiny, tmp_path: Path) -> None:
        y = np.stack([tiny.truth == 0, tiny.truth > 0], axis=1).astype(float)
        y[30:] = np.nan
        model = fit(tiny, quick(distill={"epochs": 150}, teacher=Spec("sage", epochs=60, hidden=16)), y=y)
        assert model.classes_.tolist() == [0, 1]
        assert model.predict(tiny.X).shape == (NODES, 2)
        share = model.predict_proba(tiny.X)
        assert ((share > 0) & (share < 1)).all()
        assert (model.predict(tiny.X)[:, 0] == (tiny.truth == 0)).mean() > 0.7
        model.save(tmp_path)
        np.testing.assert_array_equal(NodeClassifier.load(tmp_path).predict(tiny.X), model.predict(tiny.X))


@on_each_device
@pytest.mark.parametrize(("teacher", "method"), [("sage", "glnn"), ("vq", "vqgraph")])
def test_it_learns_on_any_device_and_answers_from_the_cpu(
    tiny: Tiny, device: str, teacher: str, method: str, tmp_path: Path
) -> None:
    network = {"name": "sage", "epochs": 60, "hidden": 16}
    spec = Spec("vq", encoder=network, codes=8) if teacher == "vq" else Spec.parse(network)
    model = fit(tiny, quick(teacher=spec, method=method, distill={"epochs": 100}, device=device))
    assert model.score(tiny.X[30:], tiny.truth[30:]) > 0.7
    expected = model.predict_proba(tiny.X)
    assert isinstance(expected, np.ndarray)
    assert {tensor.device.type for tensor in model.predictor_.module.state_dict().values()} == {"cpu"}
    assert model.teacher_.predict(_graph(tiny)).device.type == "cpu"
    model.save(tmp_path / "model")
    for again in (pickle.loads(pickle.dumps(model)), NodeClassifier.load(tmp_path / "model")):
        np.testing.assert_array_equal(again.predict_proba(tiny.X), expected)


def test_a_warm_start_keeps_to_the_answers_of_the_fit_before(tiny: Tiny) -> None:
    model = quick(warm_start=True, previous_weight=1.0).fit(tiny.X, tiny.y, edge_index=tiny.edges)
    assert model.churn_ is None
    before = model.predict(tiny.X)
    model.set_params(random_state=5).fit(tiny.X, tiny.y, edge_index=tiny.edges)
    kept = (before != model.predict(tiny.X)).mean()
    assert model.churn_ is not None
    assert model.churn_.share.value == pytest.approx(kept)
    other = quick(random_state=5).fit(tiny.X, tiny.y, edge_index=tiny.edges)
    assert kept <= (before != other.predict(tiny.X)).mean()
    assert other.churn_ is None
    with pytest.raises(ConfigError, match="previous_weight: expected a number from 0 to 1"):
        model.set_params(previous_weight=2.0).fit(tiny.X, tiny.y, edge_index=tiny.edges)


def test_a_warm_start_reads_tables_and_goes_on_after_loading(tiny: Tiny, tmp_path: Path) -> None:
    table = pd.DataFrame(tiny.X, columns=[f"c{k}" for k in range(tiny.X.shape[1])])
    model = quick(warm_start=True).fit(table, tiny.y, edge_index=tiny.edges)
    model.save(tmp_path / "model")
    again = NodeClassifier.load(tmp_path / "model")
    assert again.get_params()["warm_start"] is True
    again.fit(table, tiny.y, edge_index=tiny.edges)
    assert again.churn_ is not None
