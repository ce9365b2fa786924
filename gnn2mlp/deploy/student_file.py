"""The student's file in a model directory: weights, what was fitted beside them, and the card that says what they are.

Students of nodes, of links and of whole graphs are kept alike; the card tells them apart.
"""

from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy._base import answers_of
from gnn2mlp.deploy.calibration import Calibration, calibration_of
from gnn2mlp.deploy.directory import read_student
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.deploy.unit import Unit, check_unit
from gnn2mlp.encoders.table import TableEncoder
from gnn2mlp.inputs import INPUTS, Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.students import STUDENTS, Student
from gnn2mlp.tasks.answers import Answers

# Before the names of what inputs were fitted to, among the arrays of a file.
_INPUTS = "inputs/"
# The same of what encoders of columns were fitted to.
_ENCODERS = "encoders/"


class StudentParts(NamedTuple):
    """What a file holds.

    Args:
        student: the recipe of the network.
        module: the trained network.
        num_features: width of a feature row.
        width: of what the network reads of a row, if the card says.
        answers: what outputs stand for.
        card: where the student comes from.
        feature_names: column names of training, or `None`.
        inputs: what makes the network's rows, fitted.
        calibration: of probabilities, or `None`.
        columns: what makes features of a table's columns, or `None`.
        told: what the directory says of the model.
        fields: of a student of whole graphs, what a node has, in plain types.
    """

    student: Student
    module: nn.Module
    num_features: int
    width: int
    answers: Answers
    card: dict[str, Any]
    feature_names: list[str] | None
    inputs: Inputs
    calibration: Calibration | None
    columns: TableEncoder | None
    told: dict[str, Any]
    fields: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return short_repr(self)


def tensors_of(module: nn.Module, inputs: Inputs, columns: TableEncoder | None) -> dict[str, torch.Tensor]:
    """Weights, and what was fitted beside them."""
    fitted = {f"{_INPUTS}{name}": value for name, value in inputs.state().items()}
    encoded = {} if columns is None else columns.state()
    encoders = {f"{_ENCODERS}{name}": torch.from_numpy(array) for name, array in encoded.items()}
    return {**module.state_dict(), **fitted, **encoders}


def read_parts(directory: str | Path, device: str | torch.device, unit: Unit) -> StudentParts:
    """Read a student's file; nothing is unpickled.

    Args:
        directory: a model directory, each of whose files is checked first, or a folder with a student's file alone.
        device: where the network is to be.
        unit: whether answers are wanted for nodes, for pairs of them, or for whole graphs.

    Raises:
        ConfigError: if there is no such device.
        ArtefactError: if a file is missing, altered or of a newer format, if the weights are not those of the student
            that they name, or if the model is one of another unit.
    """
    path, there = user_path(directory, "directory") / STUDENT, resolve_device(device)
    (tensors, card), told = read_student(directory)
    check_unit(card, path.parent, unit)
    try:
        answers = answers_of(card)
        student = Spec.parse(card["student"]).build(STUDENTS)
        inputs = Spec.parse(card.get("inputs", OwnFeatures.name)).build(INPUTS)
        inputs.load_state(_popped(tensors, _INPUTS))
        encoded = {key: value.numpy() for key, value in _popped(tensors, _ENCODERS).items()}
        columns = TableEncoder.of(card["encoders"], encoded) if "encoders" in card else None
        width = card.get("width", card["num_features"])
        with seeded(0, "weights that are overwritten at once"):
            module = student.network(width, answers.num_outputs)
        module.load_state_dict(tensors)
        calibration = calibration_of(card, answers)
        about, names = card["about"], card.get("feature_names")
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ArtefactError(
            f"{path} does not describe a student of this release ({' '.join(str(error).split())}); "
            "make it again, or use the release that wrote it"
        ) from error
    module.to(there, next(t.dtype for t in tensors.values() if t.is_floating_point()))
    facts = card["num_features"], width, answers, about, names
    return StudentParts(student, module, *facts, inputs, calibration, columns, told, card.get("fields"))


def _popped(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """Takes out the tensors of a prefix, by their names without it."""
    return {key[len(prefix) :]: tensors.pop(key) for key in [*tensors] if key.startswith(prefix)}
