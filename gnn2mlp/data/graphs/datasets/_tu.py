"""Reading text files in the format of TU Dortmund."""

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs.build import degree_codes, graph_set_from_arrays
from gnn2mlp.data.graphs.datasets._raw import RawFolder
from gnn2mlp.data.graphs.graph_set import GraphSet

# Labels of nodes or edges are codes from the smallest up to the largest, unless they are spread as ids are.
_SPREAD = 10_000


def read_tu(raw: RawFolder, prefix: str, degrees: int, attributes: bool) -> GraphSet:
    """The graphs of text files in TU's format; numbers of nodes and graphs begin at 1 there.

    Args:
        raw: the folder.
        prefix: what all names of files begin with.
        degrees: where nodes have no labels, the greatest degree that is told apart.
        attributes: whether to read attributes of nodes.

    Raises:
        DataError: if a file is missing, or they do not fit together.
    """
    edges = raw.numbers(f"{prefix}_A.txt").T - 1
    graph_of = raw.numbers(f"{prefix}_graph_indicator.txt")[:, 0] - 1
    classes, labels = np.unique(raw.numbers(f"{prefix}_graph_labels.txt")[:, 0], return_inverse=True)
    features = None
    if attributes and raw.has(f"{prefix}_node_attributes.txt"):
        features = raw.numbers(f"{prefix}_node_attributes.txt", np.float32)
    nodes, bonds = _labels(raw, f"{prefix}_node_labels.txt", "label"), _labels(raw, f"{prefix}_edge_labels.txt", "bond")
    if nodes is None and features is None:
        nodes = _degrees(edges, len(graph_of), degrees, raw.name)
    return graph_set_from_arrays(
        labels,
        graph_of,
        edges,
        node_codes=None if nodes is None else nodes[0],
        edge_codes=None if bonds is None else bonds[0],
        features=features,
        code_sizes=None if nodes is None else [len(each) for each in nodes[1].values()],
        edge_code_sizes=None if bonds is None else [len(each) for each in bonds[1].values()],
        name=raw.name,
        class_names=classes.tolist(),
        node_fields=() if nodes is None else list(nodes[1]),
        edge_fields=() if bonds is None else list(bonds[1]),
        categories={**({} if nodes is None else nodes[1]), **({} if bonds is None else bonds[1])},
    )


_Codes = tuple[np.ndarray, dict[str, list[int]]]


def _labels(raw: RawFolder, file: str, what: str) -> _Codes | None:
    """Codes (rows, fields) of a file of labels, and by name of the field the labels that they stand for."""
    if not raw.has(file):
        return None
    values = raw.numbers(file)
    columns, categories = [], {}
    for number, column in enumerate(values.T):
        low, high = int(column.min()), int(column.max())
        if high - low < _SPREAD:
            codes, stands_for = column - low, list(range(low, high + 1))
        else:
            found, codes = np.unique(column, return_inverse=True)
            stands_for = found.tolist()
        columns.append(codes)
        categories[what if values.shape[1] == 1 else f"{what}_{number}"] = stands_for
    return np.stack(columns, axis=1), categories


def _degrees(edges: np.ndarray, nodes: int, most: int, name: str) -> _Codes:
    if edges.size and not 0 <= edges.min() <= edges.max() < nodes:
        raise DataError(f"{name}: edge ends must lie in 1..{nodes}, got {edges.min() + 1}..{edges.max() + 1}")
    return degree_codes(edges, nodes, most), {"degree": list(range(most + 1))}
