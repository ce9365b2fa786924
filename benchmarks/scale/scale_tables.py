"""The graph of `benchmarks/speed/products.py`, or a part of it, as tables of nodes and edges.

    python benchmarks/scale/scale_tables.py FOLDER --scale 0.05

Nodes have an id, 100 features, the class as label and a role (train 8 %, valid 2 %, test), the same split as there; an
edge is a row, in one of its directions. `--scale 1` draws the graph of ogbn-products' size: 2,449,029 nodes, 61,859,140
edges.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp.data import GraphData
from gnn2mlp.data.datasets.block_model import dense_features, draw_degrees, draw_labels, draw_pairs
from gnn2mlp.data.datasets.synthetic import Synthetic, SyntheticProducts
from gnn2mlp.data.split import SPLITTERS
from gnn2mlp.tasks import NodeClassification

# Rows that are written at a time.
CHUNK = 1 << 17


def sized(scale: float) -> Synthetic:
    """The data set; that of the whole size if `scale` is 1."""
    whole = SyntheticProducts()
    if scale == 1:
        return whole
    return Synthetic(int(whole.nodes * scale), int(whole.edges * scale), whole.classes, whole.features, homophily=0.7)


def write_tables(folder: Path, made: Synthetic) -> tuple[Path, Path]:
    """`nodes.parquet` and `edges.parquet` in a folder; features and edges are drawn one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = draw_labels(made.nodes, made.classes, made.skew, made.seed)
    _write_edges(folder / "edges.parquet", made, labels)
    _write_nodes(folder / "nodes.parquet", made, labels)
    return folder / "nodes.parquet", folder / "edges.parquet"


def _write_edges(path: Path, made: Synthetic, labels: np.ndarray) -> None:
    degrees = draw_degrees(made.nodes, made.edges, made.exponent, made.seed)
    pairs = draw_pairs(labels, degrees, made.edges, made.homophily, made.seed)
    _write(path, made.edges, lambda rows: {"source": pairs[rows] // made.nodes, "target": pairs[rows] % made.nodes})


def _write_nodes(path: Path, made: Synthetic, labels: np.ndarray) -> None:
    x = dense_features(labels, made.features, made.signal, made.seed)
    lists = pa.list_(pa.field("item", pa.float32(), nullable=False))
    role, roles = _roles(made, labels), pa.array(["train", "valid", "test"])

    def columns(rows: slice) -> Mapping[str, Any]:
        starts = np.arange(rows.stop - rows.start + 1, dtype=np.int32) * made.features
        return {
            "node_id": np.arange(rows.start, rows.stop),
            "features": pa.ListArray.from_arrays(pa.array(starts), pa.array(x[rows].reshape(-1)), type=lists),
            "label": labels[rows],
            "role": roles.take(pa.array(role[rows])),
        }

    _write(path, made.nodes, columns)


def _roles(made: Synthetic, labels: np.ndarray) -> np.ndarray:
    """0, 1 or 2 of each node, as the split of `SyntheticProducts` has it for the seed 0; labels alone decide."""
    nothing = torch.zeros(len(labels), 1), torch.zeros(2, 0, dtype=torch.int64)
    task = NodeClassification(range(made.classes))
    bare = GraphData("labels", nothing[0], torch.from_numpy(labels), task, nothing[1])
    assert SyntheticProducts.split is not None
    split = SyntheticProducts.split.build(SPLITTERS).split(bare, 0, "transductive")
    role = np.full(len(labels), 2)
    role[split.train.numpy()], role[split.valid.numpy()] = 0, 1
    return role


def _write(path: Path, rows: int, columns: Callable[[slice], Mapping[str, Any]]) -> None:
    writer = None
    for first in range(0, rows, CHUNK):
        table = pa.table(columns(slice(first, min(rows, first + CHUNK))))
        writer = writer or pq.ParquetWriter(path, table.schema, use_dictionary=False)
        writer.write_table(table)
    if writer is not None:
        writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    print(*write_tables(options.folder, sized(options.scale)))
