"""What a condenser is: from training graphs to a few graphs that stand for them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.condensers._set import DistilledSet, as_labels
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.data.graphs.view import ObservedGraphs


class Training(NamedTuple):
    """The graphs that train, by class.

    Args:
        graphs: those with a label.
        members: of each class its graphs, int64, ascending. Of several tasks of yes or no each has two classes, 2 t for
            no and 2 t + 1 for yes; a graph is in one of them for each task that it has an answer to.
        names: of the classes, as text.
    """

    graphs: GraphSet
    members: tuple[np.ndarray, ...]
    names: tuple[str, ...]

    def __repr__(self) -> str:
        return short_repr(self)

    @property
    def counts(self) -> list[int]:
        """How many graphs each class has."""
        return [len(one) for one in self.members]


class Condensed(NamedTuple):
    """What a condenser finds: arrays as in `DistilledSet`, and facts for its card."""

    parts: GraphSet
    set_offsets: np.ndarray
    set_parts: np.ndarray
    set_class: np.ndarray
    set_frequency: np.ndarray
    facts: dict[str, Any]

    def __repr__(self) -> str:
        return short_repr(self)


_NUMBERS = ("set_offsets", "set_parts", "set_class", "set_frequency")


class Condenser(Configurable, ABC):
    """Makes a small set of graphs of the training graphs. Subclasses supply `condensed`.

    Validation graphs choose the epoch of what is trained on the set, so that they are no part of it; test graphs do not
    exist for a condenser.

    Attributes:
        classes: how much each class counts in training, as in `set_weights`.
        sets: how much the sets of one class count, as in `set_weights`.
        baseline: whether it is what others are to be compared with.
    """

    baseline: ClassVar[bool] = False
    classes: Literal["balanced", "share"] = "balanced"
    sets: Literal["frequency", "uniform"] = "uniform"

    @abstractmethod
    def condensed(self, training: Training, seed: int) -> Condensed:
        """Parts, and the sets that they make up.

        Args:
            training: graphs, at least one of each class.
            seed: of whatever is drawn.
        """

    def condense(self, observed: ObservedGraphs, seed: int = 0) -> DistilledSet:
        """The distilled set of the training graphs of a view.

        Args:
            observed: what training may see.
            seed: of whatever is drawn.

        Raises:
            ConfigError: for settings that leave a class without a set.
            DataError: if labels are numbers, or a class has no training graph.
        """
        training = training_graphs(observed)
        found = self.condensed(training, seed)
        blank = as_labels(torch.full((found.parts.num_graphs,), -1), found.parts.task)
        arrays = {name: torch.from_numpy(np.asarray(getattr(found, name), dtype=np.int64)) for name in _NUMBERS}
        weight = set_weights(found.set_class, found.set_frequency, training.counts, self.classes, self.sets)
        card = {"condenser": self.spec().to_dict(), "seed": seed, "citation": self.citation, **found.facts}
        card["source"] = {
            "graphs": training.graphs.num_graphs,
            "nodes": training.graphs.num_nodes,
            "digest": training.graphs.digest,
        }
        parts = _anonymous(found.parts, blank)
        return DistilledSet(parts, **arrays, set_weight=torch.from_numpy(weight), card=card)


def _anonymous(parts: GraphSet, labels: Tensor) -> GraphSet:
    return replace(parts, labels=labels, graph_names=None, own_splits=(), notes={}, weights=None)


def training_graphs(observed: ObservedGraphs) -> Training:
    """The labelled training graphs of a view by class: of a task of classes, or of tasks of yes or no, gaps left out.

    Raises:
        DataError: for a task of numbers, or a class without a training graph.
    """
    task, name = observed.graphs.task, observed.graphs.name
    if not task.exclusive and task.averaged_as == "values":
        raise DataError(
            f"{name}: condensing goes by classes, got numbers to predict (task {task.name!r}); cut them into classes"
        )
    graphs = observed.graphs.take(observed.train[task.known(observed.graphs.labels[observed.train])])
    labels = graphs.labels.numpy()
    if task.exclusive:
        names, members = task.output_names, [labels == number for number in range(task.num_outputs)]
    else:
        names = tuple(f"{output}={value}" for output in task.output_names for value in (0, 1))
        members = [column == value for column in labels.T for value in (0, 1)]
    if missing := [one for one, held in zip(names, members, strict=True) if not held.any()]:
        raise DataError(
            f"{name}: expected training graphs of each class, got none of {', '.join(missing)}; choose another split"
        )
    return Training(graphs, tuple(map(np.flatnonzero, members)), names)


def set_weights(
    set_class: np.ndarray,
    frequency: np.ndarray,
    graphs: Sequence[int],
    of_classes: Literal["balanced", "share"],
    of_sets: Literal["frequency", "uniform"],
) -> np.ndarray:
    """How much each set counts in training, float32 (sets,), 1 on average.

    Args:
        set_class: int64 (sets,).
        frequency: int64 (sets,), how many training graphs each stands for.
        graphs: how many training graphs each class has.
        of_classes: `"balanced"`, all classes alike, or `"share"`, by their share of training graphs.
        of_sets: within a class by `"frequency"`, or `"uniform"`, all alike.

    Example:
        >>> two = np.array([0, 0, 1])
        >>> set_weights(two, np.array([3, 1, 5]), [3, 1], "balanced", "frequency").tolist()
        [1.125, 0.375, 1.5]
    """
    value = frequency.astype(np.float64) if of_sets == "frequency" else np.ones(len(set_class))
    value /= np.bincount(set_class, weights=value)[set_class]
    if of_classes == "share":
        value *= np.asarray(graphs)[set_class]
    weight: np.ndarray = (value / value.mean()).astype(np.float32)
    return weight


CONDENSERS: Registry[Condenser] = Registry("condenser", "gnn2mlp.condensers", Condenser)  # type: ignore[type-abstract]
