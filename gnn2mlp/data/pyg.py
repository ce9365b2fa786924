"""PyTorch Geometric's `Data` as a graph of this package."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.npz.arrays import Array, Arrays, csr_parts
from gnn2mlp.data.npz.read import read_named
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.features import check_features


def graph_from_pyg(data: Any, name: str = "pyg", directed: bool = False) -> GraphData:
    """The graph in a `torch_geometric.data.Data`, read by the same rules as an `.npz` file.

    Args:
        data: with `x`, `y`, `edge_index`, and perhaps masks (nodes,) or (nodes, splits). Weights of edges are
            `edge_weight`, or `edge_attr` where it holds one float for each.
        name: for messages and cards.
        directed: whether messages pass from source to target alone, as PyG's layers pass them; by default both ways.

    Raises:
        DataError: for an object of another kind, and whatever an `.npz` file with these arrays would be refused for.

    Example:
        >>> import torch
        >>> from torch_geometric.data import Data
        >>> graph_from_pyg(Data(x=torch.eye(2), y=torch.tensor([0, 1]), edge_index=torch.tensor([[0], [1]])))
        GraphData('pyg': 2 nodes, 1 edges, 2 features, 2 classes)
    """
    attributes = data.to_dict() if hasattr(data, "to_dict") else {}
    if not isinstance(attributes.get("edge_index"), Tensor):
        raise DataError(
            f"{name}: expected a torch_geometric.data.Data with edge_index, got {type(data).__name__}; take one graph "
            "of a data set (dataset[0]), a homogeneous one (hetero.to_homogeneous()), with edges as pairs of nodes"
        )
    arrays = {key: value for given, kept in attributes.items() for key, value in _arrays(given, kept, name).items()}
    made = read_named(Arrays(_with_weights(arrays, name), name), directed=directed)
    return GraphData.expect(made, "graph_from_pyg")


def _with_weights(arrays: dict[str, Array], name: str) -> dict[str, Array]:
    """Weights under the name under which they are read, where `edge_attr` holds them."""
    attributes = arrays.get("edge_attr")
    if attributes is None:
        return arrays
    others = {key: values for key, values in arrays.items() if key != "edge_attr"}
    if attributes.dtype.kind == "f" and attributes.size == attributes.shape[0] and "edge_weight" not in arrays:
        return {**others, "edge_weight": attributes.reshape(-1)}
    raise DataError(
        f"{name}: expected one float for each edge in edge_attr, or weights in edge_weight and no edge_attr, got "
        f"{attributes.dtype} of shape {attributes.shape}; teachers read no other attributes of edges: set "
        "data.edge_attr = None"
    )


def _arrays(key: str, value: Any, name: str) -> dict[str, Array]:
    """An attribute as arrays of a file: none for `None`, the parts of a CSR matrix for a sparse tensor."""
    if value is None:
        return {}
    if not isinstance(value, Tensor):
        return {key: np.asarray(value)}
    rows = value.detach().cpu() if value.layout == torch.strided else check_features(value, f"{name}: {key}")
    return csr_parts(rows, key) if isinstance(rows, CSR) else {key: rows.numpy()}
