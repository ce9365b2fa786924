"""A trained student behind arrays: load one directory, predict from features alone."""

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import nn

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.asked_rows import encoded_rows, feature_rows, text_rows
from gnn2mlp.deploy.calibration import Calibration, rescaled
from gnn2mlp.deploy.directory_writing import place_files
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.deploy.onnx_predictor import MODEL, ONNX
from gnn2mlp.deploy.savable import Savable
from gnn2mlp.deploy.student_file import read_parts, tensors_of
from gnn2mlp.encoders.table import TableEncoder
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.text import TextInputs
from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.fold import FoldedSequence, fold
from gnn2mlp.nn.graphed import Graphed
from gnn2mlp.nn.progressive import Progressive, check_threshold
from gnn2mlp.nn.row_chunks import row_chunks
from gnn2mlp.students import STUDENTS, Student
from gnn2mlp.tasks import Task
from gnn2mlp.tasks.answers import Answers, ClassAnswers

# Rows that go through the network at once: hidden activations of a million rows need not exist together.
CHUNK = 65_536


class Predictor(Savable, BasePredictor):
    """Answers for nodes from their own features; it needs no neighbours, so unseen nodes are nothing special.

    Sparse input is never made dense, but for few rows that a CUDA graph answers. Rows are checked, and answers given,
    on the CPU, wherever the network is; copies and pickles answer on the CPU.

    Args:
        student: the recipe that built `module`.
        module: the trained network, on the device where it is to answer.
        num_features: width of a feature row.
        task: what the network's outputs stand for: a `Task`, its `Answers`, or the label of each class.
        card: where the student comes from (JSON-able).
        feature_names: column names of training; data frames are checked against them.
        inputs: what makes the rows that `module` reads, fitted; default: the features themselves. Where a row takes the
            graph, `predict` is given rows that `inputs.rows(graph)` made; of inputs `text` it is given raw texts.
        cuda_graphs: as in `load`.
        calibration: what makes probabilities honest. A threshold of `task` is then one of scaled probabilities;
            `calibrated` takes care of that.
        columns: what makes features of a table's columns, fitted. `predict` then takes tables as they are (data frames,
            Arrow tables, columns by name, rows as mappings), `feature_names` are the columns that are read, and
            `on_features()` is the student that takes rows of features.

    Raises:
        ConfigError: if there are feature names, but not one per feature, the calibration is of other outputs, or the
            columns give another number of features.

    Example:
        >>> import numpy as np
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=16)
        >>> predictor = Predictor(student, student.build(4, 2), num_features=4, task=["cat", "dog"])
        >>> predictor.predict_proba(np.eye(4)).shape
        (4, 2)
        >>> predictor.classes_.tolist()
        ['cat', 'dog']
    """

    def __init__(
        self,
        student: Student,
        module: nn.Module,
        num_features: int,
        task: Task | Answers | Sequence[Any] | np.ndarray[Any, Any],
        card: Mapping[str, Any] | None = None,
        feature_names: Sequence[str] | None = None,
        inputs: Inputs | None = None,
        cuda_graphs: bool = False,
        calibration: Calibration | None = None,
        columns: TableEncoder | None = None,
    ):
        if columns is not None:
            _check_columns(columns, num_features, inputs)
            feature_names = columns.column_names
        elif feature_names is not None and len(feature_names) != num_features:
            raise ConfigError(
                f"feature_names: expected one per feature, {num_features} in all, got {len(feature_names)}"
            )
        self.student = student
        self.module = module.eval()
        self.num_features = num_features
        self.answers = _answers(task)
        self.card = dict(card or {})
        self.feature_names = None if feature_names is None else tuple(feature_names)
        self.inputs = inputs if inputs is not None else OwnFeatures()
        self.cuda_graphs = cuda_graphs
        self.calibration = calibration
        self.columns = columns
        if calibration is not None:
            calibration.check_fits(self.answers)
        self.about: dict[str, Any] = {}  # what its model directory said of it
        self._folded: tuple[Any, Callable[[Features], torch.Tensor]] | None = None

    @torch.inference_mode()
    def _outputs(self, X: Any, name: str) -> np.ndarray:
        x = self._checked(X, name)
        answer = self._network()
        parts = [answer(self._rows(chunk)) for chunk in row_chunks(x, CHUNK)]
        return _array(torch.cat(parts))

    def _rows(self, features: Features) -> Features:
        """What the network reads of features; rows that were made of more are that already."""
        return self.inputs.transform(features) if self.inputs.of_features else features

    def _network(self) -> Callable[[Features], torch.Tensor]:
        """The network as it answers, folded once, and anew if the module's weights have changed since."""
        tensors = itertools.chain(self.module.parameters(), self.module.buffers())
        # Torch counts what is done to a tensor in place; whatever replaces it lies elsewhere.
        now = tuple((tensor.data_ptr(), tensor._version) for tensor in tensors)
        if self._folded is None or self._folded[0] != now:
            self._folded = now, self._placed(fold(self.module))
        return self._folded[1]

    def _placed(self, answer: Callable[[Features], torch.Tensor]) -> Callable[[Features], torch.Tensor]:
        """The same from rows on the CPU to outputs on the CPU."""
        device = self.device
        if devices.on_cpu(next(self.module.parameters())):
            return answer
        graphs = self.cuda_graphs and getattr(answer, "capturable", True)
        return Graphed(answer, device) if graphs else lambda rows: answer(rows.to(device)).cpu()

    def __getstate__(self) -> dict[str, Any]:
        # What is folded has the module's weights. Who reads a pickle need not have the device.
        return {**vars(self), "_folded": None, "module": _moved(self.module, torch.device("cpu"))}

    def to(self, device: str | torch.device, cuda_graphs: bool = False) -> "Predictor":
        """The same student on another device; this one stays where it is.

        Args:
            device: as in `load`.
            cuda_graphs: likewise.

        Raises:
            ConfigError: if there is no such device.
        """
        module = _moved(self.module, resolve_device(device))
        facts = self.num_features, self.answers, self.card, self.feature_names, self.inputs
        made = Predictor(self.student, module, *facts, cuda_graphs, self.calibration, self.columns)
        made.about = self.about
        return made

    def calibrated(self, calibration: Calibration | None) -> "Predictor":
        """A copy whose probabilities are scaled by `calibration`, in place of another if there is one.

        It gives the same answers: thresholds move with the probabilities. `gnn2mlp.deploy.calibrated` makes the
        calibration too.
        """
        made = copy.copy(self)
        made.answers = rescaled(self.answers, self.calibration, calibration)
        made.calibration = calibration
        if calibration is not None:
            calibration.check_fits(made.answers)
        return made

    def exiting(self, threshold: float | None) -> "Predictor":
        """A copy of a student that is a sequence of networks, which answers a row with the first that is sure enough.

        Later ones are not computed for it. How rows are answered does not depend on their company. It is saved with
        the threshold; in ONNX the answers are the same, and nothing is spared.

        Args:
            threshold: of the highest probability, in 0..1, before any calibration; `None`: the last network answers.

        Raises:
            ConfigError: for a threshold outside 0..1, or a student that has no earlier answers.
        """
        if not isinstance(self.module, Progressive):
            raise ConfigError(
                f"exiting: expected a student that is a sequence of networks, such as 'progressive_mlp', got "
                f"{self.student.name!r}"
            )
        made = copy.copy(self)
        made.student = self.student.spec().override(exit_threshold=check_threshold(threshold)).build(STUDENTS)
        made.module = copy.deepcopy(self.module)
        made.module.exit_threshold = threshold
        made._folded = None
        return made

    @torch.inference_mode()
    def answering_stage(self, X: Any) -> np.ndarray:
        """Which network of a sequence answers each row, int64 (rows,), from 0; see `exiting`. `X` as in `predict`.

        Raises:
            ConfigError: of a student that is no sequence.
            DataError: as `predict`.
        """
        folded = fold(self.module)
        if not isinstance(folded, FoldedSequence):
            raise ConfigError(f"answering_stage: the student {self.student.name!r} is no sequence of networks")
        x = self._checked(X, "answering_stage")
        parts = [folded.answered(self._rows(chunk).to(self.device))[1] for chunk in row_chunks(x, CHUNK)]
        return torch.cat(parts).cpu().numpy()

    @torch.inference_mode()
    def hidden(self, X: Any) -> np.ndarray:
        """The last hidden activations of each row, float (rows, hidden); `X` as in `predict`.

        Rows that are near to each other here are alike to the student.

        Raises:
            DataError: as `predict`.

        Example:
            >>> from gnn2mlp.students.mlp import MLPStudent
            >>> student = MLPStudent(hidden=16)
            >>> Predictor(student, student.build(4, 2), 4, task=["cat", "dog"]).hidden(np.eye(4)).shape
            (4, 16)
        """
        x = self._checked(X, "hidden")
        parts = [self.module(self._rows(chunk).to(self.device)).hidden.cpu() for chunk in row_chunks(x, CHUNK)]
        return _array(torch.cat(parts))

    def on_features(self) -> "Predictor":
        """The same student on rows of features (rows, num_features), as `columns` gives them; itself if it has none."""
        if self.columns is None:
            return self
        made = copy.copy(self)
        made.columns, made.feature_names = None, self.columns.feature_names
        return made

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.module.parameters()).device

    def _width(self) -> int:
        """How many numbers the network reads of a node."""
        return self._rows(torch.zeros(1, self.num_features, dtype=self.dtype)).shape[1]

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the network."""
        return next(self.module.parameters()).dtype

    def _checked(self, X: Any, name: str) -> Features:
        """What is asked, as rows of features on the CPU; `name` is the method that was called, for messages."""
        if self.columns is not None:
            return encoded_rows(self.columns, X, self.dtype, name)
        if isinstance(self.inputs, TextInputs):
            return text_rows(self.inputs, X, self.num_features, self.dtype, name)
        return feature_rows(X, self.feature_names, self.num_features, self.dtype, name)

    def _tensors(self) -> dict[str, torch.Tensor]:
        return tensors_of(self.module, self.inputs, self.columns)

    def facts(self) -> dict[str, Any]:
        """What a reader has to know beside the weights, JSON-able: recipe, sizes, names, answers, origin."""
        return {
            "student": self.student.spec().to_dict(),
            "inputs": self.inputs.spec().to_dict(),
            "width": self._width(),
            "num_features": self.num_features,
            "feature_names": self.feature_names,
            "answers": self.answers.facts(),
            "about": self.card,
            **({} if self.calibration is None else {"calibration": self.calibration.facts()}),
            **({} if self.columns is None else {"encoders": self.columns.facts()}),
        }

    def to_onnx(
        self,
        directory: str | Path,
        int8: bool = False,
        check: tuple[Any, Any] | None = None,
        tolerance: float = 0.5,
    ) -> Path:
        """Write the student for ONNX Runtime; `OnnxPredictor` reads it and needs no torch.

        A path that ends in `.onnx` becomes one file that answers with labels and probabilities and says all about
        itself, for any program that runs ONNX. Of a student of texts it is the part that reads the rows which
        `inputs.asked_rows(texts)` makes. Where the student reads columns of tables, so does the file, and a
        directory gets it as `model.onnx`. Else a directory gets a network that gives logits and a card beside it.

        Args:
            directory: where to, or the path of the one file; folders are made if absent.
            int8: write a second network with 8-bit weights, smaller and often faster, which does not answer quite the
                same; in one file, 8-bit weights alone.
            check: rows (rows, features) or a table, and their labels (rows,), on which the accuracies of both networks
                are compared; 8-bit weights are not written without. Take validation rows.
            tolerance: percentage points of accuracy that 8-bit weights may lose on them.

        Returns:
            Path of the one file, or of the card beside the networks; either states both accuracies.

        Raises:
            ConfigError: if ONNX or ONNX Runtime is not installed, or there is nothing to check 8-bit weights with.
            DataError: for check rows that cannot be used, or if 8-bit weights lose more; nothing is written then.
            ArtefactError: if a file cannot be written, or the folder is another model's directory.
        """
        from gnn2mlp.deploy.onnx import write_onnx
        from gnn2mlp.deploy.onnx_file import onnx_bytes

        folder = user_path(directory, "directory")
        if self.columns is not None or folder.suffix == ONNX:
            path = folder if folder.suffix == ONNX else folder / MODEL
            content = onnx_bytes(self, int8, check, tolerance)
            place_files(path.parent, {path.name: content}, self.encode())
            return path
        module = _moved(self.module, torch.device("cpu"))
        if check is not None and self.inputs.reads_texts:
            check = self._checked(check[0], "check"), check[1]
        return write_onnx(module, self.inputs, self.facts(), self.encode(), folder, int8, check, tolerance)

    @classmethod
    def load(cls, directory: str | Path, device: str | torch.device = "cpu", cuda_graphs: bool = False) -> Self:
        """Read what `save` wrote, on whatever device that was trained; nothing is unpickled.

        Args:
            directory: a model directory, each of whose files is checked first; or a folder with a student's file alone,
                as earlier releases wrote it.
            device: where to answer, `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`. On a GPU, a request of few rows spends
                its time in copies and launches.
            cuda_graphs: answer up to 128 rows on a GPU by CUDA graphs (`nn.graphed`): the copy of the rows, the network
                and the copy of its outputs in one launch. The first request of a size takes longer. On the CPU there
                are none, and this changes nothing.

        Raises:
            ConfigError: if there is no such device.
            ArtefactError: if a file is missing, truncated, altered, added, or of a newer format, or if the weights are
                not those of the student that they name.
        """
        parts = read_parts(directory, device, "node")
        answers, card = parts.answers, parts.card
        facts = answers, card, parts.feature_names, parts.inputs, cuda_graphs, parts.calibration, parts.columns
        made = cls(parts.student, parts.module, parts.num_features, *facts)
        made.about = parts.told
        made.check_width(parts.width, user_path(directory, "directory") / STUDENT)
        return made

    def check_width(self, width: int, path: Path) -> None:
        """Raise `ArtefactError` if the network reads another width of a node than the file at `path` says."""
        if self._width() != width:
            raise ArtefactError(
                f"{path} does not describe a student of this release (its widths differ); make it again"
            )


def _answers(task: Task | Answers | Sequence[Any] | np.ndarray[Any, Any]) -> Answers:
    if isinstance(task, Answers):
        return task
    return task.answers if isinstance(task, Task) else ClassAnswers(task)


def _check_columns(columns: TableEncoder, num_features: int, inputs: Inputs | None) -> None:
    if columns.num_features != num_features:
        raise ConfigError(
            f"columns: expected encoders that give the {num_features} features of the student, got "
            f"{columns.num_features}"
        )
    if inputs is not None and not inputs.of_features:
        raise ConfigError(
            f"columns: the inputs {inputs.name!r} make a row of more than features, which is all that columns give"
        )


def _moved(module: nn.Module, device: torch.device) -> nn.Module:
    """A copy of the module on `device`, or itself if it is there."""
    here = next(module.parameters()).device
    if here.type == device.type and device.index in (None, here.index):
        return module
    return copy.deepcopy(module).to(device)


def _array(answers: torch.Tensor) -> np.ndarray:
    """In double or single precision: under autocast of the caller's, answers have one that numpy does not know."""
    return (answers if answers.dtype == torch.float64 else answers.float()).numpy()
