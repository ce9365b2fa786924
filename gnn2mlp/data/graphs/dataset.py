"""What a data set of whole graphs is: a name, how to load it, how it is split, and the settings published for it."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.data.datasets._base import DATASETS, RawFiles
from gnn2mlp.data.graphs.graph_set import GraphSet

# A folder with this file in it is a set of graphs in tables.
TABLE_OF_GRAPHS = "graphs.parquet"


class GraphDataset(Configurable, ABC):
    """A named set of graphs. Its recipe holds settings by component; those of a user win over them.

    Attributes:
        split: the default splitter of this data set.
        recipe: `{"teacher": {name: options}, "student": {name: options}, "condenser": {name: options}, "distill":
            options}`.
    """

    split: ClassVar[Spec] = Spec("fraction", train=0.8, valid=0.1)
    recipe: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    @abstractmethod
    def load(self, files: RawFiles) -> GraphSet:
        """Read it from its raw files."""

    def default_split(self) -> Spec:
        """The splitter to use where the user names none; a data set may choose by its own options."""
        return self.split


GRAPH_DATASETS: Registry[GraphDataset] = Registry(
    "graph data set",
    "gnn2mlp.data.graphs.datasets",
    GraphDataset,  # type: ignore[type-abstract]
)


def resolve_graph_dataset(spec: Spec | str) -> GraphDataset:
    """The data set of a spec, a registered name, or the path of a folder with tables of graphs.

    Raises:
        UnknownNameError: for a name that is not registered.
        ConfigError: for a data set of nodes.
        DataError: for a path that holds no tables of graphs.
    """
    spec = Spec.parse(spec)
    if spec.name not in GRAPH_DATASETS.classes and is_folder_of_tables(spec.name):
        if "path" in spec.options:
            raise ConfigError(f"dataset.path: the data set is the folder {spec.name} already; leave out one of the two")
        spec = Spec("graph_tables", path=spec.name, **spec.options)
    _check_kind(spec.name)
    return spec.build(GRAPH_DATASETS)


def _check_kind(name: str) -> None:
    """Raise an error that helps for a data set of nodes, and for a folder or file that holds no tables of graphs."""
    if name in GRAPH_DATASETS.classes:
        return
    if name in DATASETS.classes:
        raise ConfigError(
            f"data set {name!r} is one graph, whose nodes have labels: name a set of whole graphs, such as mutag or "
            "motif-graphs, or run it without --task graph (in Python: task='graph')"
        )
    if os.path.exists(os.path.expanduser(name)):
        raise DataError(
            f"expected the name of a set of graphs or a folder with {TABLE_OF_GRAPHS}, got the path {name}, which has "
            "none; see docs/graphs.md for the tables"
        )


def is_folder_of_tables(path: str) -> bool:
    """Whether a name is the path of a folder with tables of graphs."""
    return (Path(os.path.expanduser(path)) / TABLE_OF_GRAPHS).exists()


def load_graph_set(
    spec: Spec | str,
    data_root: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
) -> GraphSet:
    """Load a set of whole graphs by name, spec, or the path of a folder of tables.

    Args:
        spec: e.g. `"motif-graphs"`, `"nci1"`, `"ogbg-molhiv"`, `"my/folder"` (see `GraphTables`).
        data_root: folder with raw files, read only; default `$GNN2MLP_DATA`, else raw files are downloaded.
        cache: folder for what is downloaded; default `$GNN2MLP_CACHE` or the user's cache folder.

    Raises:
        UnknownNameError: for a name that is not registered.
        DataError: if raw files are missing or the data are unusable.

    Example:
        >>> load_graph_set("motif-graphs").num_graphs
        200
    """
    chosen = data_root or os.environ.get("GNN2MLP_DATA") or None
    root = user_path(chosen, "data root") if chosen else None
    if root is not None and not root.is_dir():
        raise ConfigError(f"data root: expected a folder, got {root}, which is none")
    return resolve_graph_dataset(spec).load(RawFiles(root, None if cache is None else user_path(cache, "cache")))
