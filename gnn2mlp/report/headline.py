"""The result of a run in plain words: does the student keep up, is distilling worth it, what does it save."""

from collections.abc import Mapping
from typing import NamedTuple

from gnn2mlp.evaluate.advice import PLURAL
from gnn2mlp.explore.formatting import factor, plural, signed_points, significant
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.claims import (
    RIVALS,
    basis,
    claim,
    comparisons,
    headline_population,
    interval,
    trust_gap,
)
from gnn2mlp.report.results import (
    UNNAMED,
    Judged,
    Results,
    best_score,
    data_name,
    judged_by,
    latency_rows,
    needs_graph,
    option_name,
    speedup,
)
from gnn2mlp.report.shipped import environments_line, shipped_line
from gnn2mlp.report.using import size_facts

# How a tile calls those that the student is compared with, and the nodes of a population.
_BESIDE = {"teacher": "teacher", "mlp": "plain MLP", "plain": "plain network"}
_BRIEFLY = {"unseen": "unseen nodes", "seen": "seen nodes", "test": "test nodes"}


class Tile(NamedTuple):
    """One large number, what it is, and a note."""

    value: str
    label: str
    note: str = ""


class Headline(NamedTuple):
    """What was run, how it went in a sentence or two, the numbers behind them, and lines on what they rest on."""

    subject: str
    sentence: str
    tiles: list[Tile]
    lines: list[str]


def headline(results: Results) -> Headline:
    """Say in words what a run found; every part is left out where its numbers are missing.

    All of it speaks of the same nodes: those that appeared after training where they were scored, else all test nodes.
    """
    population = headline_population(results)
    said = [claim(results, population), latency_line(results) if latency_rows(results) else ""]
    sentence = " ".join(part for part in said if part) or "There is nothing to compare in these results."
    lines = [basis(results, population), codes_line(results), trust_line(results), training_line(results)]
    lines += [graph_line(results), shipped_line(results), environments_line(results)]
    return Headline(subject(results), sentence, _tiles(results, population), [line for line in lines if line])


def codes_line(results: Results) -> str:
    """How much of the codebook is used, mean over seeds; nothing for a teacher without codes."""
    codes = results["summary"].get("codes")
    if not codes:
        return ""
    size, used, share, perplexity = (codes[k]["mean"] for k in ("size", "used", "utilisation", "perplexity"))
    return f"Codes: {used:,.0f} of {size:,.0f} used ({100 * share:.0f}%), perplexity {perplexity:,.0f}."


def trust_line(results: Results) -> str:
    """Which score tells best where the teacher is right, on test nodes that it saw; nothing if it was not measured.

    The score is the best on validation nodes; what the others reach stands beside it. Its first tenth and its last are
    compared as two models are: paired by seed, with an interval.
    """
    scores, best = results["summary"].get("trust") or {}, best_score(results)
    if best is None or not {"bottom_tenth", "top_tenth"} <= scores.get(best, {}).keys():
        return ""
    told = _telling(scores, best, "the teacher", "test nodes that it saw")
    return f"{told}. It is right on {_tenths_of(scores[best])}{_tenths(results)}."


def student_trust_line(results: Results) -> str:
    """Which score tells best where the student is right, on nodes that appeared later; nothing if it was not measured.

    The score is the best on validation nodes; what the others reach stands beside it.
    """
    measured = results["summary"].get("student_trust") or {}
    population = next((name for name in ("unseen", "test", "seen") if measured.get(name)), None)
    if population is None:
        return ""
    scores, best = measured[population], best_score(results, "student_trust", population)
    if best is None or not {"auroc", "bottom_tenth", "top_tenth"} <= scores.get(best, {}).keys():
        return ""
    told = _telling(scores, best, "the student", _BRIEFLY.get(population, population))
    return f"{told}. It is right on {_tenths_of(scores[best])}."


def _telling(scores: Mapping[str, Mapping[str, Mapping[str, float]]], best: str, who: str, nodes: str) -> str:
    """The best score with its interval over nodes, and what the others reach, from the best to the worst."""
    chosen = ", by validation nodes," if any("valid_auroc" in one for one in scores.values()) else ""
    told = f"{style_of(best).label} {'tell' if best in PLURAL else 'tells'} best{chosen} where {who} is right"
    if "auroc" not in scores[best]:
        return told
    interval = ""
    if {"low", "high"} <= scores[best].keys():
        interval = f" ({scores[best]['low']['mean']:.2f} to {scores[best]['high']['mean']:.2f})"
    others = [(name, one["auroc"]["mean"]) for name, one in scores.items() if name != best and "auroc" in one]
    beside = [f"{style_of(name).label.lower()} {value:.2f}" for name, value in sorted(others, key=lambda one: -one[1])]
    rest = f"; {', '.join(beside)}" if beside else ""
    return f"{told}: on {nodes} AUROC {scores[best]['auroc']['mean']:.2f}{interval}{rest}"


def _tenths_of(found: Mapping[str, Mapping[str, float]]) -> str:
    bottom, top = (100 * found[key]["mean"] for key in ("bottom_tenth", "top_tenth"))
    return f"{bottom:.0f}% of the tenth that is trusted least and on {top:.0f}% of the tenth that is trusted most"


def training_line(results: Results) -> str:
    """Which models of which seeds were kept in the first tenth of their training; nothing if none was.

    The notes of a seed's record begin with the model that they speak of.
    """
    early: dict[str, list[str]] = {}
    for record in results["seeds"]:
        for note in record.get("notes", []):
            early.setdefault(note.partition(":")[0], []).append(str(record["seed"]))
    told = [f"{model} (seed{'s' * (len(seeds) > 1)} {', '.join(seeds)})" for model, seeds in early.items()]
    return f"Kept in the first tenth of training, see the curves: {'; '.join(told)}." if told else ""


def latency_line(results: Results) -> str:
    """How much faster the student answers than its teacher."""
    faster = speedup(latency_rows(results), 1)
    if faster is None:
        return "Teacher and student were not both timed."
    if faster >= 1:
        return f"The student answers a request for one node {factor(faster)} as fast as its teacher."
    return f"The student takes {factor(1 / faster)} as long as its teacher for a request of one node."


def cost_lines(results: Results) -> list[str]:
    """What stands under `latency_line`: how much worse or better the answers are, on what that rests, and notes."""
    population = headline_population(results)
    lines = [claim(results, population), basis(results, population), *results["latency"]["notes"]]
    return [line for line in lines if line]


def graph_line(results: Results) -> str:
    """That a student needs the graph, and what it is not to be compared with; nothing of a graph-free one."""
    if not needs_graph(results):
        return ""
    return (
        "The student is a graph neural network and needs the graph when it answers: it is ranked apart from graph-free "
        "students, and is not exported."
    )


def subject(results: Results) -> str:
    """What was run on what: `"Method glnn: teacher sage, student mlp, on cpf-cora; inductive, 10 seeds."`."""
    name = {key: option_name(results, key) for key in ("method", "teacher", "student")}
    network = f"{name['student']}{_encoder(results)}"
    return (
        f"Method {name['method']}: teacher {name['teacher']}, student {network}, on {data_name(results)}; "
        f"{results['config'].get('setting', 'transductive')}, {plural(len(results['seeds']), 'seed')}."
    )


def _encoder(results: Results) -> str:
    """Of a student that needs the graph which network it is."""
    student = results["config"].get("student")
    if not needs_graph(results) or not isinstance(student, Mapping):
        return ""
    return f" ({student.get('encoder', {}).get('name', UNNAMED)}, needs the graph)"


def _mean(results: Results, model: str, population: str) -> float | None:
    entry: Mapping[str, float] | None = (results["summary"].get(model) or {}).get(population)
    return None if entry is None else float(entry["mean"])


def _tenths(results: Results) -> str:
    """What chance has to say to the two tenths; nothing where no seed has both."""
    found = trust_gap(results)
    if found is None:
        return ""
    if not found.has_interval:
        return f" ({interval(found)})"
    if found.differs:
        return f" (difference: {interval(found)})"
    return f": no difference beyond chance was found ({interval(found)})"


def _tiles(results: Results, population: str) -> list[Tile]:
    """The student's score, its differences, what it saves: of the nodes of the headline throughout."""
    nodes = _BRIEFLY.get(population, population)
    differences = dict(comparisons(results, population))
    judged = judged_by(results)
    tiles = []
    student = _mean(results, "student", population)
    if student is not None:
        others = {_BESIDE[rival]: _mean(results, rival, population) for rival in _BESIDE}
        told = [f"{name} {_score(value, judged)}" for name, value in others.items() if value is not None]
        tiles.append(Tile(_score(student, judged), f"{judged.title} on {nodes}", ", ".join(told)))
    for rival, found in differences.items():
        name = f"against {RIVALS[rival]}"
        tiles.append(Tile(f"{signed_points(found.difference)} points", name, f"{nodes}; {interval(found)}"))
    agreement = results["summary"].get("fidelity", {}).get(population)
    if agreement is not None and not judged.share:
        tiles.append(Tile(f"{agreement['mean']:.2f}", "fidelity to the teacher", f"1 at best, {nodes}"))
    elif agreement is not None:
        tiles.append(Tile(f"{100 * agreement['mean']:.1f}%", "of the teacher's answers given", f"fidelity, {nodes}"))
    faster = speedup(latency_rows(results), 1)
    if faster is not None:
        tiles.append(Tile(factor(faster), "as fast as the teacher", "request for one node, median"))
    size = size_facts(results)
    if "its file" in size:
        what = "beside the graph, which it needs" if needs_graph(results) else "is all that ships"
        tiles.append(Tile(size["its file"], what, size["student"]))
    return tiles


def _score(value: float, judged: Judged) -> str:
    return f"{100 * value:.1f}%" if judged.share else significant(value)
