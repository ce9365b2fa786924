"""Drawing nodes class by class, or all alike, shared by the splitters with a generator of ours."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import generator
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import labelled_by_stratum


def shuffled_strata(graph: NodeData, seed: int, purpose: str) -> Iterator[tuple[int, Tensor]]:
    """Each class with the ids of its labelled nodes in random order; without classes, all of them as one.

    Each has its own generator: the draw of one class does not change when another class gains or loses nodes.
    """
    for c, ids in enumerate(labelled_by_stratum(graph)):
        yield c, ids[torch.randperm(ids.numel(), generator=generator(seed, f"split/{purpose}/{c}"))]


def check_shares(name: str, train: float, valid: float) -> None:
    """Raise `ConfigError` unless both shares are above 0 and leave something for testing; `name` is the splitter's."""
    if not (train > 0 and valid > 0 and train + valid < 1):
        raise ConfigError(
            f"split {name!r}: expected train and valid above 0 and below 1 together, got {train} and {valid}"
        )
