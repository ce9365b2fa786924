"""`NodeRegressor`: predicts numbers of nodes, needs a graph to learn, and none to predict."""

from collections.abc import Mapping
from typing import Any, Self

from sklearn.base import RegressorMixin

from gnn2mlp.estimators._base import NodeEstimator, check_one_kind_of_links


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
        random_state: as in `NodeClassifier`.
        device: likewise.
        verbose: likewise.

    Attributes:
        n_features_in_: width of the features.
        feature_names_in_: column names, if `X` was a data frame that has them.
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
        """Train the teacher on the graph, then the student on what the teacher predicts.

        Args:
            X: as in `NodeClassifier.fit`.
            y: (nodes,) or (nodes, targets) numbers, NaN where unknown; `predict` answers in the same shape.
            sample_weight: (nodes,) numbers from 0: how much a node counts in training; default: all alike.
            edge_index: as in `NodeClassifier.fit`, like all that follow.
            hyperedge_index: likewise.
            hyperedge_weight: likewise.
            validation_ids: likewise.

        Raises:
            ConfigError: for settings that cannot work. Before any training, like the next.
            DataError: for input that cannot be learnt from.
        """
        check_one_kind_of_links(edge_index, hyperedge_index, "MLPRegressor")
        from gnn2mlp.estimators.targets import number_targets

        links = edge_index, hyperedge_index, hyperedge_weight
        return self._fit(X, number_targets(y, self.metric), links, validation_ids, sample_weight)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
