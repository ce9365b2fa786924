"""Graphs, hypergraphs, sets of whole graphs, splits, views and data sets."""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.data.datasets import DATASETS, load_dataset
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.graphs import (
    GRAPH_DATASETS,
    FullGraphs,
    GraphBatch,
    GraphDataset,
    GraphSet,
    GraphViews,
    ObservedGraphs,
    degree_codes,
    graph_set_from_arrays,
    load_graph_set,
    split_graphs,
    write_graph_tables,
)
from gnn2mlp.data.hyperedges import HyperedgeSampler, HypergraphBlock
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_from_arrays, hypergraph_of
from gnn2mlp.data.links import (
    LINK_SPLITTERS,
    FullLinks,
    LinkRoles,
    LinkSplit,
    LinkSplitter,
    LinkViews,
    NonEdges,
    ObservedLinks,
)
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.npz import write_npz
from gnn2mlp.data.pyg import graph_from_pyg
from gnn2mlp.data.rehearsal import rehearsals, rehearse
from gnn2mlp.data.removal import Removal
from gnn2mlp.data.removal_reading import read_removal
from gnn2mlp.data.sampling import GraphBlock, NeighbourSampler
from gnn2mlp.data.split import SPLITTERS, Split, Splitter
from gnn2mlp.data.stored import load_data, save_data
from gnn2mlp.data.view import Full, Observed, Views

__all__ = [
    "DATASETS",
    "GRAPH_DATASETS",
    "LINK_SPLITTERS",
    "SPLITTERS",
    "Full",
    "FullGraphs",
    "FullLinks",
    "GraphBatch",
    "GraphBlock",
    "GraphData",
    "GraphDataset",
    "GraphSet",
    "GraphViews",
    "HyperedgeSampler",
    "HypergraphBlock",
    "HypergraphData",
    "LinkRoles",
    "LinkSplit",
    "LinkSplitter",
    "LinkViews",
    "NeighbourSampler",
    "NodeData",
    "NonEdges",
    "Observed",
    "ObservedGraphs",
    "ObservedLinks",
    "Removal",
    "Split",
    "Splitter",
    "Views",
    "degree_codes",
    "graph_from_arrays",
    "graph_from_pyg",
    "graph_set_from_arrays",
    "hypergraph_from_arrays",
    "hypergraph_of",
    "load_data",
    "load_dataset",
    "load_graph_set",
    "read_removal",
    "rehearsals",
    "rehearse",
    "save_data",
    "split_graphs",
    "write_graph_tables",
    "write_npz",
]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, DATASETS, GRAPH_DATASETS, LINK_SPLITTERS, SPLITTERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(DATASETS, GRAPH_DATASETS, LINK_SPLITTERS, SPLITTERS)])
