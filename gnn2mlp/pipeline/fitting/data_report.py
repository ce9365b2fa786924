"""What is in the tables, before anything is trained: counts, classes, edges, and what became of each column."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gnn2mlp.data.split import Split
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.explore.homophily import homophily
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.encoding import Encoded
from gnn2mlp.pipeline.fitting.tables import Tables
from gnn2mlp.pipeline.fitting.telltales import telltales
from gnn2mlp.pipeline.fitting.warnings import warnings_of
from gnn2mlp.tables.targets import counts_of
from gnn2mlp.tasks import MultiLabel, NodeClassification, Task

QUANTILES = {"median": 0.5, "90 %": 0.9, "99 %": 0.99}


def data_report(config: FitConfig, tables: Tables, split: Split, encoded: Encoded) -> dict[str, Any]:
    """Facts about the tables, in plain types, for the terminal, the page and `scores.json`.

    Args:
        config: resolved.
        tables: as they were read.
        split: who trains, validates, and is tested.
        encoded: the columns as features.

    Returns:
        `nodes`, `edges`, `degrees`, `labels`, `homophily` (of classes), `columns`, `split`, and `warnings`, each with
        `what` was found and a `remedy`.
    """
    degree = tables.bare.degree.numpy()
    known = tables.task.known(tables.labels)
    report: dict[str, Any] = {
        "nodes": {
            "file": config.nodes.name,
            "rows": len(tables.ids),
            "id": config.id,
            "id_type": tables.id_type,
            "labelled": int(known.sum()),
        },
        "edges": {
            "file": config.edges.name,
            **tables.edges.counts,
            "linked_pairs": tables.bare.num_edges,
            "weighted": tables.edges.weight is not None,
            "lost_ends": list(tables.edges.lost_ends),
        },
        "degrees": degrees(degree),
        "labels": {"columns": list(config.label), "task": tables.task.name, **label_facts(tables.task, tables.labels)},
        "columns": column_facts(encoded.encoder, config.taken[1 + len(config.label) :]),
        "features": encoded.encoder.num_features,
        "split": {"by": split.scheme["name"], "column": config.time or config.group, **split.sizes},
    }
    if tables.task.exclusive:
        found = homophily(tables.bare.edge_index.numpy(), tables.labels.numpy())._asdict()
        found["edges"] //= 2  # both directions are there
        report["homophily"] = {key: None if value != value else value for key, value in found.items()}
    tell = telltales(tables.features, tables.labels.numpy(), _used(encoded.encoder)) if tables.task.exclusive else {}
    report["warnings"] = warnings_of(report, encoded.warnings, tell)
    return report


def degrees(degree: np.ndarray) -> dict[str, float]:
    """Neighbours of a node: how many nodes have none, the mean, quantiles and the most."""
    quantiles = {name: float(np.quantile(degree, q)) for name, q in QUANTILES.items()}
    return {"isolated": int((degree == 0).sum()), "mean": float(degree.mean()), **quantiles, "most": int(degree.max())}


def label_facts(task: Task, labels: torch.Tensor) -> dict[str, Any]:
    """How many labelled rows have each class or label; of numbers their mean, deviation and range."""
    if isinstance(task, NodeClassification):
        return {"classes": counts_of(task.classes, labels.numpy())}
    if isinstance(task, MultiLabel):
        ones = (labels == 1).sum(0).tolist()
        return {"ones": dict(zip(task.output_names, ones, strict=True))}
    values = labels.double().numpy()
    found = {}
    for name, column in zip(task.output_names, values.T, strict=True):
        one = column[~np.isnan(column)]
        found[name] = {
            "mean": float(one.mean()),
            "std": float(one.std()),
            "least": float(one.min()),
            "most": float(one.max()),
        }
    return {"numbers": found}


def column_facts(encoder: TableEncoder, split_by: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What became of each column; id and labels are none of them.

    Args:
        encoder: fitted.
        split_by: names of columns that are no features, as rows are split by them.
    """
    found = [
        {
            "name": column.name,
            "dtype": column.dtype,
            "kind": column.kind,
            "encoder": column.encoder.name,
            "width": column.width,
            "gaps": column.gaps,
            "reason": column.reason,
        }
        for column in encoder.columns
    ]
    for name in split_by:
        why = "what is split by; name an encoder to read it as well"
        found.append({"name": name, "dtype": "", "kind": None, "encoder": "drop", "width": 0, "gaps": 0, "reason": why})
    return found


def _used(encoder: TableEncoder) -> list[str]:
    return [column.name for column in encoder.columns if column.width]
