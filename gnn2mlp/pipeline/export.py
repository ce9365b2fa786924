"""`export`: a student in another format, checked on the validation nodes of its run."""

from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import check_writable, read_json, user_path
from gnn2mlp.data import Split, load_dataset
from gnn2mlp.deploy import GraphPredictor, LinkPredictor, Predictor
from gnn2mlp.deploy.model_files import STUDENT, check_no_network
from gnn2mlp.deploy.onnx_predictor import ONNX
from gnn2mlp.deploy.outside import OUT, check_place
from gnn2mlp.deploy.unit import unit_at
from gnn2mlp.nn.csr import CSR, gather
from gnn2mlp.pipeline.config import RunConfig, read_yaml


def export_onnx(folder: str | Path, out: str | Path | None = None, int8: bool = False, tolerance: float = 0.5) -> Path:
    """Write a student for ONNX Runtime.

    Args:
        folder: of a run, or of a student or model alone.
        out: where to, or the path of one file (`.onnx`); default: beside the student.
        int8: write 8-bit weights as well, if they keep the accuracy on the run's validation nodes.
        tolerance: percentage points that they may lose.

    Returns:
        Path of the one file that a model of columns or of whole graphs, or `out`, asks for; else of the card, which
        names the files. Either states the accuracies. Of a model of links, the folder of its two files.

    Raises:
        ArtefactError: if there is no student in `folder`, or a file cannot be read or written.
        ConfigError: if ONNX is not installed, `out` is the directory of another model, or 8-bit weights are asked of a
            student without a run, of links, or of whole graphs.
        DataError: if 8-bit weights lose too much.
    """
    folder, out = user_path(folder, "folder"), None if out is None else user_path(out, "out")
    student = _student(folder)
    unit = unit_at(student)
    if unit == "pair":
        return _export_links(student, out or student, int8)
    if unit == "graph":
        return _export_graphs(student, out or student, int8)
    is_run = student != folder
    if int8 and not (is_run and "knowledge" not in read_yaml(folder / "config.yaml")):
        what = "a distillation from tables" if is_run else "a student without its run"
        raise ConfigError(
            f"int8: 8-bit weights are checked on the validation nodes of a run, and {folder} holds {what}; "
            "give the folder of a run, or use Predictor.to_onnx with rows of your own"
        )
    place = out or student
    _check_place(student, place.parent if place.suffix == ONNX else place)
    predictor = Predictor.load(student)
    check = _validation(folder, predictor) if int8 else None
    return predictor.to_onnx(place, int8, check, tolerance)


def _export_links(student: Path, place: Path, int8: bool) -> Path:
    if int8 or place.suffix == ONNX:
        what = "8-bit weights" if int8 else f"one file, {place.name}"
        raise ConfigError(
            "export: a model of links becomes two files in its own precision, one that embeds rows and one that scores "
            f"pairs, and not {what}; name a folder, or none, and leave int8 out"
        )
    _check_place(student, place)
    return LinkPredictor.load(student).to_onnx(place)


def _export_graphs(student: Path, place: Path, int8: bool) -> Path:
    if int8:
        raise ConfigError("int8: a model of whole graphs is written in its own precision; leave int8 out")
    _check_place(student, place.parent if place.suffix == ONNX else place)
    return GraphPredictor.load(student).to_onnx(place)


def _check_place(student: Path, folder: Path) -> None:
    """Whether files of a student can lie in a folder: its own, or one that is no other model's."""
    if folder.exists() and folder.samefile(student):
        return check_writable(folder, OUT)
    check_place(folder)


def export_mlflow(folder: str | Path, out: str | Path) -> Path:
    """Write a student as a pyfunc model of MLflow's: see `gnn2mlp.deploy.mlflow.save_model`.

    Args:
        folder: of a run, or of a student or model alone.
        out: the folder to write, which must not exist.

    Raises:
        ArtefactError: if there is no student in `folder`, or `out` is there or cannot be written.
        ConfigError: if MLflow or ONNX is not installed.
    """
    from gnn2mlp.deploy.mlflow import save_model

    return save_model(_student(user_path(folder, "folder")), out)


def _student(folder: Path) -> Path:
    """The folder of the student of a run, or itself where that is one."""
    student = folder / "student" if (folder / "config.yaml").exists() else folder
    check_no_network(student)
    if not (student / STUDENT).exists():
        found = f"found no {STUDENT} in {student}" if folder.is_dir() else f"got {folder}, which is none"
        raise ArtefactError(f"expected the folder of a run or of a student, {found}")
    return student


def _validation(folder: Path, predictor: Predictor) -> tuple[Any, Any]:
    """Features and labels of the validation nodes by which this run's student was chosen."""
    config = RunConfig.from_yaml(folder / "config.yaml").resolve()
    graph = load_dataset(config.dataset, config.data_root, config.cache)
    seed = read_json(folder / "results.json")["student"]["seed"]
    nodes = Split.load(folder / "splits" / f"seed-{seed:03d}.safetensors").valid
    labels = predictor.classes_[graph.labels[nodes].numpy()]
    if predictor.inputs.reads_texts:
        return predictor.inputs.asked(graph.subgraph(nodes)), labels
    rows = gather(predictor.inputs.rows(graph) if predictor.inputs.needs_graph else graph.features, nodes)
    return rows.to_scipy() if isinstance(rows, CSR) else rows.numpy(), labels
