"""LINKS.md: what was to be reached and what was, the board, what a request costs, what memory distilling takes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import links_lines
import links_targets
from figures import markdown
from links_lines import DATASETS, MLP, MODELS, SAGE, SETTINGS, SPLITS, Cell, Line

from gnn2mlp.studies.versions import counted

MEASURED = Path(__file__).parent / "speed" / "results"
# A request is to cost the teacher at least so many times what it costs the student; the paper's claim.
WANTED, CLAIMED = 100.0, 70.68
# `top` over a million candidates, in milliseconds.
TOP_MS = 100.0

READING = (
    "Per cent, mean ± standard deviation over splits. AUC and AP are of positives and negatives together; Hits@K is "
    "the share of positives whose score is above that of the K-th best of all negatives, MRR the mean of 1 / the rank "
    "of a positive among them (OGB's conventions). Hits@20 of a few hundred pairs varies by many points from split to "
    "split: it is never to be read without AUC."
)
BESIDE = (
    "Paired differences in points with the 95 % interval of Nadeau and Bengio's corrected test for one comparison, "
    "bold where it excludes 0, and on how many splits LLP is ahead."
)
BY_POPULATION = (
    "By which of a pair's ends did not exist in training. Who sees the links of new nodes may rank their pairs best, "
    "and a student that reads features alone may separate them better on the whole: neither metric tells both."
)
PUBLISHED = (
    "LLP's abstract claims that it exceeds its teacher on 7 of 8 data sets and answers "
    f"{CLAIMED} times faster. The paper's tables could not be read again when this page was made, so that no figure of "
    "theirs stands here. Its spread is that of several students of one teacher on one split."
)
REQUESTS = (
    "A request scores one node with 1,000 candidates, on a random graph of {nodes:,} nodes with power-law degrees and "
    "{features} features. The teacher, SAGE with two layers of {width}, fetches the full neighbourhoods of all; "
    "the student reads their features; both score with a Hadamard decoder of {width}. Weights are drawn, not trained: "
    "they do not change what is computed. The sides take turns in one process; a figure is the median of {repeats} "
    "requests, a ratio the median of the ratios within each turn. *Embeddings kept*: those of the candidates were made "
    "before, as a teacher's can be too, until a link changes."
)
MEMORY = (
    "Distilling in a process of its own: highest resident memory, and what was resident before it began, which is "
    "libraries, features, links and the teacher's table. *Grown* is the difference, what distilling itself takes."
)


def page(how: str, lines: Sequence[Line], measured: Path = MEASURED) -> str:
    """The page of the lines and of what was measured into a folder."""
    parts = ["# Links", f"Made by `python benchmarks/links.py --table`. {how}"]
    parts += ["## What was to be reached", links_targets.table(lines), *_left(lines)]
    for setting in SETTINGS:
        if any(line["setting"] == setting for line in lines):
            parts += [f"## {setting.capitalize()}", READING, links_lines.board(lines, setting)]
    if any(line["setting"] == "production" for line in lines):
        parts += [BY_POPULATION, *(links_lines.by_population(lines, metric) for metric in ("auc", "hits@20"))]
    if lines:
        parts += ["## LLP beside the MLP and its teacher", BESIDE]
        parts += [links_lines.beside(lines, rival) for rival in (MLP, SAGE)]
    parts += ["## Published", PUBLISHED]
    parts += ["## Requests", *requests(_entries(measured / "links_requests.json"))]
    parts += ["## Memory of distilling", *memory(_entries(measured / "links_memory.json"))]
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
    """Requests, pairs a second and the best candidates, by number of threads."""
    parts = []
    for entry in entries.values():
        body = [_request(graph) for graph in entry["graphs"]]
        head = ["links a node", "teacher", "student", "teacher / student", f"≥ {WANTED:.0f} ×"]
        head += ["embeddings kept", "pairs a second: teacher", "student"]
        parts += [f"{entry['threads']} thread(s). {REQUESTS.format(**entry)}", markdown(head, body), ALL_PAIRS]
        if tops := entry.get("top"):
            parts += [TOP.format(**entry), markdown(["candidates", "how", "time", "recall", "within"], map(_top, tops))]
    return parts or ["Not run."]


ALL_PAIRS = (
    "Pairs a second are those of a million random pairs of these nodes, embeddings of all nodes included: one pass "
    "over the whole graph against one over all features. What a graph costs is paid once there, and not a request."
)
TOP = (
    "The ten best partners of a node among candidates whose embeddings of {width} are kept, {threads} thread(s): "
    "`LinkPredictor.top`; *recall* is the share of the exact answer that is found."
)


def _request(graph: Mapping[str, Any]) -> list[str]:
    sides, pairs = graph["sides"], graph["pairs_per_s"]
    teacher, student, kept = (sides[name] for name in ("teacher", "student", "kept"))
    ratios = sorted(teacher["ratios"])
    shown = f"{teacher['ratio']:,.0f} × ({ratios[0]:,.0f} to {ratios[-1]:,.0f})"
    times = [f"{1e3 * side['median_s']:,.2f} ms" for side in (teacher, student)]
    verdict = links_targets.VERDICTS[teacher["ratio"] >= WANTED]
    rates = [f"{pairs[name]:,.0f}" for name in ("teacher", "student")]
    return [f"{graph['degree']:.0f}", *times, shown, verdict, f"{1e3 * kept['median_s']:,.2f} ms", *rates]


def _top(one: Mapping[str, Any]) -> list[str]:
    spent = 1e3 * one["median_s"]
    target = links_targets.VERDICTS[spent < TOP_MS] if one["candidates"] >= 1_000_000 else ""
    recall = f"{one['recall']:.3f}" if "recall" in one else "exact"
    return [f"{one['candidates']:,}", one["how"], f"{spent:,.1f} ms", recall, target]


def memory(entries: Mapping[str, Any]) -> list[str]:
    """Growth with nodes, contexts and batch, by number of threads."""
    parts = []
    for entry in entries.values():
        body = [_memory(one) for one in entry["sizes"]]
        head = ["nodes", "contexts", "anchors a step", "before, GiB", "highest, GiB", "grown, GiB"]
        parts += [f"{entry['threads']} thread(s). {MEMORY}", markdown(head, body)]
    return parts or ["Not run."]


def _memory(one: Mapping[str, Any]) -> list[str]:
    counts = [f"{one[name]:,}" for name in ("nodes", "contexts", "batch")]
    held = [one["before_gib"], one["peak_gib"], one["peak_gib"] - one["before_gib"]]
    return [*counts, *(f"{value:.2f}" for value in held)]


def _made_by(lines: Sequence[Line]) -> list[str]:
    if not lines:
        return []
    versions = "; ".join(f"{count} lines by {by}" for by, count, _ in counted(lines))
    return [f"Made by {versions}."]
