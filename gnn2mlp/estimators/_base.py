"""What the estimators share: from arrays and links to a student, which is saved, loaded and pickled alone."""

import copy
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from gnn2mlp.core.columns import unique_names
from gnn2mlp.core.environment import cpu_threads, threads_for
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.rows import take_rows
from gnn2mlp.core.spec import Spec, name_of, plain
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.directory import read_directory
from gnn2mlp.deploy.directory_writing import write_directory
from gnn2mlp.deploy.model_files import CODES, STUDENT
from gnn2mlp.deploy.sealed import CONFIG
from gnn2mlp.estimators import nested
from gnn2mlp.estimators.nodes import features_of, node_names, read_nodes
from gnn2mlp.nn.scales import warn_unscaled
from gnn2mlp.objectives import Objective

if TYPE_CHECKING:
    from gnn2mlp.estimators.searching import Searching
    from gnn2mlp.estimators.targets import Targets
    from gnn2mlp.explore.book import Codebook
    from gnn2mlp.explore.placement import CodePlacement

_COMPONENTS = ("teacher", "method", "student", "inputs")
# Fitted attributes that need the training side of the package, or are as large as the graph.
_OF_TRAINING = ("teacher_", "knowledge_", "graph_", "leaderboard_", "churn_")
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
    columns: Mapping[str, Any] | None
    id_column: str | None
    directed: bool
    k: int
    random_state: Any
    device: str
    verbose: bool
    _codes: "CodePlacement | None"
    # Options of those alone that can start from an earlier fit.
    warm_start: bool = False
    previous_weight: float = 0.5

    def _fit(self, X: Any, y: Any, weight: Any, edges: Any, links: tuple[Any, Any, Any], validation_ids: Any) -> Self:
        """Train the teacher on the graph, then the student on what the teacher knows."""
        # Not at the top: a process that loads and predicts must not pay for the training side.
        from gnn2mlp.estimators import fitting, linking
        from gnn2mlp.estimators.bars import stages

        seed = _seed(self.random_state)
        search = self._search()
        method = self.method if search is None else "glnn"  # with which all else is checked
        parts = {"teacher": self.teacher, "student": self.student, "inputs": self.inputs, "distill": self.distill}
        plan = fitting.Plan.make(**parts, method=method, device=self.device, seed=seed)
        joined = linking.Links(*links, directed=self.directed)
        linking.check_one_kind(edges, joined.edge_index, joined.hyperedge_index)
        nodes = read_nodes(X, y, weight, edges, validation_ids, self.id_column)
        if joined.given:  # which win over those of a graph
            nodes = nodes._replace(edges=None)
        names = None if nodes.is_table else unique_names(nodes.features, "X")
        read = fitting.read_features(nodes, self.columns)
        if not (plan.inputs.rescales or nodes.is_table):
            warn_unscaled(read.x, names, "X", _ONE_SCALE)
        found = linking.linked(read.x, nodes, joined, self._targets, self.k)
        found = found._replace(graph=replace(found.graph, node_names=node_names(nodes.ids, found.rows)))
        observed = fitting.observe(found.graph, self.validation_fraction, nodes.validation, seed)
        plan.check_links(observed)
        with stages(self.verbose) as stage, cpu_threads(threads_for(observed.graph.num_nodes)):
            if search is not None:
                result = search.search(observed, seed, plan.device, stage("search"))
                plan = fitting.Plan.make(**result.components(), device=self.device, seed=seed)
            last = self._earlier()
            if last is not None:
                rows = nodes.features if found.rows is None else take_rows(nodes.features, found.rows)
                last = fitting.earlier_of(last, plan, rows, observed, read, names, self.previous_weight)
            fitted = fitting.train(plan, observed, read, names, stage, last)
        self.churn_ = None if last is None else fitting.churn_of(last, fitted.predictor, observed)
        self.leaderboard_ = None if search is None else result.leaderboard
        if search is not None:
            fitted.predictor.card["search"] = result.told()
        self.teacher_, self.knowledge_, self.graph_ = fitted.teacher, fitted.knowledge, found.graph
        self._codes = None  # of an earlier fit
        if found.counts is not None:
            fitted.predictor.card["edges"] = dict(found.counts)
        return self._adopt(fitted.predictor)

    def _earlier(self) -> Any:
        """The student of an earlier fit, if the next one is to start from it."""
        return getattr(self, "predictor_", None) if self.warm_start else None

    def _search(self) -> "Searching | None":
        """The search for teacher, method and student, if the method is one."""
        if name_of(self.method) != "auto":
            return None
        from gnn2mlp.estimators.searching import Searching

        given = {"teacher": self.teacher, "student": self.student, "inputs": self.inputs}
        return Searching.make(self.method, given, self.distill)

    @abstractmethod
    def _targets(self, y: Any) -> "Targets":
        """The task, and what it reads of `y`."""

    def predict(self, X: Any) -> np.ndarray:
        """Answers (rows, ...) from features (rows, features) alone: numpy, scipy sparse, pandas or torch.

        Raises:
            NotFittedError: before `fit`.
            DataError: for another width or other columns than in `fit`, or NaN or infinite values.
        """
        return np.asarray(self._answer("predict", X))

    def _answer(self, method: str, X: Any) -> Any:
        check_is_fitted(self)
        rows = features_of(X)
        shape: tuple[int, ...] = getattr(rows, "shape", ())
        expected = self.n_features_in_
        if self.predictor_.feature_names is None and len(shape) == 2 and shape[1] != expected:
            raise DataError(
                f"{method}: expected {expected} features per row, as in training, got {shape[1]} (X has {shape[1]} "
                f"features, but {type(self).__name__} is expecting {expected} features as input)"
            )
        return getattr(self.predictor_, method)(rows)

    def save(self, directory: str | Path, about: Mapping[str, Any] | None = None) -> Path:
        """Write the estimator as a model directory, checksummed and without pickle; `Predictor` reads it as well.

        Teacher and knowledge are left out: they belong to training. Of a teacher with codes these are kept, and the map
        by which the student finds them, so that `codebook(X)` goes on to work.

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
        codes = self._placement()
        files = {} if codes is None else {CODES: codes.encode()}
        return write_directory(directory, shipped, about, files) / STUDENT

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
        made = cls(**parameters)._adopt(predictor)
        codes = _codes_of(directory)
        if codes is not None:
            from gnn2mlp.explore.placement import CodePlacement  # what draws is loaded where there are codes alone

            made._codes = CodePlacement.decode(codes)
        return made

    def codebook(self, X: Any = None, y: Any = None, *, edges: Any = None, edge_index: Any = None) -> "Codebook":
        """The teacher's codes: what each stands for, which nodes have it, what the student makes of it.

        Without arguments of the nodes that `fit` was given. Saved and pickled estimators do not carry these; give rows,
        which may be any others too, and every row has the code at which the student places it.

        Args:
            X: as in `fit`.
            y: labels, as in `fit`; default: none is known.
            edges: likewise.
            edge_index: likewise.

        Raises:
            NotFittedError: before `fit`.
            MissingKnowledgeError: if the teacher has no codes.
            ConfigError: if training's nodes are asked for after `load`.

        Example:
            >>> x, y = np.eye(6), ["a", "a", "a", "b", "b", "b"]
            >>> from gnn2mlp import NodeClassifier
            >>> model = NodeClassifier(teacher={"name": "vq", "codes": 2}, method="vqgraph")
            >>> model.fit(x, y, edge_index=[[0, 1, 3, 4], [1, 2, 4, 5]]).codebook()
            Codebook(2 codes, 2 used; 6 nodes, 6 features, 2 classes)
        """
        check_is_fitted(self)
        from gnn2mlp.estimators import codebooks  # the training side

        if X is None:
            return codebooks.of_training(self)
        links = {"edges": edges, "edge_index": edge_index}
        return codebooks.of_rows(self, self._placement(), self._targets, X, y, self.id_column, **links)

    def _placement(self) -> "CodePlacement | None":
        """The codes as the student finds them, or `None` if there are none."""
        found = getattr(self, "_codes", None)
        knowledge = getattr(self, "knowledge_", None)
        if found is None and knowledge is not None and "codebook" in knowledge.values:
            hidden = self.predictor_.on_features().hidden(self.graph_.features)
            from gnn2mlp.explore.placement import CodePlacement

            self._codes = found = CodePlacement.fit(hidden[knowledge.node_ids.numpy()], knowledge)
        return found

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name; with `deep` the options of components as well, such as `teacher__hidden`."""
        params: dict[str, Any] = super().get_params(deep=False)
        if not deep:
            return params
        inner = {key: nested.options(key, params[key]) for key in nested.COMPONENTS}
        return {**params, **{f"{key}__{name}": value for key, held in inner.items() for name, value in held.items()}}

    def set_params(self, **params: Any) -> Self:
        """Set parameters, and options of components: `set_params(teacher="gcn", teacher__hidden=64)`.

        Raises:
            ConfigError: for an option that a component has not.
        """
        own, inner = nested.split(params)
        super().set_params(**own)
        for key, changed in inner.items():
            setattr(self, key, nested.with_options(key, getattr(self, key), changed))
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Pickles and copies leave teacher and knowledge out, as `save` does."""
        self._placement()  # which is as small as the codes, and goes along
        state = dict(super().__getstate__())
        return {key: value for key, value in state.items() if key not in _OF_TRAINING}

    def _adopt(self, predictor: Predictor) -> Self:
        """Take the fitted attributes from the predictor, so that they are the same after `fit` and after `load`."""
        self.predictor_ = predictor
        self.history_ = predictor.card["history"]
        student = self.history_["student"]
        self.validation_score_ = student["valid"][student["best_epoch"] - 1]
        for name in ("feature_names_in_", "edges_"):  # of an earlier fit
            self.__dict__.pop(name, None)
        names = _raw_names(predictor)
        self.n_features_in_ = predictor.num_features if names is None else len(names)
        if names is not None:
            self.feature_names_in_ = np.asarray(names, dtype=object)
        if "edges" in predictor.card:
            self.edges_ = dict(predictor.card["edges"])
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _raw_names(predictor: Predictor) -> tuple[str, ...] | None:
    """Names of the columns that `fit` was given, those that give no feature included."""
    encoder = getattr(predictor, "columns", None)
    return predictor.feature_names if encoder is None else tuple(column.name for column in encoder.columns)


def _seed(random_state: Any) -> int:
    """A seed of its own for every fit where the state is None or a generator, which moves on."""
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    if isinstance(random_state, bool) or not isinstance(random_state, Integral) or random_state < 0:
        raise ConfigError(
            f"random_state: expected an integer from 0 upwards, a RandomState, or None, got {random_state!r}"
        )
    return int(random_state)


def _storable(value: Any) -> Any:
    """A parameter as JSON can hold it: a name stays a name."""
    if isinstance(value, Objective):
        from gnn2mlp.methods.composed import Composed  # the training side, which an objective came from

        value = Composed(value)
    if isinstance(value, np.random.RandomState | np.random.Generator):  # which has moved on
        return None
    return plain(str(value) if isinstance(value, torch.device) else value)


def _codes_of(directory: str | Path) -> bytes | None:
    """The file of codes in a model directory; earlier releases wrote none, nor what lists it."""
    folder = user_path(directory, "directory")
    return read_directory(folder, (CODES,)).files.get(CODES) if (folder / CONFIG).exists() else None
