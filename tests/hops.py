"""Tiny graphs in Parquet files, and their hops as a dense product tells them."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from gnn2mlp.data.edges import directed_edges, weighted_edges
from gnn2mlp.tables.hops import plan

FEATURES = 5


def draw(nodes: int = 60, edges: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features (nodes, 5) and edges (2, edges): some repeated, some loops, and the last three nodes isolated."""
    random = np.random.default_rng(seed)
    pairs = random.integers(0, nodes - 3, (2, edges))
    pairs[:, -10:] = pairs[:, :10]
    pairs[1, -5:] = pairs[0, -5:]
    return random.standard_normal((nodes, FEATURES)).astype(np.float32), pairs


def dense_hops(
    x: np.ndarray, pairs: np.ndarray, hops: int, weight: Any = None, directed: bool = False, row: bool = False
) -> np.ndarray:
    """float64 (nodes, hops + 1, features): the definition, by a dense matrix."""
    given = torch.ones(pairs.shape[1]) if weight is None else torch.as_tensor(weight)
    if weight is None:  # repetitions are one
        pairs = np.unique(pairs, axis=1)
        given = torch.ones(pairs.shape[1])
    make = directed_edges if directed else weighted_edges
    made = make(torch.from_numpy(pairs), given.double(), len(x))
    a = np.eye(len(x))
    assert made.weight is not None
    a[made.edge_index[1], made.edge_index[0]] += made.weight.numpy() if weight is not None else 1
    degrees = a.sum(1)
    a = a / degrees[:, None] if row else a / np.sqrt(degrees[:, None] * degrees)
    found = [x.astype(np.float64)]
    for _ in range(hops):
        found.append(a @ found[-1])
    return np.stack(found, axis=1)


def write_graph(folder: Path, x: np.ndarray, pairs: np.ndarray, ids: Any = None, **columns: Any) -> tuple[Path, Path]:
    """A table of nodes and one of edges; `columns` go to the nodes, but for `weight`."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = np.arange(len(x)) * 7 + 3 if ids is None else ids
    weight = {"weight": columns.pop("weight")} if "weight" in columns else {}
    named = pa.array(ids)
    ends = {name: named.take(pa.array(end)) for name, end in zip(("source", "target"), pairs, strict=True)}
    pq.write_table(pa.table({"node_id": named, "features": list(x), **columns}), folder / "nodes.parquet")
    pq.write_table(pa.table({**ends, **weight}), folder / "edges.parquet")
    return folder / "nodes.parquet", folder / "edges.parquet"


def cut_finely(patch: pytest.MonkeyPatch) -> None:
    """Parts of 8 rows, blocks of 16, and groups of 32 links, so that a tiny graph has several of each."""
    patch.setattr(plan, "PART_ROWS", 8)
    patch.setattr(plan, "LEAST_PART_BITS", 3)
    patch.setattr(plan, "BLOCK_ROWS", 16)
    patch.setattr("gnn2mlp.tables.hops.links.GROUP", 32)
    patch.setattr("gnn2mlp.tables.hops.duckdb_engine.GROUP", 64)
    patch.setattr("gnn2mlp.tables.hops.edge_table.BATCH", 50)
    patch.setattr("gnn2mlp.core.parquet.BATCH_ROWS", 11)
    patch.setattr("gnn2mlp.tables.hops.product._ROWS", 6)
