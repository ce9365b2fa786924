"""Reading molecules in the layout of the Open Graph Benchmark from raw files, without the package `ogb`.

Release 1.3.6 of `ogb` cannot read its own processed file back under torch >= 2.6.
"""

import csv
from collections.abc import Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs.build import graph_set_from_arrays
from gnn2mlp.data.graphs.datasets._molecules import ATOM_FIELDS, BOND_FIELDS
from gnn2mlp.data.graphs.datasets._raw import RawFolder
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.tasks import GraphClassification, GraphMultiTask, Task


def read_molecules(raw: RawFolder) -> GraphSet:
    """The molecules of a folder in OGB's layout.

    Raises:
        DataError: if a file is missing, or they do not fit together.
    """
    labels = raw.numbers("raw/graph-label.csv.gz", np.float32, blank=True)
    nodes, edges = (_counts(raw, f"raw/num-{what}-list.csv.gz", len(labels)) for what in ("node", "edge"))
    ends = raw.numbers("raw/edge.csv.gz")
    if len(ends) != edges.sum():
        raise DataError(f"{raw.name}: expected {edges.sum()} edges, as num-edge-list says, got {len(ends)}")
    ends += np.repeat(nodes.cumsum() - nodes, edges)[:, None]  # they are numbered from 0 within each molecule
    task, values = _task(labels, _names(raw, labels.shape[1]))
    return graph_set_from_arrays(
        values,
        np.repeat(np.arange(len(nodes)), nodes),
        ends.T,
        node_codes=raw.numbers("raw/node-feat.csv.gz"),
        edge_codes=raw.numbers("raw/edge-feat.csv.gz"),
        code_sizes=[len(values) for values in ATOM_FIELDS.values()],
        edge_code_sizes=[len(values) for values in BOND_FIELDS.values()],
        name=raw.name,
        task=task,
        own_splits=[_scaffold(raw)],
        node_fields=list(ATOM_FIELDS),
        edge_fields=list(BOND_FIELDS),
        categories={**ATOM_FIELDS, **BOND_FIELDS},
    )


def _counts(raw: RawFolder, file: str, graphs: int) -> np.ndarray:
    found = raw.numbers(file)[:, 0]
    if len(found) != graphs:
        raise DataError(f"{raw.name}: expected a line for each of {graphs} graphs in {file}, got {len(found)}")
    return found


def _scaffold(raw: RawFolder) -> dict[str, np.ndarray]:
    """The published split."""
    return {part: raw.numbers(f"split/scaffold/{part}.csv.gz")[:, 0] for part in ("train", "valid", "test")}


def _names(raw: RawFolder, tasks: int) -> list[str]:
    """What each task is called: the first columns of the table of molecules, before their SMILES."""
    heads = next(csv.reader([raw.first_line("mapping/mol.csv.gz")]), [])
    return heads[:tasks] if len(heads) > tasks else [str(number) for number in range(tasks)]


def _task(labels: np.ndarray, names: Sequence[str]) -> tuple[Task, Any]:
    """The task of labels (graphs, tasks), NaN where unknown, and the labels as it has them."""
    if labels.shape[1] > 1:
        return GraphMultiTask(names), labels
    one = labels[:, 0]
    return GraphClassification([0, 1], metric="roc_auc"), np.where(np.isnan(one), -1, one)
