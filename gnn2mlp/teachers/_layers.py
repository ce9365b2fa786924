"""What a teacher knows of its own layers: their maps, and by how much each step smooths or sharpens."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data.sampling import BlockSampler
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.energy import dirichlet_energy, log_ratio
from gnn2mlp.teachers._network import Network, OperatorConv, rows_of

LAYER_KEYS = frozenset({"transformations", "transformation_sizes", "energy_ratios"})


@torch.no_grad()
def layer_knowledge(
    network: Network, sampler: BlockSampler[Any], features: Features, adjacency: CSR
) -> dict[str, Tensor]:
    """`transformations`, `transformation_sizes` and `energy_ratios` of a stack of maps with a fixed operator each.

    A layer is h' = M (h W + b), as M (h W) + b is where the rows of M add up to 1; its steps are the map h W + b and
    what turns it into the layer's result.

    Args:
        network: fitted.
        sampler: of the graph.
        features: (nodes, features), on the network's device.
        adjacency: (nodes, nodes), along which energies are taken.

    Raises:
        ConfigError: for layers that are no map with an operator.
    """
    for conv in network.convs:
        if not isinstance(conv, OperatorConv):
            raise ConfigError(
                f"teacher: expected layers that are one map and a fixed operator, as those of gcn and of sage with "
                f"aggregator=gcn, got {type(conv).__name__}: its maps are not those of an MLP"
            )
    seen: list[tuple[nn.Module, Features, Tensor]] = []

    def note(conv: nn.Module, given: tuple[Any, ...], made: Tensor) -> None:
        seen.append((conv, rows_of(given[0]), made.cpu().clone()))  # ReLU works in place

    hooks = [conv.register_forward_hook(note) for conv in network.convs]
    try:
        block = sampler.full_block(features.device)
        network.eval().over_all(features, lambda layer, x: layer(x, block))
    finally:
        for hook in hooks:
            hook.remove()
    ratios = []
    for conv, before, after in seen:
        assert isinstance(conv, OperatorConv), "checked above"
        mapped = (before @ conv.map.weight + conv.bias).cpu()
        energies = [dirichlet_energy(rows, adjacency) for rows in (_on_cpu(before), mapped, after)]
        ratios.append([log_ratio(b, a).exp() for a, b in pairwise(energies)])
    maps = [conv for conv, _, _ in seen]
    return {
        "transformations": torch.cat([part.flatten().cpu() for conv in maps for part in _map_of(conv)]),
        "transformation_sizes": torch.tensor([list(_map_of(conv)[0].shape) for conv in maps]),
        "energy_ratios": torch.tensor(ratios),
    }


def _map_of(conv: Any) -> tuple[Tensor, Tensor]:
    """Weight (width in, width out) and bias."""
    return conv.map.weight.detach(), conv.bias.detach()


def _on_cpu(rows: Features) -> Features:
    return rows.to("cpu")
