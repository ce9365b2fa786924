"""Class by class: how many nodes each has, how well each model finds them, and how far its answers can be believed."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from gnn2mlp.evaluate.conformal import share_interval
from gnn2mlp.explore.formatting import MISSING
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.claims import headline_population
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.results import Results, models

# More classes than this are a table that nobody reads: the largest are shown.
MOST = 40


def class_grid(results: Results, units: str = "nodes") -> Grid:
    """Recall of each model and precision of the student by class, mean over seeds; no row where they were not counted.

    The interval of the student's recall is that of the nodes of one seed (Clopper and Pearson): nodes are tested in
    several seeds, and together they would look like more than they are.
    """
    population = headline_population(results)
    rows = [seed["by_class"][population] for seed in results["seeds"] if population in seed.get("by_class", {})]
    if not rows:
        return Grid("", [], [])
    names = list((results.get("graph") or {}).get("class_counts") or range(len(rows[0]["student"]["nodes"])))
    return grid_of(names, rows, models(results), population, units)


def grid_of(
    names: Sequence[Any],
    rows: Sequence[Mapping[str, Any]],
    found: Sequence[str],
    population: str,
    units: str = "nodes",
) -> Grid:
    """The table of one group of nodes, or of whole graphs.

    Args:
        names: of the classes.
        rows: by training, counts of each model, see `gnn2mlp.evaluate.ClassCounts`.
        found: models, `"student"` among them.
        population: for the title.
        units: what is classified.
    """
    sizes = [fmean(row["student"]["nodes"][k] for row in rows) for k in range(len(names))]
    order = sorted(range(len(names)), key=lambda k: -sizes[k])
    body = [[str(names[k]), f"{sizes[k]:,.0f}", *_cells(rows, found, k)] for k in order[:MOST]]
    if len(order) > MOST:
        body.append([f"and {len(order) - MOST} smaller", *[""] * (len(found) + 3)])
    heads = [*(style_of(model).label for model in found), "95% interval", "Student"]
    groups = [("", 2), ("Recall, %", len(found) + 1), ("Precision, %", 1)]
    return Grid(f"By class, {population} {units}", ["Class", units.capitalize(), *heads], body, groups)


def _cells(rows: Sequence[Mapping[str, Any]], found: Sequence[str], k: int) -> list[str]:
    recalls = [_share([(row[model]["right"][k], row[model]["nodes"][k]) for row in rows]) for model in found]
    precision = _share([(row["student"]["right"][k], row["student"]["answered"][k]) for row in rows])
    return [*recalls, _interval([row["student"] for row in rows], k), precision]


def _share(counts: Sequence[tuple[int, int]]) -> str:
    """Of all seeds together; a dash where there is nothing to take a share of."""
    whole = sum(total for _, total in counts)
    return f"{100 * sum(part for part, _ in counts) / whole:.1f}" if whole else MISSING


def _interval(students: Sequence[Mapping[str, Any]], k: int) -> str:
    nodes = round(fmean(one["nodes"][k] for one in students))
    whole = sum(one["nodes"][k] for one in students)
    if not nodes:
        return MISSING
    share = sum(one["right"][k] for one in students) / whole
    low, high = share_interval(round(share * nodes), nodes)
    return f"{100 * low:.0f} to {100 * high:.0f}"


def balance_grid(results: Results, units: str = "nodes") -> Grid:
    """How many nodes (or graphs) of the data each class has; no row where results do not say."""
    counts = (results.get("graph") or {}).get("class_counts") or {}
    whole = max(1, sum(counts.values()))
    order = sorted(counts, key=lambda name: -counts[name])
    body = [[name, f"{counts[name]:,}", f"{100 * counts[name] / whole:.1f}"] for name in order[:MOST]]
    if len(order) > MOST:
        rest = sum(counts[name] for name in order[MOST:])
        body.append([f"and {len(order) - MOST} smaller", f"{rest:,}", f"{100 * rest / whole:.1f}"])
    return Grid("Class balance", ["Class", units.capitalize(), "%"], body)
