"""The tables of a fit as plain strings, for the terminal and the page alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from gnn2mlp.core.errors import listing
from gnn2mlp.explore.formatting import MISSING, signed_points, significant
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.class_grids import grid_of
from gnn2mlp.report.grids import Grid

# What scikit-learn's models are called; the others have names of their own.
LABELS = {"linear": "Linear model", "boosting": "Gradient boosting"}
_POPULATIONS = ("seen", "unseen")
# Characters of a cell in a terminal of 80 columns, and classes that are shown.
_NARROW, _CLASSES = 30, 12

Results = Mapping[str, Any]


def model_label(model: str) -> str:
    """The name of a model as a table has it."""
    return LABELS.get(model) or style_of(model).label


def scores_grid(results: Results, populations: Sequence[str] = _POPULATIONS) -> Grid:
    """A row for each model: its score in each population, by default on seen and unseen nodes, with its interval."""
    metric = results["metric"]
    rows = [
        [model_label(model), *(cell for p in populations for cell in _with_interval(by[p], metric))]
        for model, by in results["scores"].items()
    ]
    unit = ", %" if metric["share"] else ""
    return Grid(f"{_capital(metric['title'])}{unit}", ["", *_with_intervals(populations)], rows)


def differences_grid(results: Results, populations: Sequence[str] = _POPULATIONS) -> Grid:
    """The student against each rival, with the interval of the difference."""
    metric = results["metric"]
    rows = [
        [model_label(rival), *(cell for p in populations for cell in _difference(by[p], metric))]
        for rival, by in results["differences"].items()
    ]
    unit = ", points" if metric["share"] else ""
    head = ["Student against", *_with_intervals(populations)]
    return Grid(f"Differences in {metric['title']}{unit}; above 0 the student is better", head, rows)


def _with_intervals(populations: Sequence[str]) -> list[str]:
    return [cell for name in populations for cell in (_capital(name), "95 % interval")]


def beside_grid(results: Results) -> Grid:
    """Other scores on unseen nodes: what the one that judges does not tell, such as of rare classes."""
    beside = results["beside"]
    rows = [
        [model_label(model), *(_plain(by[model]["unseen"]) for by in beside.values())] for model in results["scores"]
    ]
    return Grid(
        "Other scores on unseen nodes", ["", *(name.replace("_", " ") for name in beside)], rows if beside else []
    )


def classes_grid(results: Results) -> Grid:
    """Recall and precision on unseen nodes, class by class; no row where they were not counted."""
    counts = results.get("by_class", {}).get("unseen")
    if counts is None:
        return Grid("", [], [])
    return grid_of(
        results["class_names"], [counts], [m for m in ("teacher", "mlp", "student") if m in counts], "unseen"
    )


def churn_grid(results: Results) -> Grid:
    """How many answers of the model that was deployed are others now, by model; no row where none was named."""
    churn = results.get("churn", {})
    rows = [[model_label(model), *(f"{100 * by[p]:.1f}" for p in _POPULATIONS)] for model, by in churn.items()]
    return Grid("Answers of the deployed model that changed, %", ["", "Seen", "Unseen"], rows)


def changed_grid(results: Results) -> Grid:
    """Of each class that the deployed model answered with, how many answers are others now, with intervals."""
    changed, names = results.get("changed", {}), results.get("class_names", [])
    rows = []
    for place, name in enumerate(["all", *names] if changed else []):
        found = [by["share"] if not place else by["by_class"][place - 1] for by in (changed[p] for p in _POPULATIONS)]
        rows.append([_short(name), *(cell for one in found for cell in _share_cells(one))])
    head = ["Answered before", "Seen", "95 % interval", "Unseen", "95 % interval"]
    return Grid("Answers of the student that changed, by class, %", head, rows)


def _share_cells(one: Results | None) -> list[str]:
    if one is None:
        return [MISSING, MISSING]
    return [f"{100 * one['value']:.1f}", f"{100 * one['low']:.1f} to {100 * one['high']:.1f}"]


def churn_line(results: Results) -> str:
    """Whether changed answers were for the better, on unseen nodes, in a sentence; nothing where none was counted."""
    one = results.get("changed", {}).get("unseen")
    if not one or not one["known"]:
        return ""
    share = {key: 100 * value for key, value in one["share"].items()}
    return (
        f"Of {one['known']:,} unseen nodes {share['value']:.1f} % are answered otherwise than by the deployed model "
        f"({share['low']:.1f} to {share['high']:.1f}): {one['mended']:,} were wrong and are right now, "
        f"{one['broken']:,} the other way round."
    )


def trust_grid(results: Results) -> Grid:
    """Calibration error and what became of the promise of the sets, by population."""
    trust = results["trust"]
    rows = []
    for population, error in trust.get("calibration", {}).get("by", {}).items():
        sets = [by[population] for by in trust["coverage"].values()]
        told = [f"{100 * one['measured']:.1f}{' !' if one['falls_short'] else ''}" for one in sets]
        rows.append([population, *(f"{100 * error[key]:.1f}" for key in ("before", "after", "by_chance")), *told])
    head = ["", "ECE before", "after", "by chance"]
    promised = [f"in {100 * float(nominal):g} % sets" for nominal in trust.get("coverage", {})]
    return Grid("Calibration error, and how often sets hold the true class, %", [*head, *promised], rows)


def tables_grid(data: Results) -> Grid:
    """What is in the tables: rows, edges, degrees."""
    nodes, edges, degrees = data["nodes"], data["edges"], data["degrees"]
    rows = [
        ["rows", _number(nodes["rows"]), f"{nodes['file']}, id {nodes['id']} ({nodes['id_type']})"],
        ["labelled", _number(nodes["labelled"]), f"{100 * nodes['labelled'] / nodes['rows']:.1f} % of the rows"],
        ["features", _number(data["features"]), f"of {sum(1 for c in data['columns'] if c['width'])} columns"],
        ["edges", _number(edges["given"]), f"{edges['file']}, {edges['linked_pairs']:,} linked pairs"],
        ["dangling", _number(edges["dangling"]), "lead to an id that no row has; left out"],
        ["duplicate", _number(edges["duplicate"]), "repeat another in the same direction"],
        ["self-loops", _number(edges["self_loops"]), "join a row with itself; left out"],
        ["isolated", _number(degrees["isolated"]), "rows without an edge"],
        [
            "neighbours",
            f"{degrees['mean']:.1f}",
            f"on average; median {degrees['median']:g}, 99 % {degrees['99 %']:.0f}, most {degrees['most']:,}",
        ],
    ]
    found = data.get("homophily")
    if found and found["edge"] is not None:
        told = f"adjusted {found['adjusted']:.2f}, class-insensitive {found['insensitive']:.2f}"
        rows.append(["homophily", f"{found['edge']:.2f}", told])
    return Grid("The tables", ["", "", ""], rows)


def labels_grid(data: Results, of: str = "nodes") -> Grid:
    """How many labelled rows of a table have each class or label; of numbers what they are like."""
    labels, labelled = data["labels"], data[of]["labelled"]
    if "numbers" in labels:
        rows = [
            [n, *(significant(one[k]) for k in ("mean", "std", "least", "most"))]
            for n, one in labels["numbers"].items()
        ]
        return Grid("Numbers to predict", ["", "Mean", "Std", "Least", "Most"], rows)
    counts = labels.get("classes") or labels["ones"]
    shown = list(counts.items())[:_CLASSES]
    rows = [[_short(name), _number(count), f"{100 * count / max(1, labelled):.1f}"] for name, count in shown]
    if len(counts) > _CLASSES:
        rows.append([f"and {len(counts) - _CLASSES} more", "", ""])
    return Grid(
        "Labels", ["Class" if labels.get("classes") else "Label", "Rows" if of == "nodes" else _capital(of), "%"], rows
    )


def columns_grid(data: Results) -> Grid:
    """What became of each column."""
    rows = [
        [_short(c["name"]), c["kind"] or MISSING, c["encoder"], _number(c["width"]), _number(c["gaps"]), c["reason"]]
        for c in data["columns"]
    ]
    return Grid("Columns", ["Column", "Holds", "Read as", "Features", "Gaps", "Why"], rows)


def split_line(data: Results) -> str:
    """How rows got their roles, in a line."""
    split = data["split"]
    by = {"hash": "a hash of the id", "time": f"time ({split['column']})", "group": f"groups ({split['column']})"}
    parts = (("train", "train"), ("valid", "validate"), ("seen", "test seen"), ("unseen", "test unseen"))
    told = [f"{split[part]:,} {what}" for part, what in parts]
    absent = f"; {split['absent']:,} unlabelled rows are unseen, too" if split.get("absent") else ""
    return f"Split by {by.get(split['by'], split['by'])}: {listing(told)}{absent}."


def _with_interval(one: Results, metric: Results) -> list[str]:
    if metric["share"]:
        return [f"{100 * one['value']:.1f}", f"{100 * one['low']:.1f} to {100 * one['high']:.1f}"]
    return [significant(one["value"]), f"{significant(one['low'])} to {significant(one['high'])}"]


def _difference(one: Results, metric: Results) -> list[str]:
    if metric["share"]:
        return [signed_points(one["value"]), f"{signed_points(one['low'])} to {signed_points(one['high'])}"]
    return [significant(one["value"]), f"{significant(one['low'])} to {significant(one['high'])}"]


def _plain(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"


def _number(value: float) -> str:
    return f"{value:,}"


def _short(text: str) -> str:
    return text if len(text) <= _NARROW else f"{text[: _NARROW - 1]}…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
