"""LINKS.md: what was to be reached and what was, the board, what a request costs, what memory distilling takes."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import links_lines
import links_targets
from figures import markdown
from links_lines import DATASETS, EHDM, LLP, MLP, MODELS, SAGE, SETTINGS, SPLITS, Cell, Line

from gnn2mlp.explore.formatting import plural, significant
from gnn2mlp.studies.versions import counted

# Students, and whom each stands beside.
STUDENTS = {LLP: (MLP, SAGE), EHDM: (MLP, LLP, SAGE)}
MEASURED = Path(__file__).parent / "speed" / "results"

READING = (
    "Per cent, mean ± standard deviation over splits. AUC and AP are of positives and negatives together; Hits@K is "
    "the share of positives whose score is above that of the K-th best of all negatives, MRR the mean of 1 / the rank "
    "of a positive among them (OGB's conventions). Hits@20 of a few hundred pairs varies by many points from split to "
    "split: it is never to be read without AUC."
)
BESIDE = (
    "Paired differences in points with the 95 % interval of Nadeau and Bengio's corrected test for one comparison, "
    "bold where it excludes 0, and on how many splits the first is ahead."
)
BY_POPULATION = (
    "By which of a pair's ends did not exist in training. Who sees the links of new nodes may rank their pairs best, "
    "and a student that reads features alone may separate them better on the whole: neither metric tells both."
)
PUBLISHED = (
    f"LLP's abstract claims that it exceeds its teacher on 7 of 8 data sets and answers {links_targets.CLAIMED} times "
    "faster. The paper's tables could not be read again when this page was made, so that no figure of theirs stands "
    "here. Its spread is that of several students of one teacher on one split."
)
REQUESTS = (
    "A request names a node and {asked:,} candidates and ends with the ten to which it most probably links, on random "
    "graphs of {nodes:,} nodes with power-law degrees and {features} features. The teacher, SAGE with two layers of "
    "{width}, fetches the full neighbourhoods of all; the student reads their features; both score with a Hadamard "
    "decoder of {width}, or both with the inner product. Weights are drawn, not trained: they do not change what is "
    "computed. *Kept*: the embeddings of all candidates were made before, and the asked node alone is embedded. A "
    "student's embedding follows from a node's own features and stays right when links come and go; a teacher's is "
    "then of the graph as it was. Sides take turns in one process; a figure is the median of {requests} requests, a "
    "ratio the median of the ratios within each turn, with the lowest and the highest. *Nodes read*: mean number of "
    "nodes whose features the teacher fetches. With the Hadamard decoder 1,000 candidates cost the student 131 million "
    "floating-point operations even where all embeddings are kept, some 2 ms of a thread, so that it cannot be 100 "
    "times as fast as a teacher that takes 30 ms; with the inner product they cost half a million."
)
MEMORY = (
    "LLP for {epochs} epochs on random graphs with {links} links and {features} features a node, each case in a "
    "process of its own: the highest resident memory, and what was resident before distilling began, which is "
    "libraries, features, links and the teacher's table. *Grown* is the difference. Each size is doubled twice by "
    "itself. Where a step speaks of half of the nodes or more, all are embedded, as in the smallest cases."
)


def page(how: str, lines: Sequence[Line], measured: Path = MEASURED) -> str:
    """The page of the lines and of what was measured into a folder."""
    asked, tops, held = (_entries(measured / f"links_{name}.json") for name in ("requests", "top", "memory"))
    parts = ["# Links", f"Made by `python benchmarks/links.py --table`. {how}"]
    parts += ["## What was to be reached", links_targets.table(lines, asked, tops, held), *_left(lines)]
    for setting in SETTINGS:
        if any(line["setting"] == setting for line in lines):
            parts += [f"## {setting.capitalize()}", READING, links_lines.board(lines, setting)]
    if any(line["setting"] == "production" for line in lines):
        parts += [BY_POPULATION, *(links_lines.by_population(lines, metric) for metric in ("auc", "hits@20"))]
    for model, rivals in STUDENTS.items():
        if any(links_lines.MODELS[model][0] == line["row"] for line in lines):
            told = [links_lines.counted(lines, model, rival, "auc") for rival in rivals]
            parts += [f"## {model} beside others", f"{BESIDE} {' '.join(told)}"]
            parts += [links_lines.beside(lines, model, rival) for rival in rivals]
    parts += ["## Published", PUBLISHED]
    parts += ["## Requests", *requests(asked)]
    parts += ["## The best of a million", *best(tops)]
    parts += ["## Memory of distilling", *memory(held)]
    return "\n\n".join([*parts, *_made_by(lines)]) + "\n"


def _entries(path: Path) -> Mapping[str, Any]:
    entries: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return entries


def _left(lines: Sequence[Line]) -> list[str]:
    """What has fewer splits than the board is to have."""
    told = []
    for setting in SETTINGS:
        for dataset in DATASETS:
            counts = {model: links_lines.splits(lines, Cell(dataset, setting), model) for model in MODELS}
            if not any(counts.values()):
                told.append(f"{dataset}, {setting}: not run")
            elif few := [f"{model} on {count}" for model, count in counts.items() if count < SPLITS]:
                told.append(f"{dataset}, {setting}: {', '.join(few)} of {SPLITS} splits")
    if not told:
        return []
    return ["Not run, or not on all splits:", "\n".join(f"- {one}." for one in told)]


def requests(entries: Mapping[str, Any]) -> list[str]:
    """Requests and pairs a second, by number of threads."""
    parts = []
    for entry in entries.values():
        graphs, threads = entry["graphs"], _threads(entry)
        parts += [f"{threads}. {REQUESTS.format(**entry)}", markdown(ASKED, map(_request, graphs))]
        parts += [RATE.format(**entry), markdown(RATES, map(_rates, graphs))]
    return parts or ["Not run."]


ASKED = [
    "decoder",
    "links a node",
    "nodes read",
    "teacher",
    "student",
    "ratio",
    "student, kept",
    "ratio",
    "teacher, kept",
]
RATES = ["decoder", "links a node", "teacher, pairs a second", "student, pairs a second"]
RATE = (
    "{pairs:,} random pairs at once, all nodes embedded first, in one pass over the whole graph or over all features: "
    "what a graph costs is paid once there, and not by each request."
)
TOP = (
    "{told}. The {best} best partners of a node among candidates whose embeddings are kept; the median of {requests} "
    "requests. *Short list*: `LinkIndex.approximate` picks candidates by a linear stand-in for the decoder and scores "
    "those; *recall* is the share of the exact answer that it finds, on {recalled} nodes, with drawn weights."
)


def best(entries: Mapping[str, Any]) -> list[str]:
    """The best of a million, by number of threads."""
    parts = []
    for entry in entries.values():
        load = sorted({f"{entry['load'][when][0]:.0f}" for when in ("before", "after")}, key=int)
        told = f"{_threads(entry)}, the machine's load {' to '.join(load)}"
        parts += [
            TOP.format(told=told, **entry),
            markdown(["candidates", "how", "time", "recall"], map(_top, entry["top"])),
        ]
    return parts or ["Not run."]


def _threads(entry: Mapping[str, Any]) -> str:
    """On how many threads, and what was counted."""
    return "One thread, CPU time" if entry["threads"] == 1 else f"{entry['threads']} threads, by the clock"


def _request(graph: Mapping[str, Any]) -> list[str]:
    whole, kept = (graph["beside"][name] for name in ("student", "student_kept"))
    shown = [_ms(whole["teacher"]), _ms(whole["student"]), _ratio(whole["teacher"])]
    shown += [_ms(kept["student_kept"]), _ratio(kept["teacher"]), _ms(kept["teacher_kept"])]
    return [*_graph(graph), f"{graph['reached']:,.0f}", *shown]


def _rates(graph: Mapping[str, Any]) -> list[str]:
    return [*_graph(graph), *(f"{graph['pairs_per_s'][name]:,.0f}" for name in ("teacher", "student"))]


def _graph(graph: Mapping[str, Any]) -> list[str]:
    return [graph["decoder"], f"{graph['degree']:.0f}"]


def _ms(side: Mapping[str, Any]) -> str:
    return f"{significant(1e3 * side['median_s'])} ms"


def _ratio(side: Mapping[str, Any]) -> str:
    low, middle, high = map(significant, (min(side["ratios"]), side["ratio"], max(side["ratios"])))
    return f"{middle} × ({low} to {high})"


def _top(one: Mapping[str, Any]) -> list[str]:
    recall = f"{one['recall']:.2f}" if "recall" in one else "exact"
    return [f"{one['candidates']:,}", one["how"], _ms(one), recall]


def memory(entries: Mapping[str, Any]) -> list[str]:
    """Growth with nodes, contexts and batch, by number of threads."""
    parts = []
    for entry in entries.values():
        body = [_memory(one) for one in entry["sizes"]]
        head = ["nodes", "contexts", "anchors a step", "before, GiB", "highest, GiB", "grown, GiB"]
        parts += [
            f"{plural(entry['threads'], 'thread')}. {MEMORY.format(**{**entry, 'links': 2 * entry['links']})}",
            markdown(head, body),
        ]
    return parts or ["Not run."]


def _memory(one: Mapping[str, Any]) -> list[str]:
    counts = [f"{one[name]:,}" for name in ("nodes", "contexts", "batch")]
    held = [one["before_gib"], one["peak_gib"], one["peak_gib"] - one["before_gib"]]
    return [*counts, *(f"{value:.2f}" for value in held)]


def _made_by(lines: Sequence[Line]) -> list[str]:
    if not lines:
        return []
    versions = "; ".join(f"{count} lines by {by}" for by, count, _ in counted(lines))
    return [f"{_trained(lines)} Made by {versions}."]


def _trained(lines: Sequence[Line]) -> str:
    """How long students of the lines could train: recipes change, and a line keeps what it was made with."""
    limits = Counter((line["config"]["distill"]["epochs"], line["config"]["distill"]["patience"]) for line in lines)
    told = (f"{epochs:,} (patience {patience:,}) in {plural(n, 'line')}" for (epochs, patience), n in limits.items())
    return f"A line stands with the recipe of its time until it is run again; epochs at most: {', '.join(told)}."
