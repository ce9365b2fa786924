"""The page of a comparison: ranks over data sets, gains beside homophily, all scores side by side."""

from math import nan
from pathlib import Path

from gnn2mlp.core.files import write_text
from gnn2mlp.evaluate import Ranking
from gnn2mlp.explore.formatting import p_value, plural
from gnn2mlp.report.page import Plot, draw, render
from gnn2mlp.report.plots_critical import plot_ranks
from gnn2mlp.report.plots_differences import plot_differences
from gnn2mlp.report.plots_gains import Gain, plot_gains
from gnn2mlp.studies.comparing import Comparison
from gnn2mlp.studies.differences import beyond, differ, differences, task_sentence
from gnn2mlp.studies.tables import FEWEST as FEWEST_SPLITS
from gnn2mlp.studies.tables import detail_grids, matrix_grids, rank_grids, uneven, versions_grid

# So many data sets make a picture of gains.
FEWEST = 4
# So many have a sentence and a picture of their differences each.
FEW = 4
# So many say, each for itself, that nothing differs.
FEW_SENTENCES = 2
_NONE = "On no data set by itself does a model differ from {} beyond chance."
RULES = {
    "wilcoxon": "Pairs by the signed-rank test, adjusted by Holm's method (Demšar, 2006; Benavoli et al., 2016).",
    "nemenyi": "Pairs by Nemenyi's test on average ranks (Demšar, 2006).",
}


def write_comparison(comparison: Comparison, path: Path, rule: str = "wilcoxon") -> None:
    """Write the page.

    Args:
        comparison: of `compare`.
        path: of the HTML file.
        rule: how pairs of models are compared over data sets: `"wilcoxon"` or `"nemenyi"`.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render_comparison(comparison, rule))


def render_comparison(comparison: Comparison, rule: str = "wilcoxon") -> str:
    """The page as text."""
    settings = list(dict.fromkeys(task.setting for task in comparison.tasks))
    rankings = {setting: comparison.ranking(setting, rule) for setting in settings}
    return render(
        "compare.html.jinja",
        {
            "title": "Comparison",
            "sentence": sentence(comparison, rankings),
            "subject": subject(comparison),
            "against": comparison.against,
            "rule": RULES[rule],
            "ranks": [_ranks(found, setting) for setting, found in rankings.items() if found],
            "alike": [grid for setting in settings for grid in rank_grids(comparison, setting, rule)],
            "differences": differences_plots(comparison),
            "gains": [plot for setting in settings if (plot := gains_plot(comparison, setting))],
            "matrices": matrix_grids(comparison),
            "uneven": uneven(comparison),
            "details": detail_grids(comparison),
            "versions": versions_grid(comparison),
        },
    )


def sentence(comparison: Comparison, rankings: dict[str, Ranking | None]) -> str:
    """What may be said in a sentence: who differs from the model compared with over data sets, or on each of a few.

    Of data sets that are too few for the test over them to find anything, it says nothing.
    """
    told = []
    for setting, found in rankings.items():
        if found is None or comparison.against not in found.models or not found.able:
            continue
        place = found.models.index(comparison.against)
        better = [model for model in found.models[:place] if found.differ(model, comparison.against)]
        worse = [model for model in found.models[place + 1 :] if found.differ(model, comparison.against)]
        over = f"Over {plural(found.datasets, f'{setting} data set')}"
        told.append(f"{over} {beyond(better, worse, comparison.against)}")
    if not told and len(comparison.tasks) <= FEW:
        told = _of_each(comparison)
    return " ".join(told) or f"{plural(len(comparison.models), 'model')} on {plural(len(comparison.tasks), 'task')}."


def _of_each(comparison: Comparison) -> list[str]:
    """The sentences of data sets, of those on which models differ where there are such."""
    sentences = {task: task_sentence(comparison, task) for task in comparison.tasks}
    telling = [told for task, told in sentences.items() if differ(comparison, task)]
    if not telling:
        return list(sentences.values()) if len(sentences) <= FEW_SENTENCES else [_NONE.format(comparison.against)]
    return [*telling, *(["On the others no model does."] if len(telling) < len(sentences) else [])]


def subject(comparison: Comparison) -> str:
    """How much was compared."""
    datasets = {task.dataset for task in comparison.tasks}
    trainings = sum(row.trainings for row in comparison.rows)
    return (
        f"{plural(len(comparison.models), 'model')}, {plural(len(datasets), 'data set')}, "
        f"{plural(trainings, 'score')}; differences are to {comparison.against}."
    )


def differences_plots(comparison: Comparison) -> list[Plot]:
    """The differences on each data set, where they are few: more of them are told by ranks and tables."""
    panels = {str(task): differences(comparison, task) for task in comparison.tasks}
    if len(panels) > FEW or not any(panels.values()):
        return []
    note = f"The line is {comparison.against}. Bars: 95% intervals; a filled mark differs beyond chance."
    figure = plot_differences(panels, comparison.against)
    return [draw(figure, "differences", f"Minus {comparison.against}, points", note)]


def _ranks(found: Ranking, setting: str) -> Plot:
    note = (
        f"Average rank over {plural(found.datasets, 'data set')}, 1 is best. Friedman's test that all are alike: "
        f"p {p_value(found.friedman)}."
    )
    if not found.able:
        note += " So few cannot show that two of these models differ, however far apart they are."
    return draw(plot_ranks(found), f"ranks-{setting}", f"Ranks, {setting}", note)


def gains_of(comparison: Comparison, setting: str) -> list[Gain]:
    """Differences of students to the model compared with, on data sets whose homophily is known."""
    gains = []
    for row in comparison.rows:
        edge, adjusted = row.homophily
        found = comparison.difference(row)
        known = edge if adjusted is None else adjusted
        student = row.scores[0].role == "student" and row.model != comparison.against
        if student and row.task.setting == setting and found is not None and known is not None and row.share:
            told = (found.low, found.high) if found.n >= FEWEST_SPLITS else (nan, nan)
            ends = (100 * value for value in (found.difference, *told))
            gains.append(Gain(row.model, row.task.called, known, *ends))
    return gains


def gains_plot(comparison: Comparison, setting: str) -> Plot | None:
    """The picture of them; `None` for a few data sets."""
    gains = gains_of(comparison, setting)
    if len({gain.dataset for gain in gains}) < FEWEST:
        return None
    note = (
        f"Points above {comparison.against}, with 95 % intervals where there are three splits or more; filled marks "
        "differ beyond chance. Adjusted homophily: share of edges within a class less what class sizes would give."
    )
    title = f"Gain beside homophily, {setting}"
    return draw(plot_gains(gains, comparison.against), f"gains-{setting}", title, note)
