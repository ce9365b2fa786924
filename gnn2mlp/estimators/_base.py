"""What the estimators share: from arrays and links to a student, which is saved, loaded and pickled alone."""

import copy
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from gnn2mlp.core.environment import cpu_threads, threads_for
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.spec import Spec, plain
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.columns import unique_names
from gnn2mlp.nn.scales import warn_unscaled
from gnn2mlp.objectives import Objective

if TYPE_CHECKING:
    from gnn2mlp.estimators.targets import Targets

_COMPONENTS = ("teacher", "method", "student", "inputs")
# Fitted attributes that need the training side of the package, or are as large as the graph.
_OF_TRAINING = ("teacher_", "knowledge_")
_ONE_SCALE = "bring them on one scale, in X, or for the student alone with inputs='standardise'"


class NodeEstimator(BaseEstimator):
    """Training, saving and loading; subclasses name their parameters and read their targets.

    Attributes:
        card_key: under which a saved student's card holds the parameters.
    """

    card_key: ClassVar[str]
    teacher: Any
    method: Any
    student: Any
    inputs: Any
    distill: Mapping[str, Any] | None
    validation_fraction: float
    random_state: int | None
    device: str
    verbose: bool

    def _fit(self, X: Any, targets: "Targets", links: tuple[Any, Any, Any], validation_ids: Any, weight: Any) -> Self:
        """Train the teacher on the graph, then the student on what the teacher knows."""
        # Not at the top: a process that loads and predicts must not pay for the training side.
        from gnn2mlp.estimators import fitting
        from gnn2mlp.estimators.bars import stages

        seed = _seed(self.random_state)
        plan = fitting.Plan.make(self.teacher, self.method, self.student, self.inputs, self.distill, self.device, seed)
        names = unique_names(X, "X")
        joined = fitting.Links(*links)
        observed = fitting.observe(X, targets, joined, self.validation_fraction, validation_ids, seed, weight)
        if not plan.inputs.rescales:
            warn_unscaled(observed.graph.features, names, "X", _ONE_SCALE)
        plan.check_links(observed)
        with stages(self.verbose) as stage, cpu_threads(threads_for(observed.graph.num_nodes)):
            fitted = fitting.train(plan, observed, names, stage)
        self.teacher_, self.knowledge_ = fitted.teacher, fitted.knowledge
        return self._adopt(fitted.predictor)

    def predict(self, X: Any) -> np.ndarray:
        """Answers (rows, ...) from features (rows, features) alone: numpy, scipy sparse, pandas or torch.

        Raises:
            NotFittedError: before `fit`.
            DataError: for another width or other columns than in `fit`, or NaN or infinite values.
        """
        check_is_fitted(self)
        return self.predictor_.predict(X)

    def save(self, directory: str | Path, about: Mapping[str, Any] | None = None) -> Path:
        """Write the estimator as a model directory, checksummed and without pickle; `Predictor` reads it as well.

        Teacher and knowledge are left out: they belong to training.

        Args:
            directory: where to; made if absent. A model that is there is replaced, anything else is not.
            about: figures, data and papers for `config.json` and the model card, as in
                `gnn2mlp.deploy.write_directory`; default: what validation nodes said.

        Returns:
            Path of the weights in it.

        Raises:
            NotFittedError: before `fit`.
            ConfigError: for a key of `about` that cannot be.
            ArtefactError: if it cannot be written, or the directory holds something else.
        """
        check_is_fitted(self)
        parameters = {key: _storable(value) for key, value in self.get_params(deep=False).items()}
        shipped = copy.copy(self.predictor_)
        shipped.card = {**shipped.card, self.card_key: parameters}
        return shipped.save(directory, about)

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Read what `save` wrote. Components that were given as objects come back as equal `Spec`s.

        Raises:
            ArtefactError: if a file is missing, truncated, altered, added or of a newer format, or if this estimator
                did not write the student.
        """
        predictor = Predictor.load(directory)
        parameters = predictor.card.pop(cls.card_key, None)
        if parameters is None:
            raise ArtefactError(
                f"expected a saved {cls.__name__} in {directory}, got a student alone: use Predictor.load"
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


def check_one_kind_of_links(edge_index: Any, hyperedge_index: Any, instead: str) -> None:
    """Raise `ConfigError` unless there are edges, or hyperedges, and not both; `instead` is what needs neither."""
    if (edge_index is None) == (hyperedge_index is None):
        raise ConfigError(
            "fit needs edge_index, the edges (2, edges) between rows of X: call fit(X, y, edge_index=edges); or "
            f"hyperedge_index, and not both; to train without a graph, use sklearn.neural_network.{instead}"
        )


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
