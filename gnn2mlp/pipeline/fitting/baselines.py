"""What scikit-learn makes of the columns alone: a linear model and boosted trees, chosen on the validation rows."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.progress import Progress
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.tasks import Task

# Penalties that are tried: the inverse strength C of logistic regression, and alpha of ridge regression.
STRENGTHS = (0.01, 0.1, 1.0, 10.0)
# Boosted trees read at most so many columns as they are; of wider ones the sparse parts are brought to COMPONENTS.
WIDE, COMPONENTS = 512, 64
_LEAST = 1e-12

LABELS = {"linear": "linear model", "boosting": "gradient boosting"}


class Answers(NamedTuple):
    """What a baseline says of some rows.

    Args:
        outputs: float32 (rows, outputs), as the task reads them: of classes and labels logits or their logarithms of
            probabilities, of numbers values in units of their standard deviation.
        about: what it is, how it was chosen, and how long it took.
    """

    outputs: Tensor
    about: dict[str, Any]


def fit_linear(
    task: Task,
    train: tuple[Features, Tensor],
    valid: tuple[Features, Tensor],
    rows: Features,
    seed: int,
    *,
    progress: Progress,
) -> Answers:
    """Logistic regression of classes and labels, ridge regression of numbers; the penalty is chosen by validation.

    Args:
        task: fitted.
        train: features and labels of the rows that train.
        valid: those that choose the penalty.
        rows: whose outputs are asked for.
        seed: unused, as the solution is one.
        progress: told of every penalty.
    """
    start = time.perf_counter()
    x, x_valid, x_rows = (_plain(part) for part in (train[0], valid[0], rows))
    found = []
    for done, strength in enumerate(STRENGTHS):
        progress(done, len(STRENGTHS), f"C {strength:g}")
        fitted = _each_output(task, x, train[1], lambda exclusive, s=strength: _linear(exclusive, s))  # type: ignore[misc]
        found.append((task.score(fitted(x_valid), valid[1]), strength, fitted))
    score, strength, fitted = max(found, key=lambda one: one[0])  # the first of equals: the strongest penalty
    progress(len(STRENGTHS), len(STRENGTHS), f"valid {score:.3f}")
    name = "logistic regression" if _has_classes(task) else "ridge regression"
    about = {"name": name, "valid": score, "strength": strength, "seconds": time.perf_counter() - start}
    return Answers(fitted(x_rows), about)


def fit_boosting(
    task: Task,
    train: tuple[Features, Tensor],
    valid: tuple[Features, Tensor],
    rows: Features,
    wide: Sequence[int],
    seed: int,
    *,
    progress: Progress,
) -> Answers:
    """Histogram gradient boosting with the iterations that validation chooses.

    Trees read dense columns. Where there are more than `WIDE` of them, the `wide` parts (texts, bags, long categories)
    are brought to `COMPONENTS` directions of greatest variance (truncated SVD of the training rows).

    Args:
        task: fitted.
        train: features and labels of the rows that train.
        valid: those that stop the boosting.
        rows: whose outputs are asked for.
        wide: positions of the columns that are brought to fewer.
        seed: of the decomposition and of the trees.
        progress: told of the two steps.
    """
    start = time.perf_counter()
    progress(0, 2, "columns")
    parts = [_plain(part) for part in (train[0], valid[0], rows)]
    reduced = parts[0].shape[1] > WIDE and len(wide) > COMPONENTS
    x, x_valid, x_rows = _narrowed(parts, wide, seed) if reduced else [_dense(part) for part in parts]
    progress(1, 2, f"{x.shape[1]:,} columns")
    fitted = _each_output(task, x, train[1], lambda exclusive: _boosting(exclusive, seed), (x_valid, valid[1]))
    score = task.score(fitted(x_valid), valid[1])
    progress(2, 2, f"valid {score:.3f}")
    about = {"name": "gradient boosting", "valid": score, "columns": int(x.shape[1])}
    if reduced:
        about["reduced"] = f"{len(wide):,} columns of words and categories to {COMPONENTS} components (truncated SVD)"
    return Answers(fitted(x_rows), {**about, "seconds": time.perf_counter() - start})


def save_answers(path: Path, answers: Answers, origin: Origin) -> None:
    """Write what a baseline says, and how that came about."""
    artefact.save(path, "answers", {"outputs": answers.outputs}, {"about": answers.about, "made": origin.to_dict()})


def load_answers(path: Path) -> tuple[Answers, Any]:
    """What a baseline said, and how that came about."""
    tensors, card = artefact.load(path, "answers")
    return Answers(tensors["outputs"], card["about"]), card.get("made")


Fitted = Callable[[Any], Tensor]


def _linear(classes: bool, strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    return LogisticRegression(C=strength, max_iter=1000) if classes else Ridge(alpha=1 / strength)


def _boosting(classes: bool, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    return kind(early_stopping=True, max_iter=300, n_iter_no_change=20, random_state=seed)


def _each_output(
    task: Task, x: Any, labels: Tensor, make: Callable[[bool], Any], valid: tuple[Any, Tensor] | None = None
) -> Fitted:
    """A model of all classes at once, or one of each label or number, as a function from rows to outputs."""
    classes = _has_classes(task)
    if task.exclusive:
        weight = getattr(task, "class_weight", None)
        model = _fit(make(True), x, labels.numpy(), valid, weight)
        return lambda rows: _log_probabilities(model, rows, task.num_outputs)
    targets = labels.numpy() if classes else _units(task, labels)
    models = []
    for column in range(task.num_outputs):
        own = targets[:, column]
        known, held = ~np.isnan(own), None
        if valid is not None:
            other = (valid[1].numpy() if classes else _units(task, valid[1]))[:, column]
            held = (valid[0][~np.isnan(other)], torch.from_numpy(other[~np.isnan(other)]))
        # A label that all rows have, or none, is learnt by no classifier.
        constant = classes and len(np.unique(own[known])) < 2
        models.append(float(own[known][0]) if constant else _fit(make(classes), x[known], own[known], held, None))
    return lambda rows: torch.stack([_column(model, rows, classes) for model in models], dim=1)


def _fit(model: Any, x: Any, y: np.ndarray, valid: tuple[Any, Tensor] | None, weight: Any) -> Any:
    more: dict[str, Any] = {}
    if weight is not None:
        more["sample_weight"] = np.asarray(weight)[y.astype(np.int64)]
    if valid is not None:
        known = np.isin(valid[1].numpy(), y) if hasattr(model, "predict_proba") else np.ones(len(valid[1]), dtype=bool)
        if known.sum() > 1:  # a class that nothing trained cannot be validated
            more |= {"X_val": valid[0][known], "y_val": valid[1].numpy()[known]}
    return model.fit(x, y, **more)


def _log_probabilities(model: Any, rows: Any, classes: int) -> Tensor:
    found = np.full((rows.shape[0], classes), np.log(_LEAST), dtype=np.float32)
    found[:, np.asarray(model.classes_, dtype=np.int64)] = np.log(np.maximum(model.predict_proba(rows), _LEAST))
    return torch.from_numpy(found)


def _column(model: Any, rows: Any, classes: bool) -> Tensor:
    if isinstance(model, float):
        always = (2 * model - 1) * -np.log(_LEAST)
        return torch.full((rows.shape[0],), float(always))
    if not classes:
        return torch.from_numpy(np.asarray(model.predict(rows), dtype=np.float32))
    share = np.clip(model.predict_proba(rows)[:, 1], _LEAST, 1 - _LEAST)
    return torch.from_numpy(np.log(share / (1 - share)).astype(np.float32))


def _has_classes(task: Task) -> bool:
    return task.answers.classes is not None


def _units(task: Any, labels: Tensor) -> np.ndarray:
    """Numbers in units of their standard deviation, as outputs are."""
    return np.asarray((labels.numpy().astype(np.float64) - np.asarray(task.mean)) / np.asarray(task.scale))


def _plain(features: Features) -> Any:
    return features.to_scipy() if isinstance(features, CSR) else features.numpy()


def _dense(part: Any) -> np.ndarray:
    return np.asarray(part.toarray() if hasattr(part, "toarray") else part)


def _narrowed(parts: Sequence[Any], wide: Sequence[int], seed: int) -> list[np.ndarray]:
    """Dense columns: those that are not wide as they are, the others by the directions of the first part."""
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import TruncatedSVD

    others = np.setdiff1d(np.arange(parts[0].shape[1]), wide)
    words = [csr_matrix(part[:, wide]) for part in parts]
    svd = TruncatedSVD(min(COMPONENTS, words[0].shape[1] - 1), random_state=seed).fit(words[0])
    made = [np.hstack([_dense(part[:, others]), svd.transform(w)]) for part, w in zip(parts, words, strict=True)]
    return [part.astype(np.float32) for part in made]
