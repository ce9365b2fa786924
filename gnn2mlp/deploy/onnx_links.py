"""A model of links as two ONNX files: one embeds rows, the other scores pairs of embeddings.

So a node is embedded once, by whatever program runs ONNX, and its embedding kept; a pair costs the second file alone.
"""

import json
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from gnn2mlp import __version__
from gnn2mlp.decoders.dot import InnerProduct
from gnn2mlp.decoders.hadamard import HadamardMLP
from gnn2mlp.deploy.link_card import DECODER, EMBEDDER
from gnn2mlp.deploy.onnx_exporter import exported
from gnn2mlp.deploy.onnx_file import onnx_bytes
from gnn2mlp.deploy.onnx_parts import Part, onnx, versions
from gnn2mlp.deploy.onnx_predictor import FORMAT, Network
from gnn2mlp.deploy.onnx_seal import sealed
from gnn2mlp.nn.link_mixture import GatedDecoder

if TYPE_CHECKING:
    from gnn2mlp.deploy.link_predictor import LinkPredictor

# Inputs and outputs of the decoder.
ONE, OTHER, PROBABILITIES, LOGITS = "z_u", "z_v", "probabilities", "logits"
_DOC = "Scores pairs of embeddings, in either order: logits, and the probability of a link."


def onnx_files(predictor: "LinkPredictor") -> dict[str, bytes]:
    """Both files by name, each sealed, and each naming the student that it was made from.

    The embedder reads what the student does, columns of tables too, and gives `embeddings` (rows, width). The decoder
    reads `z_u` and `z_v`, each (pairs, width), and gives `probabilities` and `logits`, each (pairs,).

    Raises:
        ConfigError: if ONNX or ONNX Runtime is not installed, or a column cannot be converted.

    Example:
        >>> from gnn2mlp.deploy import LinkPredictor
        >>> from gnn2mlp.students import LinkStudent
        >>> student = LinkStudent({"name": "mlp", "hidden": 8}, "dot", width=4)
        >>> files = onnx_files(LinkPredictor(student, student.network(3, 1), num_features=3))
        >>> [value.name for value in Network(files["decoder.onnx"]).session.get_inputs()]
        ['z_u', 'z_v']
    """
    made = predictor.to("cpu")
    return {EMBEDDER: onnx_bytes(made.embedder), DECODER: _decoder(made)}


def _decoder(predictor: "LinkPredictor") -> bytes:
    part = Part("decoder", str(predictor.embedder.dtype).removeprefix("torch."))
    ends = [part.input(name, part.real, predictor.width, "embeddings of one end") for name in (ONE, OTHER)]
    logits = _scored(part, predictor.module.decode, ends, predictor.width)
    part.output(PROBABILITIES, part.add("Sigmoid", [logits]), part.real)
    part.output(LOGITS, logits, part.real)
    model = part.model()
    model.producer_name, model.producer_version = "gnn2mlp", __version__
    model.doc_string = model.graph.doc_string = _DOC
    onnx().helper.set_model_props(model, {key: json.dumps(value) for key, value in _facts(predictor, part).items()})
    onnx().checker.check_model(model, full_check=True)
    whole = sealed(model.SerializeToString(deterministic=True))
    Network(whole)  # whatever the runtime cannot start is to be known now
    return whole


def _facts(predictor: "LinkPredictor", part: Part) -> dict[str, Any]:
    source = {"source": predictor.digest(), "width": predictor.width, "dtype": part.real.name}
    return {**source, "format": FORMAT, "versions": versions()}


def _scored(part: Part, decode: nn.Module, ends: list[str], width: int) -> str:
    """The name of the logits (pairs,)."""
    if isinstance(decode, InnerProduct):
        return part.add("ReduceSum", [part.add("Mul", ends), part.constant([1])], keepdims=0)
    if isinstance(decode, HadamardMLP):
        return part.add("Squeeze", [_mlp(part, decode, ends), part.constant([1])])
    if isinstance(decode, GatedDecoder):
        return _gated(part, decode, ends)
    return _exported(part, decode, ends, width)


def _gated(part: Part, decode: GatedDecoder, ends: list[str]) -> str:
    """What each decoder says of its part of the embeddings, times its share, summed."""
    column, sizes = part.constant([1]), part.constant([decode.width] * len(decode.parts))
    places = [f"/{number}" for number in range(len(decode.parts))]
    cut = zip(*(part.several("Split", [end, sizes], places, axis=1) for end in ends), strict=True)
    said = [
        part.add("Unsqueeze", [_scored(part, one, [*own], decode.width), column])
        for one, own in zip(decode.parts, cut, strict=True)
    ]
    weighted = part.add("Mul", [_mlp(part, decode, ends), part.add("Concat", said, axis=1)])
    return part.add("ReduceSum", [weighted, column], keepdims=0)


def _mlp(part: Part, decode: HadamardMLP | GatedDecoder, ends: list[str]) -> str:
    """Its MLP of one hidden layer on the product of both ends, (pairs, outputs)."""
    hidden = part.add("Relu", [_mapped(part, decode.map, part.add("Mul", ends))])
    return _mapped(part, decode.head, hidden)


def _mapped(part: Part, linear: nn.Module, rows: str) -> str:
    weight, bias = (part.constant(value.detach().numpy()) for value in (linear.weight, linear.bias))  # type: ignore[operator]
    return part.add("Gemm", [rows, weight, bias])


def _exported(part: Part, decode: nn.Module, ends: list[str], width: int) -> str:
    """By torch's exporter, whatever the decoder is made of: it reads both ends side by side."""

    class Joined(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.decode = decode

        def forward(self, both: Tensor) -> Tensor:
            logits: Tensor = self.decode(both[:, :width], both[:, width:])
            return logits

    dtype = torch.float64 if part.real == "float64" else torch.float32
    model = exported(Joined(), torch.zeros(2, 2 * width, dtype=dtype), "both")
    return part.graft(model, part.add("Concat", ends, axis=1))
