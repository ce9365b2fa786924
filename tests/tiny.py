"""Tiny tasks, components and knowledge for the tests of the layers above the data."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

import torch
from torch import Tensor, nn

from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.data import SPLITTERS, GraphData, LinkViews, NodeData, Views
from gnn2mlp.data.links import LINK_SPLITTERS
from gnn2mlp.data.links.split import LinkSetting
from gnn2mlp.data.split import Setting
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch
from gnn2mlp.tasks import LinkPrediction
from tests.helpers import tiny_graph, tiny_hypergraph

T = TypeVar("T", bound=Configurable)
Kind = Literal["graph", "hypergraph"]

# Options with which any component is quick on a tiny graph; each takes those that it knows.
SMALL: Mapping[str, Any] = {
    "hidden": 16,
    "width": 16,
    "heads": 2,
    "dropout": 0.1,
    "attention_dropout": 0.1,
    "epochs": 30,
    "codes": 16,
    "hops": 2,
    "drop_node": 0.2,
    "edge_dropout": 0.1,
}
# No dropout of any kind: draws of dropout are the device's, and are made for each stored value.
UNDROPPED: Mapping[str, float] = dict.fromkeys(
    ("dropout", "attention_dropout", "input_dropout", "drop_node", "edge_dropout"), 0.0
)


def small(registry: Registry[T], name: str, **options: Any) -> T:
    """The registered component `name`, small enough for a test; `options` win.

    A component around others hands them all options: its size and training are theirs.
    """
    known = registry.get(name).constructor_options()
    chosen = {k: v for k, v in {**SMALL, **options}.items() if k in known}
    if "encoder" in known and Spec.parse(options.get("encoder", known["encoder"].default)).name in registry.names():
        inner = Spec.parse(options.get("encoder", known["encoder"].default))
        made = small(registry, inner.name, **{**options, **inner.options}).spec().to_dict()
        # A component around a network may be trained by options of its own.
        chosen["encoder"] = {key: value for key, value in made.items() if key == "name" or key not in known}
    if "members" in known and registry.kind == "teacher":
        members = [Spec.parse(member) for member in options.get("members", known["members"].default)]
        chosen["members"] = [
            small(registry, one.name, **{**options, **one.options}).spec().to_dict() for one in members
        ]
    return Spec(name, **chosen).build(registry)


def views_of(graph: NodeData, setting: Setting = "transductive", seed: int = 0, labels: int = 4) -> Views:
    """Both views under a split with `labels` training and as many validation labels per class."""
    splitter = Spec("per_class", train=labels, valid=labels).build(SPLITTERS)
    return Views.of(graph, splitter.split(graph, seed, setting))


def tiny_views(setting: Setting = "transductive", seed: int = 0, kind: Kind = "graph", **data: Any) -> Views:
    """Both views of `tiny_graph(**data)`, or on `tiny_hypergraph(**data)`."""
    make = {"graph": tiny_graph, "hypergraph": tiny_hypergraph}[kind]
    return views_of(make(**data), setting, seed)


def link_views_of(graph: NodeData, setting: LinkSetting = "transductive", seed: int = 0, **shares: Any) -> LinkViews:
    """Both views of a graph whose links are to be predicted."""
    split = Spec("edges", **shares).build(LINK_SPLITTERS).split(graph, seed, setting)
    return LinkViews.of(graph, split, LinkPrediction())


def tiny_link_views(setting: LinkSetting = "transductive", seed: int = 0, **data: Any) -> LinkViews:
    """Both views of the links of `tiny_graph(**data)`."""
    return link_views_of(tiny_graph(**data), setting, seed)


def in_whole_weights(views: Views) -> Views:
    """The same with weights rounded up to whole numbers, where edges have weights."""
    graph = views.full.graph
    assert isinstance(graph, GraphData)
    return views_of(replace(graph, edge_weight=None if graph.edge_weight is None else graph.edge_weight.ceil()))


def repeated_edges(graph: NodeData) -> Tensor:
    """The edges (2, repeated edges) of a graph, each as often as its weight says: what layers without weights read."""
    assert isinstance(graph, GraphData)
    if graph.edge_weight is None:
        return graph.edge_index
    return graph.edge_index.repeat_interleave(graph.edge_weight.long(), dim=1)


# Of each feature of a row in `answered`, so that some of them may be missing.
COPIES = 8


class Spoken(nn.Module):
    """A student that says of row i, whose features are copies of the i-th unit vector, what `output` has there."""

    def __init__(self, output: MLPOutput):
        super().__init__()
        self.said = output

    def forward(self, x: Features) -> MLPOutput:
        """Features (rows, copies times rows of `output`) times what is said of each; of part of the copies, less."""
        return MLPOutput(*(x @ (part.repeat(COPIES, 1) / COPIES) for part in self.said))


def answered(
    rows: Tensor,
    labels: Tensor,
    output: MLPOutput,
    table: TeacherKnowledge | None = None,
    neighbours: CSR | None = None,
    epoch: int = 1,
    hyperedges: CSR | None = None,
    weights: Tensor | None = None,
    adjacency: CSR | None = None,
) -> Batch:
    """A batch of which it is known what the student says, also of parts of its rows: it is linear in their features.

    Features of a row are as many ones as there are copies, and else zeros, so that rows differ in nothing but in where
    these are. Where the batch has all rows of the table, it has their features too.
    """
    links = {"neighbours": neighbours, "hyperedges": hyperedges, "adjacency": adjacency}
    features = torch.eye(len(rows), dtype=output.logits.dtype).repeat(1, COPIES)
    whole = torch.equal(rows.sort().values, torch.arange(len(rows)))
    return Batch(
        rows,
        labels,
        features,
        Spoken(output),
        tables={} if table is None else {"teacher": table},
        links={kind: link for kind, link in links.items() if link is not None},
        weights=weights,
        epoch=epoch,
        answer=output,
        table_features=features[rows.argsort()] if whole else None,
    )


def random_knowledge(
    node_ids: Tensor, classes: int = 3, hidden: int = 5, seed: int = 0, codes: int = 6, top: int = 4
) -> TeacherKnowledge:
    """Every key of the vocabulary, filled with seeded random numbers that agree with each other."""
    random = torch.Generator().manual_seed(seed)
    nodes = node_ids.numel()
    logits, hidden_ = (2 * torch.randn(nodes, width, generator=random) for width in (classes, hidden))
    assignment = torch.randn(nodes, codes, generator=random).softmax(-1).sort(dim=1, descending=True)
    draws = torch.Generator().manual_seed(seed)  # of its own: what others are filled with stays as it was
    drawn = torch.rand(nodes, 2, generator=draws).softmax(-1).sort(dim=1, descending=True).values
    values = {
        "logits": logits,
        "hidden": hidden_,
        "class_indices": torch.rand(nodes, classes, generator=draws).argsort(dim=1)[:, :2].int(),
        "class_probabilities": drawn,
        "member_logits": 2 * torch.randn(nodes, 3, classes, generator=draws),
        "disagreement": torch.rand(nodes, generator=draws),
        "entropy_shift": torch.randn(nodes, 3, generator=random),
        "codebook": torch.randn(codes, 4, generator=random),
        "code": assignment.indices[:, 0],
        "code_indices": assignment.indices[:, :top].to(torch.int32),
        "code_probabilities": assignment.values[:, :top].contiguous(),
        "code_temperature": torch.tensor(0.5),
        "code_unit_length": torch.tensor(False),
        "transformations": torch.randn(7 * hidden + hidden + hidden * classes + classes, generator=draws),
        "transformation_sizes": torch.tensor([[7, hidden], [hidden, classes]]),
        "energy_ratios": torch.rand(2, 2, generator=draws) + 0.1,
        "context_ids": node_ids[torch.randint(max(1, nodes), (nodes, 4), generator=draws)],
        "context_scores": 2 * torch.randn(nodes, 4, generator=draws),
        "context_draws": torch.tensor(2),
        "member_context_scores": 2 * torch.randn(nodes, 3, 4, generator=draws),
        "attention_query": torch.randn(nodes, 2, 3, generator=draws),
        "attention_key": torch.randn(nodes, 2, 3, generator=draws),
        "forgotten": torch.arange(nodes) % 4 == 1,
        "hop_embeddings": torch.randn(nodes, 3, 4, generator=draws),
    }
    assert set(values) == set(KEYS)
    return TeacherKnowledge(node_ids, values, {"teacher": {"name": "random"}})
