"""From files to a set of graphs whose classes are to be predicted, checked before anything is trained."""

from dataclasses import dataclass, replace

import torch

from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.graphs import GraphSet
from gnn2mlp.data.graphs.read import read_graph_tables
from gnn2mlp.pipeline.fitting.graphs.config import CATEGORY, DROP, NUMBER, GraphFitConfig
from gnn2mlp.pipeline.task_words import task_options
from gnn2mlp.tables.reading import check_exists


@dataclass(frozen=True, eq=False)
class GraphFitTables:
    """The three tables of a fit as a set of graphs.

    Args:
        graphs: with the task that is learnt.
        digests: SHA-256 of each file.
    """

    graphs: GraphSet
    digests: dict[str, str]

    @property
    def own_split(self) -> bool:
        """Whether the table of graphs says which of them train."""
        return bool(self.graphs.own_splits)


def read_fit_tables(config: GraphFitConfig, progress: Progress = silent) -> GraphFitTables:
    """Read the tables of a configuration.

    Raises:
        ConfigError: for a file that is not there, or an option of the task that cannot be.
        ArtefactError: for a file that cannot be read.
        DataError: for a column that is not there, ids that are there twice or nowhere, a graph without a node, or
            labels of fewer than two classes.
    """
    if config.id in config.label:
        raise ConfigError(
            f"label: {config.id!r} is the column of ids; name another one with --label (in Python: label=)"
        )
    files = config.files
    paths = {what: getattr(files, what) for what in ("graphs", "nodes", "edges")}
    for what, path in paths.items():  # none is read before all are there
        check_exists(path, what)
    progress(0, 2, "reading")
    label = config.label[0] if len(config.label) == 1 else config.label
    graphs = read_graph_tables(files, label, config.read_as(NUMBER), config.read_as(DROP))
    graphs = replace(graphs, task=graphs.task.overridden(task_options(config.task.to_dict())))
    _check_labels(graphs, config)
    _check_categories(graphs, config)
    progress(1, 2, "digests")
    digests = {what: digest_path(path) for what, path in paths.items()}
    progress(2, 2, f"{graphs.num_graphs:,} graphs")
    return GraphFitTables(graphs, digests)


def _check_labels(graphs: GraphSet, config: GraphFitConfig) -> None:
    if graphs.task.exclusive and graphs.task.num_outputs < 2:
        found = graphs.class_names[0] if graphs.class_names else "none"
        raise DataError(
            f"graphs, column {config.label[0]!r}: expected at least two classes, got {found} alone; name another "
            "column with --label"
        )
    known = graphs.task.known(graphs.labels)
    if not bool(known.any()):
        raise DataError(f"graphs: expected labels in {', '.join(config.label)}, got none")
    if not graphs.task.exclusive:
        some = (~graphs.labels.isnan()).any(0).tolist()
        if never := [name for name, has in zip(config.label, some, strict=True) if not has]:
            raise DataError(
                f"graphs, column {never[0]!r}: expected a label in some rows, got none; leave it out of --label"
            )


def _check_categories(graphs: GraphSet, config: GraphFitConfig) -> None:
    """Raise `DataError` for a column that is to be read as categories, and is none, or not there."""
    fields = *graphs.node_fields, *graphs.edge_fields
    for name in config.read_as(CATEGORY):
        if name in (graphs.feature_names or ()):
            raise DataError(
                f"nodes, column {name!r}: expected text, whole numbers or booleans as categories, got real numbers; "
                "convert them in the table"
            )
        if name not in fields:
            raise DataError(f"expected columns of nodes or edges as categories, got {name}{nearest(name, fields)}")


def labelled(graphs: GraphSet) -> torch.Tensor:
    """int64: numbers of the graphs that have a label."""
    return graphs.task.known(graphs.labels).nonzero()[:, 0]
