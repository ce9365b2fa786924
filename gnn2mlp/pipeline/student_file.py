"""Where a run keeps a student: a file that holds it alone, without what ships beside it."""

from pathlib import Path
from typing import Any, TypeVar

from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.pipeline.stage import Origin, Storage

S = TypeVar("S", Predictor, LinkPredictor, GraphPredictor)


def student_file(folder: Path, kind: type[S]) -> Storage[S]:
    """The file of a student of this kind in a folder of its own; its card says how it came about."""

    def load(path: Path) -> tuple[S, Any]:
        student = kind.load(path.parent)
        return student, student.card.get("made")

    def save(path: Path, student: S, origin: Origin) -> None:
        student.card["made"] = origin.to_dict()
        student.save_file(path)

    return Storage(lambda identity: folder / STUDENT, load, save)
