"""The certificate of forgetting as a page: what is gone, how well, and what it cost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.files import write_text
from gnn2mlp.explore.formatting import MISSING, measure, plural, significant
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.plots_unlearning import MODELS, plot_attacks
from gnn2mlp.report.results import Results

ATTACKS = {"entropy": "Certainty", "loss": "Loss", "link": "Likeness of ends"}
_GROUPS = {"forgotten": "deleted", "retained": "kept"}
_FRESH = {"unseen": "new to all", "seen": "test"}


def write_unlearn_report(results: Results, path: Path) -> None:
    """Write the page.

    Args:
        results: what `unlearn` returns and writes to `unlearn.json`.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render("unlearn.html.jinja", _content(results)))


def unlearn_headline(results: Results) -> str:
    """The verdict, in a sentence."""
    return str(results["verdict"]["sentence"])


def unlearn_grids(results: Results) -> list[Grid]:
    """What the evidence is, for page and terminal alike."""
    grids = [attack_grid(results), divergence_grid(results), score_grid(results), churn_grid(results)]
    return [grid for grid in [*grids, seconds_grid(results)] if grid.rows]


def attack_grid(results: Results) -> Grid:
    """The area of each attack on each model, and how far it is from that on the model that was trained anew."""
    rows = []
    for label, found in attack_records(results):
        distance = found["distance"].get("after")
        cells = [_area(found.get(name)) for name in MODELS]
        far = MISSING if distance is None else _interval(distance["distance"], distance["low"], distance["high"])
        rows.append([label, *cells, far])
    head = ["Attack", *(style.label for style in MODELS.values()), "Distance"]
    return Grid("Can what was deleted be told apart? AUC, 95 % intervals", head, rows)


def divergence_grid(results: Results) -> Grid:
    """How far outputs are from those of the model that was trained anew, in the mean over seeds."""
    rows = []
    for model, records in _records(results):
        there = [one["divergence"] for one in records if one["divergence"]]
        for group, told in _groups(results).items():
            found = [one[group] for one in there if group in one]
            cells = [_mean([one[name]["value"] for one in found], 3) for name in ("before", "after") if found]
            rows += [[f"{model}, {told}", *cells]] if found else []
    return Grid("Divergence from the model trained anew, nats", ["Nodes", "Before", "Now"], rows)


def score_grid(results: Results) -> Grid:
    """What the task's metric says of kept and of new nodes, in the mean over seeds."""
    rows = []
    for model, records in _records(results):
        for group in ("retained", "fresh"):
            found = [[one["score"].get(name, {}).get(group) for one in records] for name in MODELS]
            rows.append([f"{model}, {_groups(results)[group]}", *(_share(values, results) for values in found)])
    metric = results.get("metric", {"title": "accuracy", "share": True})
    title = f"{metric['title'].capitalize()}{', %' if metric['share'] else ''}"
    return Grid(title, ["Nodes", *(style.label for style in MODELS.values())], rows)


def churn_grid(results: Results) -> Grid:
    """How many answers to kept nodes are others now."""
    rows = []
    for model, records in _records(results):
        shares = [one["churn"]["share"] for one in records if one["churn"]["share"]]
        changed = _mean([100 * one["value"] for one in shares], 2) if shares else MISSING
        rows.append([model, changed, _mean([one["churn"]["divergence"]["value"] for one in records], 3)])
    return Grid("Churn: answers to kept nodes", ["Model", "Changed, %", "Divergence, nats"], rows)


def seconds_grid(results: Results) -> Grid:
    """What forgetting took, and what training anew takes, summed over the seeds."""
    seeds = [one["seconds"] for one in results["seeds"]]
    told = {"method": "Forgetting", "retrain": "Training anew", "before": "First training"}
    rows = []
    for key, label in told.items():
        values = [one.get(key) for one in seeds]
        if all(value is not None for value in values):
            rows.append([label, significant(sum(values))])
    return Grid("Seconds of training, all seeds", ["", "Seconds"], rows)


def files_grid(results: Results) -> Grid:
    """What was done to which files."""
    rows = [[one["path"], one["done"], one.get("why", "")] for one in results["files"]]
    return Grid("Files that held something of it", ["File", "Was", "Why"], rows)


def names_told(results: Results) -> str:
    """What came of looking for names of deleted nodes in the files that are left; empty where none was looked for."""
    searched = results.get("searched")
    if not searched:
        return ""
    looked = f"The name{'s' if searched['names'] > 1 else ''} of {plural(searched['names'], 'deleted node')} "
    looked += f"{'were' if searched['names'] > 1 else 'was'} looked for, byte by byte, in all files of the new folder"
    if not searched["found"]:
        return f"{looked}, and found in none."
    return f"{looked}, and found in {', '.join(searched['found'])}: look into {plural(len(searched['found']), 'file')}."


def _groups(results: Results) -> dict[str, str]:
    """What nodes of each group are called."""
    deleted = {} if results["removal"]["nodes"] else {"forgotten": "ends of deleted edges"}
    return {**_GROUPS, **deleted, "fresh": _FRESH[_population(results)]}


def _population(results: Results) -> str:
    """What deleted nodes are compared with: `"unseen"` or `"seen"` test nodes."""
    found = {
        record.get("population", "unseen") for one in results["seeds"] for record in one.get("evidence", {}).values()
    }
    return str(next(iter(found), "unseen"))


def _records(results: Results) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each kind of model and its records, one for each seed that has one."""
    for model in ("teacher", "student"):
        found = [one["evidence"][model] for one in results["seeds"] if model in one.get("evidence", {})]
        if found:
            yield model.capitalize(), found


def attack_records(results: Results) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each line of evidence is called, and the attack."""
    several = len(results["seeds"]) > 1
    both = len({model for one in results["seeds"] for model in one.get("evidence", {})}) > 1
    for one in results["seeds"]:
        for model, record in one.get("evidence", {}).items():
            for name, found in record["attacks"].items():
                label = ATTACKS[name] + (f", {model}" if both else "") + (f", seed {one['seed']}" if several else "")
                yield label, found


def _area(found: dict[str, Any] | None) -> str:
    return MISSING if found is None else _interval(found["auc"], found["low"], found["high"])


def _interval(value: float, low: float, high: float) -> str:
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _mean(values: list[float], digits: int) -> str:
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{np.mean(values):.{digits}f} ± {np.std(values):.{digits}f}"


def _share(values: list[float | None], results: Results) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return MISSING
    scale = 100 if results.get("metric", {"share": True})["share"] else 1
    return measure({"mean": float(np.mean(known)), "std": float(np.std(known))}, len(known) > 1, scale)


def _removed(results: Results) -> str:
    counts = {noun: results["removal"][f"{noun}s"] for noun in ("node", "edge")}
    return " and ".join(plural(count, noun) for noun, count in counts.items() if count)


def _plots(results: Results) -> list[Plot]:
    attacks = list(attack_records(results))
    if not attacks:
        return []
    note = (
        "Each attack tries to tell what was deleted from what no model ever saw: 0.5 tells nothing, towards 1 it is "
        "remembered, towards 0 conspicuously unknown. What counts is that attacks go as far now as on the model that "
        "was trained anew, neither further nor less far."
    )
    return [draw(plot_attacks(attacks), "attacks", "How far attacks go", note)]


def _content(results: Results) -> dict[str, Any]:
    return {
        "sentence": unlearn_headline(results),
        "subject": (
            f"{_removed(results).capitalize()} deleted from {results['graph']['name']} by method "
            f"{results['method']['name']}; the {results['what']} forgets; {plural(len(results['seeds']), 'seed')}."
        ),
        "left": results["left"],
        "verified": results["verified"],
        "exact": results["exact"],
        "unseen": _population(results) == "unseen",
        "digest": results["removal"]["digest"],
        "grids": unlearn_grids(results),
        "files": files_grid(results),
        "names": names_told(results),
        "plots": _plots(results),
        **provenance(results),
    }
