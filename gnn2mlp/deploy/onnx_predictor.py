"""A student on ONNX Runtime, behind the same arrays as `Predictor`. Imports no torch."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from gnn2mlp.core.columns import check_width, column_order
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, RowsError
from gnn2mlp.core.files import read_json, user_path
from gnn2mlp.core.tables import check_table
from gnn2mlp.deploy._base import BasePredictor, answers_of
from gnn2mlp.deploy.calibration import calibration_of
from gnn2mlp.deploy.directory import read_directory
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.deploy.onnx_inputs import Column, RawInputs, chunks
from gnn2mlp.deploy.onnx_seal import KEY, check_seal
from gnn2mlp.deploy.sealed import CONFIG
from gnn2mlp.deploy.unit import check_unit

CARD = "student.onnx.json"
# One file that says all about itself: its suffix, and its name where a directory holds it.
ONNX = ".onnx"
MODEL = f"model{ONNX}"
# Of cards, and of the metadata of a file.
FORMAT = 1
# Values that go through the network at once: sparse rows are made dense, and not all at the same time.
CHUNK = 2**23


class OnnxPredictor(BasePredictor):
    """Answers as the `Predictor` does that wrote it, up to rounding; with 8-bit weights, nearly so.

    Args:
        answer: maps dense rows (rows, features) of `dtype`, or the arrays of `RawInputs.read`, to logits (rows,
            classes), as `Network` does.
        card: facts of the student, as `Predictor.to_onnx` writes them.
    """

    def __init__(self, answer: Callable[[Any], np.ndarray], card: Mapping[str, Any]):
        self.answer = answer
        self.card = dict(card)
        names = card["feature_names"]
        self.num_features = int(card["num_features"])
        self.feature_names = None if names is None else tuple(names)
        self.answers = answers_of(card)
        self.calibration = calibration_of(card, self.answers)
        self.dtype = np.dtype(card["dtype"])
        self.columns = RawInputs([Column.of(facts) for facts in card["columns"]]) if card.get("columns") else None

    @property
    def reads_rows_of_texts(self) -> bool:
        """Whether it is the network of a student of texts alone, which reads what an encoder makes of them."""
        return bool((self.card.get("inputs") or {}).get("name") == "text")

    def _outputs(self, X: Any, name: str) -> np.ndarray:
        if self.columns is not None:
            return self._of_columns(self.columns.read(X, name), name)
        x = self.rows(X, name)
        size = max(1, CHUNK // self.num_features)
        starts = range(0, max(1, x.shape[0]), size)  # one empty chunk if there are no rows
        return np.concatenate([self.answer(dense(x[start : start + size])) for start in starts])

    def _of_columns(self, fed: dict[str, np.ndarray], name: str) -> np.ndarray:
        outputs = self.answer_columns(fed)
        if not np.isfinite(outputs).all():
            rows = np.flatnonzero((~np.isfinite(outputs)).any(axis=1)).tolist()
            fault = "a number is too large for a feature in single precision; mend it"
            raise RowsError(f"{name}, row {rows[0]}: {fault}", rows, lambda row: fault)
        return outputs

    def answer_columns(self, fed: Mapping[str, np.ndarray]) -> np.ndarray:
        """Outputs (rows, outputs) for what `columns.read` gave, some rows at a time; they may be infinite."""
        parts = [self.answer(chunk) for chunk in chunks(fed, self.num_features, CHUNK)]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty((0, self.answers.num_outputs), self.dtype)

    def digest(self) -> str:
        """The SHA-256 of the network's file and of the card."""
        content = getattr(self.answer, "content", b"")
        return hashlib.sha256(content + json.dumps(self.card, sort_keys=True).encode()).hexdigest()

    def rows(self, X: Any, name: str) -> Any:
        """`X` as checked rows of the network's precision, numpy or scipy CSR; `name` is for messages.

        Raises:
            DataError: as `predict`.
        """
        if self.reads_rows_of_texts and isinstance(X, list | tuple) and any(isinstance(one, str) for one in X):
            raise DataError(
                f"{name}: expected rows that the encoder of this student makes of texts, got texts; its file has the "
                "network alone: ask gnn2mlp.Predictor, or make the rows by its inputs.asked_rows(texts)"
            )
        order = column_order(X, self.feature_names, name)
        x = check_table(X, name)
        check_width(x.shape, self.num_features, name)
        if order is not None:  # a table, which is dense
            x = x.take(order, axis=1)
        if x.dtype == self.dtype:
            return x
        with np.errstate(over="ignore"):  # checked next: what is finite in double precision may not be in single
            return check_table(x.astype(self.dtype), name)

    @classmethod
    def load(cls, directory: str | Path, int8: bool = False, threads: int = 1) -> Self:
        """Read what `Predictor.to_onnx` wrote. It computes on the CPU, whatever ONNX Runtime was built for.

        Args:
            directory: that holds it, or the path of one file; of a directory without a card, its `model.onnx`.
            int8: of two networks, the one with 8-bit weights.
            threads: that one request may use.

        Raises:
            ConfigError: if ONNX Runtime is not installed.
            ArtefactError: if a file is missing, truncated, altered or of a newer format, or if there are no 8-bit
                weights.
        """
        path = user_path(directory, "directory")
        if path.suffix == ONNX:
            return cls.of_bytes(_content(path), path, threads)
        if not int8 and not (path / CARD).exists() and (path / MODEL).exists():
            listed = (path / CONFIG).exists()  # then the directory vouches for the file, too
            content = read_directory(path, (MODEL,)).files[MODEL] if listed else _content(path / MODEL)
            return cls.of_bytes(content, path / MODEL, threads)
        if not (path / CARD).exists():
            if (path / STUDENT).exists() and (path / CONFIG).exists():
                check_unit(read_directory(path, ()).config, path, "node")
            raise ArtefactError(
                f"expected a student for ONNX Runtime in {path}, found neither {MODEL} nor {CARD}; write one: gnn2mlp "
                "export DIR --onnx"
            )
        card = _checked_card(read_json(path / CARD), path / CARD)
        return cls._of_card(card, lambda name: _content(path / name), path, int8, threads)

    @classmethod
    def of_bytes(cls, content: bytes, where: object = MODEL, threads: int = 1) -> Self:
        """The same of the content of one file, as `onnx_bytes` makes it.

        Args:
            content: of the file.
            where: it is from, for messages.
            threads: that one request may use.

        Raises:
            ConfigError: if ONNX Runtime is not installed.
            ArtefactError: if it is truncated, altered or of a newer format.
        """
        check_seal(content, where)
        network = Network(content, threads)
        card = network.facts()
        _check_format(card["format"], where)
        if card.get("fields"):
            check_unit(card, Path(str(where)), "node", onnx=True)
        return cls(network, card)

    @classmethod
    def of_files(cls, files: Mapping[str, bytes], where: object, threads: int = 1) -> Self | None:
        """The same of the files of a model directory that were read and checked; `None` if no network is among them.

        Args:
            files: contents by name, as `read_directory(directory, None).files` has them.
            where: they are from, for messages.
            threads: that one request may use.

        Raises:
            ConfigError: if ONNX Runtime is not installed.
            ArtefactError: as `load`.
        """
        if CARD in files:
            try:
                card = _checked_card(json.loads(files[CARD]), CARD)
            except ValueError as error:
                raise ArtefactError(f"expected JSON in {CARD} of {where}, got: {error}; export it again") from error
            return cls._of_card(card, lambda name: _listed(files, name, where), where, False, threads)
        return cls.of_bytes(files[MODEL], f"{MODEL} of {where}", threads) if MODEL in files else None

    @classmethod
    def _of_card(
        cls, card: dict[str, Any], read: Callable[[str], bytes], where: object, int8: bool, threads: int
    ) -> Self:
        file = card["files"].get("int8" if int8 else "fp")
        if file is None:
            raise ArtefactError(
                f"{where} holds no 8-bit weights; export them (to_onnx(..., int8=True, check=...)), or load without "
                "int8"
            )
        content = read(file["name"])
        if hashlib.sha256(content).hexdigest() != file["sha256"]:
            raise ArtefactError(
                f"{file['name']} of {where} does not match its checksum: it was altered after writing; export it again"
            )
        return cls(Network(content, threads), card)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArtefactError(f"expected a network at {path}, got: {error}") from error


def _listed(files: Mapping[str, bytes], name: str, where: object) -> bytes:
    if name not in files:
        raise ArtefactError(f"expected {name} in {where}, as {CARD} says, found none; export it again")
    return files[name]


def dense(rows: Any) -> np.ndarray:
    """Rows as a numpy array, from numpy or scipy sparse."""
    return rows if isinstance(rows, np.ndarray) else rows.toarray()


def seal(card: Mapping[str, Any]) -> str:
    """SHA-256 of a card without its own `sha256`: a changed class name is a wrong answer."""
    facts = {key: value for key, value in card.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class Network:
    """The function from rows to the last output of an ONNX model, its logits, on the CPU. It can be pickled.

    Args:
        content: of the model's file.
        threads: that one request may use.

    Raises:
        ConfigError: if ONNX Runtime is not installed.
    """

    def __init__(self, content: bytes, threads: int = 1):
        try:
            import onnxruntime
        except ImportError as error:
            raise ConfigError(
                "ONNX Runtime is not installed; install the extra: pip install 'gnn2mlp[onnx]'"
            ) from error
        self.content, self.threads = content, threads
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._given = self.session.get_inputs()[0].name
        self._wanted = [self.session.get_outputs()[-1].name]

    def __call__(self, rows: np.ndarray | Mapping[str, np.ndarray]) -> np.ndarray:
        """Logits of dense rows, or of arrays by the names of inputs."""
        fed = rows if isinstance(rows, Mapping) else {self._given: rows}
        return self.session.run(self._wanted, fed)[0]  # type: ignore[no-any-return]

    def facts(self) -> dict[str, Any]:
        """What the model's metadata say, where each value is JSON."""
        found = self.session.get_modelmeta().custom_metadata_map
        return {key: json.loads(value) for key, value in found.items() if key != KEY}

    def __reduce__(self) -> tuple[Any, ...]:  # a session itself cannot be pickled
        return type(self), (self.content, self.threads)


def _checked_card(card: Any, where: object) -> dict[str, Any]:
    try:
        _check_format(card["format"], where)
        intact = card["sha256"] == seal(card)
    except (KeyError, TypeError) as error:
        raise ArtefactError(f"{where} is no card of an exported student; export it again") from error
    if not intact:
        raise ArtefactError(f"{where} does not match its checksum: it was altered after writing; export it again")
    return dict(card)


def _check_format(given: int, where: object) -> None:
    if given > FORMAT:
        raise ArtefactError(f"{where} has format {given}, this release reads up to {FORMAT}: upgrade gnn2mlp")
