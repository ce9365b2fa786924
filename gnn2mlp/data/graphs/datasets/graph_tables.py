"""Graphs of one's own, as a folder of three Parquet tables."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.files import user_path
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graphs.build import degree_codes, graph_set_from_arrays
from gnn2mlp.data.graphs.dataset import TABLE_OF_GRAPHS, GraphDataset
from gnn2mlp.data.graphs.datasets._columns import Fields, GraphTable, labels_of
from gnn2mlp.data.graphs.graph_set import GraphSet

_PARTS = ("train", "valid", "test")


class GraphTables(GraphDataset):
    """A folder with `graphs.parquet`, `nodes.parquet` and `edges.parquet`.

    `graphs.parquet` has a column `graph`, the id of each, of any type, and `label`; it may have `split`, of the values
    `train`, `valid` and `test`, which is the default split then. `nodes.parquet` has `graph`, `node`, an id within its
    graph, and what is known of a node in all other columns. `edges.parquet` has `graph`, `source` and `target`, and
    what is known of an edge in all others. An edge may be given in one direction or both.

    Columns of text, whole numbers and booleans are categories, which are embedded; columns of real numbers are
    features. A gap is a category of its own. Edges have categories alone. Where nodes have no column, their degrees
    are their categories. Training knows the categories of training graphs alone; a later one is read as nothing.

    Args:
        path: the folder; a name of a data set that is such a folder means the same.
        label: column of the classes; or several of 0 and 1 (empty where unknown), each a task of its own.
        numeric: columns of whole numbers that are quantities, and so features.
        ignore: columns that are left out.
        metric: chooses the epoch; default: accuracy of classes, ROC-AUC of several tasks.

    Raises:
        DataError: for a table or column that is missing, ids that are not found, or labels that cannot be learnt.
    """

    name = "graph_tables"
    citation = "gnn2mlp's own layout of tables"

    def __init__(
        self,
        path: str,
        label: str | Sequence[str] = "label",
        numeric: Sequence[str] = (),
        ignore: Sequence[str] = (),
        metric: str | None = None,
    ):
        self.path = os.fspath(path)
        self.label = label if isinstance(label, str) else tuple(label)
        self.numeric = tuple(numeric)
        self.ignore = tuple(ignore)
        self.metric = metric
        if not self.label:
            raise ConfigError("dataset.label: expected at least one column, got none")

    def default_split(self) -> Spec:
        """The folder's own split where it has one, else 80 % of the graphs for training and 10 % for validation."""
        return Spec("own", otherwise=self.split)

    def load(self, files: RawFiles) -> GraphSet:
        """Read the tables, a column at a time."""
        folder = user_path(self.path, "dataset.path")
        graphs, nodes, edges = (GraphTable.open(folder / f"{name}.parquet") for name in ("graphs", "nodes", "edges"))
        ids = graphs.ids("graph")
        graph_of_node = nodes.places("graph", ids, TABLE_OF_GRAPHS)
        rows = nodes.rows_of_pairs(graph_of_node)
        owner = edges.places("graph", ids, TABLE_OF_GRAPHS)
        ends = np.stack([rows.find(owner, edges, end) for end in ("source", "target")])
        known = nodes.fields({"graph", "node", *self.ignore}, self.numeric)
        bonds = edges.fields({"graph", "source", "target", *self.ignore}, ())
        task, labels = labels_of(graphs, self.label, self.metric)
        return graph_set_from_arrays(
            labels,
            graph_of_node,
            ends,
            **_nodes(known, ends, nodes.rows),
            edge_codes=bonds.codes,
            edge_code_sizes=bonds.sizes,
            edge_fields=list(bonds.categories),
            categories={**known.categories, **bonds.categories, **_degrees(known)},
            name=folder.name,
            task=task,
            graph_names=np.array(ids.to_pylist()),
            own_splits=_own_splits(graphs),
            open_categories=bool(known.categories or bonds.categories) and not _degrees(known),
        )


# The greatest degree that is told apart where nodes have no columns.
_MOST = 64


def _nodes(known: Fields, ends: np.ndarray, rows: int) -> dict[str, Any]:
    """What is known of nodes, as arguments of `graph_set_from_arrays`."""
    if known.codes is None and known.features is None:
        return {"node_codes": degree_codes(ends, rows, _MOST), "code_sizes": [_MOST + 1], "node_fields": ["degree"]}
    return {
        "node_codes": known.codes,
        "code_sizes": known.sizes,
        "node_fields": list(known.categories),
        "features": known.features,
        "feature_names": known.feature_names or None,
    }


def _degrees(known: Fields) -> dict[str, Any]:
    return {} if known.categories or known.feature_names else {"degree": range(_MOST + 1)}


def _own_splits(graphs: GraphTable) -> list[dict[str, np.ndarray]]:
    """The split of the table of graphs, if it has one."""
    if "split" not in graphs.columns:
        return []
    values = np.array(graphs.column("split").to_pylist(), dtype=object)
    if wrong := sorted({str(value) for value in values if value is not None} - set(_PARTS)):
        raise DataError(
            f"{graphs.path}: split: expected train, valid or test, or nothing for a graph in no part, got "
            f"{listing(wrong)}"
        )
    parts = {part: np.flatnonzero(values == part) for part in _PARTS}
    return [{part: ids for part, ids in parts.items() if part != "valid" or len(ids)}]
