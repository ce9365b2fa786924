"""`NodeClassifier`: a scikit-learn estimator that needs a graph to learn, and none to predict."""

from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from gnn2mlp.classifier.labels import encode_labels
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.spec import Spec, plain
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.columns import unique_names
from gnn2mlp.nn.scales import warn_unscaled
from gnn2mlp.objectives import Objective

_COMPONENTS = ("teacher", "method", "student", "inputs")
# Fitted attributes that need the training side of the package, or are as large as the graph.
_OF_TRAINING = ("teacher_", "knowledge_")
_ONE_SCALE = "bring them on one scale, in X, or for the student alone with inputs='standardise'"


class NodeClassifier(ClassifierMixin, BaseEstimator):
    """Distils a GNN teacher into an MLP that classifies a node from its own features.

    `fit` takes all nodes of a graph, labelled or not, and its edges (or hyperedges); `predict` takes features alone, of
    these nodes or of any other. Nodes that are to be unseen in training are simply not given to `fit`. Loading a saved
    classifier and predicting with it import no graph library.

    Args:
        teacher: the graph neural network: a registered name, `Spec`, mapping or `Teacher` (a copy is fitted).
        method: how the student learns: a registered name, `Spec`, mapping, `Method`, or an objective such as
            `0.5 * HardLabels() + 0.5 * SoftLabels()`.
        student: the graph-free network: a registered name, `Spec`, mapping or `Student`.
        inputs: what makes the student's row of a node: `"features"`, `"standardise"` for columns of different units, or
            an `Inputs`.
        distill: options of `Distiller`: lr, weight_decay, epochs, patience, batch_size.
        validation_fraction: share of each class's labelled nodes that choose the epoch and are not trained on; at least
            one of each class that has two or more. Not used if `fit` is given `validation_ids`.
        random_state: seed of hold-out, initialisation and batches; `None` draws a fresh one in each `fit`.
        device: where to train: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`. Prediction runs on the CPU.
        verbose: show a progress bar for teacher and student.

    Attributes:
        classes_: sorted labels, without those that mean unlabelled.
        n_features_in_: width of the features.
        feature_names_in_: column names, if `X` was a data frame that has them.
        predictor_: the student as it is saved.
        validation_score_: accuracy of the student on the validation nodes, at the epoch that was kept.
        history_: `{"teacher": {...}, "student": {...}}`, each with `loss` and `valid` by epoch,
            `best_epoch` and `seconds`.
        teacher_: the fitted teacher, or `None` if the method needs none; neither saved nor pickled.
        knowledge_: what the teacher knows about each node given to `fit` (at least `logits`), or `None`; as `teacher_`.
    """

    def __init__(
        self,
        teacher: Any = "sage",
        method: Any = "glnn",
        student: Any = "mlp",
        *,
        inputs: Any = "features",
        distill: Mapping[str, Any] | None = None,
        validation_fraction: float = 0.25,
        random_state: int | None = 0,
        device: str = "auto",
        verbose: bool = False,
    ):
        self.teacher = teacher
        self.method = method
        self.student = student
        self.inputs = inputs
        self.distill = distill
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.device = device
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        edge_index: Any = None,
        hyperedge_index: Any = None,
        hyperedge_weight: Any = None,
        validation_ids: Any = None,
    ) -> Self:
        """Train the teacher on the graph, then the student on what the teacher knows.

        Edges may be given in one or both directions; duplicates and self-loops are removed, isolated nodes kept.

        Args:
            X: (nodes, features), finite: numpy, scipy sparse (stays sparse), pandas, polars, Arrow or torch. Column
                names, where it has any, are those that `predict` reads.
            y: (nodes,) integers, booleans or strings. Unlabelled: -1, NaN, or `None` among objects.
            edge_index: (2, edges), row numbers of `X`; required, unless there are hyperedges.
            hyperedge_index: (2, incidences), row number of `X` above number of the hyperedge, in place of edges; takes
                a teacher on hypergraphs, such as `"hgnn"`.
            hyperedge_weight: (hyperedges,) numbers above 0; default: 1.
            validation_ids: row numbers of (or a mask over) the labelled nodes that choose the epoch; default: drawn as
                `validation_fraction` says.

        Raises:
            ConfigError: for settings that cannot work. Before any training, like the next.
            DataError: for input that cannot be learnt from: lengths that differ, NaN or infinite features, labels or
                edges out of range, no edge, fewer than two classes, a class without a training label.
        """
        if (edge_index is None) == (hyperedge_index is None):
            raise ConfigError(
                "fit needs edge_index, the edges (2, edges) between rows of X: call fit(X, y, edge_index=edges); or "
                "hyperedge_index, and not both; to train without a graph, use sklearn.neural_network.MLPClassifier"
            )
        # Not at the top: a process that loads and predicts must not pay for the training side.
        from gnn2mlp.classifier import fitting
        from gnn2mlp.classifier.bars import stages

        seed = _seed(self.random_state)
        plan = fitting.Plan.make(self.teacher, self.method, self.student, self.inputs, self.distill, self.device, seed)
        names = unique_names(X, "X")
        labels = encode_labels(y)
        links = fitting.Links(edge_index, hyperedge_index, hyperedge_weight)
        observed = fitting.observe(X, labels, links, self.validation_fraction, validation_ids, seed)
        if not plan.inputs.rescales:
            warn_unscaled(observed.graph.features, names, "X", _ONE_SCALE)
        plan.check_links(observed)
        with stages(self.verbose) as stage:
            fitted = fitting.train(plan, observed, labels, names, stage)
        self.teacher_, self.knowledge_ = fitted.teacher, fitted.knowledge
        return self._adopt(fitted.predictor)

    def predict(self, X: Any) -> np.ndarray:
        """Labels (rows,) from features (rows, features) alone: numpy, scipy sparse, pandas or torch.

        Raises:
            NotFittedError: before `fit`.
            DataError: for another width or other columns than in `fit`, or NaN or infinite values.
        """
        check_is_fitted(self)
        return self.predictor_.predict(X)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities, float32 (rows, classes), in the order of `classes_`; otherwise as `predict`."""
        check_is_fitted(self)
        return self.predictor_.predict_proba(X)

    def save(self, directory: str | Path) -> Path:
        """Write the classifier into `directory` as one checksummed file without pickle; `Predictor` reads it as well.

        Teacher and knowledge are left out: they belong to training.

        Raises:
            NotFittedError: before `fit`.
            ArtefactError: if it cannot be written.
        """
        check_is_fitted(self)
        parameters = {key: _storable(value) for key, value in self.get_params(deep=False).items()}
        predictor = self.predictor_
        card = {**predictor.card, "classifier": parameters}
        names = predictor.feature_names
        copy = Predictor(
            predictor.student,
            predictor.module,
            predictor.num_features,
            predictor.classes_,
            card,
            names,
            predictor.inputs,
        )
        return copy.save(directory)

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Read what `save` wrote. Components that were given as objects come back as equal `Spec`s.

        Raises:
            ArtefactError: if the file is missing, truncated, altered or of a newer format, or holds a student that no
                classifier wrote.
        """
        predictor = Predictor.load(directory)
        parameters = predictor.card.pop("classifier", None)
        if parameters is None:
            raise ArtefactError(
                f"expected a saved NodeClassifier in {directory}, got a student alone: use Predictor.load"
            )
        for key in _COMPONENTS:
            parameters[key] = parameters[key] if isinstance(parameters[key], str) else Spec.parse(parameters[key])
        return cls(**parameters)._adopt(predictor)

    def __getstate__(self) -> dict[str, Any]:
        """Pickles and copies leave teacher and knowledge out, as `save` does."""
        state = dict(super().__getstate__())
        return {key: value for key, value in state.items() if key not in _OF_TRAINING}

    def _adopt(self, predictor: Predictor) -> Self:
        """Take the fitted attributes from the predictor, so that they are the same after `fit` and after `load`."""
        self.predictor_ = predictor
        self.classes_ = predictor.classes_
        self.n_features_in_ = predictor.num_features
        self.history_ = predictor.card["history"]
        student = self.history_["student"]
        self.validation_score_ = student["valid"][student["best_epoch"] - 1]
        self.__dict__.pop("feature_names_in_", None)  # of an earlier fit
        if predictor.feature_names is not None:
            self.feature_names_in_ = np.asarray(predictor.feature_names, dtype=object)
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _seed(random_state: int | None) -> int:
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(random_state, bool) or not isinstance(random_state, Integral) or random_state < 0:
        raise ConfigError(f"random_state: expected an integer from 0 upwards, or None, got {random_state!r}")
    return int(random_state)


def _storable(value: Any) -> Any:
    """A parameter as JSON can hold it: a name stays a name."""
    if isinstance(value, Objective):
        from gnn2mlp.methods.composed import Composed  # the training side, which an objective came from

        value = Composed(value)
    return plain(str(value) if isinstance(value, torch.device) else value)
