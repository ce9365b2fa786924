"""Write WHERE_IT_PAYS.md from the lines of the study `studies/where_it_pays.yaml`.

python benchmarks/where_it_pays.py            # write the page
python benchmarks/where_it_pays.py --check    # exit 1 if it is out of date
"""

import argparse
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml
from figures import markdown, renew
from rows import HERE

from gnn2mlp.evaluate import Paired
from gnn2mlp.explore.formatting import MISSING, p_value, plural, signed_points
from gnn2mlp.studies import Comparison, compare, read_scores
from gnn2mlp.studies.comparing import Row, Task, paired_rows
from gnn2mlp.studies.reading import Score
from gnn2mlp.studies.tables import by_homophily, score_text, versions_grid

STUDY = HERE / "studies" / "where_it_pays.yaml"
LINES = HERE / "studies" / "where_it_pays.jsonl"
PAGE = HERE / "WHERE_IT_PAYS.md"
SETTINGS = {"inductive": "unseen", "transductive": "test"}
# How a difference is called; at least so many splits are needed for a verdict.
BETTER, WORSE, NEITHER, FEW = "above", "below", "no difference found", "fewer than three splits"
FEWEST = 3
# Adjusted homophily from which neighbours count as alike, and below which they count as no more alike than by chance.
ALIKE, CHANCE = 0.5, 0.1
KINDS = {
    f"neighbours alike (adjusted homophily from {ALIKE})": lambda h: h >= ALIKE,
    f"somewhat alike ({CHANCE} to {ALIKE})": lambda h: CHANCE <= h < ALIKE,
    f"not alike (below {CHANCE})": lambda h: h < CHANCE,
}

HEAD = """# Where distilling pays

A student of GLNN, graph-free, beside the plain MLP of the same size and the graph neural network that taught it, on
{datasets} whose neighbours are alike or are not. The study is one file, `benchmarks/studies/where_it_pays.yaml`;
every figure below comes from its lines, `benchmarks/studies/where_it_pays.jsonl`, and this page is written by
`python benchmarks/where_it_pays.py`; a test says whether it is up to date.
{state}

Nothing was tuned for it: settings are those published for a data set where there are some, else the defaults of the
components; validation nodes choose the epoch, and test nodes are read once. Scores are means over splits ± the standard
deviation between them, in per cent, of accuracy, or of ROC-AUC where a data set is published with it (minesweeper).
Differences are paired by split, with the 95 % interval of the corrected resampled t-test. A difference is called one
only where its interval leaves out 0, from three splits on; with few splits, or few test nodes, intervals are wide, and
that none was found does not mean that there is none. The published splits of texas, cornell, wisconsin and
chameleon-filtered leave 7 to 38 unseen nodes: one node is 3 to 14 points.

Graphs are undirected here. Chameleon and squirrel hold nodes that duplicate others, so that test nodes leak into
training; the filtered ones do not. Airports have no features but their number: nothing can be told of an unseen one.
`gnn2mlp compare benchmarks/studies/where_it_pays.jsonl --out FOLDER` draws the same lines as a page, with ranks and
gains as pictures.
"""


@functools.cache
def scores() -> list[Score]:
    """All scores of the study."""
    return read_scores([LINES])


def comparison(setting: str, population: str | None = None) -> Comparison | None:
    """The study in one setting; `None` where nothing was run."""
    chosen = [score for score in scores() if score.setting == setting]
    return compare(chosen, population or SETTINGS[setting], "mlp") if chosen else None


def page() -> str:
    """The page."""
    parts = [HEAD.format(datasets=plural(len(_datasets()), "data set"), state=_state())]
    for setting, population in SETTINGS.items():
        found = comparison(setting)
        if found is not None:
            parts += [f"## {setting.capitalize()}: {population} nodes\n", findings(found), "", table(found), ""]
            parts += [ranks(found, setting), ""]
    if (cold := comparison("inductive", "cold")) is not None:
        parts += [COLD, cold_table(cold), ""]
    parts += [COST, costs(), "", "## Made by\n", versions(), ""]
    return "\n".join(parts)


def findings(found: Comparison) -> str:
    """How often students are above or below the plain MLP, by how alike neighbours are; and against their teachers."""
    lines = []
    for kind, fits in KINDS.items():
        tasks = [task for task in found.tasks if (h := _adjusted(found, task)) is not None and fits(h)]
        for rival in ("mlp", "teacher"):
            told = [verdict(pair) for task in tasks for pair in _pairs(found, task, rival)]
            if told:
                called = "plain MLP" if rival == "mlp" else "teacher"
                lines.append([kind, str(len(tasks)), called, *map(str, map(told.count, (BETTER, NEITHER, WORSE, FEW)))])
    return markdown(["data", "data sets", "student against", BETTER, NEITHER, WORSE, FEW], lines)


def verdict(found: Paired) -> str:
    """What the interval allows to be said."""
    if found.n < FEWEST:
        return FEW
    if not found.differs:
        return NEITHER
    return BETTER if found.difference > 0 else WORSE


def table(found: Comparison) -> str:
    """A row for each data set, the most homophilous first: all models, and the students' differences."""
    students = [model for model in found.models if model.startswith("glnn")]
    teachers = [_teacher(student) for student in students]
    head = ["data", "homophily", "adjusted", *teachers, "mlp", *students]
    head += [f"{student} minus mlp" for student in students] + [f"{s} minus teacher" for s in students] + ["splits"]
    body = []
    for task in by_homophily(found, found.tasks):
        rows = {model: found.row(task, model) for model in found.models}
        edge, adjusted = next(row.homophily for row in rows.values() if row is not None)
        cells = [task.dataset, *(MISSING if value is None else f"{value:.2f}" for value in (edge, adjusted))]
        cells += [_mean(rows.get(model)) for model in (*teachers, "mlp", *students)]
        cells += [_difference(rows.get(student), rows.get("mlp")) for student in students]
        cells += [_difference(rows.get(s), rows.get(t)) for s, t in zip(students, teachers, strict=True)]
        body.append([*cells, str(max(len(row.by_split) for row in rows.values() if row is not None))])
    return markdown(head, body)


def ranks(found: Comparison, setting: str) -> str:
    """Average ranks over data sets, and which models differ over them."""
    ranking = found.ranking(setting)
    if ranking is None:
        return ""
    body = []
    for model, rank in zip(ranking.models, ranking.ranks, strict=True):
        apart = [f"{other} (p {p_value(ranking.p[model, other])})" for other in ranking.models if other != model
                 and ranking.differ(model, other)]  # fmt: skip
        body.append([model, f"{rank:.2f}", ", ".join(apart) or "none"])
    head = (
        f"Average rank over {plural(ranking.datasets, 'data set')}, 1 is best; Friedman's test that all are alike: p "
        f"{p_value(ranking.friedman)}. Pairs: signed-rank test on the means, adjusted by Holm's method (Demšar, JMLR "
        "2006; Benavoli et al., JMLR 2016)."
    )
    return f"{head}\n\n{markdown(['model', 'average rank', 'differs from'], body)}"


COLD = """## Cold nodes

The same unseen nodes before anything links them: a teacher has their features alone, and answers as a graph-free model
does, with weights that were trained for more. A student answers as before.
"""


def cold_table(found: Comparison) -> str:
    """A row for each data set: teachers with edges and without, and students beside the latter."""
    warm = comparison("inductive")
    assert warm is not None
    students = [model for model in found.models if model.startswith("glnn")]
    head = ["data", "adjusted homophily"]
    for student in students:
        head += [
            f"{_teacher(student)}, with edges",
            f"{_teacher(student)}, cold",
            student,
            "student minus cold teacher",
        ]
    body = []
    for task in by_homophily(found, found.tasks):
        adjusted = _adjusted(found, task)
        cells = [task.dataset, MISSING if adjusted is None else f"{adjusted:.2f}"]
        for student in students:
            ours, theirs = found.row(task, student), found.row(task, _teacher(student))
            linked = warm.row(task._replace(population="unseen"), _teacher(student))
            cells += [_mean(linked), _mean(theirs), _mean(ours), _difference(ours, theirs)]
        body.append(cells)
    return markdown(head, body)


COST = """## Cost and calibration

Means over data sets. Seconds are those of the model's own training, a student's without its teacher's; the machine had
other work meanwhile, so that they tell what costs more, and not what it costs.
"""


def costs() -> str:
    """Mean over data sets of seconds of training and of the calibration error, by model and setting."""
    body = []
    for setting in SETTINGS:
        found = comparison(setting)
        for model in found.models if found is not None else ():
            rows = [row for task in found.tasks if (row := found.row(task, model))]  # type: ignore[union-attr]
            errors = [row.ece for row in rows if row.ece is not None]
            seconds = f"{sum(row.seconds for row in rows) / len(rows):.1f}"
            error = f"{100 * sum(errors) / len(errors):.1f}" if errors else MISSING
            graph = "yes" if any(row.needs_graph for row in rows) else "no"
            body.append([setting, model, seconds, error, graph, str(len(rows))])
    head = ["setting", "model", "seconds of its training", "calibration error, %", "graph at inference", "data sets"]
    return markdown(head, body)


def versions() -> str:
    """How many trainings each version of the code made."""
    rows = []
    for setting in SETTINGS:
        found = comparison(setting)
        rows += [[setting, *row] for row in versions_grid(found).rows] if found is not None else []
    return markdown(["setting", "version", "trainings scored"], rows)


def _datasets() -> list[str]:
    return list(dict.fromkeys(score.dataset for score in scores()))


def _state() -> str:
    """How much of the study has been run."""
    study = yaml.safe_load(STUDY.read_text())
    wanted = len(study["datasets"]) * len(study["settings"]) * len(study["teachers"]) * study["splits"]
    students = sum(score.role == "student" for score in scores())
    if students == wanted:
        return ""
    return f"So far {students:,} of its {wanted:,} cells have been run; tables say how many splits a figure has."


def _adjusted(found: Comparison, task: Task) -> float | None:
    known = (row.homophily[1] for row in found.rows if row.task == task)
    return next((value for value in known if value is not None), None)


def _teacher(student: str) -> str:
    """`sage` of `glnn (sage)`."""
    return student.partition(" (")[2][:-1]


def _pairs(found: Comparison, task: Task, rival: str) -> list[Paired]:
    """Every student of a task beside the plain MLP, or its own teacher."""
    students = [model for model in found.models if model.startswith("glnn")]
    sides = [(found.row(task, s), found.row(task, "mlp" if rival == "mlp" else _teacher(s))) for s in students]
    pairs = [paired_rows(ours, theirs) for ours, theirs in sides if ours is not None and theirs is not None]
    return [pair for pair in pairs if pair is not None]


def _mean(row: Row | None) -> str:
    if row is None:
        return MISSING
    spread = f" ± {score_text(row, row.split_std)}" if len(row.by_split) > 1 else ""
    return score_text(row, row.mean) + spread


def _difference(ours: Row | None, theirs: Row | None) -> str:
    """`**+5.0** [+3.1, +6.9]`, bold beyond chance; a single split has no interval."""
    found = None if ours is None or theirs is None else paired_rows(ours, theirs)
    if found is None:
        return MISSING
    if found.n < FEWEST:
        return signed_points(found.difference)
    points = f"**{signed_points(found.difference)}**" if found.differs else signed_points(found.difference)
    return f"{points} [{signed_points(found.low)}, {signed_points(found.high)}]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is out of date")
    options = parser.parse_args(arguments)
    return renew(PAGE, page(), options.check, f"benchmarks/{Path(__file__).name}")


if __name__ == "__main__":
    sys.exit(main())
