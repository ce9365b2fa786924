"""The tables on hypergraphs: LightHGNN and LightHGNN+ beside teacher and plain MLP, and what a request costs."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from figures import counted, difference, markdown, mean_std, outcomes, p_value, percent
from rows import HERE, Row

from gnn2mlp.core.digest import digest_json
from gnn2mlp.evaluate import Outcome, Paired, paired

LATENCY = HERE / "results" / "latency_hypergraph.json"
# Column -> row label and model. HGNN is the teacher of each of these rows.
COLUMNS = {
    "plain MLP": ("mlp", "student"),
    "HGNN": ("light-hgnn", "teacher"),
    "LightHGNN": ("light-hgnn", "student"),
    "LightHGNN+": ("light-hgnn-plus", "student"),
}
# One side, the other, and what the difference answers.
PAIRS = (("LightHGNN", "plain MLP"), ("LightHGNN", "HGNN"), ("LightHGNN+", "LightHGNN"))


def board(rows: Sequence[Row], population: str, setting: str) -> str:
    """A line for each data set and their mean; differences are taken on the splits that both sides have."""
    body = []
    sets = _by_dataset(rows, setting)
    for dataset, group in sets.items():
        cells = [_score(group, name, population) for name in COLUMNS]
        differences = [_difference(group, *pair, population) for pair in PAIRS]
        lines = [len(row.lines) for row in group.values()]
        wanted = max(len(row.seeds) for row in group.values())
        body.append([dataset, *cells, *differences, counted(min(lines), wanted)])
    body.append(
        ["**mean**", *(_mean(sets, name, population) for name in COLUMNS), *_mean_differences(sets, population)]
    )
    header = ["data", *COLUMNS, *(f"{one} minus {other}" for one, other in PAIRS), "splits"]
    return markdown(header, body)


def _by_dataset(rows: Sequence[Row], setting: str) -> dict[str, dict[str, Row]]:
    """Data set -> label -> row, of the rows that the columns name."""
    labels = {label for label, _ in COLUMNS.values()}
    found: dict[str, dict[str, Row]] = {}
    for row in sorted(rows, key=lambda row: row.dataset):
        if row.hypergraph and row.setting == setting and row.label in labels:
            found.setdefault(row.dataset, {})[row.label] = row
    return {dataset: group for dataset, group in found.items() if group.keys() == labels}


def _outcomes(group: dict[str, Row], name: str, population: str) -> list[Outcome]:
    label, model = COLUMNS[name]
    return outcomes(group[label], model, population)


def _score(group: dict[str, Row], name: str, population: str) -> str:
    found = _outcomes(group, name, population)
    return percent(outcome.score for outcome in found) if found else "not run"


def _difference(group: dict[str, Row], one: str, other: str, population: str) -> str:
    ours, theirs = _outcomes(group, one, population), _outcomes(group, other, population)
    shared = {outcome.seed for outcome in ours} & {outcome.seed for outcome in theirs}
    return _figures(paired(ours, theirs)) if shared else "not run"


def _mean(sets: dict[str, dict[str, Row]], name: str, population: str) -> str:
    scores = [_outcomes(group, name, population) for group in sets.values()]
    if not scores or not all(scores):
        return ""
    return f"{100 * fmean(fmean(o.score for o in found) for found in scores):.2f}"


def _mean_differences(sets: dict[str, dict[str, Row]], population: str) -> list[str]:
    """Of each split's mean over data sets, and the number of splits that every data set has."""
    seeds = seeds_of_all(sets)
    if not seeds:
        return [*[""] * len(PAIRS), "0"]
    found = [paired(*(averaged(sets, name, population, seeds) for name in pair)) for pair in PAIRS]
    return [*map(_figures, found), str(len(seeds))]


def seeds_of_all(sets: dict[str, dict[str, Row]]) -> set[int]:
    """Seeds that every row has."""
    rows = [row for group in sets.values() for row in group.values()]
    return set.intersection(*({line["seed"] for line in row.lines} for row in rows)) if rows else set()


def averaged(sets: dict[str, dict[str, Row]], name: str, population: str, seeds: set[int]) -> list[Outcome]:
    """A score for each seed: the mean over data sets. Its split is all of their splits, its ratio their mean."""
    columns = [{o.seed: o for o in _outcomes(group, name, population)} for group in sets.values()]
    return [
        Outcome(
            seed,
            digest_json([c[seed].split for c in columns]),
            fmean(c[seed].score for c in columns),
            fmean(c[seed].ratio for c in columns),
        )
        for seed in sorted(seeds)
    ]


def _figures(found: Paired) -> str:
    """`+0.50 [-0.10, +1.10], p = 0.034`, in points; a single split has neither interval nor p."""
    return ", ".join(part for part in (difference(found), p_value(found)) if part)


def latency(path: Path = LATENCY) -> str:
    """Milliseconds of a request and of a pass over all nodes, and how many times as fast the student is."""
    if not path.exists():
        return "Not measured yet."
    body = []
    for entry in json.loads(path.read_text())["hypergraphs"]:
        graph = entry["graph"]
        size = f"{graph['nodes']:,} nodes, {graph['hyperedges']:,} hyperedges, {graph['incidences']:,} incidences"
        cells = [
            f"{cell['teacher_ms']:.2f} / {cell['student_ms']:.3f}, **{cell['ratio']:.0f}×**"
            for cell in entry["requests"]
        ]
        everything = entry["everything"]
        cells.append(f"{everything['teacher_ms']:.1f} / {everything['student_ms']:.1f}, **{everything['ratio']:.1f}×**")
        body.append([entry["name"], size, *cells])
    header = ["hypergraph", "size", "1 node, ms", "10 nodes, ms", "100 nodes, ms", "all nodes at once, ms"]
    return markdown(header, body)


def released_divergence(rows: Sequence[Row]) -> str:
    """What the released code's expression in place of the divergence does to LightHGNN."""
    named = {row.name: row for row in rows}
    told, ours, theirs = [], [], []
    for row in rows:
        if row.label != "light-hgnn-released":
            continue
        other = named[row.against[0]]
        population = "test" if row.setting == "transductive" else "unseen"
        shared = {line["seed"] for line in row.lines} & {line["seed"] for line in other.lines}
        if not shared:
            continue
        found = paired(outcomes(row, "student", population), outcomes(other, "student", population))
        told.append(f"{row.dataset} {population} {_figures(found)}")
        ours.append(mean_std(line["ece"]["student"][population] for line in row.lines)["mean"])
        theirs.append(mean_std(line["ece"]["student"][population] for line in other.lines)["mean"])
    if not told:
        return "Not measured yet."
    error = (
        f"Expected calibration error: {100 * fmean(ours):.1f} with it, {100 * fmean(theirs):.1f} with the divergence"
    )
    return f"Points of accuracy against the divergence: {'; '.join(told)}. {error}, in percent, mean over these rows."
