"""`explain`: which nodes and features made a teacher say what it says, and where its student cannot follow."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.core.files import write_json, write_text
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.notebook import shown
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.explainers import EXPLAINERS, Explainer, Explanation, Margins, Surrogate, fit_surrogate, own_margins
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.explain_figures import agreement_scores, faithfulness_rows, motif_rows
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.scoring import student_logits
from gnn2mlp.pipeline.seed import Seed, plan
from gnn2mlp.pipeline.trust import made_student
from gnn2mlp.report.explain_report import write_explain_report
from gnn2mlp.report.siblings import refresh_report
from gnn2mlp.teachers import Teacher

FORMAT = 1
RESULTS, PAGE, NODES, FEATURES = "explain.json", "explain.html", "explanations.csv", "contributions.csv"
# Of a teacher with more layers the surrogate has as many hops: rows of a higher power hold nearly all nodes.
_MOST_HOPS = 3
# Below this agreement the surrogate stands for another model than the teacher.
LEAST_AGREEMENT = 0.8


@dataclass(frozen=True, eq=False)
class ExplainResult:
    """What `explain` leaves behind.

    Args:
        results: the content of `explain.json`.
        explanation: scores of the nodes within reach of each explained node.
        surrogate: the linear model that they are read from.
        margins: of each explained node, its own part and its neighbours'.
        graph: of the data set.
        out: the folder that holds `explain.json`, `explain.html`, `explanations.csv` and `contributions.csv`.
    """

    results: dict[str, Any]
    explanation: Explanation
    surrogate: Surrogate
    margins: Margins
    graph: GraphData
    out: Path

    __repr__ = short_repr


def explain(
    config: RunConfig | None = None,
    nodes: Sequence[Any] | np.ndarray | None = None,
    *,
    sample: int = 100,
    method: Any = "fastdnx",
    top: int = 10,
    hops: int | None = None,
    listen: Listen = shown,
) -> ExplainResult:
    """Explain answers of the teacher of a run's first seed, on the whole graph.

    A linear surrogate is fitted to all of the teacher's answers, and its agreement on nodes held out is stated; below
    .8 it explains something else, which is said. Explanations stand beside those of two baselines, one that reads no
    model and a random one. No label is read but for the nodes of motifs, where a data set knows them.

    Args:
        config: whose teacher; it is trained, or taken from the cache. Default: the demonstration.
        nodes: rows of the graph, or names of its nodes where it has some; default: `sample` test nodes.
        sample: how many, where no nodes are given.
        method: an explainer: its name, a mapping, or an object.
        top: nodes and features of each explanation that files and page name.
        hops: of the surrogate; default: as many as the teacher has layers, at most three.
        listen: gives the progress listener of each stage, see `gnn2mlp.pipeline.job.Listen`.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for a hypergraph, another task than one class a node, or nodes that there are not; before training.
    """
    config = (config or RunConfig()).resolve()
    check_at_least("explain", 1, sample=sample, top=top)
    chosen = _explainer(method)
    folder = config.folder("explain")
    with opened(config, folder, listen, guest=True) as job:
        graph = _checked(job.graph)
        number = config.seeds[0]
        asked = None if nodes is None else rows_of(graph, nodes)
        seed = plan(job, number)
        asked = _sample(seed, sample) if asked is None else asked
        found = _Explained(job, seed, asked, chosen, hops)
        job.begin(number, "report")
        results = {"format": FORMAT, **job.facts, "environment": dict(job.environment), **found.record(top)}
        results["citations"] = _citations(results["citations"], chosen)
    result = ExplainResult(results, found.explanation, found.surrogate, found.margins, graph, folder)
    _write(result, top)
    return result


def rows_of(graph: GraphData, nodes: Sequence[Any] | np.ndarray) -> np.ndarray:
    """Rows int64 (nodes,) of the nodes of a graph that are named, or given as rows where it has no names.

    Raises:
        DataError: for none, for rows that are not there, or for names that no node has.
    """
    given = np.atleast_1d(np.asarray(nodes))
    if not given.size:
        raise DataError("explain: expected at least one node, got none")
    if graph.node_names is None:
        return _as_rows(given, graph.num_nodes)
    row = {str(name): position for position, name in enumerate(graph.node_names.tolist())}
    if unknown := [str(name) for name in given.tolist() if str(name) not in row]:
        example = next(iter(row))
        raise DataError(f"explain: {graph.name} has no node {listing(unknown)}; name nodes by ids such as {example}")
    return np.array([row[str(name)] for name in given.tolist()], dtype=np.int64)


def _as_rows(given: np.ndarray, count: int) -> np.ndarray:
    try:
        rows = given.astype(np.int64)
        whole = bool((rows == given.astype(np.float64)).all())
    except ValueError:
        whole = False
    if not whole or rows.min() < 0 or rows.max() >= count:
        wrong = [str(node) for node in given.tolist() if not _is_row(node, count)]
        raise DataError(f"explain: expected nodes as rows, integers in 0..{count - 1}, got {listing(wrong)}")
    return rows


def _is_row(node: Any, count: int) -> bool:
    try:
        return float(node).is_integer() and 0 <= float(node) < count
    except ValueError:
        return False


class _Explained:
    """All that is found of one teacher, in the order in which it is needed."""

    def __init__(self, job: Job, seed: Seed, nodes: np.ndarray, explainer: Explainer, hops: int | None):
        self.job, self.seed, self.nodes, self.explainer = job, seed, nodes, explainer
        self.graph = _checked(seed.full.graph)
        self.teacher: Teacher = seed.teacher.value
        self.logits: Tensor = self.teacher.predict(self.graph, job.device)
        reach = hops or min(getattr(self.teacher, "depth", 2), _MOST_HOPS)
        progress = job.listen(seed.number, "surrogate")
        self.surrogate = fit_surrogate(self.graph, self.logits, hops=reach, seed=seed.number, progress=progress)
        self.explanation = explainer.explain(self.surrogate, nodes, seed.number)
        self.margins = own_margins(self.surrogate, nodes)

    def predict(self, graph: GraphData) -> Tensor:
        """The teacher's logits on another graph."""
        return self.teacher.predict(graph, self.job.device)

    def record(self, top: int) -> dict[str, Any]:
        """What the results say, in plain types."""
        explainers = [self.explainer, *(EXPLAINERS.get(name)() for name in ("propagation", "random"))]
        explainers = list({one.name: one for one in explainers}.values())
        one = self.surrogate
        found = {
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
            "motifs": motif_rows(explainers, _checked(self.job.graph), one),
            "nodes": [self._node(position, top) for position in range(len(self.nodes))],
            "notes": self._notes(),
        }
        student = made_student(self.job, self.seed.number)
        if student is not None:
            said = student_logits(student, self.seed.full)
            found["student"] = agreement_scores(one, self.logits, said, self.seed.split.test.numpy())
        return found

    def _node(self, position: int, top: int) -> dict[str, Any]:
        node = int(self.nodes[position])
        ids, scores = self.explanation.ranked(position)
        features, contributions = self.contributions(position)
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
            "features": [
                [self.feature_name(int(f)), float(c)] for f, c in zip(features[:top], contributions[:top], strict=True)
            ],
        }

    def contributions(self, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Features and what each adds to the margin of a node's likeliest class, the largest in size first.

        (Â^K X)_if (Θ_f,first - Θ_f,second): with the constant they add up to the margin.
        """
        one, node = self.surrogate, self.nodes[position : position + 1]
        mean = one.rows(node) @ one.features
        row = np.asarray(mean.todense() if hasattr(mean, "todense") else mean).ravel()
        first, second = self.margins.first[position], self.margins.second[position]
        parts = row * (one.weight[:, first] - one.weight[:, second])
        order = np.argsort(-np.abs(parts), kind="stable")
        order = order[parts[order] != 0]
        return order, parts[order]

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
        if alone:
            notes.append(f"{alone} of the nodes have no neighbour, and are explained by themselves")
        return notes


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


def _citations(cited: Mapping[str, str], explainer: Explainer) -> dict[str, str]:
    kept = {key: text for key, text in cited.items() if not key.startswith("method")}
    return {**kept, "explainer": type(explainer).citation}


def _write(result: ExplainResult, top: int) -> None:
    """The files of a result, the page last."""
    folder, results = result.out, result.results
    write_text(folder / NODES, nodes_csv(result.explanation, result.graph, top))
    write_text(folder / FEATURES, features_csv(results))
    write_json(folder / RESULTS, results)
    write_explain_report(results, result.explanation, result.graph, folder / PAGE)
    refresh_report(folder)


def nodes_csv(explanation: Explanation, graph: GraphData, top: int) -> str:
    """A row for each explained node and rank, highest score first; ranks begin at 1."""
    rows = [
        [_name(graph, int(node)), rank, _name(graph, int(one)), f"{score:.6g}"]
        for position, node in enumerate(explanation.nodes)
        for rank, (one, score) in enumerate(_first(explanation.ranked(position), top), start=1)
    ]
    return _csv(["node", "rank", "neighbour", "score"], rows)


def features_csv(results: Mapping[str, Any]) -> str:
    """A row for each explained node and feature that adds most to its margin, the largest in size first."""
    rows = [
        [one["name"], rank, name, f"{value:.6g}"]
        for one in results["nodes"]
        for rank, (name, value) in enumerate(one["features"], start=1)
    ]
    return _csv(["node", "rank", "feature", "contribution"], rows)


def _first(ranked: tuple[np.ndarray, np.ndarray], top: int) -> list[tuple[Any, Any]]:
    return list(zip(ranked[0][:top], ranked[1][:top], strict=True))


def _csv(head: list[str], rows: list[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
