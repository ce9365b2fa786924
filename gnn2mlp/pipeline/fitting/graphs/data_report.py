"""What is in the tables of a fit of whole graphs, before anything is trained, and what a person should look at."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from gnn2mlp.core.errors import listing
from gnn2mlp.data.graphs import GraphSet
from gnn2mlp.data.graphs.read import has_gap
from gnn2mlp.data.split import Split
from gnn2mlp.pipeline.fitting.data_report import label_facts
from gnn2mlp.pipeline.fitting.graphs.config import CATEGORY, DROP, NUMBER, GraphFitConfig
from gnn2mlp.pipeline.fitting.graphs.tables import GraphFitTables, labelled
from gnn2mlp.pipeline.fitting.warnings import FEW_LABELS, FEW_TESTED, ISOLATED, of_classes

# A category of so many values, which is so large a share of the rows, tells rows apart and nothing else.
IDENTIFYING, MANY_VALUES = 0.5, 20

Found = tuple[str, str]


def graph_data_report(config: GraphFitConfig, tables: GraphFitTables, split: Split) -> dict[str, Any]:
    """Facts about the tables, in plain types, for the terminal, the page and `scores.json`.

    Args:
        config: resolved.
        tables: as they were read.
        split: which graphs train, validate and are tested.

    Returns:
        `graphs`, `nodes`, `edges`, `labels`, `columns`, `split`, and `warnings`, each with `what` was found and a
        `remedy`.
    """
    graphs, files = tables.graphs, config.files
    report: dict[str, Any] = {
        "graphs": {
            "file": files.graphs.name,
            "rows": graphs.num_graphs,
            "id": config.id,
            "labelled": labelled(graphs).numel(),
        },
        "nodes": {"file": files.nodes.name, "rows": graphs.num_nodes, "of_a_graph": _spread(graphs.nodes_per_graph)},
        "edges": {
            "file": files.edges.name,
            "kept": graphs.num_edges,
            "of_a_graph": _spread(graphs.edges_per_graph),
            "without": int((graphs.edges_per_graph == 0).sum()),
            "changed": dict(graphs.notes),
        },
        "labels": {
            "columns": list(config.label),
            "task": graphs.task.name,
            **label_facts(graphs.task, graphs.labels),
        },
        "columns": [*_columns_of_nodes(graphs), *_columns_of_edges(graphs), *_dropped(config)],
        "split": {
            "by": split.scheme["name"],
            "train": split.train.numel(),
            "valid": split.valid.numel(),
            "test": split.test.numel(),
        },
    }
    found = [*_of_graphs(report), *_of_split(report), *_of_columns(report)]
    report["warnings"] = [{"what": what, "remedy": remedy} for what, remedy in found]
    return report


def _spread(counts: Tensor) -> dict[str, float]:
    """Of how many nodes or edges a graph has."""
    numbers = counts.double()
    return {
        "least": int(counts.min()),
        "mean": numbers.mean().item(),
        "median": numbers.median().item(),
        "most": int(counts.max()),
    }


def _columns_of_nodes(graphs: GraphSet) -> list[dict[str, Any]]:
    found = _categories(graphs, graphs.node_fields, graphs.node_codes, "nodes")
    return found + [
        {"name": name, "of": "nodes", "read": NUMBER, "values": 1, "gaps": 0} for name in graphs.feature_names or ()
    ]


def _columns_of_edges(graphs: GraphSet) -> list[dict[str, Any]]:
    return _categories(graphs, graphs.edge_fields, graphs.edge_codes, "edges")


def _categories(graphs: GraphSet, fields: tuple[str, ...], codes: Tensor | None, of: str) -> list[dict[str, Any]]:
    if codes is None:
        return []
    found = []
    for name, column in zip(fields, codes.unbind(1), strict=True):
        known = graphs.categories[name]
        gaps = int((column == len(known) - 1).sum()) if has_gap(known) else 0
        found.append({"name": name, "of": of, "read": CATEGORY, "values": len(known), "gaps": gaps})
    return found


def _dropped(config: GraphFitConfig) -> list[dict[str, Any]]:
    return [{"name": name, "of": "", "read": DROP, "values": 0, "gaps": 0} for name in config.read_as(DROP)]


def _of_graphs(report: Mapping[str, Any]) -> Iterator[Found]:
    graphs, edges = report["graphs"], report["edges"]
    if graphs["labelled"] < FEW_LABELS:
        yield (
            f"only {graphs['labelled']:,} graphs are labelled; intervals of scores will be wide",
            "label more graphs, at least some hundred",
        )
    yield from of_classes(report["labels"].get("classes") or {}, "graphs")
    if edges["without"] > ISOLATED * graphs["rows"]:
        yield (
            f"{edges['without']:,} of {graphs['rows']:,} graphs have no edge; of them a teacher knows what a network "
            "of sets knows",
            "look whether edges are missing",
        )


def _of_split(report: Mapping[str, Any]) -> Iterator[Found]:
    sizes = report["split"]
    does = {"valid": "validate: they choose epochs and calibrate", "test": "test"}
    for part, what in does.items():
        if sizes[part] < FEW_TESTED:
            yield (
                f"only {sizes[part]:,} graphs {what}",
                "label more graphs, or give them a larger share, as --set split.train=0.4 does",
            )


def _of_columns(report: Mapping[str, Any]) -> Iterator[Found]:
    rows = {"nodes": report["nodes"]["rows"], "edges": report["edges"]["kept"]}
    columns = [one for one in report["columns"] if one["read"] == CATEGORY]
    naming = [c["name"] for c in columns if c["values"] > max(MANY_VALUES, IDENTIFYING * rows[c["of"]])]
    if naming:
        yield (
            f"{listing([*map(repr, naming)])}: nearly every row has a value of its own, from which nothing is learnt",
            f"--column {naming[0]}:drop, or --column {naming[0]}:number if it counts or measures something",
        )
