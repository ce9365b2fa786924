"""`NodeRegressor`: predicts numbers of nodes, needs a graph to learn, and none to predict."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from gnn2mlp.estimators._base import NodeEstimator
from gnn2mlp.estimators.nodes import targets_of
from gnn2mlp.estimators.scoring import known

if TYPE_CHECKING:
    from gnn2mlp.estimators.targets import Targets


class NodeRegressor(RegressorMixin, NodeEstimator):
    """Distils a GNN teacher into an MLP that predicts one number or several of a node from its own features.

    Targets are standardised in training, and answers turned back. Everything else is as in `NodeClassifier`.

    Args:
        teacher: as in `NodeClassifier`.
        method: likewise; one that does not compare distributions over classes, as `"glnn"` and `"mlp"`.
        student: likewise.
        inputs: likewise.
        distill: likewise.
        validation_fraction: share of the labelled nodes that choose the epoch and are not trained on.
        metric: chooses the epoch: `"mae"`, `"rmse"` or `"r2"`.
        columns: as in `NodeClassifier`, like all that follow.
        id_column: likewise.
        directed: likewise.
        k: likewise.
        random_state: likewise.
        device: likewise.
        verbose: likewise.

    Attributes:
        n_features_in_: as in `NodeClassifier`, like `feature_names_in_`, `edges_` and `graph_`.
        predictor_: the student as it is saved.
        validation_score_: `metric` of the student on the validation nodes, errors with a minus sign.
        history_: as in `NodeClassifier`, like `teacher_` and `knowledge_`.

    Example:
        >>> import numpy as np
        >>> x, y = np.eye(6), [1.0, 1.0, 1.0, 5.0, 5.0, 5.0]
        >>> edges = [[0, 1, 3, 4], [1, 2, 4, 5]]  # two paths of three nodes
        >>> model = NodeRegressor(teacher="gcn").fit(x, y, edge_index=edges)
        >>> low, high = model.predict(x[[1, 4]])  # features alone
        >>> bool(low < high)
        True
    """

    card_key = "regressor"

    def __init__(
        self,
        teacher: Any = "sage",
        method: Any = "glnn",
        student: Any = "mlp",
        *,
        inputs: Any = "features",
        distill: Mapping[str, Any] | None = None,
        validation_fraction: float = 0.25,
        metric: str = "mae",
        columns: Mapping[str, Any] | None = None,
        id_column: str | None = None,
        directed: bool = False,
        k: int = 10,
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
        self.columns = columns
        self.id_column = id_column
        self.directed = directed
        self.k = k
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
        """Train the teacher on the graph, then the student on what the teacher predicts.

        Args:
            X: as in `NodeClassifier.fit`.
            y: (nodes,) or (nodes, targets) numbers, NaN where unknown, or the name of a column of `X`; `predict`
                answers in the same shape.
            sample_weight: (nodes,) numbers from 0: how much a node counts in training; default: all alike.
            edges: as in `NodeClassifier.fit`, like all that follow.
            edge_index: likewise.
            hyperedge_index: likewise.
            hyperedge_weight: likewise.
            validation_ids: likewise.

        Raises:
            ConfigError: for settings that cannot work. Before any training, like the next.
            DataError: for input that cannot be learnt from.
        """
        links = edge_index, hyperedge_index, hyperedge_weight
        return self._fit(X, y, sample_weight, edges, links, validation_ids)

    def _targets(self, y: Any) -> "Targets":
        from gnn2mlp.estimators.targets import number_targets

        return number_targets(y, self.metric)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """R² on the nodes whose target is known; arguments and errors as in `NodeClassifier.score`."""
        found = known(targets_of(X, y), self.predict(X), sample_weight, None)
        return float(r2_score(found.truth, found.answers, sample_weight=found.weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
