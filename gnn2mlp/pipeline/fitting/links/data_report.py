"""What is in the tables of a fit of links, before anything is trained, and what a person should look at."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gnn2mlp.core.errors import listing
from gnn2mlp.data.links import LinkSplit
from gnn2mlp.pipeline.fitting.data_report import column_facts, degrees
from gnn2mlp.pipeline.fitting.encoding import Encoded
from gnn2mlp.pipeline.fitting.links.config import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.tables import LinkTables
from gnn2mlp.pipeline.fitting.warnings import GAPS, HUB, ISOLATED, of_edges

# Counts of pairs from which something is worth a word.
FEW_TRAINED, FEW_TESTED, FEW_NEGATIVES = 200, 100, 50

Found = tuple[str, str]


def link_report(config: LinkFitConfig, tables: LinkTables, split: LinkSplit, encoded: Encoded) -> dict[str, Any]:
    """Facts about the tables, in plain types, for the terminal, the page and `scores.json`.

    Args:
        config: resolved.
        tables: as they were read.
        split: which pairs train, validate and are tested.
        encoded: the columns as features.

    Returns:
        `nodes`, `edges`, `degrees`, `columns`, `features`, `split` with the tested pairs by population, and `warnings`,
        each with `what` was found and a `remedy`.
    """
    report: dict[str, Any] = {
        "nodes": {"file": config.nodes.name, "rows": len(tables.ids), "id": config.id, "id_type": tables.id_type},
        "edges": {
            "file": config.edges.name,
            **tables.edges.counts,
            "linked_pairs": tables.bare.num_edges,
            "weighted": tables.edges.weight is not None,
            "lost_ends": list(tables.edges.lost_ends),
        },
        "degrees": degrees(tables.bare.degree.numpy()),
        "columns": column_facts(encoded.encoder, config.taken[1:]),
        "features": encoded.encoder.num_features,
        "split": {
            "setting": config.setting,
            "by": None if config.setting == "transductive" else "time" if config.time else "hash",
            "column": config.time,
            **split.sizes,
            "pairs": {name: int(members.sum()) for name, members in split.populations(split.test).items()},
        },
    }
    found = [*of_edges(report), *_of_isolated(report), *_of_split(report), *_of_columns(report)]
    found += [(message, "") for message in encoded.warnings]
    report["warnings"] = [{"what": what, "remedy": remedy} for what, remedy in found]
    return report


def _of_isolated(report: Mapping[str, Any]) -> Iterator[Found]:
    degrees, rows = report["degrees"], report["nodes"]["rows"]
    if degrees["isolated"] > ISOLATED * rows:
        yield (
            f"{degrees['isolated']:,} of {rows:,} rows have no edge; nothing is learnt of whom they link to",
            "look whether edges are missing",
        )
    if degrees["most"] > HUB * rows:
        yield (
            f"one row is linked with {degrees['most']:,} of {rows:,}; a model that always answers it looks good",
            "leave out the edges of a row that stands for 'none' or 'other'; look at Hits@20 beside ROC-AUC",
        )


def _of_split(report: Mapping[str, Any]) -> Iterator[Found]:
    split = report["split"]
    if split["train"] < FEW_TRAINED:
        yield (
            f"only {split['train']:,} links train; what is learnt of so few varies from split to split",
            "give more edges, or hold out fewer: --set split.test=0.05",
        )
    few = [f"{count:,} {name}" for name, count in split["pairs"].items() if count < FEW_TESTED]
    if few:
        more = ", or more new nodes (--set split.new_nodes=0.2)" if split["setting"] == "production" else ""
        yield (
            f"few test links: {listing(few)}; their intervals are wide",
            f"give more edges, or hold out a larger share of them: --set split.test=0.2{more}",
        )
    if split["test_negatives"] < FEW_NEGATIVES:
        yield (
            f"only {split['test_negatives']:,} pairs without a link are compared with, too few for Hits@50",
            "--set split.negatives=5",
        )


def _of_columns(report: Mapping[str, Any]) -> Iterator[Found]:
    rows = report["nodes"]["rows"]
    gappy: Sequence[str] = [c["name"] for c in report["columns"] if c["width"] and c["gaps"] > GAPS * rows]
    if gappy:
        yield (
            f"more than half of the rows have no value in {listing([*map(repr, gappy)])}",
            "they are filled in and flagged; where a gap means a value, such as 0, write it",
        )
