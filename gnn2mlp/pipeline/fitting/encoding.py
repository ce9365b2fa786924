"""Columns as features: encoders see the rows that training sees, and then turn all rows."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import torch

from gnn2mlp.core.errors import DataWarning
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.split import Split
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.nn.features import check_features
from gnn2mlp.tables.lookup import NodeIds


class Told(Protocol):
    """Settings that tell how columns are encoded, where their type is not to decide."""

    columns: dict[str, Any]


class Joined(Protocol):
    """Tables: columns that are features, the ids of their rows, and the graph without features."""

    @property
    def features(self) -> Any:
        """Table of Arrow."""

    @property
    def ids(self) -> NodeIds:
        """Of its rows."""

    @property
    def bare(self) -> GraphData:
        """With weights as in the file."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """A graph whose features are the encoded columns.

    Args:
        graph: with features, without names of them: what ships knows the columns. Weights of its edges are 1 on average
            of those that training sees, as a node counts for itself as an edge of weight 1.
        encoder: fitted on the observed rows.
        warnings: what the encoders had to say of columns.
    """

    graph: GraphData
    encoder: TableEncoder
    warnings: tuple[str, ...] = field(default=())


def observed_rows(split: Split, rows: int) -> np.ndarray:
    """int64, ascending: the rows that exist in training."""
    present = np.ones(rows, dtype=bool)
    present[torch.cat([split.unseen, split.absent]).numpy()] = False
    return np.flatnonzero(present)


def encode(config: Told, tables: Joined, rows: np.ndarray | None = None) -> Encoded:
    """Fit encoders on `rows` (default: all) and encode every row; weights are scaled by the edges between `rows`.

    Raises:
        ConfigError: for an encoder that does not exist or cannot read its column.
        DataError: for a column that cannot be read, or if nothing is left that tells rows apart.
    """
    ids = tables.ids.values.data
    encoder = TableEncoder(config.columns)
    with _collected() as told:
        encoder.fit(tables.features, rows, ids)
        features = check_features(encoder.transform(tables.features, ids), "columns")
    graph = replace(tables.bare, features=features, edge_weight=_scaled(tables.bare, rows))
    return Encoded(graph, encoder, tuple(dict.fromkeys(told)))


def _scaled(graph: GraphData, rows: np.ndarray | None) -> torch.Tensor | None:
    """Weights divided by their mean over edges between `rows`: none that training does not see has an influence."""
    weight = graph.edge_weight
    if weight is None:
        return None
    seen = weight
    if rows is not None:
        present = torch.zeros(graph.num_nodes, dtype=torch.bool)
        present[torch.from_numpy(rows)] = True
        seen = weight[present[graph.edge_index[0]] & present[graph.edge_index[1]]]
    if not seen.numel():  # nothing to learn from, as the teacher will say
        return weight
    scaled = (weight.double() / seen.double().mean()).to(weight.dtype)
    return None if bool((scaled == 1).all()) else scaled


@contextmanager
def _collected() -> Iterator[list[str]]:
    """Within the block warnings about data are collected instead of shown; all others are shown after it."""
    told: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        yield told
    for one in caught:
        if issubclass(one.category, DataWarning):
            told.append(str(one.message))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
