"""A trained student of whole graphs behind arrays: it reads the nodes of a graph as a set, and no edge."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.deploy._graphs import BaseGraphPredictor
from gnn2mlp.deploy.calibration import Calibration, rescaled
from gnn2mlp.deploy.directory_writing import place_files
from gnn2mlp.deploy.node_fields import NodeFields, Nodes
from gnn2mlp.deploy.onnx_predictor import MODEL, ONNX
from gnn2mlp.deploy.savable import Savable
from gnn2mlp.deploy.student_file import read_parts, tensors_of
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.nn.devices import on_cpu
from gnn2mlp.nn.node_sets import NodeSets, node_rows
from gnn2mlp.nn.set_fold import FoldedSets
from gnn2mlp.nn.set_network import SetNetwork
from gnn2mlp.students import Student
from gnn2mlp.tasks.answers import Answers


class GraphPredictor(Savable, BaseGraphPredictor):
    """Answers for whole graphs from what each of their nodes is; nobody has to know which nodes are linked.

    Graphs are given as they are at hand: a `GraphSet`, whose edges are not looked at, or a list with an array for each
    graph: codes, integers (nodes, fields), or (nodes,) of one field; features (nodes, features); or both as a pair.
    Text in place of codes is read by the categories of training. What no node of training was is read as nothing.

    Args:
        student: the recipe that built `module`.
        module: the trained network of sets.
        fields: what a node has.
        answers: what outputs stand for.
        card: where the student comes from (JSON-able).
        calibration: what makes probabilities honest; a threshold of `answers` is then one of scaled probabilities.

    Raises:
        ConfigError: if the network reads no sets, or the calibration is of other outputs.

    Example:
        >>> from gnn2mlp.students.set_mlp import SetMLP
        >>> from gnn2mlp.tasks.answers import ClassAnswers
        >>> student = SetMLP(hidden=8)
        >>> fields = NodeFields(code_sizes=(3,))
        >>> predictor = GraphPredictor(student, student.network(3, 2), fields, ClassAnswers(["no", "yes"]))
        >>> predictor.predict_proba([[0, 0, 1], [2, 1]]).shape  # a graph of three nodes, and one of two
        (2, 2)
        >>> bool(predictor.predict([[0, 0, 1]])[0] == predictor.predict([[1, 0, 0]])[0])  # in any order
        True
    """

    inputs: Inputs

    def __init__(
        self,
        student: Student,
        module: nn.Module,
        fields: NodeFields,
        answers: Answers,
        card: Mapping[str, Any] | None = None,
        calibration: Calibration | None = None,
    ):
        if student.unit != "graph" and not isinstance(module, SetNetwork):
            raise ConfigError(
                f"module: expected a network that reads sets of nodes, such as that of set_mlp, got "
                f"{type(module).__name__}; one that answers for nodes goes into a Predictor"
            )
        self.student = student
        self.module = module.eval()
        self.fields = fields
        self.num_features = fields.width
        self.answers = answers
        self.card = dict(card or {})
        self.calibration = calibration
        if calibration is not None:
            calibration.check_fits(answers)
        self.inputs = OwnFeatures()
        self.about: dict[str, Any] = {}  # what its model directory said of it
        # Where each part of the network has its weights: looking there takes a tenth of `module.parameters()`.
        self._held = [held for part in module.modules() for held in (part._parameters, part._buffers) if held]
        self._folded: tuple[Any, Callable[[Nodes], torch.Tensor]] | None = None

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.module.parameters()).device

    def calibrated(self, calibration: Calibration | None) -> "GraphPredictor":
        """A copy whose probabilities are scaled by `calibration`; its answers stay, as thresholds move with them."""
        answers = rescaled(self.answers, self.calibration, calibration)
        made = GraphPredictor(self.student, self.module, self.fields, answers, self.card, calibration)
        made.about = self.about
        return made

    def _answered(self, nodes: Nodes) -> np.ndarray:
        found = self._network()(nodes)
        return (found if found.dtype == torch.float64 else found.float()).numpy()

    def _network(self) -> Callable[[Nodes], torch.Tensor]:
        """The network as it answers on the CPU, folded once, and anew if its weights have changed since."""
        # Torch counts what is done to a tensor in place; whatever replaces it lies elsewhere.
        now = tuple(
            (each.data_ptr(), each._version) for held in self._held for each in held.values() if each is not None
        )
        if self._folded is None or self._folded[0] != now:
            self._folded = now, self._placed()
        return self._folded[1]

    def _placed(self) -> Callable[[Nodes], torch.Tensor]:
        if isinstance(self.module, SetNetwork) and on_cpu(next(self.module.parameters())):
            folded = FoldedSets(self.module, self.fields.code_sizes, self.fields.features)
            return lambda nodes: folded(*nodes)
        return self._unfolded

    @torch.inference_mode()
    def _unfolded(self, nodes: Nodes) -> torch.Tensor:
        codes, features, offsets = (None if each is None else torch.from_numpy(each) for each in nodes)
        assert offsets is not None, "of any nodes"
        sets = NodeSets.of_offsets(node_rows(codes, self.fields.code_sizes, features), offsets)
        found: torch.Tensor = self.module(sets.to(self.device, next(self.module.parameters()).dtype)).logits
        return found.cpu()

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_folded": None}  # it has the weights of the module

    def to_onnx(self, path: str | Path) -> Path:
        """Write one file for ONNX Runtime, which `OnnxGraphPredictor` reads without torch; see `deploy.onnx_graphs`.

        Args:
            path: of the file, whose name ends in `.onnx`; or a folder, which gets `model.onnx`. A model directory takes
                it up among its files.

        Returns:
            Path of the file.

        Raises:
            ConfigError: if ONNX or ONNX Runtime is not installed.
            ArtefactError: if the file cannot be written, or the folder is another model's directory.
        """
        from gnn2mlp.deploy.onnx_graphs import graph_onnx_bytes

        place = user_path(path, "path")
        place = place if place.suffix == ONNX else place / MODEL
        place_files(place.parent, {place.name: graph_onnx_bytes(self)}, self.encode())
        return place

    def _tensors(self) -> dict[str, torch.Tensor]:
        return tensors_of(self.module, self.inputs, None)

    def facts(self) -> dict[str, Any]:
        """What a reader has to know beside the weights, JSON-able: recipe, what a node has, answers, origin."""
        return {
            "student": self.student.spec().to_dict(),
            "inputs": self.inputs.spec().to_dict(),
            "num_features": self.num_features,
            "fields": self.fields.facts(),
            "answers": self.answers.facts(),
            "about": self.card,
            **({} if self.calibration is None else {"calibration": self.calibration.facts()}),
        }

    @classmethod
    def load(cls, directory: str | Path, device: str | torch.device = "cpu") -> Self:
        """Read what `save` wrote; nothing is unpickled.

        Args:
            directory: a model directory, each of whose files is checked first, or a folder with a student's file alone.
            device: where to answer, `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.

        Raises:
            ConfigError: if there is no such device.
            ArtefactError: if a file is missing, truncated, altered, added, or of a newer format, or if the model does
                not answer for whole graphs.
        """
        parts = read_parts(directory, device, "graph")
        assert parts.fields is not None, "it answers for graphs"
        fields = NodeFields.of_facts(parts.fields)
        made = cls(parts.student, parts.module, fields, parts.answers, parts.card, parts.calibration)
        made.about = parts.told
        return made
