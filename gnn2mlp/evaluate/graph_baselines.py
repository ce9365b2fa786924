"""What the size of a graph, or a bag of its nodes, says of its label: the figures that a network has to beat.

On molecules these explain most of what is published: the number of atoms alone orders those of ogbg-molbace with a
ROC-AUC of .78. Neither baseline reads which nodes an edge links.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data.graphs import GraphSet, ObservedGraphs
from gnn2mlp.tasks import MultiLabel, NodeClassification, Task

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# Inverse strengths of the penalty, of which validation graphs choose one.
_STRENGTHS = (0.01, 0.1, 1.0, 10.0)
# The probability of a class that no training graph has.
_LEAST = 1e-12

Rows = Callable[[GraphSet], np.ndarray]


def graph_sizes(graphs: GraphSet) -> np.ndarray:
    """float64 (graphs, 2): the numbers of nodes and of edges.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> graphs = graph_set_from_arrays([0, 1], [0, 0, 1, 1, 1], [[0, 2, 3], [1, 3, 4]], node_codes=[0, 1, 0, 0, 1])
        >>> graph_sizes(graphs).tolist()
        [[2.0, 1.0], [3.0, 2.0]]
    """
    return torch.stack([graphs.nodes_per_graph, graphs.edges_per_graph], dim=1).double().numpy()


def label_counts(graphs: GraphSet) -> np.ndarray:
    """float64 (graphs, all codes of all fields + features): how many nodes have each code, and the sum of each feature.

    Where nodes have no labels but their degrees, these are counted.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> graphs = graph_set_from_arrays([0, 1], [0, 0, 1, 1, 1], [[0, 2, 3], [1, 3, 4]], node_codes=[0, 1, 0, 0, 1])
        >>> label_counts(graphs).tolist()
        [[1.0, 1.0], [2.0, 1.0]]
    """
    owner, parts = graphs.graph_of_node, []
    if graphs.node_codes is not None:
        for codes, size in zip(graphs.node_codes.unbind(1), graphs.code_sizes, strict=True):
            known = (codes >= 0) & (codes < size)
            counts = torch.bincount((owner * size + codes)[known], minlength=graphs.num_graphs * size)
            parts.append(counts.view(graphs.num_graphs, size).double())
    if graphs.features is not None:
        empty = torch.zeros(graphs.num_graphs, graphs.num_features, dtype=torch.float64)
        parts.append(empty.index_add(0, owner, graphs.features.double()))
    return torch.cat(parts, dim=1).numpy()


class GraphBaseline:
    """Logistic regression on a row of numbers for each graph: one of all classes, or one for each of several tasks.

    Args:
        observed: what training may see; its training graphs are fitted, and its validation graphs choose the strength
            of the penalty by the metric of the task.
        rows: what is known of each graph, (graphs, numbers); columns are standardised.
        seed: of the solver.

    Raises:
        ConfigError: for a task that is neither of classes nor of yes and no.
    """

    def __init__(self, observed: ObservedGraphs, rows: Rows, seed: int = 0):
        self.task = observed.task
        self.rows = rows
        _check(self.task)
        x, labels = rows(observed.graphs), observed.graphs.labels
        train, valid = observed.train, observed.valid
        weight = observed.graphs.weights
        weights = None if weight is None else weight[train].double().numpy()
        best = -np.inf
        for strength in _STRENGTHS:
            fits = _fits(self.task, x[train.numpy()], labels[train], weights, strength, seed)
            score = self.task.score(_logits(self.task, fits, x[valid.numpy()]), labels[valid])
            if not hasattr(self, "fits") or score > best:
                self.fits, self.strength, best = fits, strength, score

    def __call__(self, graphs: GraphSet) -> Tensor:
        """float32 (graphs, outputs): logarithms of probabilities of classes, or of odds of each task."""
        return _logits(self.task, self.fits, self.rows(graphs))


def size_only(observed: ObservedGraphs, seed: int = 0) -> GraphBaseline:
    """What the numbers of nodes and edges say of a graph.

    Example:
        >>> from gnn2mlp.data import GraphViews, load_graph_set, split_graphs
        >>> graphs = load_graph_set("motif-graphs")
        >>> observed, full = GraphViews.of(graphs, split_graphs(graphs, "folds", seed=0))
        >>> test = full.split.test
        >>> size_only(observed)(graphs.take(test)).shape  # log probabilities of two classes
        torch.Size([20, 2])
    """
    return GraphBaseline(observed, graph_sizes, seed)


def bag_of_labels(observed: ObservedGraphs, seed: int = 0) -> GraphBaseline:
    """What the nodes of a graph say of it, counted by their codes; see `label_counts`."""
    return GraphBaseline(observed, label_counts, seed)


GRAPH_BASELINES: Mapping[str, Callable[[ObservedGraphs, int], GraphBaseline]] = {
    "size_only": size_only,
    "bag_of_labels": bag_of_labels,
}
"""The rows that every report of whole graphs has beside its networks."""

# What was fitted for each output, or for all classes at once: a model, or the share of ones if one value is known.
_Fits = list["Pipeline | float"]


def _check(task: Task) -> None:
    if not isinstance(task, NodeClassification | MultiLabel):
        raise ConfigError(f"baselines of graphs know classes and questions of yes and no, got task {task.name!r}")


def _fits(task: Task, x: np.ndarray, labels: Tensor, weights: np.ndarray | None, strength: float, seed: int) -> _Fits:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    columns = labels[:, None] if task.exclusive else labels
    fits: _Fits = []
    for column in columns.unbind(1):
        known = ((column >= 0) if task.exclusive else ~column.isnan()).numpy()
        truth = column.numpy()[known].astype(np.int64)
        if len(np.unique(truth)) < 2:
            fits.append(float(truth.mean()) if len(truth) else 0.5)
            continue
        model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=200, random_state=seed))
        own = None if weights is None else weights[known]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a little more would not change the order of graphs
            fits.append(model.fit(x[known], truth, logisticregression__sample_weight=own))
    return fits


def _logits(task: Task, fits: _Fits, x: np.ndarray) -> Tensor:
    if task.exclusive:
        found = np.full((len(x), task.num_outputs), _LEAST)
        model = fits[0]
        assert not isinstance(model, float)  # a split has two classes to train on, or is refused
        found[:, model.classes_] = model.predict_proba(x)
        return torch.from_numpy(np.log(found.clip(_LEAST))).float()
    return torch.stack([_odds(fit, x) for fit in fits], dim=1)


def _odds(fit: "Pipeline | float", x: np.ndarray) -> Tensor:
    if isinstance(fit, float):
        share = np.clip(fit, 1e-3, 1 - 1e-3)
        return torch.full((len(x),), float(np.log(share / (1 - share))))
    return torch.from_numpy(fit.decision_function(x)).float()
