"""Whole graphs: sets of them, batches, readers, views of training and scoring."""

from gnn2mlp.data.graphs.batch import GraphBatch
from gnn2mlp.data.graphs.build import degree_codes, graph_set_from_arrays
from gnn2mlp.data.graphs.dataset import (
    GRAPH_DATASETS,
    GraphDataset,
    is_folder_of_tables,
    load_graph_set,
    resolve_graph_dataset,
)
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.data.graphs.joined import join_graph_sets
from gnn2mlp.data.graphs.units import GraphUnits, split_graphs
from gnn2mlp.data.graphs.view import FullGraphs, GraphViews, ObservedGraphs
from gnn2mlp.data.graphs.write import write_graph_tables

__all__ = [
    "GRAPH_DATASETS",
    "FullGraphs",
    "GraphBatch",
    "GraphDataset",
    "GraphSet",
    "GraphUnits",
    "GraphViews",
    "ObservedGraphs",
    "degree_codes",
    "graph_set_from_arrays",
    "is_folder_of_tables",
    "join_graph_sets",
    "load_graph_set",
    "resolve_graph_dataset",
    "split_graphs",
    "write_graph_tables",
]
