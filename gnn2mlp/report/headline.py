"""The result of a run in plain words: does the student keep up, is distilling worth it, what does it save."""

from collections.abc import Mapping
from typing import NamedTuple

from gnn2mlp.explore.formatting import factor, plural, points
from gnn2mlp.report.results import Results, latency_rows, option_name, speedup

_WHERE = {"test": "test nodes", "unseen": "nodes that appeared after training"}
_OF_TEACHER = " of its teacher's accuracy"


class Tile(NamedTuple):
    """One large number, what it is, and a note."""

    value: str
    label: str
    note: str = ""


class Headline(NamedTuple):
    """What was run, how it went in one sentence, the numbers behind the sentence, and a line on codes and on trust."""

    subject: str
    sentence: str
    tiles: list[Tile]
    lines: list[str]


def headline(results: Results) -> Headline:
    """Say in words what a run found; every part is left out where its numbers are missing."""
    clauses = [_against_teacher(results), _against_mlp(results), _latency(results)]
    said = [clause for clause in clauses if clause]
    sentence = f"The student {_join(said)}." if said else "There is nothing to compare in these results."
    lines = [codes_line(results), reliability_line(results)]
    return Headline(subject(results), sentence, _tiles(results), [line for line in lines if line])


def codes_line(results: Results) -> str:
    """How much of the codebook is used, mean over seeds; nothing for a teacher without codes."""
    codes = results["summary"].get("codes")
    if not codes:
        return ""
    size, used, share, perplexity = (codes[k]["mean"] for k in ("size", "used", "utilisation", "perplexity"))
    return f"Codes: {used:,.0f} of {size:,.0f} used ({100 * share:.0f}%), perplexity {perplexity:,.0f}."


def reliability_line(results: Results) -> str:
    """Whether reliability tells where the teacher is right, mean over seeds; nothing if it was not measured."""
    found = (results["summary"].get("trust") or {}).get("reliability") or {}
    if not {"bottom_tenth", "top_tenth"} <= found.keys():
        return ""
    auroc = f"AUROC {found['auroc']['mean']:.2f}; " if "auroc" in found else ""
    bottom, top = (100 * found[key]["mean"] for key in ("bottom_tenth", "top_tenth"))
    return (
        f"Reliability: {auroc}the teacher is right on {bottom:.0f}% of the least reliable tenth of the test nodes, "
        f"on {top:.0f}% of the most reliable."
    )


def latency_line(results: Results) -> str:
    """How much faster the student answers than its teacher."""
    said = _latency(results)
    said = said.replace("as fast", "as fast as its teacher")  # in the headline of a run it goes without saying
    return f"The student {said}." if said else "Teacher and student were not both timed."


def subject(results: Results) -> str:
    """What was run on what: `"glnn: a sage teacher and an mlp student on cpf-cora, inductive, 10 seeds"`."""
    name = {key: option_name(results, key) for key in ("method", "teacher", "student", "dataset")}
    return (
        f"Method {name['method']}: teacher {name['teacher']}, student {name['student']}, on {name['dataset']}; "
        f"{results['config'].get('setting', 'transductive')}, {plural(len(results['seeds']), 'seed')}."
    )


def _mean(results: Results, model: str, population: str) -> float | None:
    entry: Mapping[str, float] | None = (results["summary"].get(model) or {}).get(population)
    return None if entry is None else float(entry["mean"])


def _against_teacher(results: Results) -> str:
    parts = []
    for population, where in _WHERE.items():
        student, teacher = _mean(results, "student", population), _mean(results, "teacher", population)
        if student is not None and teacher:
            parts.append(f"{_kept(student, teacher)} on {where}")
    # "keeps 97% of its teacher's accuracy on these and 91% on those": the second time it goes without saying.
    brief = [part.replace("keeps ", "").replace(_OF_TEACHER, "") for part in parts[1:]]
    return _join([*parts[:1], *(brief if parts and parts[0].startswith("keeps") else parts[1:])])


def _kept(student: float, teacher: float) -> str:
    """In words, how two accuracies compare; differences that one decimal does not show are none."""
    if abs(student - teacher) < 0.0005:
        return "matches its teacher"
    if student > teacher:
        return f"is {points(student - teacher)} ahead of its teacher"
    return f"keeps {100 * student / teacher:.1f}%{_OF_TEACHER}"


def _against_mlp(results: Results) -> str:
    student, mlp = _mean(results, "student", "test"), _mean(results, "mlp", "test")
    if student is None or mlp is None:
        return ""
    if abs(student - mlp) < 0.0005:
        return "is level with a plain MLP"
    return f"{'beats' if student > mlp else 'falls behind'} a plain MLP by {points(student - mlp)}"


def _latency(results: Results) -> str:
    faster = speedup(latency_rows(results), 1)
    if faster is None:
        return ""
    if faster >= 1:
        return f"answers a request for one node {factor(faster)} as fast"
    return f"takes {factor(1 / faster)} as long for a request of one node"


def _tiles(results: Results) -> list[Tile]:
    tiles = []
    student, teacher, mlp = (_mean(results, model, "test") for model in ("student", "teacher", "mlp"))
    if student is not None and teacher:
        tiles.append(Tile(f"{100 * student / teacher:.1f}%", "of the teacher's accuracy", "on test nodes"))
    if student is not None and mlp is not None:
        sign = "+" if student >= mlp else "−"
        tiles.append(Tile(f"{sign}{points(student - mlp)}", "against a plain MLP", _wins(results)))
    agreement = results["summary"].get("fidelity", {}).get("test")
    if agreement is not None:
        tiles.append(Tile(f"{100 * agreement['mean']:.1f}%", "of the teacher's answers given", "fidelity, test nodes"))
    faster = speedup(latency_rows(results), 1)
    if faster is not None:
        tiles.append(Tile(factor(faster), "as fast as the teacher", "request for one node, median"))
    return tiles


def _wins(results: Results) -> str:
    pairs = [(s["student"]["test"], s["mlp"]["test"]) for s in results["seeds"] if {"student", "mlp"} <= s.keys()]
    ahead = sum(student > mlp for student, mlp in pairs)
    return f"ahead in {ahead} of {plural(len(pairs), 'seed')}"


def _join(parts: list[str]) -> str:
    """`"a"`, `"a and b"`, `"a, b and c"`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
