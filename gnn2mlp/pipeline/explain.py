"""`explain`: which nodes and features made a teacher say what it says, and where its student cannot follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.core.files import write_json, write_text
from gnn2mlp.core.limits import check_count
from gnn2mlp.core.notebook import shown
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.node_rows import node_rows
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.explainers import EXPLAINERS, Explainer, Explanation, Margins, Surrogate, own_margins
from gnn2mlp.explore.plots_explanations import plot_explanations
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.explain_figures import faithfulness_rows, motif_rows
from gnn2mlp.pipeline.explain_files import STUDENT, tables, write_pictures
from gnn2mlp.pipeline.explain_student import ExplainedStudent
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.seed import Seed, plan
from gnn2mlp.pipeline.surrogate import LEAST_AGREEMENT, surrogate_of, teacher_reach
from gnn2mlp.pipeline.trust import made_student
from gnn2mlp.report.explain_report import write_explain_report
from gnn2mlp.report.siblings import refresh_report
from gnn2mlp.students import check_graph_free
from gnn2mlp.teachers import Teacher

FORMAT = 1
RESULTS, PAGE, ROUTER = "explain.json", "explain.html", "router.safetensors"

# Where a run leaves its students.
STUDENTS = "students"


@dataclass(frozen=True, eq=False)
class ExplainResult:
    """What `explain` leaves behind.

    Args:
        results: the content of `explain.json`.
        explanation: scores of the nodes within reach of each explained node.
        surrogate: the linear model that they are read from.
        margins: of each explained node, its own part and its neighbours'.
        graph: of the data set.
        answers: int64 (nodes,), the teacher's class of every node.
        student: of the run, if it made one: its answers, what each feature did for them, and a router for cascades.
        out: the folder that holds `explain.json`, `explain.html`, CSV files and `neighbourhoods`.
    """

    results: dict[str, Any]
    explanation: Explanation
    surrogate: Surrogate
    margins: Margins
    graph: GraphData
    answers: np.ndarray
    student: ExplainedStudent | None
    out: Path

    __repr__ = short_repr

    def plot(self, nodes: Sequence[Any] | np.ndarray | None = None, *, most: int = 6, top: int = 10) -> Figure:
        """Explained nodes, each in the middle of those that its answer was made of.

        Args:
            nodes: which of those that were explained, named as in the call; default: the first ones.
            most: nodes to draw at most.
            top: nodes around each.

        Raises:
            DataError: for nodes that were not explained.
        """
        found = self.explanation
        if nodes is not None:
            rows = rows_of(self.graph, nodes)
            place = {int(node): position for position, node in enumerate(found.nodes)}
            if missing := [_name(self.graph, int(row)) for row in rows if int(row) not in place]:
                raise DataError(
                    f"plot: {listing(missing)} of {self.graph.name} were not explained; name them in nodes="
                )
            found = found.take([place[int(row)] for row in rows])
        return plot_explanations(found, self.graph, self.answers, self.graph.class_names, most=most, top=top)


def explain(
    config: RunConfig | None = None,
    nodes: Sequence[Any] | np.ndarray | None = None,
    *,
    sample: int = 100,
    method: Any = "fastdnx",
    top: int = 10,
    hops: int | None = None,
    pictures: int = 20,
    listen: Listen = shown,
) -> ExplainResult:
    """Explain answers of the teacher of a run's first seed, on the whole graph, and those of its student.

    A linear surrogate is fitted to all of the teacher's answers, and its agreement on nodes held out is stated; below
    .8 it explains something else, which is said. Explanations stand beside those of two baselines, one that reads no
    model and a random one. No label is read but for the nodes of motifs, where a data set knows them, and to judge a
    cascade on test nodes.

    Where the folder holds a student of the same settings, each feature's part in its answers is told as well
    (`gnn2mlp.explainers.contributions`), and whether a cascade should read the own margin beside its confidence
    (`gnn2mlp.evaluate.routing`).

    Args:
        config: whose teacher; it is trained, or taken from the cache. Default: the demonstration.
        nodes: rows of the graph, or names of its nodes where it has some; each once; default: `sample` test nodes.
        sample: how many, where no nodes are given.
        method: an explainer: its name, a mapping, or an object.
        top: nodes, edges and features of each explanation that files and page name.
        hops: of the surrogate; default: as many as the teacher has layers, at most three.
        pictures: so many of the explained nodes are drawn into files, the first ones.
        listen: gives the progress listener of each stage, see `gnn2mlp.pipeline.job.Listen`.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for a hypergraph, another task than one class a node, or nodes that there are not; before training,
            and before anything is written.
    """
    config = (config or RunConfig()).resolve()
    check_graph_free(config.student.name, "gnn2mlp explain")
    check_count("explain", 1, sample=sample, top=top, hops=1 if hops is None else hops)
    check_count("explain", 0, pictures=pictures)
    chosen = _explainer(method)
    folder = config.folder("explain")

    def checked(graph: NodeData) -> np.ndarray | None:
        found = _checked(graph)
        return None if nodes is None else rows_of(found, nodes)

    with opened(config, folder, listen, guest=True, check=checked) as job:
        seed, asked = plan(job, config.seeds[0]), checked(job.graph)
        found = _Explained(job, seed, _sample(seed, sample) if asked is None else asked, chosen, hops, top)
        job.begin(seed.number, "report")
        results = {"format": FORMAT, **job.facts, "environment": dict(job.environment), **found.record()}
        results["citations"] = _citations(results["citations"], chosen, found.student)
        result = ExplainResult(
            results,
            found.explanation,
            found.surrogate,
            found.margins,
            found.graph,
            found.logits.argmax(1).numpy(),
            found.student,
            folder,
        )
        _write(result, pictures)
    return result


def rows_of(graph: GraphData, nodes: Sequence[Any] | np.ndarray) -> np.ndarray:
    """Rows int64 (nodes,), each once, of the nodes of a graph that are named, or given as rows where it has no names.

    Raises:
        DataError: for none, for rows that are not there, or for names that no node has.
    """
    given = np.atleast_1d(np.asarray(nodes))
    if not given.size:
        raise DataError("explain: expected at least one node, got none")
    return _once(node_rows(graph, given, "explain"))


def _once(rows: np.ndarray) -> np.ndarray:
    """Each in the place where it is first."""
    return rows[np.sort(np.unique(rows, return_index=True)[1])]


class _Explained:
    """All that is found of one teacher, in the order in which it is needed."""

    def __init__(self, job: Job, seed: Seed, nodes: np.ndarray, explainer: Explainer, hops: int | None, top: int):
        self.job, self.seed, self.nodes, self.explainer, self.top = job, seed, nodes, explainer, top
        self.graph = _checked(seed.full.graph)
        self.teacher: Teacher = seed.teacher.value
        self.logits: Tensor = self.teacher.predict(self.graph, job.device)
        progress = job.listen(seed.number, "surrogate")
        self.surrogate = surrogate_of(
            self.teacher, self.graph, self.logits, hops=hops, seed=seed.number, progress=progress
        )
        self.explanation = explainer.explain(self.surrogate, nodes, seed.number)
        self.margins = own_margins(self.surrogate, nodes)
        made = made_student(job, seed.number)
        self.student = (
            None if made is None else ExplainedStudent.of(made, seed.full, self.surrogate, self.logits, self.nodes)
        )

    def predict(self, graph: GraphData) -> Tensor:
        """The teacher's logits on another graph."""
        return self.teacher.predict(graph, self.job.device)

    def record(self) -> dict[str, Any]:
        """What the results say, in plain types."""
        explainers = [self.explainer, *(EXPLAINERS.get(name)() for name in ("propagation", "random"))]
        explainers = list({one.name: one for one in explainers}.values())
        one = self.surrogate
        return {
            "seeds": [{"seed": self.seed.number, "split": {"digest": self.seed.split.digest, **self.seed.split.sizes}}],
            "explainer": self.explainer.spec().to_dict(),
            "surrogate": {
                "hops": one.hops,
                "reads": one.reads,
                "agreement": one.agreement,
                "divergence": one.divergence,
                "digest": digest_tensors({"weight": torch.from_numpy(one.weight)}),
            },
            "faithfulness": faithfulness_rows(explainers, self.predict, self.graph, one, self.nodes),
            "motifs": motif_rows(explainers, _checked(self.job.graph), one),  # which a scoring view forgets
            "nodes": [self._node(position) for position in range(len(self.nodes))],
            "notes": self._notes(),
            **({} if self.student is None else {"student": self.student.record()}),
        }

    def _node(self, position: int) -> dict[str, Any]:
        node, top = int(self.nodes[position]), self.top
        ids, scores = self.explanation.ranked(position)
        (sources, targets), sums = self.explanation.edges(self.graph, position)
        highest = np.argsort(-sums, kind="stable")[:top]
        return {
            "node": node,
            "name": _name(self.graph, node),
            "teacher": int(self.logits[node].argmax()),
            "confidence": float(self.logits[node].softmax(-1).max()),
            "agrees": bool(self.margins.first[position] == int(self.logits[node].argmax())),
            "own_margin": float(self.margins.own[position]),
            "neighbours_margin": float(self.margins.neighbours[position]),
            "margin": float(self.margins.margin[position]),
            "reached": len(ids),
            "top": [
                [_name(self.graph, int(one)), float(score)] for one, score in zip(ids[:top], scores[:top], strict=True)
            ],
            "edges": [
                [_name(self.graph, int(sources[k])), _name(self.graph, int(targets[k])), float(sums[k])]
                for k in highest.tolist()
            ],
            "features": self._features(position),
            **({} if self.student is None else {"student": self.student.node(position, top)}),
        }

    def _features(self, position: int) -> list[list[Any]]:
        features, parts = surrogate_features(self.surrogate, self.margins, self.nodes, position)
        names = [self.feature_name(int(feature)) for feature in features[: self.top]]
        return [[name, float(part)] for name, part in zip(names, parts[: self.top], strict=True)]

    def feature_name(self, feature: int) -> str:
        """What a column of the surrogate's features is called."""
        if self.surrogate.reads == "degree":
            return f"degree {feature}"
        names = self.graph.feature_names
        return str(feature) if names is None else names[feature]

    def _notes(self) -> list[str]:
        notes, alone = [], int((np.diff(self.explanation.scores.indptr) == 1).sum())
        if self.surrogate.agreement < LEAST_AGREEMENT:
            share, least = 100 * self.surrogate.agreement, 100 * LEAST_AGREEMENT
            notes.append(
                f"The surrogate answers as the teacher on {share:.0f} % of nodes held out: below {least:.0f} % it "
                "explains another model; try more hops (--hops), or trust no explanation"
            )
        if self.surrogate.hops > (reach := teacher_reach(self.teacher)):
            notes.append(
                f"The surrogate looks {self.surrogate.hops} links far and the teacher {reach}: what is said of nodes "
                f"further away explains nothing that it did; --hops {reach} leaves them out"
            )
        if self.student is None and (self.job.folder / STUDENTS).is_dir():
            notes.append(
                "The students in this folder were made by other settings or another version, and are not explained; "
                "gnn2mlp run with this folder makes them anew"
            )
        if alone:
            have = "node has" if alone == 1 else "nodes have"
            notes.append(f"{alone} of the explained {have} no neighbour: its answer is explained by itself alone")
        return notes


def surrogate_features(
    surrogate: Surrogate, margins: Margins, nodes: np.ndarray, position: int
) -> tuple[np.ndarray, np.ndarray]:
    """Features and what each adds to the margin of a node's likeliest class, the largest in size first.

    (Â^K X)_if (Θ_f,first - Θ_f,second): with the constant they add up to the margin.
    """
    mean = surrogate.rows(nodes[position : position + 1]) @ surrogate.features
    row = np.asarray(mean.todense() if hasattr(mean, "todense") else mean).ravel()
    first, second = margins.first[position], margins.second[position]
    parts = row * (surrogate.weight[:, first] - surrogate.weight[:, second])
    order = np.argsort(-np.abs(parts), kind="stable")
    order = order[parts[order] != 0]
    return order, parts[order]


def _explainer(method: Any) -> Explainer:
    if isinstance(method, Explainer):
        return method
    return Spec.parse(method).build(EXPLAINERS)


def _checked(graph: NodeData) -> GraphData:
    found = GraphData.expect(graph, "explain")
    if not found.task.exclusive:
        raise DataError(
            f"explain: expected a task of one class a node, got {found.task.name!r}; other answers are not explained"
        )
    return found


def _sample(seed: Seed, count: int) -> np.ndarray:
    test: np.ndarray = seed.split.test.numpy()
    random = np.random.default_rng(derive(seed.number, "nodes that are explained"))
    return np.sort(random.choice(test, min(count, len(test)), replace=False))


def _name(graph: GraphData, node: int) -> str:
    return str(node) if graph.node_names is None else str(graph.node_names[node])


def _citations(cited: Mapping[str, str], explainer: Explainer, student: ExplainedStudent | None) -> dict[str, str]:
    kept = {key: text for key, text in cited.items() if not key.startswith("method")}
    found = {**kept, "explainer": type(explainer).citation}
    if student is not None:
        found["contributions"] = "Sundararajan et al., Axiomatic Attribution for Deep Networks, ICML 2017"
    return found


def _write(result: ExplainResult, pictures: int) -> None:
    """The files of a result, the page last."""
    folder, results, nodes = result.out, result.results, result.explanation.nodes
    for name, text in tables(results).items():
        write_text(folder / name, text)
    drawn = [result.explanation.take([k]) for k in range(min(pictures, len(nodes)))]
    named = result.graph.class_names
    write_pictures(
        folder, ((int(one.nodes[0]), plot_explanations(one, result.graph, result.answers, named)) for one in drawn)
    )
    if result.student is None:  # what an earlier call found of another student speaks of none that is here
        for name in (STUDENT, ROUTER):
            (folder / name).unlink(missing_ok=True)
    else:
        result.student.router.save(folder / ROUTER)
    write_json(folder / RESULTS, results)
    write_explain_report(results, result.explanation, result.graph, result.answers, folder / PAGE)
    refresh_report(folder)
