"""A run beside the figures that a paper reports of the same method on the same data."""

from collections.abc import Mapping, Sequence
from typing import Any

from gnn2mlp.evaluate.published import Published, published_of
from gnn2mlp.explore.formatting import measure, plural, signed_points
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.results import Results, has_spread, judged_by, models, needs_graph, option_name

_CELL = "{:.2f} ± {:.2f}"


def published_grid(results: Results) -> Grid:
    """Scores of this run and reported ones, a row for each that both have; no row where nothing is reported.

    What papers report is of graph-free students: one that needs the graph has no row.
    """
    found = _published(results)
    known = [model for model in models(results) if model != "student" or not needs_graph(results)]
    rows = [
        [population, style_of(model).label, _ours(results, model, population), _theirs(figure), _apart(ours, figure)]
        for model, by_population in (found.scores if found else {}).items()
        for population, figure in by_population.items()
        if model in known and (ours := results["summary"][model].get(population))
    ]
    return Grid("Accuracy, %", ["Nodes", "Model", "Here", "Reported", "Points apart"], rows)


def published_note(results: Results) -> str:
    """Where the reported figures stand, and what to bear in mind; empty where nothing is reported."""
    found = _published(results)
    if found is None:
        return ""
    teacher = _network(results["config"].get("teacher"))
    other = f" The teacher there is {found.teacher}, here it is {teacher}." if teacher != found.teacher else ""
    source = found.source.removesuffix(" in percent").removesuffix(", mean and std").rstrip(",")
    return (
        f"Reported: {source}.{other} Here: {plural(len(results['seeds']), 'seed')}. "
        "Splits and settings are not the same ones, so that the difference has no interval."
    )


def _published(results: Results) -> Published | None:
    if not judged_by(results).share:
        return None
    setting = results["config"].get("setting", "transductive")
    return published_of(option_name(results, "method"), option_name(results, "dataset"), setting)


def _network(teacher: Any) -> str:
    """The network that passes messages: of a tokenizer that of its encoder."""
    if not isinstance(teacher, Mapping):
        return str(teacher)
    inner = teacher.get("encoder")
    return _network(inner) if inner is not None else str(teacher.get("name"))


def _ours(results: Results, model: str, population: str) -> str:
    return measure(results["summary"][model][population], has_spread(results), 100)


def _theirs(figure: Sequence[float]) -> str:
    return _CELL.format(*figure) if len(figure) > 1 else f"{figure[0]:.2f}"


def _apart(ours: Mapping[str, float], figure: Sequence[float]) -> str:
    return signed_points(ours["mean"] - figure[0] / 100)
