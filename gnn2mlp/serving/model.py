"""A model directory as a server holds it: one version, checked whole, on ONNX Runtime."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.showing import short_repr
from gnn2mlp.deploy.directory import read_directory
from gnn2mlp.deploy.model_files import ModelDirectory
from gnn2mlp.deploy.onnx_graph_predictor import OnnxGraphPredictor
from gnn2mlp.deploy.onnx_predictor import MODEL, OnnxPredictor
from gnn2mlp.deploy.sealed import CONFIG, digest
from gnn2mlp.deploy.unit import check_unit, unit_of
from gnn2mlp.serving.columns import ServedColumn, served_columns
from gnn2mlp.serving.graphs import GraphStudent
from gnn2mlp.serving.predictions import Judged, judged
from gnn2mlp.serving.rows import Rows, rows_of
from gnn2mlp.serving.texts import TextStudent

# Digits of a digest that name a version.
_VERSION = 12
# Forms of columns whose values are read as they are alone, or are all refused, whatever other types stand beside them.
_BY_THEMSELVES = frozenset({"number", "category", "text", "nodes"})


@dataclass(frozen=True, eq=False)
class ServedModel:
    """One version of a model.

    Args:
        predictor: answers.
        name: in addresses.
        version: the first digits of the SHA-256 of `config.json`, which vouches for every file of the model.
        config: what that file says.
        columns: that a row has.
    """

    predictor: OnnxPredictor | TextStudent | GraphStudent
    name: str
    version: str
    config: Mapping[str, Any]
    columns: tuple[ServedColumn, ...]

    __repr__ = short_repr

    @property
    def edition(self) -> str:
        """The version, as nothing else decides the answers."""
        return self.version

    @property
    def labels(self) -> list[str]:
        """Names of the classes, none if it answers otherwise."""
        classes = self.predictor.answers.classes
        return [] if classes is None else [str(name) for name in classes.tolist()]

    @property
    def example(self) -> dict[str, Any]:
        """A row that can be asked about, from the middle of what columns held in training."""
        return {column.name: column.example for column in self.columns}

    @property
    def gaps(self) -> bool:
        """Whether a value of a row may be missing."""
        return isinstance(self.predictor, OnnxPredictor) and self.predictor.columns is not None

    @property
    def coverages(self) -> tuple[str, ...]:
        """Of the sets of classes that the model can tell."""
        calibration = self.predictor.calibration
        return () if calibration is None else tuple(calibration.conformal)

    def judge(self, requests: Sequence[Rows]) -> list[Judged | DataError]:
        """What is known of the rows of each request, or why it has no answer.

        All of them go through the network at once; what comes out for one does not depend on the others.
        """
        read = self._read(requests)
        good = [fed for fed in read if not isinstance(fed, DataError)]
        if not good:
            return read
        counts = [_length(fed) for fed in good]
        outputs = self._outputs(good)
        finite = np.isfinite(outputs).all(axis=1)
        with np.errstate(invalid="ignore"):  # of rows that are refused below
            whole = judged(self.predictor, outputs)
        ends = np.cumsum([0, *counts]).tolist()
        parts = iter([_part(whole, finite, start, end) for start, end in itertools.pairwise(ends)])
        return [fed if isinstance(fed, DataError) else next(parts) for fed in read]

    def _read(self, requests: Sequence[Rows]) -> list[Any]:
        """What the network is fed for each request, or why it cannot be read."""
        if self.predictor.columns is None:
            return [request.columns for request in requests]
        if all(column.form in _BY_THEMSELVES for column in self.predictor.columns.columns):
            return self._read_alike(requests)
        found: list[Any] = [None] * len(requests)
        groups: dict[Any, list[int]] = {}
        for place, request in enumerate(requests):
            groups.setdefault(request.alike, []).append(place)
        for places in groups.values():
            for place, fed in zip(places, self._read_alike([requests[place] for place in places]), strict=True):
                found[place] = fed
        return found

    def _read_alike(self, requests: Sequence[Rows]) -> list[Any]:
        """Of requests that may be read together; in halves where one of them cannot be read, until it is alone."""
        reader = self.predictor.columns
        assert reader is not None, "the student reads columns"
        columns: dict[str, list[Any]] = {
            name: [value for request in requests for value in request.columns[name]] for name in reader.names
        }
        try:
            fed = reader.read(columns, "predict")
        except DataError as error:
            if len(requests) == 1:
                return [error]
            half = len(requests) // 2
            return [*self._read_alike(requests[:half]), *self._read_alike(requests[half:])]
        ends = np.cumsum([0, *(request.size for request in requests)]).tolist()
        spans = itertools.pairwise(ends)
        return [{name: array[start:end] for name, array in fed.items()} for start, end in spans]

    def _outputs(self, feds: Sequence[Any]) -> np.ndarray:
        """Outputs of what several requests feed the network with, (rows, outputs)."""
        if isinstance(self.predictor, OnnxPredictor) and self.predictor.columns is None:
            return self.predictor.answer(np.concatenate(feds))
        return self.predictor.answer_columns(_joined(feds))


def load_model(folder: str | Path, name: str | None = None, threads: int = 1) -> ServedModel:
    """Read a model directory, check every file of it, and ask it about its own example.

    A directory without an ONNX file is exported in memory, for which torch is loaded.

    Args:
        folder: that `gnn2mlp fit` or `Predictor.save` wrote.
        name: of the model in addresses; default: the folder's.
        threads: that one batch may use.

    Raises:
        ArtefactError: if a file is missing or altered, or what comes out of the model is no number.
        ConfigError: if it takes the graph, or ONNX Runtime is not installed.
    """
    path = user_path(folder, "model")
    found = read_directory(path, None)
    if unit_of(found.config) != "graph":
        check_unit(found.config, path, "node")
    if found.config.get("needs_graph"):
        raise ConfigError(
            f"serve: the model in {path} makes a row of a node's place in the graph, which a request does not have; "
            "distil one of other inputs"
        )
    return served_model(found, _student_of(found, path, threads), name)


def served_model(
    found: ModelDirectory, predictor: OnnxPredictor | TextStudent | GraphStudent, name: str | None
) -> ServedModel:
    """The student of a model directory with what a server says of it, after it has answered its own example.

    Args:
        found: the directory, with all its files.
        predictor: the student.
        name: of the model in addresses; default: the folder's.

    Raises:
        ArtefactError: if what comes out of it is no number.
    """
    version = digest(found.files[CONFIG])[:_VERSION]
    columns = served_columns(predictor, found.files)
    made = ServedModel(predictor, name or _slug(found.path.resolve().name), version, found.config, columns)
    _try_out(made, found.path)
    return made


def _student_of(found: ModelDirectory, path: Path, threads: int) -> OnnxPredictor | TextStudent | GraphStudent:
    """The student of a directory with the columns of its requests."""
    if unit_of(found.config) == "graph":
        return _of_graphs(found, threads)
    return _of_texts(found, threads) if found.config.get("reads_texts") else _of_columns(found, path, threads)


def _of_graphs(found: ModelDirectory, threads: int) -> GraphStudent:
    """The student of whole graphs of a directory on ONNX Runtime; one without such a file is exported in memory."""
    content = found.files.get(MODEL)
    if content is None:
        from gnn2mlp.deploy.graph_predictor import GraphPredictor
        from gnn2mlp.deploy.onnx_graphs import graph_onnx_bytes

        content = graph_onnx_bytes(GraphPredictor.load(found.path))
        check_still_there(found)
    return GraphStudent(OnnxGraphPredictor.of_bytes(content, found.path, threads))


def _of_columns(found: ModelDirectory, path: Path, threads: int) -> OnnxPredictor:
    """The student of a directory on ONNX Runtime."""
    return OnnxPredictor.of_files(found.files, path, threads) or _exported(found, threads)


def _of_texts(found: ModelDirectory, threads: int) -> TextStudent:
    """The student of a directory that reads texts: its encoder is no part of an ONNX file."""
    made = TextStudent.load(found.path, threads)
    check_still_there(found)
    return made


def check_still_there(found: ModelDirectory) -> None:
    """Raise `ArtefactError` if the model was replaced while its student was read once more."""
    if read_directory(found.path, (CONFIG,)).files[CONFIG] != found.files[CONFIG]:
        raise ArtefactError(f"the model in {found.path} was replaced while it was read; try again")


def _exported(found: ModelDirectory, threads: int) -> OnnxPredictor:
    """The student of a directory without a network for ONNX Runtime."""
    from gnn2mlp.deploy.onnx_file import onnx_bytes
    from gnn2mlp.deploy.predictor import Predictor

    content = onnx_bytes(Predictor.load(found.path))
    check_still_there(found)
    return OnnxPredictor.of_bytes(content, found.path, threads)


def _try_out(model: ServedModel, path: Path) -> None:
    """Raise `ArtefactError` unless the model answers its own example."""
    try:
        (found,) = model.judge([rows_of(model.example, model.predictor, 1)])
    except ValueError as error:
        raise ArtefactError(f"the model in {path} cannot read its own columns ({error}); make it again") from error
    if isinstance(found, DataError):
        raise ArtefactError(f"the model in {path} does not answer its own example ({found}); make it again")


def _slug(text: str) -> str:
    """A name that stands in an address as it is."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "model"


def _joined(feds: Sequence[Mapping[str, np.ndarray]]) -> Mapping[str, np.ndarray]:
    """Arrays of several requests as one; lists of texts are filled up to the longest."""
    if len(feds) == 1:
        return feds[0]
    return {name: np.concatenate(_even([fed[name] for fed in feds])) for name in feds[0]}


def _even(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    widest = max(array.shape[1] for array in arrays)
    return [
        array if array.shape[1] == widest else np.pad(array, ((0, 0), (0, widest - array.shape[1])), constant_values="")
        for array in arrays
    ]


def _length(fed: Any) -> int:
    """Rows of what the network is fed."""
    return len(next(iter(fed.values()))) if isinstance(fed, Mapping) else len(fed)


def _part(whole: Judged, finite: np.ndarray, start: int, end: int) -> Judged | DataError:
    """What is known of the rows of one request."""
    if finite[start:end].all():
        return whole.part(start, end)
    row = int((~finite[start:end]).argmax())
    return DataError(f"row {row}: a number is too large for a feature in single precision; mend it")
