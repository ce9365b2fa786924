"""The page on where student, teacher and plain MLP disagree: groups that were found, classes, kinds of nodes."""

from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp.core.files import write_text
from gnn2mlp.evaluate.intervals import Interval
from gnn2mlp.explore.disagreements import Disagreement
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.group_search import GAPS, FoundSlice
from gnn2mlp.explore.plots_disagreement import plot_confusion, plot_groups
from gnn2mlp.report.disagreement_grids import (
    MOST,
    classes_grid,
    confusions_grid,
    groups_grid,
    look_grid,
    shown,
    slices_grid,
)
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.page import Plot, draw, render

# Groups of a plot: of more, such as codes, those with the most nodes are drawn.
_DRAWN = 14
# Answers that a column of the table has: of fewer nothing can be said.
LEAST = 20
_KINDS = {
    "degree": ("By degree", "How many neighbours a node has in the whole graph."),
    "homophily": ("By neighbours of its class", "The share of a node's neighbours whose class is its own."),
    "distance": (
        "By distance to a training label",
        "Links on the shortest way to a node that trained, in the whole graph.",
    ),
    "code": (
        "By code of the teacher",
        "The codes with the most nodes; of unseen nodes the code that the student places nearest.",
    ),
}


class Look(NamedTuple):
    """A group that holds, and nodes of it."""

    text: str
    told: str
    grid: Grid


class Question(NamedTuple):
    """One question of one population: groups that hold with nodes to look at, and those that were proposed in vain."""

    title: str
    holding: Grid
    looks: list[Look]
    others: Grid


class Kind(NamedTuple):
    """A way to group nodes: a figure and a table."""

    plot: Plot
    grid: Grid


class Part(NamedTuple):
    """What is said of one population."""

    title: str
    questions: list[Question]
    classes: Grid | None
    confusions: Grid | None
    class_plots: list[Plot]
    kinds: list[Kind]
    columns: Grid | None


def write_disagreement_report(found: Disagreement, path: Path) -> None:
    """Write the page.

    Args:
        found: where the models disagree.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render_disagreement(found))


def render_disagreement(found: Disagreement) -> str:
    """The page as text. Whatever stands in it is escaped: ids, columns and classes are a user's."""
    table = found.answered
    content = {
        "sentence": headline(found),
        "subject": table.subject,
        "seeds": len(table.seeds),
        "nodes": ", ".join(plural(_nodes(found, name), f"{name} node") for name in table.tested),
        "what": "right, %" if table.is_share else table.measure,
        "share": table.is_share,
        "parts": [_part(found, name) for name in table.tested],
        "tests": len(found.found),
    }
    return render("disagreement.html.jinja", content)


def headline(found: Disagreement) -> str:
    """The group that matters most, in a sentence."""
    for gap in GAPS:
        for population in found.answered.tested:
            holding = [one for one in found.of_gap(gap, population) if one.slice.holds]
            if holding:
                return _sentence(found, holding[0])  # which chance explains least
    return "No group of nodes was found on which the student does worse than on all others, beyond chance."


def summary(found: Disagreement) -> dict[str, Any]:
    """The headline, and the groups that hold, in plain types: for the results of a run."""
    return {
        "sentence": headline(found),
        "slices": [
            {
                "text": one.slice.text,
                "population": one.population,
                "gap": one.gap,
                "nodes": one.slice.nodes,
                "inside": one.slice.inside,
                "outside": one.slice.outside,
                "p": one.slice.p_adjusted,
                "errors": {model: interval.value for model, interval in one.score.errors.items()},
            }
            for one in found.found
            if one.slice.holds
        ],
    }


def _sentence(found: Disagreement, one: FoundSlice) -> str:
    where, nodes = f"where {one.slice.text}", plural(one.slice.nodes, f"{one.population} node")
    student = found.told(one.score.errors["student"].value)
    if one.gap == "teacher":
        teacher = found.told(one.score.errors["teacher"].value)
        right = " right" if found.answered.is_share else ""
        return f"The student falls behind its teacher most {where}: {student} against {teacher}{right} on {nodes}."
    if found.answered.is_share:
        share = f"{100 * one.slice.inside:.0f} % of {nodes}, and {100 * one.slice.outside:.0f} % of the others"
        return f"The student is wrong most often {where}: on {share}."
    return f"The student is off most {where}: by {student} on {nodes}, by {one.slice.outside:.3g} on the others."


def _part(found: Disagreement, population: str) -> Part:
    table = found.answered
    classes = bool(table.answers)
    gaps = [gap for gap in GAPS if gap == "truth" or gap in table.errors]
    columns = found.column_scores(population, LEAST, MOST)
    return Part(
        f"{population.capitalize()} nodes",
        [_question(found, gap, population) for gap in gaps],
        classes_grid(found, population) if classes else None,
        confusions_grid(found, population) if classes else None,
        _class_plots(found, population) if classes else [],
        [_kind(found, name, population) for name in _KINDS if name in table.groups],
        groups_grid(found, columns, "Columns where the student is furthest behind") if columns else None,
    )


def _question(found: Disagreement, gap: str, population: str) -> Question:
    proposed = found.of_gap(gap, population)
    holding = [one for one in proposed if one.slice.holds]
    looks = [Look(one.slice.text, _told(one), look_grid(found, one.number)) for one in holding]
    title = f"Where {GAPS[gap]}"
    others = slices_grid(found, [one for one in proposed if not one.slice.holds], f"{title}, groups that did not hold")
    return Question(title, slices_grid(found, holding, title), looks, others)


def _told(one: FoundSlice) -> str:
    return "It can only be told of nodes whose class is known." if one.needs_truth else ""


def _class_plots(found: Disagreement, population: str) -> list[Plot]:
    table = found.answered
    names = [model for model in shown(found) if model in table.answers]
    scores = {model: found.class_scores(model, population) for model in names}
    counts = [one.nodes for one in scores["student"]]
    order = sorted(range(len(counts)), key=lambda k: -counts[k])[:_DRAWN]
    recall: dict[str, list[Interval | None]] = {m: [each[k].recall for k in order] for m, each in scores.items()}
    texts = [table.classes[k] for k in order]
    figure = plot_groups(texts, recall, [counts[k] for k in order], "recall, %")
    note = "The share of each class that a model finds, with 95 % intervals; below a class its nodes."
    if len(order) < len(counts):
        note += f" The {len(order)} largest of {len(counts)} classes."
    plots = [draw(figure, f"{population}-recall", "Recall by class", note)]
    matrix = found.confusion_counts("student", population)
    over = " of all seeds" if len(table.seeds) > 1 else ""
    told = f"Answers{over} of the student; rows are true classes. The deeper a cell, the larger the share of its row."
    figure = plot_confusion(matrix, table.classes)
    return [*plots, draw(figure, f"{population}-confusion", "What the student takes for what", told)]


def _kind(found: Disagreement, name: str, population: str) -> Kind:
    table, (title, note) = found.answered, _KINDS[name]
    scores = found.scores_by(name, population)
    if len(scores) > _DRAWN:
        scores = sorted(scores, key=lambda one: -one.nodes)[:_DRAWN]
    drawn = {model: [_shown(found, one.errors[model]) for one in scores] for model in shown(found)}
    scale, what = (100, "right, %") if table.is_share else (1, table.measure)
    figure = plot_groups([one.text for one in scores], drawn, [one.nodes for one in scores], what, scale)
    return Kind(
        draw(figure, f"{population}-{name}", title, f"{note} 95 % intervals."), groups_grid(found, scores, title)
    )


def _shown(found: Disagreement, error: Interval) -> Interval:
    if not found.answered.is_share:
        return error
    return Interval(1 - error.value, 1 - error.high, 1 - error.low, error.nodes)


def _nodes(found: Disagreement, population: str) -> int:
    table = found.answered
    return len(set(table.node[table.rows_of(population)].tolist()))
