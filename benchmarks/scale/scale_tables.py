"""The graph of `benchmarks/speed/products.py`, or a part of it, as tables of nodes and edges.

    python benchmarks/scale/scale_tables.py FOLDER --scale 0.05

Nodes have an id, 100 features, the class as label and a role (train 8 %, valid 2 %, test), the same split as there; an
edge is a row, in one of its directions. `--scale 1` draws the graph of ogbn-products' size: 2,449,029 nodes, 61,859,140
edges.
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, load_dataset
from gnn2mlp.data.split import SPLITTERS

NODES, EDGES = 2_449_029, 61_859_140
# Rows that are written at a time.
CHUNK = 1 << 17


def draw(scale: float) -> GraphData:
    """The graph; one of the whole size if `scale` is 1."""
    sized = Spec(
        "synthetic", nodes=int(NODES * scale), edges=int(EDGES * scale), classes=47, features=100, homophily=0.7
    )
    return GraphData.expect(load_dataset(Spec("synthetic-products") if scale == 1 else sized), "a benchmark of scale")


def write_tables(folder: Path, graph: GraphData) -> tuple[Path, Path]:
    """`nodes.parquet` and `edges.parquet` in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    split = Spec("fraction", train=0.08, valid=0.02).build(SPLITTERS).split(graph, 0, "transductive")
    role = np.full(graph.num_nodes, 2)
    role[split.train.numpy()], role[split.valid.numpy()] = 0, 1
    roles = pa.array(["train", "valid", "test"])
    lists = pa.list_(pa.field("item", pa.float32(), nullable=False))
    assert isinstance(graph.features, torch.Tensor), "dense by its settings"
    x, labels = graph.features.numpy(), graph.labels.numpy()
    _write(
        folder / "nodes.parquet",
        graph.num_nodes,
        lambda rows: {
            "node_id": pa.array(np.arange(rows.start, rows.stop)),
            "features": pa.ListArray.from_arrays(
                pa.array(np.arange(rows.stop - rows.start + 1, dtype=np.int32) * x.shape[1]),
                pa.array(x[rows].reshape(-1)),
                type=lists,
            ),
            "label": pa.array(labels[rows]),
            "role": roles.take(pa.array(role[rows])),
        },
    )
    source, target = graph.edge_index.numpy()
    once = np.flatnonzero(source < target)
    _write(
        folder / "edges.parquet",
        len(once),
        lambda rows: {"source": source[once[rows]], "target": target[once[rows]]},
    )
    return folder / "nodes.parquet", folder / "edges.parquet"


def _write(path: Path, rows: int, columns) -> None:  # type: ignore[no-untyped-def]
    writer = None
    for first in range(0, rows, CHUNK):
        table = pa.table(columns(slice(first, min(rows, first + CHUNK))))
        writer = writer or pq.ParquetWriter(
            path, table.schema, use_dictionary=["role"] if "role" in table.column_names else False
        )
        writer.write_table(table)
    if writer is not None:
        writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    print(*write_tables(options.folder, draw(options.scale)))
