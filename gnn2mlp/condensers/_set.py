"""`DistilledSet`: what condensing leaves of a set of graphs, as one checksummed file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.showing import call
from gnn2mlp.core.spec import Spec, plain
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.data.graphs.joined import join_graph_sets
from gnn2mlp.data.graphs.view import ObservedGraphs
from gnn2mlp.tasks import TASKS, Task

KIND = "distilled set"
# Of the graph set that the parts are: what the card says of it, beside its arrays.
_DESCRIBED = ("name", "code_sizes", "edge_code_sizes", "node_fields", "edge_fields", "feature_names", "directed")
_ARRAYS = ("node_codes", "features", "edge_index", "edge_codes", "node_offsets", "edge_offsets", "roots", "degrees")
_SETS = ("set_offsets", "set_parts", "set_class", "set_frequency", "set_weight")


@dataclass(frozen=True, eq=False)
class DistilledSet:
    """A small set of graphs to train on in place of a large one. Each of them is a disjoint union of parts.

    Parts are computation trees, whose edges lead from child to parent and of which a read-out sees the roots alone, or
    whole graphs. A part that several unions share is stored once.

    Args:
        parts: all parts, one after another. `roots` are those of the trees, `degrees` what a node's degree was in the
            graph that its tree was taken from; both are `None` where parts are whole graphs.
        set_offsets: int64 (sets + 1,), where the parts of each set begin in `set_parts`.
        set_parts: int64 (all parts of sets,), numbers of parts.
        set_class: int64 (sets,), class of each, as in `as_labels`.
        set_frequency: int64 (sets,), how many training graphs of the class each stands for.
        set_weight: float32 (sets,), how much each counts in training, 1 on average.
        card: JSON-able facts: condenser, seed, digests of source and split, depth of trees, what each class has.

    Example:
        >>> from gnn2mlp.condensers import Mirage
        >>> from gnn2mlp.data import GraphViews, load_graph_set, split_graphs
        >>> graphs = load_graph_set("motif-graphs")
        >>> observed, _ = GraphViews.of(graphs, split_graphs(graphs, "fraction", seed=0))
        >>> small = Mirage(depth=1, support=0.2).condense(observed)
        >>> small.nodes < observed.graphs.num_nodes, small.as_graph_set().num_graphs == len(small)
        (True, True)
    """

    parts: GraphSet
    set_offsets: Tensor
    set_parts: Tensor
    set_class: Tensor
    set_frequency: Tensor
    set_weight: Tensor
    card: Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "card", MappingProxyType(dict(self.card)))

    def __len__(self) -> int:
        return self.set_class.numel()

    @property
    def depth(self) -> int | None:
        """Depth of the trees; `None` where parts are whole graphs."""
        depth: int | None = self.card.get("depth")
        return depth

    @property
    def nodes(self) -> int:
        """Nodes of all parts, each part counted once: what is stored."""
        return self.parts.num_nodes

    @property
    def trained_nodes(self) -> int:
        """Nodes of `as_graph_set`, where a part counts once for each set: what an epoch computes with."""
        return int(self.parts.nodes_per_graph[self.set_parts].sum())

    @property
    def bytes(self) -> int:
        """Size of the arrays as `save` writes them, without the card."""
        return sum(value.nbytes for value in self._tensors().values())

    @property
    def digest(self) -> str:
        """Digest of all arrays; neither names nor what the card tells are a part of it."""
        return digest_tensors(self._tensors())

    def as_graph_set(self) -> GraphSet:
        """The sets as graphs to train on: a graph for each, with its class and its weight."""
        found = self.parts.batch(self.set_parts)
        nodes, edges = (
            _running(offsets.diff()[self.set_parts])[self.set_offsets]
            for offsets in (self.parts.node_offsets, self.parts.edge_offsets)
        )
        return replace(
            self.parts,
            labels=as_labels(self.set_class, self.parts.task),
            edge_index=found.edge_index,
            node_offsets=nodes,
            edge_offsets=edges,
            node_codes=found.node_codes,
            features=found.features,
            edge_codes=found.edge_codes,
            roots=found.roots,
            degrees=found.degrees,
            weights=self.set_weight,
        )

    def replacing(self, observed: ObservedGraphs) -> ObservedGraphs:
        """The view with this set in place of its training graphs, for a teacher's `fit`. Validation stays as it is.

        What the teacher is to say of all observed graphs is asked of the view itself.

        Args:
            observed: the view that the set was made from, or one of the same split.

        Raises:
            DataError: if nodes, edges or labels are of another form.
        """
        valid = observed.graphs.take(observed.valid)
        graphs = join_graph_sets(self.as_graph_set(), valid)
        graphs = replace(graphs, name=observed.graphs.name, task=observed.graphs.task)
        ids = torch.arange(graphs.num_graphs)
        return ObservedGraphs(graphs, ids, ids[: len(self)], ids[len(self) :], condensed=True)

    def check_layers(self, layers: int, where: str) -> None:
        """Raise `ConfigError` if trees are too shallow for a network of so many layers.

        Args:
            layers: of message passing.
            where: what has them, for the message.
        """
        if self.depth is not None and layers > self.depth:
            raise ConfigError(
                f"{where}: trees of depth {self.depth} determine networks of up to {self.depth} layers, got {layers}; "
                f"take fewer layers, or condense with --set method.depth={layers}"
            )

    def check_data(self, name: str, digest: str, where: str) -> None:
        """Raise `ConfigError` if the set was made from other graphs than those of this name and digest of arrays."""
        made = self.card.get("data")
        if made is None or made["digest"] == digest:
            return
        if made["name"] != name:
            told = f"this set was made from {made['name']}, and the graphs of the run are {name}; name a set of {name}"
        else:
            told = (
                f"this set was made from {name} as it was ({made['digest']}), and graphs or labels have changed since"
            )
        raise ConfigError(f"{where}: {told}: gnn2mlp condense makes one")

    def check_split(self, digest: str, where: str) -> None:
        """Raise `ConfigError` if the set was made under another split than the one with this digest."""
        made = self.card.get("split", {}).get("digest")
        if made is not None and made != digest:
            raise ConfigError(
                f"{where}: this set was made from another split ({made}) than the one to be trained on ({digest}), so "
                "that graphs it was made from may be tested; run with the split and seed that its card names: "
                f"{self.card['split'].get('scheme', {}).get('name')}, seed {self.card['split'].get('seed')}"
            )

    def described(self, **facts: Any) -> Self:
        """The same set with further facts on its card."""
        return replace(self, card={**self.card, **plain(facts)})

    def save(self, path: str | Path) -> None:
        """Write one checksummed file, atomically.

        Raises:
            ArtefactError: if it cannot be written, or something else is there.
        """
        described = {name: plain(getattr(self.parts, name)) for name in _DESCRIBED}
        described["categories"] = plain(self.parts.categories)
        described["task"] = self.parts.task.spec().to_dict()
        card = {**plain(self.card), "graphs": described, "digest": self.digest}
        artefact.save(path, KIND, self._tensors(), card)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ArtefactError: if there is no such file, or it is damaged or something else.
        """
        arrays, card = artefact.load(path, KIND)
        wide = {
            name: value if value.dtype in (torch.bool, torch.float32) else value.long()
            for name, value in arrays.items()
        }
        described = card.pop("graphs")
        task = Spec.parse(described.pop("task")).build(TASKS)
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in described.items()}
        fields["categories"] = {name: tuple(values) for name, values in described["categories"].items()}
        fields |= {name: wide[name] for name in _ARRAYS if name in wide}
        blank = torch.full((wide["node_offsets"].numel() - 1,), -1)
        parts = GraphSet(labels=as_labels(blank, task), task=task, **fields)
        return cls(parts, **{name: wide[name] for name in _SETS}, card=card)

    def _tensors(self) -> dict[str, Tensor]:
        """All arrays under their names, integers in the narrowest type that holds them."""
        arrays = {name: getattr(self.parts, name) for name in _ARRAYS} | {name: getattr(self, name) for name in _SETS}
        return {name: _narrow(value) for name, value in arrays.items() if value is not None}

    def __repr__(self) -> str:
        facts = {"sets": len(self), "parts": self.parts.num_graphs, "nodes": self.nodes, "bytes": self.bytes}
        return call("DistilledSet", {**facts, "depth": self.depth} if self.depth is not None else facts)


def as_labels(classes: Tensor, task: Task) -> Tensor:
    """Classes int64 (graphs,), -1 where unknown, as labels of a task.

    Of tasks of yes or no class 2 t is a no to task t and class 2 t + 1 a yes; the other tasks are left open.

    Example:
        >>> from gnn2mlp.tasks import GraphClassification, GraphMultiTask
        >>> as_labels(torch.tensor([1, -1, 2]), GraphMultiTask(["toxic", "mutagenic"])).tolist()
        [[1.0, nan], [nan, nan], [nan, 0.0]]
        >>> as_labels(torch.tensor([1, -1]), GraphClassification(["no", "yes"])).tolist()
        [1, -1]
    """
    if task.exclusive:
        return classes
    labels = torch.full((classes.numel(), task.num_outputs), torch.nan)
    known = torch.where(classes >= 0)[0]
    labels[known, classes[known] // 2] = (classes[known] % 2).float()
    return labels


def _running(counts: Tensor) -> Tensor:
    """int64 (parts + 1,): sums of the counts before each part, and of all."""
    return torch.cat([counts.new_zeros(1), counts.cumsum(0)])


def _narrow(value: Tensor) -> Tensor:
    """Integers, none below 0, in the narrowest type that holds them; others as they are."""
    if value.dtype != torch.int64:
        return value
    most = int(value.max()) if value.numel() else 0
    fitting = (kind for kind in (torch.uint8, torch.int16, torch.int32) if most <= torch.iinfo(kind).max)
    return value.to(next(fitting, torch.int64))
