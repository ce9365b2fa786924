"""Parts of an ONNX model, put together node by node and then one after another by `onnx.compose`."""

import importlib.metadata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError

# Old enough for every runtime of the last years, new enough for LayerNormalization.
OPSET, IR = 18, 10
# Of each set of operators: ONNX's own, those on texts and categories, and what ONNX Runtime adds.
VERSIONS = {"": OPSET, "ai.onnx.ml": 3, "com.microsoft": 1}


class Part:
    """A graph that grows: each `add` is a node and gives the name of its result.

    Args:
        name: before the names of all results and constants of this part, so that no two parts share one.
        real: the type that numbers are computed in, float32 or float64.
        rows: what a line of inputs and outputs is called; a runtime takes equal names for equal sizes.

    Example:
        >>> part = Part("twice")
        >>> part.output("y", part.add("Add", [part.input("x", np.float32, 2), "x"]), np.float32, 2)
        'y'
        >>> [node.op_type for node in part.model().graph.node]
        ['Add']
    """

    def __init__(self, name: str, real: Any = np.float32, rows: str = "rows"):
        self._onnx = onnx()
        self.name, self.real, self.rows = name, np.dtype(real), rows
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []

    def input(
        self, name: str, dtype: Any, width: int | str | None = None, doc: str = "", rows: str | None = None
    ) -> str:
        """Declare an input (rows, width), or (rows,) where there is no width; a text stands for a size that varies."""
        self.inputs.append(self._info(name, dtype, width, doc, rows))
        return name

    def output(self, name: str, value: str, dtype: Any, width: int | None = None, doc: str = "") -> str:
        """Give out a result under a name of its own, with the shape of `input`."""
        renamed = self._renamed(value, name)
        if not renamed:  # an input, or given out already
            self.nodes.append(self._onnx.helper.make_node("Identity", [value], [name]))
        self.outputs.append(self._info(name, dtype, width, doc))
        return name

    def _renamed(self, value: str, name: str) -> bool:
        """Call a result of this part, and wherever it is read, by another name; whether it is one. It saves a copy."""
        if not any(value in node.output for node in self.nodes) or value in {out.name for out in self.outputs}:
            return False
        for node in self.nodes:
            for names in (node.input, node.output):
                names[:] = [name if one == value else one for one in names]
        return True

    def add(self, operator: str, values: Sequence[str], domain: str = "", **attributes: Any) -> str:
        """Add a node with one result.

        Args:
            operator: of ONNX.
            values: names that it reads.
            domain: of the operator, one of `VERSIONS`.
            **attributes: of the node.
        """
        (result,) = self.several(operator, values, [""], domain, **attributes)
        return result

    def several(
        self, operator: str, values: Sequence[str], results: Sequence[str], domain: str = "", **attributes: Any
    ) -> list[str]:
        """Add a node with several results, one for each of the names that they are to end in."""
        names = [f"{self.name}/{operator}{len(self.nodes)}{result}" for result in results]
        self.nodes.append(self._onnx.helper.make_node(operator, values, names, domain=domain, **attributes))
        return names

    def constant(self, value: Any) -> str:
        """Add an array: numbers, truth values or, of the type object, texts."""
        name = f"{self.name}/constant{len(self.constants)}"
        self.constants.append(self._onnx.numpy_helper.from_array(np.asarray(value), name))
        return name

    def graft(self, model: Any, value: str) -> str:
        """Add all nodes of a model with one input and one output, which then read `value`, and give their result."""
        own = self._onnx.compose.add_prefix(model, f"{self.name}/{len(self.nodes)}/")
        (given,), (result,) = own.graph.input, own.graph.output
        self.nodes.append(self._onnx.helper.make_node("Identity", [value], [given.name]))
        self.nodes.extend(own.graph.node)
        self.constants.extend(own.graph.initializer)
        return str(result.name)

    def type_of(self, dtype: Any) -> int:
        """ONNX's number for a type of numpy; object means text."""
        return int(self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def model(self) -> Any:
        """The part as a model of its own."""
        helper = self._onnx.helper
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.constants)
        used = {"" if node.domain == "ai.onnx" else node.domain for node in self.nodes} | {""}
        opsets = [helper.make_opsetid(domain, VERSIONS[domain]) for domain in sorted(used)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR)

    def _info(self, name: str, dtype: Any, width: int | str | None, doc: str, rows: str | None = None) -> Any:
        lines = rows or self.rows
        shape = [lines] if width is None else [lines, width]
        return self._onnx.helper.make_tensor_value_info(name, self.type_of(dtype), shape, doc)


def joined(first: Any, second: Any, names: Mapping[str, str], keep: Sequence[str] = ()) -> Any:
    """One model in which the second reads what the first gives.

    Args:
        first: a model; its outputs are read or kept, and else dropped.
        second: one whose inputs are all among `names`, and whose outputs are kept.
        names: from outputs of the first to inputs of the second.
        keep: outputs of the first that stay outputs.
    """
    _level(first, second)
    outputs = [*(value.name for value in second.graph.output), *keep]
    whole = onnx().compose.merge_models(first, second, io_map=list(names.items()), outputs=outputs)
    opsets = {opset.domain: opset for opset in whole.opset_import}  # else those that both have are there twice
    del whole.opset_import[:]
    whole.opset_import.extend(opsets.values())
    return whole


def _level(*models: Any) -> None:
    """Give models the newest version among them: torch's exporter takes a newer one, which changes nothing of ours."""
    newest: dict[str, int] = {}
    for opset in (opset for model in models for opset in model.opset_import):
        newest[opset.domain] = max(opset.version, newest.get(opset.domain, 0))
    for model in models:
        model.ir_version = max(model.ir_version for model in models)
        for opset in model.opset_import:
            opset.version = newest[opset.domain]


def onnx() -> Any:
    """The package `onnx`.

    Raises:
        ConfigError: if it is not installed, or ONNX Runtime is not.
    """
    try:
        import onnx
        import onnx.compose
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise ConfigError("ONNX is not installed; install the extra: pip install 'gnn2mlp[onnx]'") from error
    return onnx


def versions() -> dict[str, str]:
    """Of the packages that make a model, for its metadata."""
    return {package: importlib.metadata.version(package) for package in ("onnx", "onnxruntime", "torch")}
