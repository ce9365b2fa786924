"""UNLEARNING.md: tables of the lines that `unlearning.py` writes, and how they stand to the targets."""

from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from figures import markdown

Line = dict[str, Any]
LABELS = {"before": "as it was", "again": "trained anew, another seed"}
ATTACKS = ("entropy", "link")
# From trials, before anything here was measured.
DISTANCE, DIVERGENCE, FAR, POINTS = 0.03, 1.5, 0.4, 0.02
TEACHER_DISTANCE, TEACHER_DIVERGENCE, TEACHER_POINTS, TEACHER_TIME = 0.12, 1.0, 0.01, 0.5


def page(lines: Sequence[Line]) -> str:
    """The whole page."""
    parts = ["# Forgetting", _intro(), _students(lines), _teachers(lines), _targets(lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _intro() -> str:
    return (
        "Made by `python benchmarks/unlearning.py --table` from `results/unlearning.jsonl`, which the same script "
        "writes. Means over splits. An attack is the probability that the model is surer of a deleted node than of one "
        "that no model ever saw (of edges: that it answers their ends more alike than those of pairs without an edge); "
        "its distance is that to the same attack on a model that was trained anew without what was deleted, whichever "
        "side it is on. Divergences are KL in nats from that model, on deleted nodes or ends of deleted edges; "
        "accuracies are of nodes that were kept and of nodes that are new to all; seconds are CPU time, as a share of "
        "training teacher and student anew. Verdicts count splits by what `gnn2mlp unlearn` would say. No figure chose "
        "anything."
    )


def _students(lines: Sequence[Line]) -> str:
    own = [line for line in lines if line["kind"] == "student"]
    if not own:
        return ""
    tables = []
    for dataset, removal in dict.fromkeys((line["dataset"], line["removal"]) for line in own):
        found = [line for line in own if (line["dataset"], line["removal"]) == (dataset, removal)]
        tables.append(f"### {dataset}, {_removal(removal)}, {_splits(found)}\n\n{_table(found)}")
    return (
        "## Students\n\nGLNN students of SAGE teachers with the package's settings, where a fifth of the test nodes "
        "does not exist in training. Where edges are deleted `redistil` writes the rows within their reach anew by the "
        "old teacher; `d2dgn` speaks of nodes alone. d2dgn has its defaults: 30 epochs of a student from the "
        "old weights, 20 of a teacher, without dropout, an ignorant destroyer of 15.\n\n" + "\n\n".join(tables)
    )


def _teachers(lines: Sequence[Line]) -> str:
    own = [line for line in lines if line["kind"] == "teacher"]
    if not own:
        return ""
    tables = []
    for dataset in dict.fromkeys(line["dataset"] for line in own):
        found = [line for line in own if line["dataset"] == dataset]
        tables.append(f"### {dataset}, {_removal(found[0]['removal'])}, {_splits(found)}\n\n{_table(found)}")
    return (
        "## Teachers\n\nA GCN of 64 units on 60 % of the nodes' labels; deleted nodes are asked about alone, without "
        "their links, and set beside test nodes. Training anew stops early, after some 70 epochs.\n\n"
        + "\n\n".join(tables)
    )


def _removal(kind: str) -> str:
    if kind == "trial":
        return "100 observed test nodes and 5 % of the training nodes"
    what, share = kind.rsplit(" ", 2)[0], kind.rsplit(" ", 2)[1]
    return f"{share} % of the {what}"


def _splits(found: Sequence[Line]) -> str:
    return f"{len(found)} splits" if len(found) > 1 else "1 split"


def _table(found: Sequence[Line]) -> str:
    names = [name for name in found[0]["methods"] if name != "again"]
    attack = _attack(found)
    rows = [["trained anew", _three(fmean(line["reference"][attack] for line in found)), "0", "0",
             *_scores([line["score"]["reference"] for line in found]), "1", ""]]  # fmt: skip
    for name in ("again", *names):
        records = [line["methods"][name] for line in found]
        area, distance = (fmean(one["attacks"][attack][key] for one in records) for key in ("auc", "distance"))
        kl = fmean(one["divergence"]["forgotten"] for one in records)
        scores = _scores([one["score"] for one in records])
        cells = [_three(area), _three(distance), _three(kl), *scores, _time(found, name), _verdicts(records)]
        rows.append([LABELS.get(name, name), *cells])
    head = ["model", "attack", "distance", "divergence", "accuracy, kept", "accuracy, new", "time", "verdicts"]
    return markdown(head, rows)


def _attack(found: Sequence[Line]) -> str:
    return next(name for name in ATTACKS if name in found[0]["reference"])


def _three(value: float) -> str:
    return f"{value:.3f}"


def _scores(scores: Sequence[Any]) -> list[str]:
    return [f"{100 * fmean(one[group] for one in scores):.1f}" for group in ("retained", "fresh")]


def _time(found: Sequence[Line], name: str) -> str:
    return "" if name in ("before", "again") else f"{share_of_time(found, name):.2f}"


def share_of_time(found: Sequence[Line], name: str) -> float:
    """Seconds of a method in units of those of training anew."""
    return fmean(line["seconds"][name] for line in found) / fmean(line["seconds"]["reference"] for line in found)


def _verdicts(records: Sequence[Any]) -> str:
    counts = Counter(one["outcome"] for one in records if one["outcome"])
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())


def _targets(lines: Sequence[Line]) -> str:
    rows = [
        *_student_targets([line for line in lines if line["kind"] == "student" and line["removal"] == "trial"]),
        *_teacher_targets([line for line in lines if line["kind"] == "teacher"]),
    ]
    if not rows:
        return ""
    return (
        "## Targets\n\nSet by trials beforehand. What d2dgn with its random destroyer loses on new nodes is a damage "
        "that those had, and no aim: less of it is better.\n\n"
        + markdown(["what", "where", "target", "found", ""], rows)
    )


def _student_targets(lines: Sequence[Line]) -> list[list[str]]:
    rows = []
    for dataset in dict.fromkeys(line["dataset"] for line in lines):
        found = [line for line in lines if line["dataset"] == dataset]
        where = f"{dataset}, {_splits(found)}"
        distance, kl, noise = (
            _mean(found, name, *keys)
            for name, keys in (
                ("redistil", ("attacks", "entropy", "distance")),
                ("redistil", ("divergence", "forgotten")),
                ("again", ("divergence", "forgotten")),
            )
        )
        far = _mean(found, "d2dgn, random", "attacks", "entropy", "distance")
        lost = _mean(found, "before", "score", "fresh") - _mean(found, "d2dgn, random", "score", "fresh")
        rows += [
            ["redistil: distance", where, f"≤ {DISTANCE}", _three(distance), _met(distance <= DISTANCE)],
            [
                "redistil: divergence, in units of another seed's",
                where,
                f"≤ {DIVERGENCE}",
                f"{kl / noise:.2f}",
                _met(kl <= DIVERGENCE * noise),
            ],
            ["d2dgn, random: distance", where, f"≥ {FAR}", _three(far), _met(far >= FAR)],
            [
                "d2dgn, random: points lost on new nodes",
                where,
                f"≥ {100 * POINTS:g}",
                f"{100 * lost:.1f}",
                _met(lost >= POINTS),
            ],
            ["d2dgn, random: called recognisable", where, "all splits", *_called(found)],
        ]
    return rows


def _called(found: Sequence[Line]) -> list[str]:
    count = sum(line["methods"]["d2dgn, random"]["outcome"] == "recognisable" for line in found)
    return [f"{count} of {len(found)}", _met(count == len(found))]


def _teacher_targets(lines: Sequence[Line]) -> list[list[str]]:
    rows = []
    for dataset in dict.fromkeys(line["dataset"] for line in lines):
        found, name = [line for line in lines if line["dataset"] == dataset], "d2dgn, ignorant"
        where = f"{dataset}, {_splits(found)}"
        distance = _mean(found, name, "attacks", "entropy", "distance")
        kl = _mean(found, name, "divergence", "forgotten")
        apart = fmean(line["score"]["reference"]["fresh"] for line in found) - _mean(found, name, "score", "fresh")
        time = share_of_time(found, name)
        rows += [
            [f"teacher, {name}: distance", where, f"≤ {TEACHER_DISTANCE}", _three(distance),
             _met(distance <= TEACHER_DISTANCE)],
            [f"teacher, {name}: divergence", where, f"≤ {TEACHER_DIVERGENCE:g}", _three(kl),
             _met(kl <= TEACHER_DIVERGENCE)],
            [f"teacher, {name}: points from training anew", where, f"within {100 * TEACHER_POINTS:g}",
             f"{-100 * apart:+.1f}", _met(abs(apart) <= TEACHER_POINTS)],
            [f"teacher, {name}: time", where, f"≤ {TEACHER_TIME}", f"{time:.2f}", _met(time <= TEACHER_TIME)],
        ]  # fmt: skip
    return rows


def _mean(found: Sequence[Line], method: str, *keys: str) -> float:
    values = []
    for line in found:
        value = line["methods"][method]
        for key in keys:
            value = value[key]
        values.append(value)
    return fmean(values)


def _met(reached: bool) -> str:
    return "reached" if reached else "missed"
