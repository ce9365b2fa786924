"""What training and scoring are given of a set of graphs: each what it needs, and nothing that cannot matter to it."""

from dataclasses import replace
from typing import Any

from gnn2mlp.condensers import DistilledSet
from gnn2mlp.data.graphs import FullGraphs, GraphSet, GraphViews, ObservedGraphs
from gnn2mlp.data.graphs.seen_categories import with_seen_categories
from gnn2mlp.data.split import Split

_NAMELESS: dict[str, Any] = {
    "graph_names": None,
    "own_splits": (),
    "notes": {},
    "node_fields": (),
    "edge_fields": (),
    "categories": {},
    "feature_names": None,
    "open_categories": False,
}


def graph_training_view(graphs: GraphSet, split: Split, condensed: DistilledSet | None = None) -> ObservedGraphs:
    """The graphs that train and validate, without names: another spelling of one trains no teacher anew.

    Args:
        graphs: all of them.
        split: which train and which validate.
        condensed: a set in place of those that train.
    """
    observed = GraphViews.of(graphs, split).observed
    if condensed is not None:
        observed = condensed.replacing(observed)
    task = graphs.task.without_names()
    return replace(observed, graphs=replace(observed.graphs, name="graphs", task=task, **_NAMELESS))


def graph_scoring_view(graphs: GraphSet, split: Split) -> FullGraphs:
    """All graphs with all labels and names, under this split alone; categories are those that training knows."""
    return FullGraphs(replace(with_seen_categories(graphs, split.train), own_splits=(), notes={}), split)
