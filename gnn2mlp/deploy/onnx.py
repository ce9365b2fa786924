"""A student as an ONNX model: folded, in its own precision, and with 8-bit weights where those keep its accuracy.

MLPs, and what is put together of them, are written down layer by layer, which takes milliseconds; any other module
goes through torch's exporter.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.files import scratch
from gnn2mlp.deploy.directory_writing import place_files
from gnn2mlp.deploy.onnx_exporter import exported
from gnn2mlp.deploy.onnx_networks import MIXING, network
from gnn2mlp.deploy.onnx_parts import IR, OPSET, onnx, versions
from gnn2mlp.deploy.onnx_predictor import CARD, FORMAT, Network, OnnxPredictor, dense, seal
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.nn.fold import fold
from gnn2mlp.tasks.answers import ClassAnswers

FILES = {"fp": "student.onnx", "int8": "student.int8.onnx"}
# Weights of the first map, if the student is an MLP.
_FIRST = "weight0"
# At least so many rows set the range of activations, if there are as many.
CALIBRATION = 1024


def write_onnx(
    module: nn.Module,
    inputs: Inputs,
    facts: Mapping[str, Any],
    student: bytes,
    directory: Path,
    int8: bool,
    check: tuple[Any, Any] | None,
    tolerance: float,
) -> Path:
    """What `Predictor.to_onnx` does, with its network, inputs, facts and file; see there."""
    card = {**facts, "dtype": str(next(module.parameters()).dtype).removeprefix("torch.")}
    contents = {"fp": encode(module, facts["num_features"], inputs)}
    if int8:
        if check is None:
            raise ConfigError("int8: 8-bit weights change answers; give check=(rows, labels), e.g. validation nodes")
        rows = OnnxPredictor(Network(contents["fp"]), card).rows(check[0], "check")
        contents["int8"], card["check"] = small_weights(contents["fp"], card, rows, check[1], tolerance)
    digests = {form: hashlib.sha256(content).hexdigest() for form, content in contents.items()}
    card |= {
        "format": FORMAT,
        "files": {form: {"name": FILES[form], "sha256": digest} for form, digest in digests.items()},
        "versions": versions(),
    }
    vouching = json.dumps({**card, "sha256": seal(card)}, indent=2, allow_nan=False) + "\n"
    files = {FILES[form]: content for form, content in contents.items()} | {CARD: vouching.encode()}  # the card last
    earlier = [FILES[form] for form in FILES.keys() - contents.keys()]
    place_files(directory, files, student, earlier)
    return directory / CARD


def encode(module: nn.Module, num_features: int, inputs: Inputs | None = None) -> bytes:
    """The ONNX model from dense rows (rows, features) to logits (rows, classes) of `module` in evaluation mode.

    Args:
        module: the student.
        num_features: width of the rows that the model takes.
        inputs: what makes the student's rows of them, where that is to be a part of the model.

    Raises:
        ConfigError: if ONNX is not installed.
    """
    helper, checker, numpy_helper = onnx().helper, onnx().checker, onnx().numpy_helper
    folded = fold(module)
    before = None if inputs is None or not inputs.of_features or isinstance(inputs, OwnFeatures) else inputs
    made = None if before is not None else network(folded)
    if made is None:
        return _exported(module, num_features, before)
    constants = [numpy_helper.from_array(value.detach().cpu().numpy(), name) for name, value in made.arrays.items()]
    row = next(module.parameters()).new_zeros(1, num_features)
    kind, outputs = numpy_helper.from_array(row.cpu().numpy()).data_type, folded(row).size(1)
    graph = helper.make_graph(
        made.nodes,
        "student",
        [helper.make_tensor_value_info("rows", kind, ["batch", num_features])],
        [helper.make_tensor_value_info("logits", kind, ["batch", outputs])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def reordered(content: bytes, order: np.ndarray) -> bytes:
    """The same model for rows whose features stand in another order.

    Args:
        content: from `encode`.
        order: of each feature of the rows to come the place where the model has it, int64 (features,).
    """
    if np.array_equal(order, np.arange(len(order))):
        return content
    model = onnx().load_from_string(content)
    if model.graph.node[0].input[:2] == ["rows", _FIRST]:  # an MLP: the rows of its first map are put in order instead
        (weights,) = (tensor for tensor in model.graph.initializer if tensor.name == _FIRST)
        ordered = onnx().numpy_helper.to_array(weights)[order]
        weights.CopyFrom(onnx().numpy_helper.from_array(ordered, _FIRST))
    else:
        places = onnx().numpy_helper.from_array(np.argsort(order), "places")
        for node in model.graph.node:
            node.input[:] = ["ordered rows" if name == "rows" else name for name in node.input]
        model.graph.node.insert(0, onnx().helper.make_node("Gather", ["rows", "places"], ["ordered rows"], axis=1))
        model.graph.initializer.append(places)
    return bytes(model.SerializeToString())


def small_weights(
    content: bytes, card: Mapping[str, Any], rows: Any, labels: Any, tolerance: float
) -> tuple[bytes, dict[str, Any]]:
    """The same model with 8-bit weights, if those keep the accuracy.

    Args:
        content: from `encode`.
        card: facts of the student.
        rows: that both are compared on, and that set the range of activations: numpy or scipy CSR (rows, features).
        labels: of these rows.
        tolerance: percentage points of accuracy that may be lost.

    Returns:
        The model, and what was compared.

    Raises:
        ConfigError: if the student answers no classes.
        DataError: for labels that cannot be those of the rows, or if more accuracy is lost.
    """
    full = OnnxPredictor(Network(content), card)
    _check_answers(full)
    truth = np.asarray(labels)
    _check_labels(truth, full.classes_, rows.shape[0])
    small = quantise(content, dense(rows[sample(rows.shape[0])]))
    return small, _compared(full, OnnxPredictor(Network(small), card), rows, truth, tolerance)


def quantise(content: bytes, rows: np.ndarray) -> bytes:
    """The same model with 8-bit weights and activations.

    The range of activations is fixed beforehand, so that a row's answer does not depend on its company. Weights take 7
    of the 8 bits: with all of them, sums saturate on processors without VNNI instructions, and answers would depend on
    the machine.

    Args:
        content: from `encode`.
        rows: dense (rows, features), like those to come: they set the range of activations.

    Raises:
        ConfigError: if ONNX or ONNX Runtime is not installed, or the model is not in single precision.
    """
    package = onnx()
    from onnxruntime.quantization import QuantType, quantize_static
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    model = package.load_from_string(content)
    (given,) = model.graph.input
    if given.type.tensor_type.elem_type != package.TensorProto.FLOAT:
        raise ConfigError("int8: 8-bit weights are made of a network in single precision; call module.float() first")
    add_pre_process_metadata(model)  # nothing is left to prepare in a folded model
    batches = iter([{given.name: rows}])
    reader = SimpleNamespace(get_next=lambda: next(batches, None))
    with scratch() as folder:
        path = folder / "model.onnx"
        # Logarithms of probabilities are none of weights and activations, and 8 bits would be too few for them.
        mixing = [node.name for node in model.graph.node if node.name.startswith(MIXING)]
        how = {"weight_type": QuantType.QInt8, "reduce_range": True, "nodes_to_exclude": mixing}
        quantize_static(model, path, reader, **how)
        return path.read_bytes()


def sample(count: int) -> slice:
    """Which of `count` rows set the range of activations: evenly spread, fewer than twice `CALIBRATION`."""
    return slice(None, None, max(1, count // CALIBRATION))


def _check_answers(predictor: OnnxPredictor) -> None:
    if not isinstance(predictor.answers, ClassAnswers):
        raise ConfigError(
            "int8: 8-bit weights are written where they keep the accuracy, and this student answers "
            f"{predictor.answers.kind}, not classes; export without int8"
        )


def _check_labels(truth: np.ndarray, classes: np.ndarray, rows: int) -> None:
    if truth.shape != (rows,) or not rows:
        raise DataError(f"check: expected rows and a label for each, got {rows} rows and labels {truth.shape}")
    if unknown := int((~np.isin(truth, classes)).sum()):  # labels of another kind make all networks equally wrong
        raise DataError(f"check: expected labels out of the {len(classes)} classes, got others in {unknown} rows")


def _compared(
    full: OnnxPredictor, small: OnnxPredictor, rows: Any, truth: np.ndarray, tolerance: float
) -> dict[str, Any]:
    """Accuracy of both, if the small one does not lose more than is tolerated."""
    accuracy = {form: float((p.predict(rows) == truth).mean()) for form, p in (("fp", full), ("int8", small))}
    loss = 100 * (accuracy["fp"] - accuracy["int8"])
    if not loss <= tolerance:  # which no number is, if the tolerance is none
        raise DataError(
            f"int8: 8-bit weights lose {loss:.2f} points of accuracy on {truth.size} rows "
            f"({100 * accuracy['fp']:.2f} to {100 * accuracy['int8']:.2f} %), and {tolerance} are tolerated; "
            "nothing was written: export without int8, or tolerate more"
        )
    return {"rows": truth.size, "accuracy": accuracy, "tolerance": tolerance}


def _exported(module: nn.Module, num_features: int, inputs: Inputs | None) -> bytes:
    """By torch's exporter, whatever the module is made of."""

    class Logits(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, rows: Tensor) -> Tensor:
            logits: Tensor = self.module(rows if inputs is None else inputs.transform(rows)).logits
            return logits

    rows = next(module.parameters()).new_zeros(2, num_features)
    return bytes(exported(Logits(), rows, "rows").SerializeToString())
