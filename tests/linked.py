"""Batches of pairs for the tests of what reads them."""

from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.data import LinkViews, ObservedLinks, RandomEdges
from gnn2mlp.data.links.split import LinkSetting
from gnn2mlp.decoders import Hadamard
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import LinkBatch
from gnn2mlp.tasks import LinkPrediction
from tests.helpers import tiny_graph

NODES, WIDTH, CONTEXTS = 12, 5, 6


class Embedded(nn.Module):
    """A student that has embeddings (rows, width) of its own, whatever it is asked."""

    def __init__(self, embeddings: Tensor):
        super().__init__()
        self.said = embeddings

    def forward(self, x: Tensor) -> MLPOutput:
        """The same every time."""
        return MLPOutput(self.said, self.said)


def embeddings(scale: float = 1.0, seed: int = 1) -> Tensor:
    """A leaf (nodes, width) that takes a gradient."""
    random = torch.Generator().manual_seed(seed)
    return (scale * torch.randn(NODES, WIDTH, generator=random)).requires_grad_()


def taught(seed: int = 0, hidden: int = WIDTH) -> TeacherKnowledge:
    """What a teacher of links writes down of all nodes: one draw of contexts."""
    random = torch.Generator().manual_seed(seed)
    values = {
        "hidden": torch.randn(NODES, hidden, generator=random),
        "context_ids": torch.randint(NODES, (NODES, CONTEXTS), generator=random),
        "context_scores": 2 * torch.randn(NODES, CONTEXTS, generator=random),
        "context_draws": torch.tensor(1),
    }
    return TeacherKnowledge(torch.arange(NODES), values, {"teacher": {"name": "random"}})


def network(z: Tensor, seed: int = 3) -> LinkNetwork:
    """A student that says `z` of the rows, with a decoder in evaluation mode that is the same for each seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return LinkNetwork(Embedded(z), Hadamard(hidden=7).build(z.size(1))).eval()


def link_batch(
    z: Tensor | None = None,
    table: TeacherKnowledge | None = None,
    order: Tensor | None = None,
    student: nn.Module | None = None,
) -> LinkBatch:
    """All nodes as anchors, and twice as many pairs, every second of them a link.

    Args:
        z: the student's embeddings of nodes 0, 1, ...
        table: the teacher's; of what is missing there, the batch has nothing.
        order: which node each row is; default: row i is node i. Anchors and pairs come in the order of rows as well.
        student: in place of one that says `z`.
    """
    z, table = embeddings() if z is None else z, taught() if table is None else table
    order = torch.arange(NODES) if order is None else order
    place = torch.argsort(order)
    ends = torch.stack([torch.arange(2 * NODES) % NODES, (torch.arange(2 * NODES) * 5 + 1) % NODES], dim=1)
    shuffled = torch.cat([order, order + NODES])
    ids, scores = table.values.get("context_ids"), table.values.get("context_scores")
    return LinkBatch(
        order,
        (shuffled % 2 == 0).float(),
        torch.zeros(NODES, 1),
        student or network(z[order]),
        {"teacher": table},
        pairs=place[ends[shuffled]],
        anchors=place[order],
        contexts=None if ids is None else place[ids[order]],
        teacher_scores=None if scores is None else scores[order],
    )


def link_views(seed: int = 0, setting: LinkSetting = "transductive", **data: Any) -> LinkViews:
    """Both views of the links of `tiny_graph(**data)`, of which many are held back."""
    graph = tiny_graph(**data)
    split = RandomEdges(valid=0.15, test=0.2).split(graph, seed, setting)
    return LinkViews.of(graph, split, LinkPrediction())


def planted(observed: ObservedLinks, classes: int = 3, draws: int = 2, seed: int = 0) -> TeacherKnowledge:
    """What a teacher would know that has seen the classes of `tiny_graph`, which node i has by i mod classes."""
    random, ids = torch.Generator().manual_seed(seed), observed.node_ids
    contexts = ids[torch.randint(ids.numel(), (ids.numel(), draws * CONTEXTS), generator=random)]
    same = (contexts % classes == ids[:, None] % classes).float()
    noise = 0.3 * torch.randn(same.shape, generator=random)
    hidden = torch.eye(classes)[ids % classes]
    values = {
        "hidden": hidden + 0.1 * torch.randn(hidden.shape, generator=random),
        "context_ids": contexts,
        "context_scores": 4 * same - 2 + noise,
        "context_draws": torch.tensor(draws),
        "member_context_scores": torch.stack([4 * same - 2 + noise, 2 * same - 1], dim=1),
    }
    return TeacherKnowledge(ids, values, {"teacher": {"name": "planted"}})
