"""What somebody needs who takes the student of a run: how large it is, and the lines that load it."""

import json
from pathlib import PurePath

from gnn2mlp.explore.formatting import significant
from gnn2mlp.report.results import Results, needs_graph

_CALL = "student.predict(features)  # rows of {features}"


def load_lines(results: Results) -> str:
    """Three lines of Python that load the student and ask it; empty for results that name no student.

    Example:
        >>> told = load_lines({"student": {"path": "student"}, "config": {"out": "runs/a"}, "graph": {"features": 64}})
        >>> print(told.splitlines()[1])
        student = Predictor.load("runs/a/student")
    """
    path = (results.get("student") or {}).get("path")
    if not path:
        return ""
    folder = PurePath(results["config"].get("out") or ".") / path
    if needs_graph(results):
        file = json.dumps((folder / "network.safetensors").as_posix())
        lines = ["from gnn2mlp.teachers import Teacher", f"student = Teacher.load({file})"]
        return "\n".join([*lines, "student.predict(graph)  # logits of all nodes of a graph of gnn2mlp.data"])
    call = _CALL.format(features=(results.get("graph") or {}).get("features", "the columns of training"))
    return "\n".join(
        ["from gnn2mlp.deploy import Predictor", f"student = Predictor.load({json.dumps(folder.as_posix())})", call]
    )


def link_load_lines(results: Results) -> str:
    """Lines of Python that load a student that predicts links and ask it; empty for results that name no student.

    Example:
        >>> results = {"student": {"path": "student"}, "config": {"out": "runs/a"}, "graph": {"features": 64}}
        >>> print(link_load_lines(results).splitlines()[1])
        student = LinkPredictor.load("runs/a/student")
    """
    path = (results.get("student") or {}).get("path")
    if not path:
        return ""
    folder = PurePath(results["config"].get("out") or ".") / path
    columns = (results.get("graph") or {}).get("features", "the columns of training")
    return "\n".join(
        [
            "from gnn2mlp.deploy import LinkPredictor",
            f"student = LinkPredictor.load({json.dumps(folder.as_posix())})",
            f"student.score_pairs(features, [(0, 5), (3, 8)])  # rows of {columns}; pairs are rows of features",
            "student.top(features, node=0, k=10)  # the likeliest of all others",
        ]
    )


def graph_load_lines(results: Results) -> str:
    """Lines of Python that load a student of whole graphs and ask it; empty for results that name no student.

    Example:
        >>> print(graph_load_lines({"student": {"path": "student"}, "config": {"out": "runs/a"}}).splitlines()[1])
        student = GraphPredictor.load("runs/a/student")
    """
    path = (results.get("student") or {}).get("path")
    if not path:
        return ""
    folder = PurePath(results["config"].get("out") or ".") / path
    return "\n".join(
        [
            "from gnn2mlp.deploy import GraphPredictor",
            f"student = GraphPredictor.load({json.dumps(folder.as_posix())})",
            "student.predict(graphs)  # a list with an array of nodes for each graph, or a GraphSet; no edges",
        ]
    )


def size_facts(results: Results) -> dict[str, str]:
    """How large the student is, and its teacher beside it, label -> text; empty where results do not say."""
    shipped = results.get("student") or {}
    facts = {}
    if "parameters" in shipped:
        facts["student"] = f"{shipped['parameters']:,} parameters{', and the graph' * needs_graph(results)}"
    if "bytes" in shipped:
        facts["its file"] = file_size(shipped["bytes"])
    teacher = next((seed["parameters"]["teacher"] for seed in results["seeds"] if "parameters" in seed), None)
    if teacher is not None:
        facts["teacher"] = f"{teacher:,} parameters, and the graph"
    return facts


def file_size(count: int) -> str:
    """A number of bytes as people read it.

    Example:
        >>> file_size(44_400), file_size(3_200_000)
        ('44.4 kB', '3.20 MB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{significant(count / factor)} {unit}"
    return f"{count} bytes"
