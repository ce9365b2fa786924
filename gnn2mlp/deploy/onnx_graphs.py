"""A student of whole graphs as one ONNX file: the nodes of all asked graphs go in, an answer for each graph comes out.

Graphs have different sizes, and nothing is padded: `codes` and `features` have a line for each node, one graph after
the other, and `nodes_per_graph` says how many of them each graph has. With PyG's `Batch` that is `batch.x` and
`batch.ptr.diff()`.
"""

import copy
import json
import math
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from gnn2mlp import __version__
from gnn2mlp.core.errors import ConfigError, listing
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.deploy.onnx_answers import LOGITS, add_answers
from gnn2mlp.deploy.onnx_graph_predictor import CODES, FEATURES, NODES_PER_GRAPH
from gnn2mlp.deploy.onnx_parts import Part, onnx, versions
from gnn2mlp.deploy.onnx_predictor import FORMAT, Network
from gnn2mlp.deploy.onnx_seal import sealed
from gnn2mlp.nn.fold import Folded, Layer, fold
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.nn.set_fold import code_table
from gnn2mlp.nn.set_network import SetNetwork

if TYPE_CHECKING:
    from gnn2mlp.deploy.graph_predictor import GraphPredictor

# Kinds of nodes up to which counting them is quicker than gathering a line for each node.
_COUNTED = 256
# Rows of codes that one number tells apart.
_KEYS = 2**62
_PER_GRAPH = "how many of the nodes, in their order, are each graph's"
_DOC = "Answers for whole graphs from what each of their nodes is; no edges are needed."


def graph_onnx_bytes(predictor: "GraphPredictor") -> bytes:
    """The content of one sealed ONNX file that answers as `predictor` does; `OnnxGraphPredictor.load` reads it.

    Inputs are `codes` int64 (nodes, fields) and `features` (nodes, features), as far as there are some, and
    `nodes_per_graph` int64 (graphs,). Outputs are those of `gnn2mlp.deploy.onnx_answers`, a line for each graph, and
    `logits`. A code that is none of its field's is read as nothing. The metadata say the names of fields, features,
    categories and classes, and which student it was made from.

    Raises:
        ConfigError: if ONNX or ONNX Runtime is not installed, or the network is put together of something else than
            MLPs before and after the pool.

    Example:
        >>> from gnn2mlp.deploy import GraphPredictor, NodeFields
        >>> from gnn2mlp.students.set_mlp import SetMLP
        >>> from gnn2mlp.tasks.answers import ClassAnswers
        >>> student, fields = SetMLP(hidden=8), NodeFields(code_sizes=(3,))
        >>> predictor = GraphPredictor(student, student.network(3, 2), fields, ClassAnswers(["no", "yes"]))
        >>> session = Network(graph_onnx_bytes(predictor)).session
        >>> [value.name for value in session.get_inputs()], [value.name for value in session.get_outputs()]
        (['codes', 'nodes_per_graph'], ['label', 'probabilities', 'logits'])
    """
    module = predictor.module
    if not isinstance(module, SetNetwork) or not isinstance(module.embed, MLP) or not isinstance(module.head, MLP):
        raise ConfigError(
            f"ONNX: expected a network of an MLP, a pool and an MLP, such as that of set_mlp, got "
            f"{type(module).__name__}; keep the student as it is, for GraphPredictor"
        )
    dtype = str(next(module.parameters()).dtype).removeprefix("torch.")
    part = Part("graphs", dtype, rows="graphs")
    logits = _network(part, module, predictor)
    temperature = 1.0 if predictor.calibration is None else predictor.calibration.temperature
    add_answers(part, logits, predictor.answers, temperature)
    part.output(LOGITS, logits, part.real, predictor.answers.num_outputs, "outputs of the student")
    model = part.model()
    model.producer_name, model.producer_version = "gnn2mlp", __version__
    model.graph.name, model.doc_string, model.graph.doc_string = "student", _DOC, _DOC
    facts = {**predictor.facts(), "source": predictor.digest(), "dtype": dtype}
    facts |= {"format": FORMAT, "versions": versions()}
    told = {key: json.dumps(value, ensure_ascii=False) for key, value in facts.items()}
    onnx().helper.set_model_props(model, told)
    onnx().checker.check_model(model, full_check=True)
    whole = sealed(model.SerializeToString(deterministic=True))
    Network(whole)  # whatever the runtime cannot start is to be known now
    return whole


def _network(part: Part, module: SetNetwork, predictor: "GraphPredictor") -> str:
    """The name of the logits (graphs, outputs)."""
    own = copy.deepcopy(module).cpu()
    embed, head = fold(own.embed), fold(own.head)
    assert isinstance(embed, Folded), "an MLP"
    assert isinstance(head, Folded), "an MLP"
    fields, width = predictor.fields, embed.head.weight.size(1)
    if len(fields.code_sizes) == 1 and not fields.features:
        pooled = _of_table(part, own, fields)
    else:
        pooled = _pooled(part, _embedded(part, embed, predictor), module.pool.split("+"), width)
    for layer in head.hidden:
        pooled = part.add("Relu", [_mapped(part, layer, pooled)])
    return _mapped(part, head.head, pooled)


def _of_table(part: Part, module: SetNetwork, fields: NodeFields) -> str:
    """Pooled rows where a node is one of few kinds: a line for each kind, and how many nodes of it each graph has."""
    (size,), how = fields.code_sizes, module.pool.split("+")
    embedded = code_table(module, size).numpy()
    table = part.constant(embedded)
    given = part.input(CODES, np.int64, 1, _named("what each node is", fields.names), "nodes")
    codes = part.add("Reshape", [given, part.constant(np.array([-1]))])
    line = part.add("Where", [_known(part, codes, np.array(size)), codes, part.constant(np.array(size))])
    if "max" in how or size > _COUNTED:
        return _pooled(part, part.add("Gather", [table, line]), how, embedded.shape[1])
    counts = part.input(NODES_PER_GRAPH, np.int64, None, _PER_GRAPH)
    sums = part.add("MatMul", [_kinds(part, line, counts, size + 1), table])
    column = _at_least_one(part, counts)
    made = {"sum": lambda: sums, "mean": lambda: part.add("Div", [sums, column])}
    made["size"] = lambda: part.add("Log", [column])
    parts = [made[one]() for one in how]
    return parts[0] if len(parts) == 1 else part.add("Concat", parts, axis=1)


def _kinds(part: Part, line: str, counts: str, kinds: int) -> str:
    """How many nodes of each kind each graph has, (graphs, kinds): one is added at a place for each node."""
    graphs, nodes, width = part.add("Shape", [counts]), part.add("Shape", [line]), part.constant(np.array([kinds]))
    zero = onnx().numpy_helper.from_array(np.zeros(1, part.real))
    blank = part.add("ConstantOfShape", [part.add("Mul", [graphs, width])], value=zero)
    unit = onnx().numpy_helper.from_array(np.ones(1, part.real))
    ones = part.add("ConstantOfShape", [nodes], value=unit)
    places = part.add("Add", [part.add("Mul", [_owners(part, counts, nodes), width]), line])
    flat = part.add("ScatterElements", [blank, places, ones], axis=0, reduction="add")
    return part.add("Reshape", [flat, part.add("Concat", [graphs, width], axis=0)])


def _embedded(part: Part, embed: Folded, predictor: "GraphPredictor") -> str:
    """Each node embedded, (nodes, width); of codes alone each distinct row once."""
    fields, codes, line = predictor.fields, None, None
    if fields.code_sizes:
        doc = _named("what each node is", fields.names)
        codes = part.input(CODES, np.int64, len(fields.code_sizes), doc, "nodes")
        if not fields.features and math.prod(size + 1 for size in fields.code_sizes) < _KEYS:
            codes, line = _distinct(part, codes, fields.code_sizes)
    first, *others = [*embed.hidden, embed.head]
    h = part.add("Relu", [_first(part, first, codes, fields)])
    for layer in others:  # a ReLU after the last one, too: what is pooled is not negative
        h = part.add("Relu", [_mapped(part, layer, h)])
    return h if line is None else part.add("Gather", [h, line])


def _distinct(part: Part, codes: str, sizes: Sequence[int]) -> tuple[str, str]:
    """Distinct rows of codes, and which of them each node has: each row is one number, as in `nn.distinct`."""
    steps = np.cumprod([1, *(size + 1 for size in sizes[:-1])], dtype=np.int64)
    zero, one = part.constant(np.array(0)), part.constant(np.array(1))
    digits = part.add("Where", [_known(part, codes, np.array(sizes)), part.add("Add", [codes, one]), zero])
    weighed = part.add("Mul", [digits, part.constant(steps)])
    keys = part.add("ReduceSum", [weighed, part.constant(np.array([1]))], keepdims=0)
    _, first, line = part.several("Unique", [keys], ["", "/first", "/line"], sorted=1)
    return part.add("Gather", [codes, first]), line


def _first(part: Part, layer: Layer, codes: str | None, fields: NodeFields) -> str:
    """The first map, of codes by looking rows of its weights up."""
    weight = layer.weight.detach().numpy()
    width, bias = sum(fields.code_sizes), part.constant(layer.bias.detach().numpy())
    terms = []
    if codes is not None:
        terms.append(_looked_up(part, codes, fields.code_sizes, weight[:width]))
    if fields.features:
        doc = _named("numbers of each node", fields.feature_names or ())
        given = part.input(FEATURES, part.real, fields.features, doc, "nodes")
        terms.append(part.add("MatMul", [given, part.constant(weight[width:])]))
    summed = terms[0] if len(terms) == 1 else part.add("Add", terms)
    return _normed(part, layer, part.add("Add", [summed, bias]))


def _named(what: str, names: Sequence[str]) -> str:
    return f"{what}: {listing(list(names), 20)}" if names else what


def _looked_up(part: Part, codes: str, sizes: Sequence[int], weight: np.ndarray) -> str:
    """The sum over fields of the rows of weights; a code that is none has a row of zeros, the last one."""
    starts = part.constant(np.array([0, *accumulate(sizes)][:-1]))
    table = part.constant(np.concatenate([weight, np.zeros((1, weight.shape[1]), weight.dtype)]))
    places = part.add(
        "Where",
        [_known(part, codes, np.array(sizes)), part.add("Add", [codes, starts]), part.constant(np.array(sum(sizes)))],
    )
    return part.add("ReduceSum", [part.add("Gather", [table, places]), part.constant(np.array([1]))], keepdims=0)


def _known(part: Part, codes: str, sizes: np.ndarray) -> str:
    """Which codes are values of their fields."""
    below, least = part.add("Less", [codes, part.constant(sizes)]), part.constant(np.array(0))
    return part.add("And", [below, part.add("GreaterOrEqual", [codes, least])])


def _mapped(part: Part, layer: Layer, rows: str) -> str:
    weight, bias = (part.constant(value.detach().numpy()) for value in (layer.weight, layer.bias))
    return _normed(part, layer, part.add("Gemm", [rows, weight, bias]))


def _normed(part: Part, layer: Layer, rows: str) -> str:
    norm: Any = layer.norm
    if norm is None:
        return rows
    scale, shift = (part.constant(value.detach().numpy()) for value in (norm.weight, norm.bias))
    return part.add("LayerNormalization", [rows, scale, shift], axis=-1, epsilon=norm.eps)


def _pooled(part: Part, h: str, how: Sequence[str], width: int) -> str:
    """Pooled rows (graphs, width of all parts) of embedded nodes, none of which is negative; see `SetNetwork`."""
    counts = part.input(NODES_PER_GRAPH, np.int64, None, _PER_GRAPH)
    column = _at_least_one(part, counts)
    if list(how) == ["size"]:
        return part.add("Log", [column])
    places, blank = _places(part, counts, h), _blank(part, counts, width)
    made = {}
    if {"mean", "sum"} & set(how):
        made["sum"] = part.add("ScatterND", [blank, places, h], reduction="add")
        made["mean"] = part.add("Div", [made["sum"], column])
    if "max" in how:
        made["max"] = part.add("ScatterND", [blank, places, h], reduction="max")
    made["size"] = part.add("Log", [column])
    parts = [made[one] for one in how]
    return parts[0] if len(parts) == 1 else part.add("Concat", parts, axis=1)


def _at_least_one(part: Part, counts: str) -> str:
    """How many nodes each graph has, real (graphs, 1)."""
    real = part.add("Cast", [counts], to=part.type_of(part.real))
    at_least_one = part.add("Max", [real, part.constant(np.array(1, part.real))])
    return part.add("Unsqueeze", [at_least_one, part.constant(np.array([1]))])


def _blank(part: Part, counts: str, width: int) -> str:
    """Zeros (graphs, width)."""
    graphs = part.add("Shape", [counts])
    shape = part.add("Concat", [graphs, part.constant(np.array([width]))], axis=0)
    zero = onnx().numpy_helper.from_array(np.zeros(1, part.real))
    return part.add("ConstantOfShape", [shape], value=zero)


def _places(part: Part, counts: str, h: str) -> str:
    """The graph of each node, int64 (nodes, 1)."""
    owner = _owners(part, counts, part.add("Shape", [h], end=1))
    return part.add("Unsqueeze", [owner, part.constant(np.array([1]))])


def _owners(part: Part, counts: str, nodes: str) -> str:
    """The graph of each node, int64 (nodes,): a mark where each graph ends, and how many ends came before a node."""
    one = part.constant(np.array([1]))
    ends = part.add("CumSum", [counts, part.constant(np.array(0))])
    zero = onnx().numpy_helper.from_array(np.zeros(1, np.int64))
    room = part.add("ConstantOfShape", [part.add("Add", [nodes, one])], value=zero)  # the last ends behind all nodes
    unit = onnx().numpy_helper.from_array(np.ones(1, np.int64))
    marks = part.add("ConstantOfShape", [part.add("Shape", [counts])], value=unit)
    marked = part.add("ScatterElements", [room, ends, marks], axis=0, reduction="add")
    before = part.add("CumSum", [marked, part.constant(np.array(0))])
    return part.add("Slice", [before, part.constant(np.array([0])), nodes])
