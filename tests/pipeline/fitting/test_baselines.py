from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from gnn2mlp.core.progress import silent
from gnn2mlp.nn.csr import CSR
from gnn2mlp.pipeline.fitting.baselines import STRENGTHS, fit_boosting, fit_linear, load_answers, save_answers
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression, Task
from tests.helpers import tiny_arrays

X, Y, _ = tiny_arrays(nodes=300)
PARTS = slice(0, 150), slice(150, 200), slice(200, 300)


def parts(task: Task, labels: np.ndarray, x: Any = X) -> dict[str, Any]:
    make = CSR.from_scipy if sp.issparse(x) else torch.from_numpy
    y = torch.from_numpy(labels)
    train, valid, rows = PARTS
    return {
        "task": task.fitted(y[train]),
        "train": (make(x[train]), y[train]),
        "valid": (make(x[valid]), y[valid]),
        "rows": make(x[rows]),
        "seed": 0,
        "progress": silent,
    }


def test_the_linear_model_is_scikit_learns_with_the_penalty_that_validation_likes() -> None:
    found = fit_linear(**parts(NodeClassification([0, 1, 2]), Y))
    models = [LogisticRegression(C=strength, max_iter=1000).fit(X[:150], Y[:150]) for strength in STRENGTHS]
    best = int(np.argmax([model.score(X[150:200], Y[150:200]) for model in models]))
    assert found.about["strength"] == STRENGTHS[best]
    np.testing.assert_allclose(found.outputs.softmax(1).numpy(), models[best].predict_proba(X[200:]), atol=1e-5)


def test_sparse_rows_give_the_same_linear_model() -> None:
    task = NodeClassification([0, 1, 2])
    dense, sparse = fit_linear(**parts(task, Y)), fit_linear(**parts(task, Y, sp.csr_matrix(X)))
    torch.testing.assert_close(dense.outputs, sparse.outputs, atol=1e-2, rtol=1e-2)


def test_boosting_is_scikit_learns_stopped_by_validation() -> None:
    found = fit_boosting(**parts(NodeClassification([0, 1, 2]), Y), wide=[])
    model = HistGradientBoostingClassifier(early_stopping=True, max_iter=300, n_iter_no_change=20, random_state=0)
    model.fit(X[:150], Y[:150], X_val=X[150:200], y_val=Y[150:200])
    np.testing.assert_allclose(found.outputs.softmax(1).numpy(), model.predict_proba(X[200:]), atol=1e-5)
    assert found.about["columns"] == 12
    assert "reduced" not in found.about


def test_many_columns_of_words_are_brought_to_a_few() -> None:
    random = np.random.default_rng(0)
    noise = sp.random(300, 600, 0.02, format="csr", random_state=random, dtype=np.float32)
    x = sp.csr_matrix(sp.hstack([sp.csr_matrix(X), noise]))
    found = fit_boosting(**parts(NodeClassification([0, 1, 2]), Y, x), wide=range(12, 612))
    assert found.about["columns"] == 12 + 64
    assert found.about["reduced"].startswith("600 columns of words and categories to 64 components")
    assert (found.outputs.argmax(1).numpy() == Y[200:]).mean() > 0.5


def test_a_class_that_nothing_trains_is_never_answered() -> None:
    labels = np.where(np.arange(300) >= 190, 3, Y)
    for fit, more in ((fit_linear, {}), (fit_boosting, {"wide": []})):
        found = fit(**parts(NodeClassification([0, 1, 2, 3]), labels), **more)
        assert found.outputs.shape == (100, 4)
        assert 3 not in found.outputs.argmax(1)


def test_classes_may_have_weights() -> None:
    task = NodeClassification([0, 1], class_weight={0: 50.0})
    rare = (Y == 1).astype(np.int64)
    plain = fit_linear(**parts(NodeClassification([0, 1]), rare)).outputs.argmax(1)
    weighed = fit_linear(**parts(task, rare)).outputs.argmax(1)
    assert int((weighed == 0).sum()) > int((plain == 0).sum())


@pytest.mark.parametrize("fit", [fit_linear, fit_boosting])
def test_numbers_and_several_labels_have_a_model_each(fit: Any) -> None:
    more = {"wide": []} if fit is fit_boosting else {}
    numbers = np.stack([X @ np.arange(12), np.where(np.arange(300) % 7 == 0, np.nan, X[:, 0])], 1).astype(np.float32)
    given = parts(Regression(["a", "b"], flat=False), numbers)
    found = fit(**given, **more)
    values = given["task"].values(found.outputs).numpy()
    assert np.corrcoef(values[:, 0], numbers[200:, 0])[0, 1] > 0.8
    labels = np.stack([Y == 0, np.zeros(300), Y == 2], 1).astype(np.float32)
    answers = fit(**parts(MultiLabel(["a", "b", "c"]), labels), **more).outputs
    assert ((answers[:, 0] > 0).numpy() == labels[200:, 0]).mean() > 0.7
    assert bool((answers[:, 1] < 0).all())


def test_answers_are_saved_and_loaded(tmp_path: Path) -> None:
    found, path = fit_linear(**parts(NodeClassification([0, 1, 2]), Y)), tmp_path / "answers.safetensors"
    save_answers(path, found, Origin({"code": "a"}, {}, {}))
    again, made = load_answers(path)
    assert torch.equal(again.outputs, found.outputs)
    assert again.about == found.about
    assert made["identity"] == {"code": "a"}
