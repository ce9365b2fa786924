"""A student of whole graphs on ONNX Runtime, behind the same arrays as `GraphPredictor`. Imports no torch."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import user_path
from gnn2mlp.deploy._base import answers_of
from gnn2mlp.deploy._graphs import BaseGraphPredictor
from gnn2mlp.deploy.calibration import calibration_of
from gnn2mlp.deploy.directory import read_directory
from gnn2mlp.deploy.node_fields import NodeFields, Nodes
from gnn2mlp.deploy.onnx_predictor import FORMAT, MODEL, ONNX, Network
from gnn2mlp.deploy.onnx_seal import check_seal
from gnn2mlp.deploy.sealed import CONFIG
from gnn2mlp.deploy.unit import check_unit

# Inputs of the model.
CODES, FEATURES, NODES_PER_GRAPH = "codes", "features", "nodes_per_graph"


class OnnxGraphPredictor(BaseGraphPredictor):
    """Answers as the `GraphPredictor` does that wrote it, up to rounding, of graphs given in the same forms.

    Args:
        answer: maps the arrays `codes`, `features` and `nodes_per_graph` to logits (graphs, outputs), as `Network`
            does.
        card: facts of the student, as the metadata of the file have them.
    """

    def __init__(self, answer: Callable[[Mapping[str, np.ndarray]], np.ndarray], card: Mapping[str, Any]):
        self.answer = answer
        self.card = dict(card)
        self.fields = NodeFields.of_facts(card["fields"])
        self.num_features = self.fields.width
        self.answers = answers_of(card)
        self.calibration = calibration_of(card, self.answers)
        self.dtype = np.dtype(card["dtype"])

    def _answered(self, nodes: Nodes) -> np.ndarray:
        return self.answer(self._fed(nodes))

    def _fed(self, nodes: Nodes) -> dict[str, np.ndarray]:
        fed = {NODES_PER_GRAPH: nodes.offsets[1:] - nodes.offsets[:-1]}
        if nodes.codes is not None:
            fed[CODES] = nodes.codes
        if nodes.features is not None:
            fed[FEATURES] = nodes.features.astype(self.dtype, copy=False)
        return fed

    def digest(self) -> str:
        """The SHA-256 of the file."""
        return hashlib.sha256(getattr(self.answer, "content", b"")).hexdigest()

    @classmethod
    def load(cls, path: str | Path, threads: int = 1) -> Self:
        """Read what `GraphPredictor.to_onnx` wrote. It computes on the CPU, whatever ONNX Runtime was built for.

        Args:
            path: of the file, or of a folder that holds it as `model.onnx`: a model directory, each of whose files is
                checked first, or another.
            threads: that one request may use.

        Raises:
            ConfigError: if ONNX Runtime is not installed.
            ArtefactError: if the file is missing, truncated, altered or of a newer format, or answers for nodes or
                links.
        """
        place = user_path(path, "path")
        file = place if place.suffix == ONNX else place / MODEL
        return cls.of_bytes(_content(place, file), file, threads)

    @classmethod
    def of_bytes(cls, content: bytes, path: Path, threads: int = 1) -> Self:
        """The model whose file has this content; as `load`, `path` is for messages."""
        check_seal(content, path)
        network = Network(content, threads)
        card = network.facts()
        if card["format"] > FORMAT:
            raise ArtefactError(
                f"{path} has format {card['format']}, this release reads up to {FORMAT}: upgrade gnn2mlp"
            )
        check_unit(card, path, "graph", onnx=True)
        return cls(network, card)


def _content(place: Path, file: Path) -> bytes:
    if place != file and (place / CONFIG).exists():
        found = read_directory(place, (MODEL,))
        check_unit(found.config, place, "graph")
        if MODEL in found.files:
            return found.files[MODEL]
    elif file.is_file():
        return file.read_bytes()
    raise ArtefactError(
        f"expected a student of whole graphs for ONNX Runtime at {file}, found none; write it: gnn2mlp export DIR "
        "--onnx"
    )
