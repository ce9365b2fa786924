"""The tables of the page on disagreement, as plain strings."""

from collections.abc import Sequence

import numpy as np

from gnn2mlp.evaluate.intervals import Interval
from gnn2mlp.explore.disagreements import Disagreement
from gnn2mlp.explore.formatting import MISSING, p_value, signed_points, significant
from gnn2mlp.explore.group_scores import GroupScore
from gnn2mlp.explore.group_search import FoundSlice
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.grids import Grid

# Rows of a table that a person reads, and rows to look at of each group.
MOST, LOOK = 12, 10
# Whose answers the page shows; the frames have all models.
SHOWN = ("teacher", "student", "mlp")


def slices_grid(found: Disagreement, slices: Sequence[FoundSlice], title: str = "") -> Grid:
    """A row for each group with its nodes in the half that tests, all models, the gap there and elsewhere, and p."""
    models = shown(found)
    rows = [
        [
            one.slice.text,
            f"{one.slice.nodes:,}",
            *(_score(found, one.score.errors.get(model)) for model in models),
            _side(found, one.gap, one.slice.inside),
            _side(found, one.gap, one.slice.outside),
            f"{gap_text(found, one.slice.low)} to {gap_text(found, one.slice.high)}" if one.slice.nodes else MISSING,
            p_value(one.slice.p_adjusted),
        ]
        for one in slices
    ]
    behind = slices[0].gap == "teacher" if slices else False
    wrong = "Wrong here" if found.answered.is_share else "Error here"
    gaps = ["Behind here", "Elsewhere"] if behind else [wrong, "Elsewhere"]
    head = ["Nodes where", "Count", *(style_of(model).label for model in models), *gaps, "95% of difference", "p"]
    return Grid(title, head, rows)


def groups_grid(found: Disagreement, scores: Sequence[GroupScore], title: str) -> Grid:
    """A row for each group: its nodes, every model, and how far the student is from each, with intervals."""
    models = shown(found)
    rivals = [model for model in models if model != "student"]
    rows = [
        [
            score.text,
            f"{score.nodes:,}",
            *(_score(found, score.errors[model]) for model in models),
            *(_ahead(found, score.behind[rival]) for rival in rivals),
        ]
        for score in scores
    ]
    gaps = [f"Student minus {found.answered.name_of(rival)}" for rival in rivals]
    return Grid(title, ["Nodes where", "Count", *(style_of(model).label for model in models), *gaps], rows)


def classes_grid(found: Disagreement, population: str) -> Grid:
    """A row for each class: nodes, then recall with its interval and precision of every model."""
    table = found.answered
    names = [model for model in shown(found) if model in table.answers]
    scores = {model: found.class_scores(model, population) for model in names}
    rows = [
        [name, f"{scores['student'][k].nodes:,}"]
        + [
            cell
            for model in names
            for cell in (_share(scores[model][k].recall, True), _share(scores[model][k].precision))
        ]
        for k, name in enumerate(table.classes)
    ]
    heads = [head for _ in names for head in ("Recall, %", "Precision, %")]
    groups = [("", 2), *((style_of(model).label, 2) for model in names)]
    return Grid("Recall and precision by class", ["Class", "Nodes", *heads], rows, groups)


def confusions_grid(found: Disagreement, population: str) -> Grid:
    """The mistakes that the student makes most, and how often the other models make them."""
    table = found.answered
    names = [model for model in shown(found) if model in table.answers]
    counts = {model: found.confusion_counts(model, population) for model in names}
    wrong = counts["student"] - np.diag(np.diag(counts["student"]))
    order = [int(k) for k in np.argsort(-wrong.ravel(), kind="stable")[:MOST]]
    pairs = [divmod(k, len(table.classes)) for k in order]
    rows = [
        [f"{table.classes[a]} taken for {table.classes[b]}", *(f"{counts[model][a, b]:,}" for model in names)]
        for a, b in pairs
        if wrong[a, b]
    ]
    over = f", answers over {len(table.seeds)} seeds" if len(table.seeds) > 1 else ""
    return Grid(f"Mistakes that the student makes most{over}", ["Class", *(style_of(m).label for m in names)], rows)


def look_grid(found: Disagreement, number: int) -> Grid:
    """Nodes of a group to look at, those first on which the student alone is wrong."""
    table = found.answered
    rows = found.rows_in(number)
    names = [*table.classes, MISSING]
    lines = []
    # A node that several seeds tested is shown once.
    for row in dict.fromkeys(rows[np.sort(np.unique(table.node[rows], return_index=True)[1])].tolist()):
        node = int(table.node[row])
        told = (
            [names[table.label[node]], *(names[table.answers[m][row]] for m in shown(found))]
            if table.classes
            else [significant(float(table.errors[m][row])) for m in shown(found)]
        )
        lines.append([table.ids[node], *told, *([table.texts[node]] if len(table.texts) else [])])
        if len(lines) == LOOK:
            break
    labels = [style_of(m).label + ("" if table.classes else ", error") for m in shown(found)]
    features = ["Features"] if len(table.texts) else []
    return Grid(
        f"Nodes where {found.found[number].slice.text}",
        ["Node", *(["Class"] if table.classes else []), *labels, *features],
        lines,
    )


def shown(found: Disagreement) -> list[str]:
    """The models that the page shows."""
    return [model for model in SHOWN if model in found.answered.errors]


def gap_text(found: Disagreement, value: float) -> str:
    """A gap in points, or as it is."""
    if np.isnan(value):
        return MISSING
    return signed_points(value) if found.answered.is_share else significant(value)


def _side(found: Disagreement, gap: str, value: float) -> str:
    """A mean gap inside or outside of a group; a share of wrong answers has no sign."""
    told = gap_text(found, value)
    return told if gap == "teacher" else told.removeprefix("+")


def _ahead(found: Disagreement, behind: Interval) -> str:
    """The student's score minus another, with its interval: above 0 the student is the better one, also of errors."""
    values = [-behind.value, -behind.high, -behind.low]
    told = [gap_text(found, value + 0.0) for value in values]
    return f"{told[0]} ({told[1]} to {told[2]})"


def _score(found: Disagreement, interval: Interval | None) -> str:
    if interval is None:
        return MISSING
    return f"{100 * (1 - interval.value):.1f}" if found.answered.is_share else significant(interval.value)


def _share(interval: Interval | None, ends: bool = False) -> str:
    if interval is None:
        return MISSING
    told = f"{100 * interval.value:.1f}"
    return f"{told} ({100 * interval.low:.0f} to {100 * interval.high:.0f})" if ends else told
