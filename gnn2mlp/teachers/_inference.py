"""Full-neighbourhood inference: in one pass, or layer by layer where the activations of one pass do not fit."""

from collections.abc import Callable

import torch
from torch import Tensor

from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.sampling import Block, NeighbourSampler
from gnn2mlp.nn.csr import Features, compute_form, gather
from gnn2mlp.teachers._network import GNN

# Above this many nodes, inference goes layer by layer over chunks of rows, so that one layer's activations suffice.
LAYERWISE_ABOVE = 200_000
CHUNK = 65_536


def inputs(graph: GraphData, device: torch.device | str = "cpu") -> Features:
    """The graph's features on `device`, in the form and precision in which the network computes."""
    return compute_form(graph.features, device).to(dtype=torch.get_default_dtype())


@torch.no_grad()
def infer(module: GNN, sampler: NeighbourSampler, features: Features) -> dict[str, Tensor]:
    """`logits` (nodes, classes) and `hidden` (nodes, hidden) of every node in evaluation mode, on the CPU.

    Args:
        module: the network, on the device of `features`.
        sampler: of the graph.
        features: (nodes, features), from `inputs`.
    """
    module.eval()
    if len(sampler.adjacency) > LAYERWISE_ABOVE:
        return layerwise(module, sampler, features, CHUNK)
    logits, hidden = module(features, [sampler.whole(features.device)] * len(module.convs))
    return {"logits": logits.cpu(), "hidden": hidden.cpu()}


@torch.no_grad()
def layerwise(module: GNN, sampler: NeighbourSampler, features: Features, chunk: int) -> dict[str, Tensor]:
    """What `infer` gives, holding two layers' activations on the CPU and one chunk's on the device."""

    def apply(layer: Callable[[Features, Block], Tensor], x: Features) -> Tensor:
        parts = []
        for targets in torch.arange(len(sampler.adjacency)).split(chunk):
            block = sampler.block(targets).to(features.device)
            rows = gather(x, block.sources.to(x.device)).to(features.device)
            parts.append(layer(rows, block).cpu())
        return torch.cat(parts)

    module.eval()
    hidden = apply(lambda x, block: module.hidden_layer(0, x, block), features)
    for index in range(1, len(module.convs) - 1):
        hidden = apply(lambda x, block, i=index: module.hidden_layer(i, x, block), hidden)  # type: ignore[misc]
    return {"logits": apply(module.last_layer, hidden), "hidden": hidden}
