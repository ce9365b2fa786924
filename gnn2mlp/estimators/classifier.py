"""`NodeClassifier`: a scikit-learn estimator that needs a graph to learn, and none to predict."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from gnn2mlp.deploy import Predictor
from gnn2mlp.estimators._base import NodeEstimator
from gnn2mlp.estimators.nodes import targets_of
from gnn2mlp.estimators.scoring import known

if TYPE_CHECKING:
    from gnn2mlp.estimators.targets import Targets


class NodeClassifier(ClassifierMixin, NodeEstimator):
    """Distils a GNN teacher into an MLP that classifies a node from its own features.

    `fit` takes all nodes of a graph, labelled or not, and its edges (or hyperedges); `predict` takes features alone, of
    these nodes or of any other. Nodes that are to be unseen in training are simply not given to `fit`. Loading a saved
    classifier and predicting with it import no graph library.

    Nodes are an array of features, or a table (pandas, polars, Arrow) whose columns become features by what they hold;
    `predict` then reads such tables. Edges between ids suit a pandas frame whose index holds the ids, or an
    `id_column`: what is given a part of the nodes, as a fold of cross-validation is, learns from the edges within it,
    and nothing of the other nodes enters training.

    Without edges the graph is built: each sample is linked to the `k` that are nearest to it (scikit-learn's
    `NearestNeighbors`, Euclidean distance of the features). Samples that are alike in features and label are then one
    node that weighs as many; one without weight is none.

    Args:
        teacher: the graph neural network: a registered name, `Spec`, mapping or `Teacher` (a copy is fitted).
        method: how the student learns: a registered name, `Spec`, mapping, `Method`, or an objective such as
            `0.5 * HardLabels() + 0.5 * SoftLabels()`. `"auto"`, or `gnn2mlp.pipeline.Auto(budget="10m")`, searches for
            teacher, method, weights and student, judged by validation nodes that are hidden from both; what differs
            from the defaults here is kept.
        student: the graph-free network: a registered name, `Spec`, mapping or `Student`.
        inputs: what makes the student's row of a node: `"features"`, `"standardise"` for columns of different units, or
            an `Inputs`.
        distill: options of `Distiller`: lr, weight_decay, epochs, patience, batch_size,
            rows_fraction.
        validation_fraction: share of each class's labelled nodes that choose the epoch and are not trained on; at least
            one of each class that has two or more. Not used if `fit` is given `validation_ids`.
        metric: chooses the epoch: `"accuracy"`, `"balanced_accuracy"`, `"macro_f1"`, `"roc_auc"` or
            `"average_precision"`; of several labels `"roc_auc"`, `"average_precision"`, `"macro_f1"` or `"micro_f1"`.
            Default: the first.
        class_weight: `"balanced"`, or a mapping from class to weight in the loss; of several labels `"balanced"` weighs
            the ones of each label against its zeros.
        threshold: probability from which the second of two classes, or a label, is answered; or what it is to maximise
            on the validation nodes, such as `"f1"`. Default: the likelier class.
        columns: encoders of a table's columns, where another one is wanted than what suits their values:
            `{"price": "log", "notes": "drop"}`; see `gnn2mlp.encoders`.
        id_column: name of the column that holds the ids; default: the index of a pandas frame.
        directed: whether messages pass along edges from source to target alone; default: both ways.
        k: how many nearest samples each is linked to, where `fit` is given no edges.
        warm_start: a further `fit` starts from the student of the one before, as far as architecture, classes and
            features are the same, and keeps to its answers; `churn_` tells how many changed.
        previous_weight: how much it keeps to them, w in 0..1: the loss is (1 - w) · that of the method + w ·
            KL(earlier ‖ student).
        random_state: seed of hold-out, initialisation and batches; `None` draws a fresh one in each `fit`, and so does
            a `RandomState`, which moves on.
        device: where to train: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`. Prediction runs on the CPU;
            `predictor_.to("cuda")` predicts elsewhere.
        verbose: show a progress bar for teacher and student.

    Attributes:
        classes_: sorted labels, without those that mean unlabelled; of several labels their names or numbers.
        n_features_in_: width of the features, or how many columns the table had, without ids and labels.
        feature_names_in_: column names, if `X` was a table that has them.
        edges_: counts of edges that were read by ids: `given`, `dangling` (left out, as an end is no node),
            `duplicate`, `self_loops`, `kept`.
        graph_: the graph that was learnt from, in its name what links its nodes; neither saved nor pickled.
        predictor_: the student as it is saved.
        validation_score_: `metric` of the student on the validation nodes, at the epoch that was kept.
        history_: `{"teacher": {...}, "student": {...}}`, each with `loss` and `valid` by epoch,
            `best_epoch` and `seconds`.
        teacher_: the fitted teacher, or `None` if the method needs none; neither saved nor pickled.
        leaderboard_: all that a search tried, `leaderboard_.frame()` as a pandas frame, or `None`; as `teacher_`.
        churn_: of a warm start, which answers to the nodes of `fit` changed, by class (`gnn2mlp.evaluate.churn.Churn`);
            else `None`. As `teacher_`.
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

        From tables:

        >>> import pandas as pd
        >>> pages = pd.DataFrame({"likes": [900, 870, 950, 3, 7, 4], "about": ["news"] * 3 + ["cats"] * 3})
        >>> pages.index = list("abcdef")
        >>> links = pd.DataFrame({"source": list("abde"), "target": list("bcef")})
        >>> model = NodeClassifier().fit(pages, [1, 1, 1, 0, 0, 0], edges=links)
        >>> model.predict({"likes": 5, "about": "cats"}).tolist()
        [0]
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
        columns: Mapping[str, Any] | None = None,
        id_column: str | None = None,
        directed: bool = False,
        k: int = 10,
        warm_start: bool = False,
        previous_weight: float = 0.5,
        random_state: Any = 0,
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
        self.columns = columns
        self.id_column = id_column
        self.directed = directed
        self.k = k
        self.warm_start = warm_start
        self.previous_weight = previous_weight
        self.random_state = random_state
        self.device = device
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        edges: Any = None,
        edge_index: Any = None,
        hyperedge_index: Any = None,
        hyperedge_weight: Any = None,
        validation_ids: Any = None,
    ) -> Self:
        """Train the teacher on the graph, then the student on what the teacher knows.

        Edges may be given in one or both directions, unless the estimator is `directed`; duplicates are merged, their
        weights summed, self-loops removed, isolated nodes kept.

        Args:
            X: (nodes, features), finite, as they are: numpy, scipy sparse (stays sparse) or torch. Or a table with
                named columns (pandas, polars, Arrow, a mapping), which become features by what they hold. Or a PyG
                `Data` (x, edge_index; y and masks, if `y` is not given), or a networkx graph, whose node attributes
                are columns.
            y: (nodes,) integers, booleans or strings. Unlabelled: -1, NaN, or `None` among objects. Or (nodes, labels),
                of which a node may have any number: 1 or 0, NaN for unknown. Or the name of a column of `X`. A pandas
                series goes by its index where `X` has one.
            sample_weight: (nodes,) numbers from 0: how much a node counts in training; default: all alike.
            edges: between ids: a table with two columns of ids (`source` and `target`, or the first two) and perhaps a
                `weight` above 0, an array (2, edges), a networkx graph. Or between rows: a scipy adjacency, a PyG
                `Data`, or an array, where `X` has neither an index nor an `id_column`. Those that lead to no node of
                `X` are left out and counted in `edges_`. In cross-validation give a table or an array (2, edges), as
                scikit-learn cuts what has as many rows as `X`. Default: the graph that `X` is, else the nearest
                samples.
            edge_index: (2, edges), row numbers of `X`, in place of edges.
            hyperedge_index: (2, incidences), row number of `X` above number of the hyperedge, in place of edges; takes
                a teacher on hypergraphs, such as `"hgnn"`.
            hyperedge_weight: (hyperedges,) numbers above 0; default: 1.
            validation_ids: row numbers of (or a mask over) the labelled nodes that choose the epoch; default: drawn as
                `validation_fraction` says.

        Raises:
            ConfigError: for settings that cannot work. Before any training, like the next.
            DataError: for input that cannot be learnt from: lengths that differ, NaN or infinite features, ids that
                are there twice or of another type than those of the edges, labels or edges out of range, no edge, fewer
                than two classes, a class without a training label.
        """
        links = edge_index, hyperedge_index, hyperedge_weight
        return self._fit(X, y, sample_weight, edges, links, validation_ids)

    def _targets(self, y: Any) -> "Targets":
        from gnn2mlp.estimators.targets import class_targets

        return class_targets(y, self.metric, self.class_weight, self.threshold)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities, float32 (rows, classes), in the order of `classes_`; otherwise as `predict`."""
        return np.asarray(self._answer("predict_proba", X))

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Accuracy on the nodes that have a label; of several labels the share of nodes that have all of them right.

        Args:
            X: as in `predict`.
            y: as in `fit`: labels, or the name of the column of `X` that holds them.
            sample_weight: (nodes,) numbers.

        Raises:
            NotFittedError: before `fit`.
            DataError: if no node has a label.
        """
        found = known(targets_of(X, y), self.predict(X), sample_weight, self.classes_)
        return float(accuracy_score(found.truth, found.answers, sample_weight=found.weight))

    def _adopt(self, predictor: Predictor) -> Self:
        self.classes_ = predictor.classes_
        return super()._adopt(predictor)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
