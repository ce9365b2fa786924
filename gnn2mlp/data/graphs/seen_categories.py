"""Categories that were read off the graphs themselves, as training may know them: from its own graphs alone."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from gnn2mlp.data.graphs.graph_set import GraphSet, rows_of_parts

# The code of a category that no training graph has: networks read it as nothing, which is no known category.
UNSEEN = -1


def with_seen_categories(graphs: GraphSet, train: Tensor) -> GraphSet:
    """The same graphs with the categories alone that nodes and edges of training graphs have, numbered anew.

    All others have the code -1. A set whose categories are published with it, or numbered by the user, stays as it is:
    see `GraphSet.open_categories`.

    Args:
        graphs: all of them.
        train: numbers of the training graphs.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> named = {"node_fields": ["element"], "categories": {"element": ["C", "N", "O"]}, "open_categories": True}
        >>> graphs = graph_set_from_arrays([0, 1], [0, 0, 1], [[0], [1]], node_codes=[0, 2, 1], **named)
        >>> seen = with_seen_categories(graphs, torch.tensor([0]))
        >>> seen.categories, seen.node_codes.flatten().tolist()
        ({'element': ('C', 'O')}, [0, 1, -1])
    """
    if not graphs.open_categories:
        return graphs
    categories = dict(graphs.categories)
    nodes, _ = rows_of_parts(graphs.node_offsets, train)
    edges, _ = rows_of_parts(graphs.edge_offsets, train)
    node_codes, sizes = _seen(graphs.node_codes, nodes, graphs.node_fields, categories)
    edge_codes, edge_sizes = _seen(graphs.edge_codes, edges, graphs.edge_fields, categories)
    return replace(
        graphs,
        node_codes=node_codes,
        code_sizes=sizes,
        edge_codes=edge_codes,
        edge_code_sizes=edge_sizes,
        categories=categories,
    )


def _seen(
    codes: Tensor | None, rows: Tensor, fields: Sequence[str], categories: dict[str, tuple[object, ...]]
) -> tuple[Tensor | None, tuple[int, ...]]:
    """Codes (rows, fields) numbered anew and the size of each field; `categories` keep what is left."""
    if codes is None:
        return None, ()
    columns, sizes = [], []
    for name, column in zip(fields, codes.unbind(1), strict=True):
        known = column[rows].unique()
        place = torch.full((len(categories[name]),), UNSEEN)
        place[known] = torch.arange(known.numel())
        categories[name] = tuple(categories[name][code] for code in known.tolist())
        columns.append(place[column])
        sizes.append(known.numel())
    return torch.stack(columns, dim=1), tuple(sizes)
