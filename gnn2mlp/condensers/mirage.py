"""Mirage: computation trees that are frequent together stand for the graphs that hold them."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.condensers._base import Condensed, Condenser, Training
from gnn2mlp.condensers._supports import check_support, least_counts
from gnn2mlp.condensers.colours import refined
from gnn2mlp.condensers.counting import CountedTrees, count_trees
from gnn2mlp.condensers.coverage import Coverage
from gnn2mlp.condensers.frequent import FrequentSets, frequent_sets
from gnn2mlp.condensers.trees import Trees, representatives, unroll
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.data.graphs.graph_set import GraphSet

# Tree nodes that are still written out; more would not fit into 2 GiB of codes and edges.
_MOST_NODES = 20_000_000


class Mirage(Condenser):
    """Sets of computation trees that many training graphs of a class hold, each tree written out once.

    What a network of L message-passing layers says of a node depends on its computation tree of depth L alone, so that
    trees train any such network, whatever its architecture. A graph is taken as the set of its nodes' trees; sets of
    trees that at least `support` graphs of a class hold are found by intersection, and each becomes a training graph:
    the disjoint union of its trees, of which the roots are pooled. Nodes without an edge are left out. Trees are
    counted as Weisfeiler-Leman colours (`tree_colours`) and written out for those that are used.

    In departure from the released code, edges and degrees of the original graph are kept with the trees, weights take
    the place of a sample of sets, and only training graphs are read. Real-valued features have to be discretised first:
    nodes are alike if all of their codes and features are.

    Args:
        depth: of the trees, the layers of the networks that are trained on them.
        support: in how many training graphs of a class a set has to be: a share of them below 1, or a number of graphs;
            one for all classes, or one for each.
        sets: how much sets of a class count in training, by `"frequency"`, or `"uniform"`, all alike.
        classes: `"balanced"`, all classes count alike in training, or `"share"`, by their share of training graphs.
        most_sets: how many sets there may be.

    Raises:
        ConfigError: for a class of which no set is frequent, with the largest support that gives one.
    """

    name = "mirage"
    citation = "Gupta et al., Mirage: Model-Agnostic Graph Distillation for Graph Classification, ICLR 2024"

    def __init__(
        self,
        depth: int = 2,
        support: float | int | tuple[float, ...] = 0.15,
        sets: Literal["frequency", "uniform"] = "frequency",
        classes: Literal["balanced", "share"] = "balanced",
        most_sets: int = 100_000,
    ):
        check_at_least(self.name, 1, depth=depth, most_sets=most_sets)
        check_support(support)
        self.depth = depth
        self.support = tuple(support) if isinstance(support, Sequence) else support
        self.sets = sets
        self.classes = classes
        self.most_sets = most_sets

    def condensed(self, training: Training, seed: int) -> Condensed:
        """As in `Condenser`; nothing is drawn."""
        counted = count_trees(training.graphs, self.depth)
        least = least_counts(self.support, training.counts, training.names)
        _check_support(counted, training, least)
        found = [
            frequent_sets(*counted.sets_of(members), count, self.most_sets)
            for members, count in zip(training.members, least, strict=True)
        ]
        colours = np.unique(np.concatenate([one.items for one in found]))
        parts = _written(training.graphs, counted, colours, self.depth)
        sizes = np.concatenate([np.diff(one.offsets) for one in found])
        return Condensed(
            parts,
            np.concatenate([[0], np.cumsum(sizes)]),
            np.searchsorted(colours, np.concatenate([one.items for one in found])),
            np.repeat(np.arange(len(found)), [len(one) for one in found]),
            np.concatenate([one.counts for one in found]),
            self._facts(training, counted, found, least),
        )

    def _facts(
        self, training: Training, counted: CountedTrees, found: list[FrequentSets], least: list[int]
    ) -> dict[str, Any]:
        by_class = []
        for number, one in enumerate(found):
            coverage, held = Coverage.of(counted, training.members[number]), np.unique(one.items)
            at = coverage.at(least[number])
            by_class.append(
                {
                    "name": training.names[number],
                    "graphs": training.counts[number],
                    "support": least[number],
                    "sets": len(one),
                    "trees": len(held),
                    "tree_nodes": at.tree_nodes,
                    "distinct_trees": len(coverage.supports),
                    "graphs_covered": at.graphs,
                    "nodes_covered": at.nodes,
                    "curve": [point._asdict() for point in coverage.curve()],
                }
            )
        return {
            "depth": self.depth,
            "distinct_trees": int(counted.colours[-1].max(initial=-1)) + 1,
            "classes": by_class,
        }


def _check_support(counted: CountedTrees, training: Training, least: list[int]) -> None:
    """Raise an error that names each class of which no tree is in so many graphs, and its largest support."""
    lacking = []
    for name, members, count in zip(training.names, training.members, least, strict=True):
        items, graphs = counted.sets_of(members)[1], len(members)
        if not len(items):
            raise DataError(f"mirage: class {name!r}: expected graphs with edges, got none in {graphs} training graphs")
        if (most := int(np.bincount(items).max())) < count:
            lacking.append(
                f"none for {name!r} at support {count / graphs:.3g} ({count} of {graphs} graphs); the largest support "
                f"that gives one is {most / graphs:.3g} ({most} graphs)"
            )
    if lacking:
        raise ConfigError(
            f"mirage.support: expected at least one frequent set for each class, got {', and '.join(lacking)}"
        )


def _written(graphs: GraphSet, counted: CountedTrees, colours: np.ndarray, depth: int) -> GraphSet:
    """A tree of each colour, as graphs whose edges lead from child to parent."""
    edges, all_colours = graphs.edge_index.numpy(), counted.colours
    wanted = np.isin(all_colours[-1], colours)
    # Leaves of equal trees may have unequal degrees. One round more, at the roots, tells these apart.
    to_roots = wanted[edges[1]]
    kinds = None if counted.edge_labels is None else counted.edge_labels[to_roots]
    finer = refined(all_colours[-1], edges[:, to_roots], kinds)
    roots = representatives(all_colours[-1], finer, colours)
    if (nodes := int(counted.sizes[roots].sum())) > _MOST_NODES:
        raise ConfigError(
            f"mirage: expected at most {_MOST_NODES} tree nodes, got {nodes} in {len(roots)} trees; take a smaller "
            "depth or a higher support"
        )
    # A child below which t levels follow is told from others by its colour of depth t + 1, which knows leaves' degrees.
    trees = unroll(roots, depth, edges, all_colours[1:], counted.edge_labels)
    return trees_as_graphs(graphs, trees)


def trees_as_graphs(graphs: GraphSet, trees: Trees) -> GraphSet:
    """Trees as graphs: edges lead from child to parent, `roots` are the trees' roots, `degrees` those in `graphs`."""
    nodes, child = torch.from_numpy(trees.nodes), np.flatnonzero(trees.parents >= 0)
    columns = torch.from_numpy(trees.edges[child])
    offsets = torch.from_numpy(trees.offsets)
    return GraphSet(
        graphs.name,
        torch.full((len(trees.offsets) - 1,), -1),
        graphs.task,
        torch.from_numpy(np.stack([child, trees.parents[child]])),
        offsets,
        offsets - torch.arange(offsets.numel()),
        node_codes=_at(graphs.node_codes, nodes),
        features=_at(graphs.features, nodes),
        edge_codes=_at(graphs.edge_codes, columns),
        code_sizes=graphs.code_sizes,
        edge_code_sizes=graphs.edge_code_sizes,
        node_fields=graphs.node_fields,
        edge_fields=graphs.edge_fields,
        categories=graphs.categories,
        feature_names=graphs.feature_names,
        directed=True,
        roots=torch.from_numpy(trees.parents < 0),
        degrees=torch.bincount(graphs.edge_index[1], minlength=graphs.num_nodes)[nodes],
    )


def _at(values: Tensor | None, rows: Tensor) -> Tensor | None:
    return None if values is None else values[rows]
