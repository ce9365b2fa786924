"""From files to nodes, edges, labels and what splits go by, each checked before anything is trained."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.errors import ConfigError, DataError, DataWarning
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.tables.edges import Edges, end_columns, read_edges
from gnn2mlp.tables.keys import group_keys, id_keys, time_keys
from gnn2mlp.tables.lookup import NodeIds
from gnn2mlp.tables.reading import check_exists, column_of, has_types, id_type, read_table
from gnn2mlp.tables.targets import class_labels, number_labels, several_labels
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression, Task

# What goes by a name that pandas gives the index of a frame is no feature.
_INDEX = "__index_level_"


class Named(Protocol):
    """Settings that say where the tables are, and how their columns of ids are called."""

    nodes: Path
    edges: Path
    id: str
    source: str | None
    target: str | None


@dataclass(frozen=True, eq=False)
class Tables:
    """Nodes and edges of files, joined.

    Args:
        features: Arrow table of the columns that are features, a row for each node.
        ids: of the nodes.
        edges: between rows.
        task: what is predicted, with its classes.
        labels: of each row, as the task reads them.
        keys: int64 (rows,) by name, what splits go by.
        digests: SHA-256 of each file.
        id_type: the Arrow type of the ids.
        directed: whether messages pass from source to target alone.
    """

    features: Any
    ids: NodeIds
    edges: Edges
    task: Task
    labels: torch.Tensor
    keys: dict[str, torch.Tensor]
    digests: dict[str, str]
    id_type: str
    directed: bool = False

    @cached_property
    def bare(self) -> GraphData:
        """The graph without features, but for a column of zeros: what a split needs. Weights are as in the file."""
        return replace(
            bare_graph(len(self.ids), self.edges, self.labels, self.task, self.directed), split_keys=self.keys
        )


def bare_graph(nodes: int, edges: Edges, labels: torch.Tensor | None, task: Task, directed: bool = False) -> GraphData:
    """The graph of joined tables without features, but for a column of zeros. Weights are as in the file.

    Raises:
        DataError: if no edge is between two different nodes.
    """
    index = edges.edge_index
    if not bool((index[0] != index[1]).any()):
        raise DataError(
            f"edges: expected at least one edge between two different nodes, got {edges.kept} from a node to itself; "
            f"{'a graph teacher has nothing' if labels is not None else 'there is no link'} to learn"
        )
    with warnings.catch_warnings():  # `encode` scales weights, once it is known which edges training sees
        warnings.filterwarnings("ignore", ".*edge weights are .* on average", DataWarning)
        return graph_from_arrays(
            torch.zeros(nodes, 1),
            labels,
            torch.from_numpy(np.ascontiguousarray(index)),
            edge_weight=edges.weight,
            directed=directed,
            name="tables",
            task=task,
        )


def read_tables(config: FitConfig, progress: Progress = silent) -> Tables:
    """Read and join the tables of a configuration.

    Raises:
        ConfigError: for a file or column that is not there.
        ArtefactError: for a file that cannot be read.
        DataError: for ids that are there twice, ids of another type in the edges, labels that are none, edges that join
            nothing.
    """
    progress(0, 5, "reading")
    nodes, edges = read_both(config, progress)
    _check_columns(config, nodes)
    where = f"column {config.id!r} of the nodes"
    ids = NodeIds(column_of(nodes, config.id, "nodes", "--id"), where)
    progress(3, 5, "joining")
    joined = read_edges(edges, ids, config.source, config.target, config.weight, where="edges")
    task, labels = _targets(config, nodes, ids)
    keys = {"id": torch.from_numpy(id_keys(ids.values).copy())}
    if config.time is not None:
        keys["time"] = torch.from_numpy(time_keys(nodes[config.time], f"column {config.time!r}"))
    if config.group is not None:
        keys["group"] = torch.from_numpy(group_keys(nodes[config.group], f"column {config.group!r}"))
    progress(4, 5, "digests")
    digests = {name: digest_path(getattr(config, name)) for name in ("nodes", "edges")}
    progress(5, 5, f"{len(ids):,} rows")
    kind = str(nodes[config.id].type)
    return Tables(feature_columns(nodes, config.taken), ids, joined, task, labels, keys, digests, kind, config.directed)


def feature_columns(nodes: Any, taken: Sequence[str]) -> Any:
    """The table without columns that are no features: those that are taken, and what pandas kept of an index."""
    return nodes.drop_columns([name for name in nodes.column_names if name in taken or name.startswith(_INDEX)])


def read_both(config: Named, progress: Progress) -> tuple[Any, Any]:
    """Both tables, of Arrow. Ids of a CSV file are text, unless the other table says of which type they are."""
    for what in ("nodes", "edges"):  # neither is read, which may take minutes, before both are there
        check_exists(getattr(config, what), what)
    if has_types(config.edges) and not has_types(config.nodes):
        edges = read_table(config.edges, "edges")
        progress(1, 5, "edges read")
        kind = id_type(edges[_end_names(config, edges.column_names)[0]].type)
        return read_table(config.nodes, "nodes", {config.id: kind}), edges
    nodes = read_table(config.nodes, "nodes", {config.id: "text"})
    progress(1, 5, "nodes read")
    kind = id_type(column_of(nodes, config.id, "nodes", "--id").type)
    edges = read_table(config.edges, "edges", lambda names: dict.fromkeys(_end_names(config, names), kind))
    progress(2, 5, "edges read")
    return nodes, edges


def _end_names(config: Named, names: Any) -> tuple[str, str]:
    if config.source is not None and config.target is not None:
        return config.source, config.target
    return end_columns(names)


def _check_columns(config: FitConfig, nodes: Any) -> None:
    """Raise `ConfigError` for a named column that is not there, or has two roles."""
    named = {"--id": config.id, "--time": config.time, "--group": config.group}
    for option, name in named.items():
        if name is not None:
            column_of(nodes, name, "nodes", option)
    for name in config.label:
        column_of(nodes, name, "nodes", "--label")
        if name == config.id:
            raise ConfigError(f"--label: {name!r} is the column of ids; name another one")
    for name in config.columns:
        column_of(nodes, name, "nodes", "--column")
        if name in (config.id, *config.label):
            raise ConfigError(f"--column: {name!r} is the column of ids or labels, and cannot be a feature")


def _targets(config: FitConfig, nodes: Any, ids: NodeIds) -> tuple[Task, torch.Tensor]:
    task = config.task
    assert task is not None, "resolved"
    columns = {name: nodes[name] for name in config.label}
    if task.name == "classification":
        (name, column), *_ = columns.items()
        found = class_labels(column, name, ids.shown)
        return NodeClassification(found.values).overridden(task.options), torch.from_numpy(found.codes)
    if task.name == "multi_label":
        made: Task = MultiLabel(list(columns)).overridden(task.options)
        values = several_labels(columns)
    else:
        made = Regression(list(columns), flat=len(columns) == 1).overridden(task.options)
        values = number_labels(columns)
    return made, made.check_labels(values, len(ids), "labels")
