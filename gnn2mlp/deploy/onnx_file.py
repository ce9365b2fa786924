"""One ONNX file that answers: what a caller has of a row goes in, probabilities and labels come out.

All that is needed to use it is in it: its inputs and outputs have names and descriptions, and its metadata say what the
outputs stand for, which student it was made from, and of which digest the whole is.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gnn2mlp import __version__
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.onnx import encode, reordered, small_weights
from gnn2mlp.deploy.onnx_answers import LOGITS, add_answers
from gnn2mlp.deploy.onnx_columns import Columns, add_columns
from gnn2mlp.deploy.onnx_parts import Part, joined, onnx, versions
from gnn2mlp.deploy.onnx_predictor import FORMAT, Network, OnnxPredictor
from gnn2mlp.deploy.onnx_seal import sealed
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.text import TextInputs
from gnn2mlp.tasks.answers import EmbeddingAnswers, answers_from

if TYPE_CHECKING:
    from gnn2mlp.deploy.predictor import Predictor

# Of the input where features are given, and of what the student reads.
ROWS, FEATURES = "rows", "features/rows"
# The output of a model of links.
EMBEDDINGS = "embeddings"


def onnx_bytes(
    predictor: "Predictor", int8: bool = False, check: tuple[Any, Any] | None = None, tolerance: float = 0.5
) -> bytes:
    """The content of one ONNX file that answers as `predictor` does; `OnnxPredictor.load` reads it.

    Args:
        predictor: the student, with what encodes its columns, if it has that.
        int8: 8-bit weights, if they keep the accuracy on `check`.
        check: rows or a table, and labels, as in `Predictor.to_onnx`.
        tolerance: percentage points of accuracy that 8-bit weights may lose.

    Raises:
        ConfigError: if ONNX or ONNX Runtime is not installed, a column cannot be converted, or there is nothing to
            check 8-bit weights with.
        DataError: for check rows that cannot be used, or if 8-bit weights lose more.

    Example:
        >>> import numpy as np
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=16)
        >>> predictor = Predictor(student, student.build(4, 2), num_features=4, task=["cat", "dog"])
        >>> network = Network(onnx_bytes(predictor))
        >>> [value.name for value in network.session.get_outputs()]
        ['label', 'probabilities', 'logits']
    """
    made = predictor.to("cpu")
    before = _features(made) if made.columns is None else add_columns(made.columns)
    facts = _facts(made, before)
    content = reordered(encode(made.module, made.num_features, made.inputs), before.order)
    if int8:
        content, facts["check"] = _small(made, content, before.order, check, tolerance)
    student = onnx().compose.add_prefix(onnx().load_from_string(content), "student/")
    part = before.part
    part.output(FEATURES, _as(part, before.features, facts["dtype"]), facts["dtype"], made.num_features)
    model = joined(part.model(), student, {FEATURES: "student/rows"})
    model = joined(model, _answers(facts), {"student/logits": f"answers/{LOGITS}"})
    _describe(model, facts, made.inputs)
    onnx().checker.check_model(model, full_check=True)
    whole = sealed(model.SerializeToString(deterministic=True))
    Network(whole)  # whatever the runtime cannot start is to be known now
    return whole


def _facts(predictor: "Predictor", before: Columns) -> dict[str, Any]:
    """What the metadata say."""
    told = {key: value for key, value in predictor.facts().items() if key != "encoders"}
    return {
        **told,
        "columns": [column.facts() for column in before.columns] or None,
        "dtype": str(predictor.dtype).removeprefix("torch."),
        "format": FORMAT,
        "source": predictor.digest(),
        "versions": versions(),
    }


def _small(
    predictor: "Predictor", content: bytes, order: np.ndarray, check: tuple[Any, Any] | None, tolerance: float
) -> tuple[bytes, dict[str, Any]]:
    if check is None:
        raise ConfigError("int8: 8-bit weights change answers; give check=(rows, labels), e.g. validation nodes")
    rows = check[0] if predictor.columns is None else predictor.columns.transform(check[0], name="check")
    rows = predictor.inputs.asked_rows(rows) if isinstance(predictor.inputs, TextInputs) else rows
    made = predictor.on_features()
    card = {**made.facts(), "dtype": str(made.dtype).removeprefix("torch.")}
    rows = OnnxPredictor(Network(content), card).rows(rows, "check").take(order, axis=1)
    return small_weights(content, {**card, "feature_names": None}, rows, check[1], tolerance)


def _features(predictor: "Predictor") -> Columns:
    """The part before the student where rows of features are given."""
    part, width, dtype = Part("features"), predictor.num_features, str(predictor.dtype).removeprefix("torch.")
    order = (
        "in the order of training"
        if predictor.feature_names is None
        else "in the order of feature_names in the metadata"
    )
    part.input(ROWS, dtype, width, f"the features of each row, {order}")
    return Columns(part, ROWS, np.arange(width), ())


def _as(part: Part, features: str, dtype: str) -> str:
    """Features in the precision of the student."""
    return features if dtype == "float32" or features == ROWS else part.add("Cast", [features], to=part.type_of(dtype))


def _answers(facts: Mapping[str, Any]) -> Any:
    """The part after the student."""
    answers, part = answers_from(facts["answers"]), Part("answers", facts["dtype"])
    logits = part.input(f"answers/{LOGITS}", part.real, answers.num_outputs)
    if isinstance(answers, EmbeddingAnswers):
        part.output(EMBEDDINGS, logits, part.real, answers.num_outputs, "what pairs of rows are scored by")
        return part.model()
    add_answers(part, logits, answers, (facts.get("calibration") or {}).get("temperature", 1.0))
    part.output(LOGITS, logits, part.real, answers.num_outputs, "outputs of the student, before any temperature")
    return part.model()


def _describe(model: Any, facts: Mapping[str, Any], inputs: Inputs) -> None:
    """Say in the model what it is: each fact is an entry of the metadata, as JSON."""
    model.producer_name, model.producer_version = "gnn2mlp", __version__
    model.graph.name = "student"
    model.graph.doc_string = model.doc_string = (
        "A student of a graph neural network: what is known of a row goes in, answers come out"
        + (
            "; a row is made of a node's features and its edges."
            if inputs.needs_graph
            else "; a row is made of a text by inputs.asked_rows."
            if inputs.reads_texts
            else "; no graph is needed."
        )
    )
    onnx().helper.set_model_props(model, {key: json.dumps(value, ensure_ascii=False) for key, value in facts.items()})
