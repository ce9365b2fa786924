"""What LLP was to reach, set before it was built, beside what was reached."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from figures import markdown
from links_lines import DATASETS, LLP, METRICS, MLP, SAGE, SPLITS, Cell, Line, compared

from gnn2mlp.evaluate import Paired
from gnn2mlp.explore.formatting import plural

Entries = Mapping[str, Any]

VERDICTS = {True: "yes", False: "**no**"}
# A request is to cost the teacher at least so many times what it costs the student; LLP's abstract claims 70.68.
REQUEST, CLAIMED = 100.0, 70.68
ASKED = f"request of 1,000 candidates: SAGE / student{{}} (published: {CLAIMED})"
# `top` over a million candidates is to take less, in milliseconds.
TOP_MS, MANY = 100.0, 1_000_000
# Memory does not grow with the nodes if four times as many take at most so many times as much.
GROWTH = 1.1
# Of so many splits LLP is to be ahead of the MLP in this share.
SHARE = 4 / 5


class Target(NamedTuple):
    """A difference of LLP to a rival, in points, that is to be reached at least."""

    cell: Cell
    metric: str
    rival: str
    least: float

    @property
    def what(self) -> str:
        """In words."""
        return f"{METRICS[self.metric]} of LLP minus {self.rival}'s"

    def holds(self, found: Paired) -> bool:
        """Whether the mean difference reaches it."""
        return bool(100 * found.difference >= self.least)


CITATIONS, OTHERS = DATASETS[:2], DATASETS[2:]
TARGETS = (
    *(Target(Cell(one, "transductive"), "hits@20", MLP, 3.0) for one in CITATIONS),
    *(Target(Cell(one, "transductive"), "auc", MLP, 1.0) for one in CITATIONS),
    *(Target(Cell(one, "transductive"), "auc", SAGE, -0.5) for one in CITATIONS),
    *(Target(Cell(one, "transductive"), "auc", MLP, 0.0) for one in OTHERS),
    Target(Cell("cora", "production"), "auc", MLP, 2.0),
    Target(Cell("cora", "production"), "auc", SAGE, 3.0),
    Target(Cell("cora", "production"), "hits@20", MLP, 0.0),
    *(Target(Cell(one, "production"), "auc", MLP, 0.0) for one in DATASETS[1:]),
)


def table(lines: Sequence[Line], requests: Entries, tops: Entries, memory: Entries) -> str:
    """A line for each target, those of which nothing was run among them.

    Args:
        lines: of the board.
        requests: what `speed/links_requests.py` measured, by threads.
        tops: what `speed/links_top.py` measured, likewise.
        memory: what `speed/links_memory.py` measured, likewise.
    """
    body = [_line(target, compared(lines, target.cell, target.metric, LLP, target.rival)) for target in TARGETS]
    body += [*_ahead(lines), _published(lines), *_asked(requests), *_best(tops), *_grown(memory)]
    return markdown(["on", "what", "target", "reached", "holds"], body)


def _line(target: Target, found: Paired | None) -> list[str]:
    wanted = [str(target.cell), target.what, f"at least {target.least:+.1f} points"]
    if found is None:
        return [*wanted, "not run", ""]
    return [*wanted, _points(found), _verdict(target.holds(found), found.n)]


def _points(found: Paired) -> str:
    interval = "" if not found.has_interval else f" [{100 * found.low:+.2f}, {100 * found.high:+.2f}]"
    return f"{100 * found.difference:+.2f}{interval}"


def _verdict(holds: bool, splits: int) -> str:
    """A verdict on fewer splits than are wanted says so."""
    if splits < SPLITS:  # which is too few to say that it holds, or that it does not
        return f"{'so far' if holds else 'not so far'}, on {splits} of {SPLITS} splits"
    return VERDICTS[holds]


def _ahead(lines: Sequence[Line]) -> Iterator[list[str]]:
    """In how many splits LLP is ahead of the MLP."""
    for dataset in CITATIONS:
        cell = Cell(dataset, "transductive")
        found = compared(lines, cell, "auc", LLP, MLP)
        wanted = [str(cell), "splits on which AUC of LLP is above MLP's", "at least 4 of 5"]
        if found is None:
            yield [*wanted, "not run", ""]
        else:
            yield [*wanted, f"{found.wins} of {found.n}", _verdict(found.wins >= SHARE * found.n, found.n)]


def _published(lines: Sequence[Line]) -> list[str]:
    """The claim of the paper's abstract, on those data sets that were run."""
    pairs = [compared(lines, Cell(one, "transductive"), "hits@20", LLP, SAGE) for one in DATASETS]
    found = [one for one in pairs if one is not None]
    above = sum(one.difference > 0 for one in found)
    clearly = sum(one.low > 0 for one in found)
    worse = sum(one.high < 0 for one in found)
    wanted = ["data sets, transductive", "Hits@20 of LLP above SAGE's (published: 7 of 8)", "7 of 8"]
    if not found:
        return [*wanted, "not run", ""]
    reached = f"{above} of {len(found)}; beyond chance above on {clearly}, below on {worse}"
    holds = above >= 7 / 8 * len(found)
    if len(found) < len(DATASETS):
        few = f"{'so far' if holds else 'not so far'}, on {len(found)} of {len(DATASETS)} data sets"
        return [*wanted, reached, few]
    return [*wanted, reached, VERDICTS[holds]]


def _asked(entries: Entries) -> Iterator[list[str]]:
    """Requests of each graph, the student's embeddings made for each request, or kept."""
    found = [(graph, entry) for entry in entries.values() for graph in entry["graphs"]]
    target = f"at least {REQUEST:.0f} ×"
    if not found:
        yield ["100,000 nodes", ASKED.format(""), target, "not run", ""]
    for graph, entry in found:
        where = f"{entry['nodes']:,} nodes, {graph['degree']:.0f} links a node, {graph['decoder']} decoder"
        where += f", {plural(entry['threads'], 'thread')}"
        for side, how in (("student", ""), ("student_kept", ", embeddings kept")):
            ratio = graph["beside"][side]["teacher"]["ratio"]
            yield [where, ASKED.format(how), target, f"{ratio:,.0f} ×", VERDICTS[ratio >= REQUEST]]


def _best(entries: Entries) -> Iterator[list[str]]:
    """The best of a million."""
    found = [(one, entry["threads"]) for entry in entries.values() for one in entry["top"] if one["candidates"] >= MANY]
    target = f"below {TOP_MS:.0f} ms"
    if not found:
        yield ["1,000,000 candidates", "`top`, embeddings kept", target, "not run", ""]
    for one, threads in found:
        spent = 1e3 * one["median_s"]
        where = f"{one['candidates']:,} candidates, {plural(threads, 'thread')}"
        yield [where, f"`top`, {one['how']}, embeddings kept", target, f"{spent:,.0f} ms", VERDICTS[spent < TOP_MS]]


def _grown(entries: Entries) -> Iterator[list[str]]:
    """What distilling takes with four times the nodes, contexts or anchors, beside the smallest case."""
    sizes = [one for entry in entries.values() for one in entry["sizes"]]
    if not sizes:
        yield ["distilling", "memory of four times the nodes", f"at most {GROWTH} ×", "not run", ""]
        return
    smallest, held = sizes[0], _held(sizes[0])
    for name, what in (("nodes", "nodes"), ("contexts", "contexts"), ("batch", "anchors a step")):
        largest = max(sizes, key=lambda one: one[name])
        times, most = largest[name] / smallest[name], GROWTH if name == "nodes" else largest[name] / smallest[name]
        told = [f"memory grown, {times:.0f} times the {what}", f"at most {most:.3g} ×"]
        if held <= 0:  # the smallest case fits into what the process had held before
            yield ["distilling", *told, "too small to tell", ""]
            continue
        ratio = _held(largest) / held
        yield ["distilling", *told, f"{ratio:.2f} ×", VERDICTS[ratio <= most]]


def _held(size: Entries) -> float:
    return float(size["peak_gib"] - size["before_gib"])
