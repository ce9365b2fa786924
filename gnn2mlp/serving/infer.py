"""The Open Inference Protocol's version 2: tensors in, tensors out, each by its name.

A column of a table is a tensor of its own, (rows,) or (rows, 1); null stands for a value that is missing, where the
model reads columns of tables. The nodes of a graph, of which each has others, are JSON in one text. See https://github.com/kserve/open-inference-protocol.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import listing, nearest
from gnn2mlp.evaluate.conformal import conformal_sets
from gnn2mlp.serving.columns import ServedColumn
from gnn2mlp.serving.model import ServedModel
from gnn2mlp.serving.predictions import Judged
from gnn2mlp.serving.refusal import TOO_LARGE, UNREADABLE, RefusalError, called
from gnn2mlp.serving.rows import parsed
from gnn2mlp.tasks.answers import ClassAnswers

PLATFORM = "onnx_onnxruntime"
_INTEGERS = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64")
_FLOATS = ("FP16", "FP32", "FP64")
# Values of JSON that stand for those of a type.
_VALUES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_INTEGERS, (int,)),
    **dict.fromkeys(_FLOATS, (int, float)),
    "BOOL": (bool,),
    "BYTES": (str,),
}
_DATATYPES = {"number": "FP64", "boolean": "BOOL", "vector": "FP32"}
LABEL, LABELS, CONFIDENCE, PROBABILITIES, SET = "label", "labels", "confidence", "probabilities", "set"
OUTLIER, PREDICTION = "outlier", "prediction"


def metadata(model: ServedModel) -> dict[str, Any]:
    """What the protocol says of a model."""
    outputs = [{"name": name, "datatype": kind, "shape": [-1, *shape]} for name, kind, shape in _outputs(model)]
    inputs = [{"name": one.name, "datatype": datatype(one), "shape": shape_of(one)} for one in model.columns]
    return {
        "name": model.name,
        "versions": [model.version],
        "platform": PLATFORM,
        "inputs": inputs,
        "outputs": outputs,
    }


def datatype(column: ServedColumn) -> str:
    """What the protocol calls the type of a column."""
    return _DATATYPES.get(column.kind, "BYTES")


def shape_of(column: ServedColumn) -> list[int]:
    """The shape of a column's tensor in the protocol, -1 where a size is free."""
    widths = {"vector": [column.width or -1], "list": [-1]}
    return [-1, *widths.get(column.kind, [])]


def _outputs(model: ServedModel) -> list[tuple[str, str, list[int]]]:
    """Names, types and shapes of a row of what can be asked for."""
    answers, width = model.predictor.answers, model.predictor.answers.num_outputs
    if answers.classes is None:
        return [(PREDICTION, "FP32", [] if getattr(answers, "flat", False) else [width])]
    found: list[tuple[str, str, list[int]]]
    if isinstance(answers, ClassAnswers):
        found = [(LABEL, _datatype_of(answers.classes), []), (CONFIDENCE, "FP32", [])]
    else:
        found = [(LABELS, "BOOL", [width])]
    found.append((PROBABILITIES, "FP32", [width]))
    if model.coverages:
        found.append((SET, "BOOL", [width]))
    calibration = model.predictor.calibration
    return found + ([(OUTLIER, "BOOL", [])] if calibration is not None and calibration.outlier is not None else [])


def _datatype_of(classes: np.ndarray) -> str:
    return {"b": "BOOL", "i": "INT64", "u": "INT64", "f": "FP64"}.get(classes.dtype.kind, "BYTES")


def rows_of_tensors(request: Any, columns: Sequence[ServedColumn], most: int) -> list[dict[str, Any]]:
    """The rows of a request as objects of columns.

    Raises:
        RefusalError: if it is no request of the protocol, or its tensors do not fit the columns.
    """
    if not isinstance(request, Mapping) or not isinstance(request.get("inputs"), list):
        raise RefusalError(
            UNREADABLE, f"infer: expected an object with a list of tensors in 'inputs', got {_got(request)}"
        )
    known = {column.name: column for column in columns}
    found: dict[str, list[Any]] = {}
    for number, tensor in enumerate(request["inputs"]):
        name = tensor.get("name") if isinstance(tensor, Mapping) else None
        if not isinstance(name, str):
            raise RefusalError(UNREADABLE, f"infer: expected a name, a shape, a datatype and data in inputs[{number}]")
        if name not in known or name in found:
            reason = "the same twice" if name in found else f"{name!r}{nearest(name, known)}"
            raise RefusalError(UNREADABLE, f"infer: expected each input of the model once, got {reason}")
        found[name] = _values(tensor, known[name], most)
    if missing := [name for name in known if name not in found]:
        raise RefusalError(
            UNREADABLE, f"infer: expected the {len(known)} inputs of the model; missing {listing(missing)}"
        )
    lengths = {len(values) for values in found.values()}
    if len(lengths) > 1:
        raise RefusalError(UNREADABLE, f"infer: expected inputs of as many rows each, got {sorted(lengths)[:5]}")
    return [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]


def _got(request: Any) -> str:
    return f"in it {called(request.get('inputs'))}" if isinstance(request, Mapping) else called(request)


def _values(tensor: Mapping[str, Any], column: ServedColumn, most: int) -> list[Any]:
    """The values of a column, one a row."""
    name, kind, shape, data = column.name, tensor.get("datatype"), tensor.get("shape"), tensor.get("data")
    if not isinstance(kind, str) or kind not in _VALUES:
        raise RefusalError(
            UNREADABLE, f"infer, input {name!r}: expected a datatype such as {datatype(column)}, got {kind!r:.40}"
        )
    if (kind == "BYTES") != (datatype(column) == "BYTES") and column.kind != "date":
        raise RefusalError(UNREADABLE, f"infer, input {name!r}: expected the datatype {datatype(column)}, got {kind}")
    if not isinstance(shape, list) or not shape or any(type(size) is not int or size < 0 for size in shape):
        raise RefusalError(UNREADABLE, f"infer, input {name!r}: expected a shape as a list of sizes, got {shape!r:.40}")
    if not isinstance(data, list):
        raise RefusalError(UNREADABLE, f"infer, input {name!r}: expected data as a list, got {called(data)}")
    if shape[0] > most:
        raise RefusalError(TOO_LARGE, f"infer: expected at most {most:,} rows in a request, got {shape[0]:,}")
    flat = _flat(data, len(shape))
    if len(flat) != math.prod(shape):
        raise RefusalError(
            UNREADABLE,
            f"infer, input {name!r}: expected {math.prod(shape)} values, as the shape {shape} says, got {len(flat):,}",
        )
    _check_types(flat, kind, name)
    width = math.prod(shape[1:])
    if column.kind in ("vector", "list"):
        if len(shape) != 2:
            raise RefusalError(UNREADABLE, f"infer, input {name!r}: expected a shape of rows and values, got {shape}")
        return [flat[row * width : (row + 1) * width] for row in range(shape[0])]
    if column.kind == "nodes":
        return [parsed(text.encode()) if isinstance(text, str) else None for text in flat]
    if width != 1:
        raise RefusalError(
            UNREADABLE, f"infer, input {name!r}: expected a value for each row, [rows] or [rows, 1], got {shape}"
        )
    return flat


def _flat(data: list[Any], depth: int) -> list[Any]:
    """Data as it lies in memory: the protocol allows lists in lists as well."""
    for _ in range(depth - 1):
        if not data or not all(type(item) is list for item in data):
            break
        data = [value for item in data for value in item]
    return data


def _check_types(values: Sequence[Any], kind: str, name: str) -> None:
    allowed = _VALUES[kind]
    for value in values:
        if value is not None and type(value) not in allowed:
            raise RefusalError(UNREADABLE, f"infer, input {name!r}: expected values of {kind}, got {called(value)}")


def tensors(
    model: ServedModel, asked: Judged, coverage: float | None, chosen: Sequence[str] | None
) -> list[dict[str, Any]]:
    """Outputs of the protocol.

    Args:
        model: that was asked.
        asked: what it said.
        coverage: of the sets; default: the first that the calibration was made for.
        chosen: names of the outputs that are wanted; default: all.

    Raises:
        RefusalError: for a name that there is not.
        ConfigError: for a coverage that the model cannot tell.
    """
    there = {name: (kind, shape) for name, kind, shape in _outputs(model)}
    for name in chosen or ():
        if name not in there:
            raise RefusalError(UNREADABLE, f"infer: expected outputs among {listing(list(there), 9)}, got {name!r:.40}")
    names = list(there) if chosen is None else list(dict.fromkeys(chosen))
    rows = len(asked.predicted)
    return [
        {
            "name": name,
            "datatype": there[name][0],
            "shape": [rows, *there[name][1]],
            "data": _data(model, asked, name, coverage),
        }
        for name in names
    ]


def _data(model: ServedModel, asked: Judged, name: str, coverage: float | None) -> list[Any]:
    if name == PREDICTION:
        return _listed(asked.predicted)
    assert asked.probabilities is not None, "whatever else is asked for goes with classes"
    if name == OUTLIER:
        return _listed(np.asarray(asked.outliers))
    if name in (LABEL, LABELS):
        return _listed(asked.predicted.astype(bool)) if name == LABELS else _texts(asked.predicted)
    if name == CONFIDENCE:
        return _listed(asked.probabilities.max(axis=1))
    if name == PROBABILITIES:
        return _listed(asked.probabilities)
    threshold = model.predictor.threshold(coverage or float(model.coverages[0]))
    return _listed(conformal_sets(asked.probabilities, threshold))


def _texts(labels: np.ndarray) -> list[Any]:
    values = labels.tolist()
    return values if _datatype_of(labels) != "BYTES" else [str(value) for value in values]


def _listed(values: np.ndarray) -> list[Any]:
    flat: list[Any] = values.ravel().tolist()
    return flat
