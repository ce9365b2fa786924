"""Graphs of one's own, as a folder of three Parquet tables."""

import os
from collections.abc import Sequence

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graphs.dataset import GraphDataset
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.data.graphs.read import read_graph_tables


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
        return read_graph_tables(
            user_path(self.path, "dataset.path"), self.label, self.numeric, self.ignore, self.metric
        )
