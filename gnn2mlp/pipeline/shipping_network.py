"""What a run leaves of a student that needs the graph: its file, and a card that says so."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_text
from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy.markdown import bullets, table, text
from gnn2mlp.deploy.model_files import NETWORK, README
from gnn2mlp.students.gnn import untrained
from gnn2mlp.teachers import Teacher


def ship_network(folder: Path, student: Teacher, about: Mapping[str, Any]) -> Path:
    """Write a fitted network and its card into a folder; the path of the network.

    Args:
        folder: made if absent.
        student: fitted.
        about: what there is to say of it, as `gnn2mlp.pipeline.shipping.about_run` gives it.

    Raises:
        ArtefactError: if it cannot be written.
    """
    path = folder / NETWORK
    student.save(path)
    write_text(folder / README, _card(student, about))
    return path


def _card(student: Teacher, about: Mapping[str, Any]) -> str:
    rows = [
        [*map(text, (row["metric"], f"{row['value']:.4f}", _interval(row), row["population"])), text(_model(row))]
        for row in about["metrics"]
    ]
    network = Spec.parse(untrained(student.spec().to_dict()))  # it was not trained by options of its own
    training = {key: value["name"] if isinstance(value, Mapping) else value for key, value in about["training"].items()}
    return "\n".join(
        [
            f"# {text(about['name'])}",
            "",
            "**Needs the graph.** This is a graph neural network that was distilled from another one. It answers for "
            "the nodes of a graph, from their features and links. It is not graph-free, and there is no export of it.",
            "",
            text(about["summary"]),
            "",
            "```python",
            "from gnn2mlp.teachers import Teacher",
            "",
            f'student = Teacher.load("{NETWORK}")  # beside this file; checked by its digest',
            "student.predict(graph)  # logits of all nodes of a gnn2mlp.data graph with the features of training",
            "```",
            "",
            table(["metric", "value", "95% interval", "nodes", "model"], rows),
            "",
            bullets(f"{text(key)}: {text(value)}" for key, value in {"network": network, **training}.items()),
            "",
            bullets(text(one) for one in about["citations"]),
            "",
        ]
    )


def _model(row: Mapping[str, Any]) -> str:
    return str(row.get("model", "student"))


def _interval(row: Mapping[str, Any]) -> str:
    return f"{row['low']:.4f} to {row['high']:.4f}" if "low" in row else ""
