"""The result of a run that predicts links in plain words: AUC and Hits@20 side by side, population by population."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.explore.formatting import factor, plural
from gnn2mlp.report.headline import Headline, Tile, training_line
from gnn2mlp.report.link_claims import both_figures, link_basis, link_claim, top_of_new
from gnn2mlp.report.link_results import (
    PAIRS,
    TOP,
    chosen_by,
    entry,
    heuristic_name,
    link_models,
    link_populations,
    metric_title,
    negatives,
)
from gnn2mlp.report.results import Results, data_name, has_spread, latency_rows, option_name
from gnn2mlp.report.shipped import environments_line
from gnn2mlp.report.using import size_facts

# How a tile calls a model beside the student.
_BESIDE = {"teacher": "teacher", "heuristic": "heuristic", "mlp": "plain MLP"}


def link_headline(results: Results) -> Headline:
    """Say in words what a run found; every part is left out where its numbers are missing.

    The sentence speaks of all test pairs; in production a line tells who keeps the top of the ranking of two new nodes.
    """
    overall = next(iter(link_populations(results)), "overall")
    said = [link_claim(results, overall), link_latency_line(results)]
    sentence = " ".join(part for part in said if part) or "There is nothing to compare in these results."
    lines = [top_of_new(results), noise_line(results), heuristic_line(results)]
    lines += [link_basis(results), training_line(results), environments_line(results)]
    return Headline(link_subject(results), sentence, _tiles(results), [line for line in lines if line])


def link_subject(results: Results) -> str:
    """What was run on what: `"Links by method llp: teacher sage, student mlp, on cora; production, 5 seeds."`."""
    name = {key: option_name(results, key) for key in ("method", "student")}
    teacher, setting = _around(results["config"].get("teacher")), results["config"].get("setting", "transductive")
    return (
        f"Links by method {name['method']}: teacher {teacher}, student {name['student']}, on {data_name(results)}; "
        f"{setting}, {plural(len(results['seeds']), 'seed')}."
    )


def noise_line(results: Results) -> str:
    """How few pairs decide Hits@20, and how much it moved from seed to seed; empty where that is not known."""
    count = negatives(results)
    populations = link_populations(results)
    found = entry(results, "student", populations[0], TOP) if populations else None
    if count is None or found is None:
        return ""
    spread = f": the student's moved by ±{100 * found['std']:.1f} points over seeds" if has_spread(results) else ""
    return (
        f"Hits@20 is decided by 20 of {count:,.0f} pairs that are no links, and changes much with the split and the "
        f"initialisation{spread}. AUC counts all of them."
    )


def heuristic_line(results: Results) -> str:
    """Which heuristic stands for the others; empty where results do not say."""
    name = heuristic_name(results)
    if not name:
        return ""
    by = metric_title(chosen_by(results))
    return f"The best heuristic by {by} on validation pairs: {name}. It reads the teacher's graph, and no features."


def link_latency_line(results: Results) -> str:
    """How much faster the student answers than its teacher, of most candidates; empty if it was not timed."""
    found = fastest(results)
    if found is None:
        return ""
    candidates, times = found
    pairs = plural(candidates, "candidate")
    if times >= 1:
        return f"The student ranks {pairs} of a node {factor(times)} as fast as its teacher."
    return f"The student takes {factor(1 / times)} as long as its teacher to rank {pairs} of a node."


def fastest(results: Results) -> tuple[int, float] | None:
    """The most candidates that teacher and student were both timed on, and how many times faster the student was."""
    times: dict[int, dict[str, float]] = {}
    for row in latency_rows(results):
        times.setdefault(row["candidates"], {})[row["model"]] = row["median_ms"]
    both = [
        (n, one["teacher"] / one["student"]) for n, one in times.items() if one.get("teacher") and one.get("student")
    ]
    return max(both, default=None)


def _around(teacher: Any) -> str:
    """The network that passes messages; the name of a teacher around none."""
    if not isinstance(teacher, Mapping):
        return str(teacher)
    inner = teacher.get("encoder")
    return str(teacher.get("name")) if inner is None else _around(inner)


def _tiles(results: Results) -> list[Tile]:
    """Both figures of each population in one tile, so that none is read alone; then speed and size."""
    tiles = []
    for population in link_populations(results):
        student = both_figures(results, "student", population)
        others = {
            name: both_figures(results, model, population)
            for model, name in _BESIDE.items()
            if model in link_models(results)
        }
        if student:
            note = ", ".join(f"{name} {figures}" for name, figures in others.items() if figures)
            label = f"AUC and Hits@20, %, {PAIRS.get(population, population)}"
            tiles.append(Tile(student.replace(" and ", " / "), label, note.replace(" and ", " / ")))
    found = fastest(results)
    if found is not None:
        tiles.append(
            Tile(factor(found[1]), "as fast as the teacher", f"{plural(found[0], 'candidate')} of a node, median")
        )
    size = size_facts(results)
    if "its file" in size:
        tiles.append(Tile(size["its file"], "is all that ships", size["student"]))
    return tiles
