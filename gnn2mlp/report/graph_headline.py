"""The result of a run that predicts whole graphs in plain words: beside its teacher, and beside what costs nothing."""

from collections.abc import Mapping

from gnn2mlp.explore.formatting import factor, plural
from gnn2mlp.report.claims import ONE_SEED, interval, join_words, told_difference, told_of_test
from gnn2mlp.report.graph_grids import graph_speedup
from gnn2mlp.report.graph_results import (
    chosen_metric,
    compared_graphs,
    graph_entry,
    headline_metrics,
    judged,
)
from gnn2mlp.report.headline import Headline, Tile, training_line
from gnn2mlp.report.results import Results, data_name, option_name
from gnn2mlp.report.shipped import environments_line
from gnn2mlp.report.using import size_facts

# What answers without a teacher, and how a line of scores calls it.
_ALONE = {
    "mlp": "the same network",
    "bag_of_labels": "counts of node labels alone",
    "size_only": "numbers of nodes and edges alone",
}


def graph_headline(results: Results) -> Headline:
    """Say in words what a run found; every part is left out where its numbers are missing."""
    said = [graph_claim(results), _faster_line(results)]
    sentence = " ".join(part for part in said if part) or "There is nothing to compare in these results."
    lines = [
        without_teacher_line(results),
        condensed_line(results),
        graph_basis(results),
        training_line(results),
        environments_line(results),
    ]
    return Headline(graph_subject(results), sentence, _tiles(results), [line for line in lines if line])


def graph_subject(results: Results) -> str:
    """What was run on what: `"Whole graphs by method glnn: teacher graph_gin, ..., on mutag; 10 seeds."`."""
    name = {key: option_name(results, key) for key in ("method", "teacher", "student")}
    return (
        f"Whole graphs by method {name['method']}: teacher {name['teacher']}, student {name['student']}, on "
        f"{data_name(results)}; {plural(len(results['seeds']), 'seed')}."
    )


def graph_claim(results: Results) -> str:
    """One sentence on the student and its teacher by the run's metric; empty where the student was not scored."""
    metric = chosen_metric(results)
    student, teacher = (graph_entry(results, model, metric) for model in ("student", "teacher"))
    if student is None:
        return ""
    reached = f"On test graphs, by {judged(metric).title}, the student reaches {_percent(student)}"
    if teacher is None:
        return f"{reached}."
    both = f"{reached} and its teacher {_percent(teacher)}"
    found = next((one.found for one in compared_graphs(results, metric) if one.rival == "teacher"), None)
    if found is None or found.n == 1:
        return f"{both}; {ONE_SEED}."
    if found.has_interval and not found.differs:
        return f"{both}, a difference that {found.n} seeds cannot tell from chance ({interval(found)})."
    return f"{reached}, {told_difference(found, 'its teacher', '95% interval ')}."


def without_teacher_line(results: Results) -> str:
    """What does without the teacher, most of it almost free, and whether the student is ahead of it.

    Empty where nothing of that kind was scored.
    """
    metric = chosen_metric(results)
    scored = {name: entry for name in _ALONE if (entry := graph_entry(results, name, metric))}
    if not scored:
        return ""
    told = [f"{_ALONE[name]} {_percent(entry)}" for name, entry in scored.items()]
    return f"Without a teacher: {join_words(told)}. {_beside(results, metric)}".strip()


def _beside(results: Results, metric: str) -> str:
    """Which of those without a teacher the student differs from beyond chance; empty for one seed."""
    found = [one for one in compared_graphs(results, metric) if one.rival in _ALONE and one.found.has_interval]
    if not found:
        return ""
    differ = [told_difference(one.found, _ALONE[one.rival]) for one in found if one.found.differs]
    if not differ:
        return "No difference from the student was found beyond chance."
    rest = "; from the others no difference was found beyond chance" if len(differ) < len(found) else ""
    return f"The student is {join_words(differ)}{rest}."


def condensed_line(results: Results) -> str:
    """That the teacher learnt from a condensed set; empty where it did not."""
    path = results["config"].get("train_on")
    if not path:
        return ""
    return f"The teacher learnt from the condensed set in {path}; students from what it says of all training graphs."


def graph_basis(results: Results) -> str:
    """Which test the claims rest on; empty where there is none."""
    found = next((one.found for one in compared_graphs(results, chosen_metric(results)) if one.found.n > 1), None)
    return "" if found is None else told_of_test("Brackets: 95% intervals, ", found)


def _percent(entry: Mapping[str, float]) -> str:
    return f"{100 * entry['mean']:.1f}%"


def _faster_line(results: Results) -> str:
    times = graph_speedup(results)
    if times is None:
        return ""
    if times >= 1:
        return f"It answers for a graph {factor(times)} as fast as its teacher."
    return f"It takes {factor(1 / times)} as long as its teacher for a graph."


def _tiles(results: Results) -> list[Tile]:
    """The student's scores beside those of the others, what it saves, and its size."""
    tiles = []
    briefly = {"teacher": "teacher", "mlp": "on labels alone", "bag_of_labels": "bag of labels", "size_only": "size"}
    for metric in headline_metrics(results):
        student = graph_entry(results, "student", metric)
        if student:
            others = [
                f"{n} {100 * e['mean']:.1f}" for m, n in briefly.items() if (e := graph_entry(results, m, metric))
            ]
            title = f"{judged(metric).title}, test graphs"
            tiles.append(Tile(f"{100 * student['mean']:.1f}%", title, ", ".join(others)))
    agreement = results["summary"].get("fidelity", {}).get("test")
    if agreement is not None:
        tiles.append(Tile(f"{100 * agreement['mean']:.1f}%", "of the teacher's answers given", "fidelity, test graphs"))
    if (times := graph_speedup(results)) is not None:
        tiles.append(Tile(factor(times), "as fast as the teacher", "request for one graph, median"))
    size = size_facts(results)
    if "its file" in size:
        tiles.append(Tile(size["its file"], "is all that ships", size["student"]))
    return tiles
