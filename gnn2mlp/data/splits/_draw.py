"""Drawing nodes class by class, shared by the splitters with a generator of ours."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.split import labelled_by_class


def shuffled_classes(graph: GraphData, seed: int, purpose: str) -> Iterator[tuple[int, Tensor]]:
    """Each class with the ids of its labelled nodes in random order; one generator per class.

    So the draw of one class does not change when another class gains or loses nodes.
    """
    for c, ids in enumerate(labelled_by_class(graph)):
        yield c, ids[torch.randperm(ids.numel(), generator=generator(seed, f"split/{purpose}/{c}"))]
