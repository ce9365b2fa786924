"""What a person should look at before training on such tables, each with a remedy. Nothing of it stops a fit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gnn2mlp.core.errors import listing

# Shares, counts and ratios from which something is worth a word.
DANGLING, DUPLICATE, ISOLATED, GAPS = 0.1, 0.2, 0.3, 0.5
FEW_OF_A_CLASS, FEW_LABELS, FEW_TESTED, IMBALANCE = 10, 200, 100, 20
HUB, LITTLE_HOMOPHILY, FEW_PAIRS = 0.1, 0.1, 100
# What people write where they do not know the class.
_UNKNOWN = {"-1", "", "?", "unknown", "none", "null", "nan", "na", "n/a", "missing", "unlabelled", "unlabeled"}

Found = tuple[str, str]


def warnings_of(
    report: Mapping[str, Any], columns: Sequence[str], telltales: Mapping[str, float]
) -> list[dict[str, str]]:
    """Everything worth a word, what it is and what to do.

    Args:
        report: what `data_report` has found so far.
        columns: what the encoders warned of.
        telltales: columns that tell the label by themselves, with the share of the labels that they tell.
    """
    found = [*_of_leaks(telltales), *of_edges(report), *_of_degrees(report), *_of_labels(report), *_of_split(report)]
    found += [*_of_columns(report), *((message, "") for message in columns)]
    return [{"what": what, "remedy": remedy} for what, remedy in found]


def _of_leaks(telltales: Mapping[str, float]) -> Iterator[Found]:
    for name, share in telltales.items():
        yield (
            f"column {name!r} tells the label by itself, of {100 * share:.1f} % of the rows that chance would not",
            f"if it is written only once the label is known, leave it out: --column {name}:drop",
        )


def of_edges(report: Mapping[str, Any]) -> Iterator[Found]:
    """What there is to say of edges that lead nowhere, or repeat others."""
    edges = report["edges"]
    given = max(1, edges["given"])
    if edges["dangling"] > DANGLING * given:
        some = listing(edges["lost_ends"], 3)
        yield (
            f"{edges['dangling']:,} of {edges['given']:,} edges lead to an id that no row of the nodes has, such as "
            f"{some}; they are left out",
            "look whether both tables write ids alike, and whether rows of the nodes are missing",
        )
    if edges["duplicate"] > DUPLICATE * given:
        weighed = "their weights are added" if edges["weighted"] else "each counts once"
        yield (
            f"{edges['duplicate']:,} of {edges['given']:,} edges repeat another; {weighed}",
            "where how often matters, count them in a column and name it with --weight",
        )


def _of_degrees(report: Mapping[str, Any]) -> Iterator[Found]:
    degrees, rows = report["degrees"], report["nodes"]["rows"]
    if degrees["isolated"] > ISOLATED * rows:
        yield (
            f"{degrees['isolated']:,} of {rows:,} rows have no edge; of them a graph teacher knows what a network "
            "without a graph knows",
            "look whether edges are missing",
        )
    if rows > FEW_PAIRS and degrees["most"] > HUB * rows:
        yield (
            f"one row is linked with {degrees['most']:,} of {rows:,}",
            "a row that stands for 'none' or 'other' links what has nothing in common: leave out its edges",
        )


def _of_labels(report: Mapping[str, Any]) -> Iterator[Found]:
    labels, labelled = report["labels"], report["nodes"]["labelled"]
    classes = labels.get("classes")
    if labelled < FEW_LABELS:
        yield (
            f"only {labelled:,} rows are labelled; intervals of scores will be wide",
            "label more rows, at least some hundred",
        )
    if not classes:
        return
    yield from of_classes(classes, "rows")
    found = report["homophily"]
    if found["edges"] >= FEW_PAIRS and found["adjusted"] is not None and found["adjusted"] < LITTLE_HOMOPHILY:
        yield (
            f"linked rows are of one class hardly more often than by chance (adjusted homophily "
            f"{found['adjusted']:.2f}), so that a graph teacher may know little more than the columns say",
            "look at the verdict on distilling; another kind of edges may tell more",
        )


def of_classes(classes: Mapping[str, int], of: str) -> Iterator[Found]:
    """What there is to say of classes, given how many labelled rows, or whatever they are `of`, each has."""
    if not classes:
        return
    if named := [name for name in classes if name.strip().casefold() in _UNKNOWN]:
        yield (
            f"a class is called {listing([*map(repr, named)])}, and is learnt as any other",
            "where it means that the class is not known, leave the cell empty",
        )
    rare = {name: count for name, count in classes.items() if count < FEW_OF_A_CLASS}
    if rare:
        told = listing([f"{name} ({count})" for name, count in rare.items()])
        yield (
            f"classes with fewer than {FEW_OF_A_CLASS} labelled {of}: {told}; what is said of them rests on little",
            f"label more {of} of them, or join them with another class",
        )
    most, least = max(classes.values()), min(classes.values())
    if most > IMBALANCE * least:
        yield (
            f"the commonest class has {most:,} labelled {of}, the rarest {least:,}; accuracy says little of rare ones",
            "--set task.class_weight=balanced --set task.metric=balanced_accuracy",
        )


def _of_split(report: Mapping[str, Any]) -> Iterator[Found]:
    sizes = report["split"]
    does = {"valid": "validate: they choose epochs and calibrate", "seen": "test as seen", "unseen": "test as unseen"}
    for part, what in does.items():
        if sizes[part] < FEW_TESTED:
            yield (
                f"only {sizes[part]:,} rows {what}",
                "label more rows, or give them a larger share, as --set split.train=0.4 does",
            )


def _of_columns(report: Mapping[str, Any]) -> Iterator[Found]:
    rows = report["nodes"]["rows"]
    gappy = [c["name"] for c in report["columns"] if c["width"] and c["gaps"] > GAPS * rows]
    if gappy:
        yield (
            f"more than half of the rows have no value in {listing([*map(repr, gappy)])}",
            "they are filled in and flagged; where a gap means a value, such as 0, write it",
        )
