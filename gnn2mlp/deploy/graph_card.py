"""What the model card of a model of whole graphs says where that of a model of nodes would say something else."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.deploy.markdown import code

OPENING = (
    "A network that answers for a whole graph from what each of its nodes is, as a set: it needs no edges, and nobody "
    "has to know which nodes are linked."
)
LIMITS = (
    "What a figure promises holds for graphs like those that it was measured on (exchangeability). Of a random split "
    "it says little for graphs of another kind, such as molecules of other scaffolds.",
    "Two graphs of the same nodes have the same answer, whatever their edges are. What only the way in which nodes are "
    "linked tells, the student cannot know.",
    "Much of what is published on sets of graphs is told by the number of nodes alone: read the rows of the size and "
    "of the bag of labels beside the student's.",
    "A category that training did not have is read as nothing.",
)
MODELS = {
    "mlp": "the same network on labels alone",
    "size_only": "numbers of nodes and edges alone",
    "bag_of_labels": "counts of node labels",
}


def reads(fields: Mapping[str, Any]) -> str:
    """What a node has, in a sentence."""
    sizes, names = fields["code_sizes"], fields["names"]
    told = [f"{code(name)} ({size} values)" for name, size in zip(names, sizes, strict=False)]
    told = told or [f"{size} values" for size in sizes]
    parts = [f"{len(sizes)} categories as codes from 0: {', '.join(told)}"] if sizes else []
    parts += [f"{fields['features']} numbers"] if fields["features"] else []
    return f"Of each node of a graph {' and '.join(parts)}, in the order of training; an array for each graph."


def onnx(fields: Mapping[str, Any]) -> str:
    """How ONNX Runtime is asked, in lines of Python."""
    given = {"codes": "int64 (nodes, fields)"} if fields["code_sizes"] else {}
    given |= {"features": "float32 (nodes, features)"} if fields["features"] else {}
    lines = [f'    "{name}": {name},  # {what}, one graph after the other' for name, what in given.items()]
    lines.append('    "nodes_per_graph": nodes_per_graph,  # int64 (graphs,), how many of the nodes each graph has')
    asked = "\n".join(lines)
    return (
        'import onnxruntime\n\nsession = onnxruntime.InferenceSession("FOLDER/model.onnx")\n'
        f'(probabilities,) = session.run(["probabilities"], {{\n{asked}\n}})'
    )
