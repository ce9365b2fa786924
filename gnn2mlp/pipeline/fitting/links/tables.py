"""From files to nodes and edges whose links are to be predicted, each checked before anything is trained."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.graph import GraphData
from gnn2mlp.pipeline.fitting.links.config import LinkFitConfig
from gnn2mlp.pipeline.fitting.tables import bare_graph, feature_columns, read_both
from gnn2mlp.tables.edges import Edges, read_edges
from gnn2mlp.tables.keys import id_keys, time_keys
from gnn2mlp.tables.lookup import NodeIds
from gnn2mlp.tables.reading import column_of
from gnn2mlp.tasks import LinkPrediction


@dataclass(frozen=True, eq=False)
class LinkTables:
    """Nodes and edges of files, joined.

    Args:
        features: Arrow table of the columns that are features, a row for each node.
        ids: of the nodes.
        edges: between rows.
        task: how links are judged.
        id_keys: int64 (rows,), what stands for the id of each row in a hash.
        time_keys: int64 (rows,) in the order of the times, or `None`.
        digests: SHA-256 of each file.
        id_type: the Arrow type of the ids.
    """

    features: Any
    ids: NodeIds
    edges: Edges
    task: LinkPrediction
    id_keys: np.ndarray
    time_keys: np.ndarray | None
    digests: dict[str, str]
    id_type: str

    @cached_property
    def bare(self) -> GraphData:
        """The graph without features, but for a column of zeros. Weights are as in the file."""
        return bare_graph(len(self.ids), self.edges, None, self.task)


def read_link_tables(config: LinkFitConfig, progress: Progress = silent) -> LinkTables:
    """Read and join the tables of a configuration.

    Raises:
        ConfigError: for a file or column that is not there.
        ArtefactError: for a file that cannot be read.
        DataError: for ids that are there twice, ids of another type in the edges, edges that join nothing, or nodes of
            which nothing but the id is known.
    """
    progress(0, 5, "reading")
    nodes, edges = read_both(config, progress)
    _check_columns(config, nodes)
    ids = NodeIds(column_of(nodes, config.id, "nodes", "--id"), f"column {config.id!r} of the nodes")
    progress(3, 5, "joining")
    joined = read_edges(edges, ids, config.source, config.target, config.weight, where="edges")
    time = None if config.time is None else time_keys(nodes[config.time], f"column {config.time!r}")
    progress(4, 5, "digests")
    digests = {name: digest_path(getattr(config, name)) for name in ("nodes", "edges")}
    features = feature_columns(nodes, config.taken)
    if not features.column_names:
        raise DataError(
            f"nodes: expected columns beside {', '.join(map(repr, config.taken))}, got none: a predictor without a "
            "graph has nothing to read; add what is known of each node"
        )
    progress(5, 5, f"{len(ids):,} rows")
    task = LinkPrediction(**config.task.options)
    kind = str(nodes[config.id].type)
    return LinkTables(features, ids, joined, task, id_keys(ids.values), time, digests, kind)


def later_nodes(config: LinkFitConfig, tables: LinkTables) -> Tensor | None:
    """int64, ascending: rows of the nodes that come later, `None` where the setting knows none.

    With times those of the share `split.new_nodes` that are the newest, all of the same time together; a node without
    a time has always been there. Without times each by a hash of its id, so that the share holds in expectation, and a
    node stays new, or old, when the table grows.

    Raises:
        DataError: if all nodes are of one time, or as few that nobody comes later.
    """
    if config.setting == "transductive":
        return None
    share = config.split.options.get("new_nodes", 0.1)
    if tables.time_keys is None:
        from gnn2mlp.core.hashing import uniform

        later = uniform(tables.id_keys, config.seed, "link split/new nodes") < share
    else:
        ordered = np.sort(tables.time_keys)
        cut = ordered[max(0, round((1 - share) * len(ordered)) - 1)]
        later = tables.time_keys > cut
    if not later.any():
        by = f"are newer than the rest by --time {config.time}" if config.time else "are drawn by a hash of their ids"
        raise DataError(
            f"nodes: expected some that come later, got none: of {len(later):,} none {by} at a share of {share:g}; "
            "raise it with --set split.new_nodes=0.3, or leave the setting out"
        )
    return torch.from_numpy(np.flatnonzero(later))


def _check_columns(config: LinkFitConfig, nodes: Any) -> None:
    """Raise `ConfigError` for a named column that is not there, or has two roles."""
    for option, name in {"--id": config.id, "--time": config.time}.items():
        if name is not None:
            column_of(nodes, name, "nodes", option)
    if config.time == config.id:
        raise ConfigError(f"--time: {config.time!r} is the column of ids; name another one")
    for name in config.columns:
        column_of(nodes, name, "nodes", "--column")
        if name == config.id:
            raise ConfigError(f"--column: {name!r} is the column of ids, and cannot be a feature")
