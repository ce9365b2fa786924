"""GRAPHS.md: what was to be reached and what was, the board, what teachers and students cost, many graphs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any, NamedTuple

from figures import difference, markdown, percent

from gnn2mlp.core.errors import listing
from gnn2mlp.evaluate import Outcome, Paired, paired

Line = Mapping[str, Any]
RESULTS = Path(__file__).parent / "results" / "graphs.jsonl"
SCALE = Path(__file__).parent / "scale" / "results" / "many_graphs.json"
FREE = ("size_only", "bag_of_labels")
PLAIN = "set_mlp"
TEACHERS = ("gin", "mixer", "vit")
# Milliseconds of a teacher for one of the student; CPU seconds of an epoch of NCI1 in the trial before it was built.
FASTER, TRIAL = 100, (10, 13)
# The student in torch, and as the file that ships.
SIDES = {"student": "set_mlp", "onnx": "ONNX"}
METRICS = {"accuracy": "Accuracy", "roc_auc": "ROC-AUC"}
READING = (
    "Per cent, mean ± standard deviation over splits; one split has no spread. "
    "*size only* is a logistic regression on the numbers of nodes and edges, *bag of labels* one on counts of node "
    "labels: neither knows what an edge links. *set_mlp* learnt from labels alone, *from gin* and so on from a teacher."
)
PAIRED = (
    "Paired differences in points in the metric that chooses the epoch, with the 95 % interval of Nadeau and Bengio's "
    "corrected test for one comparison over splits (on molecules, which have one split: over initial weights), bold "
    "where it excludes 0."
)
COST = (
    "CPU seconds of an epoch, training and validation, on one thread: the median of {times} trainings of two epochs, "
    "with what is done once (where nodes stand) among them. Other programs ran on the same cores, which lengthens CPU "
    "seconds too; teachers took turns."
)
LATENCY = (
    "CPU milliseconds of a request on one thread, medians, in turns of ten: random graphs in memory, from nodes and "
    "edges (`teacher.predict`; partition and random walks of the mixers are a part of it) or from nodes alone "
    "to answers (`outputs` of `GraphPredictor`, and of `OnnxGraphPredictor`, which is what ships). Where a node has "
    "one category, as in nci1, the embeddings of all kinds are a table, which both read; of several, as in OGB's "
    "molecules, each distinct row of a request is embedded once. A ratio is the teacher's milliseconds for one of its "
    "student's."
)
MANY = (
    "Molecules of NCI1, repeated to so many graphs, as Parquet tables: read, split (eight in ten train), a GIN of two "
    "layers trained for one epoch, its knowledge written, `set_mlp` distilled for one epoch. One process for each "
    "size; *peak* is the highest resident memory of a step, libraries included."
)


class Key(NamedTuple):
    """A data set and the metric that it is judged by."""

    dataset: str
    metric: str


def page(how: str, lines: Sequence[Line], epochs: Mapping[str, int], scale: Path = SCALE) -> str:
    """The page of the lines, and of what many graphs cost."""
    board = [line for line in lines if line["kind"] == "board"]
    epoch, asked = ([line for line in lines if line["kind"] == kind] for kind in ("epoch", "request"))
    parts = ["# Whole graphs", f"Made by `python benchmarks/whole_graphs.py --table`. {how}"]
    run = _datasets([line for line in board if line["row"] == "mixer"], epochs)
    parts += [f"Epochs of teachers: {', '.join(f'{name} {epochs[name]}' for name in run)}."]
    parts += [
        f"No network was run on {', '.join(left)}." if (left := [name for name in epochs if name not in run]) else ""
    ]
    parts += ["## What was to be reached", _targets(board, lines)]
    parts += ["## The board", READING, *(table(board, metric) for metric in METRICS)]
    parts += ["ROC-AUC of what knows no edge, the mean over all splits that were run:", without_edges(board)]
    parts += ["## Beside each other", PAIRED, compared(board, _teacher_pairs()), compared(board, _student_pairs())]
    parts += ["## What an epoch costs", *epoch_costs(epoch), "## What a request costs", *requests(asked)]
    parts += ["## Many graphs", *many(scale)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _datasets(board: Sequence[Line], order: Iterable[str]) -> list[str]:
    there = {line["dataset"] for line in board}
    return [name for name in order if name in there]


def judged(dataset: str) -> str:
    """The metric that a data set is judged by."""
    return "roc_auc" if dataset.startswith("ogbg") else "accuracy"


def models(board: Sequence[Line]) -> list[str]:
    """All models, in the order of the columns."""
    return [*FREE, PLAIN, *(name for one in TEACHERS for name in (one, f"{PLAIN} from {one}"))]


def scores(board: Sequence[Line], dataset: str, model: str, metric: str) -> dict[int, float]:
    """The score of a model on each split."""
    return {
        line["seed"]: line["models"][model][metric]
        for line in board
        if line["dataset"] == dataset and metric in line["models"].get(model, {})
    }


def table(board: Sequence[Line], metric: str) -> str:
    """Every data set that has a metric, and every model; on the splits that all models have."""
    body = []
    for dataset in dict.fromkeys(line["dataset"] for line in board):
        found = {model: scores(board, dataset, model, metric) for model in models(board)}
        common = set.intersection(*(set(one) for one in found.values()))
        if common and (metric == judged(dataset) or metric == "roc_auc"):
            cells = [percent([one[seed] for seed in sorted(common)]) for one in found.values()]
            body.append([dataset, str(len(common)), *cells])
    names = [model.replace("_", " ").replace("set mlp", "set_mlp") for model in models(board)]
    return markdown([METRICS[metric], "splits", *names], body) if body else ""


def without_edges(board: Sequence[Line]) -> str:
    """ROC-AUC of what knows next to nothing, of every data set."""
    body = []
    for dataset in dict.fromkeys(line["dataset"] for line in board):
        found = [scores(board, dataset, model, "roc_auc") for model in FREE]
        if all(found):
            cells = [f"{fmean(one.values()):.3f}" for one in found]
            body.append([f"`{dataset}`", *cells, str(min(map(len, found)))])
    return markdown(["data set", *(f"`{model}`" for model in FREE), "splits"], body)


def section(name: str) -> str:
    """A part of the page, for other documents."""
    lines = [json.loads(line) for line in RESULTS.read_text().splitlines()]
    board = [line for line in lines if line["kind"] == "board"]
    parts = {
        "free": lambda: without_edges(board),
        "board": lambda: "\n\n".join(filter(None, (table(board, metric) for metric in METRICS))),
        "many": lambda: "\n\n".join(many()),
    }
    return parts[name]()


def outcomes(board: Sequence[Line], dataset: str, model: str) -> list[Outcome]:
    """The scores of a model in the metric of a data set, with their splits."""
    found, metric = [], judged(dataset)
    for line in board:
        if line["dataset"] == dataset and metric in line["models"].get(model, {}):
            split = line["split"]
            ratio = split["test"] / (split["train"] + split["valid"])
            found.append(Outcome(line["seed"], split["digest"], line["models"][model][metric], ratio))
    return found


def beside(board: Sequence[Line], dataset: str, ours: str, theirs: str) -> Paired | None:
    """One model minus another on the splits that both have."""
    mine, other = outcomes(board, dataset, ours), outcomes(board, dataset, theirs)
    return paired(mine, other) if {one.seed for one in mine} & {one.seed for one in other} else None


def _teacher_pairs() -> list[tuple[str, str]]:
    return [("mixer", "gin"), ("vit", "gin"), ("mixer", "bag_of_labels")]


def _student_pairs() -> list[tuple[str, str]]:
    students = [(f"{PLAIN} from {one}", PLAIN) for one in TEACHERS]
    return [*students, *((f"{PLAIN} from {one}", one) for one in TEACHERS)]


def compared(board: Sequence[Line], pairs: Sequence[tuple[str, str]]) -> str:
    """A column for each pair."""
    body = []
    for dataset in dict.fromkeys(line["dataset"] for line in board):
        found = [beside(board, dataset, *pair) for pair in pairs]
        if any(found):
            body.append([dataset, *map(_told, found)])
    return markdown(["", *(f"{ours} − {theirs}" for ours, theirs in pairs)], body) if body else ""


def _told(found: Paired | None) -> str:
    if found is None:
        return ""
    return f"**{difference(found)}**" if found.n > 1 and found.differs else difference(found)


def _targets(board: Sequence[Line], lines: Sequence[Line]) -> str:
    body = [["Mixer or ViT at least its GIN on sets of TU, within chance", _ahead(board)]]
    body += [["`set_mlp` from the Mixer: ahead of `set_mlp` on labels", _gain(board)]]
    for line in lines:
        if line["kind"] == "request" and line["row"] == "mixer":
            body.append([f"{FASTER} times fewer milliseconds a graph than the Mixer, {line['dataset']}", _faster(line)])
        if line["kind"] == "epoch" and (line["row"], line["dataset"]) == ("mixer", "nci1"):
            seconds = median(line["epoch_cpu_seconds"])
            met = "reached" if seconds < TRIAL[0] / 2 else "missed"
            told = f"{met}: {seconds:.1f} s, where a trial took {TRIAL[0]} to {TRIAL[1]}"
            body.append(["A Mixer's epoch of nci1 well below its trial's", told])
    return markdown(["target", "found"], body)


def _ahead(board: Sequence[Line]) -> str:
    """On which sets of TU the better of the two, by validation of nobody, is behind GIN beyond chance."""
    sets = [name for name in dict.fromkeys(line["dataset"] for line in board) if judged(name) == "accuracy"]
    told, missed = [], []
    for dataset in sets:
        found = {name: beside(board, dataset, name, "gin") for name in ("mixer", "vit")}
        known = {name: one for name, one in found.items() if one is not None and one.n > 1}
        if not known:
            continue
        told.append(dataset)
        if all(one.high < 0 for one in known.values()):
            missed.append(dataset)
    if not told:
        return "one split tells of no chance" if board else "not run"
    return (
        f"missed on {', '.join(missed)}"
        if missed
        else f"reached on {', '.join(told)}; see below for how wide chance is"
    )


def _gain(board: Sequence[Line]) -> str:
    """The mean over data sets, and where it is beyond chance."""
    sets = dict.fromkeys(line["dataset"] for line in board)
    found = {name: beside(board, name, f"{PLAIN} from mixer", PLAIN) for name in sets}
    known = {name: one for name, one in found.items() if one is not None}
    if not known:
        return "not run"
    mean = 100 * fmean(one.difference for one in known.values())
    sure = [name for name, one in known.items() if one.n > 1 and one.low > 0]
    worse = [name for name, one in known.items() if one.n > 1 and one.high < 0]
    beyond = f"beyond chance on {', '.join(sure)}" if sure else "beyond chance nowhere"
    behind = f", and behind it on {', '.join(worse)}" if worse else ""
    return f"{mean:+.1f} points in the mean over {len(known)} data sets, {beyond}{behind}"


def epoch_costs(costs: Sequence[Line]) -> list[str]:
    """Seconds of an epoch, by data set and teacher."""
    if not costs:
        return ["Not run."]
    names = dict.fromkeys(line["dataset"] for line in costs)
    of = {(line["dataset"], line["row"]): median(line["epoch_cpu_seconds"]) for line in costs}
    body = [[name, *(f"{of[name, one]:.1f}" if (name, one) in of else "" for one in TEACHERS)] for name in names]
    return [COST.format(times=len(costs[0]["epoch_cpu_seconds"])), markdown(["", *TEACHERS], body)]


def requests(lines: Sequence[Line]) -> list[str]:
    """CPU milliseconds of requests, by data set, teacher and size."""
    if not lines:
        return ["Not run."]
    body = []
    for line in lines:
        for size, found in line["cpu_milliseconds"].items():
            nodes = f"{line['dataset']}, {line['nodes_per_graph']:.0f} nodes a graph"
            asked = f"{int(size):,}"
            cells = [f"{found[side]:.3g}" for side in ("teacher", *SIDES)]
            body.append([nodes, line["row"], asked, *cells, *(f"{_ratio(line, size, side):.0f}" for side in SIDES)])
    head = ["", "teacher", "graphs asked for", "teacher, ms", *(f"{name}, ms" for name in SIDES.values())]
    head += [f"{name}, ratio" for name in SIDES.values()]
    return [LATENCY, markdown(head, body)]


def _faster(line: Line) -> str:
    """At which numbers of graphs a student is so much quicker than its teacher."""
    told = []
    for side, name in SIDES.items():
        ratios = {int(size): _ratio(line, size, side) for size in line["cpu_milliseconds"]}
        met = [f"{size:,}" for size, ratio in ratios.items() if ratio >= FASTER]
        where = "reached" if len(met) == len(ratios) else f"reached at {listing(met)}" if met else "missed"
        told.append(f"{name} {where}: {min(ratios.values()):.0f} to {max(ratios.values()):.0f} times")
    return f"{'; '.join(told)}, by the number of graphs asked for"


def _ratio(line: Line, size: str, side: str) -> float:
    found = line["cpu_milliseconds"][size]
    return float(found["teacher"] / found[side])


def many(scale: Path = SCALE) -> list[str]:
    """Time and memory of sets of many graphs."""
    if not scale.exists():
        return ["Not run."]
    entries = json.loads(scale.read_text())["sizes"]
    steps = list(entries[0]["steps"])
    body = [
        [
            f"{entry['graphs']:,}",
            *(
                f"{entry['steps'][one]['cpu_seconds']:.1f} s, {entry['steps'][one]['peak_gib']:.2f} GiB"
                for one in steps
            ),
        ]
        for entry in entries
    ]
    first, last = entries[0], entries[-1]
    grown = last["graphs"] / first["graphs"]
    spent = [sum(step["cpu_seconds"] for step in entry["steps"].values()) for entry in (first, last)]
    peaks = [max(step["peak_gib"] for step in entry["steps"].values()) for entry in (first, last)]
    each = 2**20 * (peaks[1] - peaks[0]) / (last["graphs"] - first["graphs"])
    told = (
        f"{grown:.0f} times as many graphs take {spent[1] / spent[0]:.1f} times the CPU seconds and "
        f"{peaks[1] / peaks[0]:.1f} times the memory: {each:.0f} KiB for each further graph at the peak."
    )
    return [MANY, markdown(["graphs", *steps], body), told]
