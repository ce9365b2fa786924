"""`NodeClassifier`: a scikit-learn estimator that needs a graph to learn, and none to predict."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from gnn2mlp.deploy import Predictor
from gnn2mlp.estimators._base import NodeEstimator, check_one_kind_of_links


class NodeClassifier(ClassifierMixin, NodeEstimator):
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
        metric: chooses the epoch: `"accuracy"`, `"balanced_accuracy"`, `"macro_f1"`, `"roc_auc"` or
            `"average_precision"`; of several labels `"roc_auc"`, `"average_precision"`, `"macro_f1"` or `"micro_f1"`.
            Default: the first.
        class_weight: `"balanced"`, or a mapping from class to weight in the loss; of several labels `"balanced"` weighs
            the ones of each label against its zeros.
        threshold: probability from which the second of two classes, or a label, is answered; or what it is to maximise
            on the validation nodes, such as `"f1"`. Default: the likelier class.
        random_state: seed of hold-out, initialisation and batches; `None` draws a fresh one in each `fit`.
        device: where to train: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`. Prediction runs on the CPU;
            `predictor_.to("cuda")` predicts elsewhere.
        verbose: show a progress bar for teacher and student.

    Attributes:
        classes_: sorted labels, without those that mean unlabelled; of several labels their names or numbers.
        n_features_in_: width of the features.
        feature_names_in_: column names, if `X` was a data frame that has them.
        predictor_: the student as it is saved.
        validation_score_: `metric` of the student on the validation nodes, at the epoch that was kept.
        history_: `{"teacher": {...}, "student": {...}}`, each with `loss` and `valid` by epoch,
            `best_epoch` and `seconds`.
        teacher_: the fitted teacher, or `None` if the method needs none; neither saved nor pickled.
        knowledge_: what the teacher knows about each node given to `fit` (at least `logits`), or `None`; as `teacher_`.

    Example:
        >>> import numpy as np
        >>> x, y = np.eye(6), ["a", "a", "a", "b", "b", "b"]
        >>> edges = [[0, 1, 3, 4], [1, 2, 4, 5]]  # two paths of three nodes
        >>> model = NodeClassifier(teacher="gcn").fit(x, y, edge_index=edges)
        >>> model.predict(x[[1, 4]]).tolist()  # features alone
        ['a', 'b']
        >>> model.predict_proba(x).shape
        (6, 2)
    """

    card_key = "classifier"

    def __init__(
        self,
        teacher: Any = "sage",
        method: Any = "glnn",
        student: Any = "mlp",
        *,
        inputs: Any = "features",
        distill: Mapping[str, Any] | None = None,
        validation_fraction: float = 0.25,
        metric: str | None = None,
        class_weight: Any = None,
        threshold: float | str | None = None,
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
        self.metric = metric
        self.class_weight = class_weight
        self.threshold = threshold
        self.random_state = random_state
        self.device = device
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
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
            y: (nodes,) integers, booleans or strings. Unlabelled: -1, NaN, or `None` among objects. Or (nodes, labels),
                of which a node may have any number: 1 or 0, NaN for unknown.
            sample_weight: (nodes,) numbers from 0: how much a node counts in training; default: all alike.
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
        check_one_kind_of_links(edge_index, hyperedge_index, "MLPClassifier")
        from gnn2mlp.estimators.targets import class_targets

        targets = class_targets(y, self.metric, self.class_weight, self.threshold)
        links = edge_index, hyperedge_index, hyperedge_weight
        return self._fit(X, targets, links, validation_ids, sample_weight)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities, float32 (rows, classes), in the order of `classes_`; otherwise as `predict`."""
        check_is_fitted(self)
        return self.predictor_.predict_proba(X)

    def _adopt(self, predictor: Predictor) -> Self:
        self.classes_ = predictor.classes_
        return super()._adopt(predictor)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
