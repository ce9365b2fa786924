"""Full-neighbourhood inference: in one pass, or layer by layer where the activations of one pass do not fit."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import Block, BlockSampler
from gnn2mlp.nn.csr import Features, compute_form, gather
from gnn2mlp.teachers._network import GNN, LayerInput, rows_of

# Above this many nodes, inference goes over chunks of rows, gathering the sources of each, so that memory suffices.
LAYERWISE_ABOVE = 1_000_000
CHUNK = 65_536

Layer = Callable[[LayerInput, Block], Tensor]


def inputs(graph: NodeData, device: torch.device | str = "cpu") -> Features:
    """The graph's features on `device`, in the form and precision in which the network computes."""
    return compute_form(graph.features, device).to(dtype=torch.get_default_dtype())


@torch.no_grad()
def infer(module: GNN, sampler: BlockSampler[Any], features: LayerInput) -> dict[str, Tensor]:
    """What the network says of every node in evaluation mode, on the CPU.

    Args:
        module: the network, on the device of `features`.
        sampler: of the graph.
        features: (nodes, features), from `inputs`.

    Returns:
        `logits` (nodes, classes), `hidden` (nodes, hidden), and what the network notes between its layers.
    """
    if sampler.num_nodes > LAYERWISE_ABOVE:
        return layerwise(module, sampler, rows_of(features), CHUNK)
    block = sampler.full_block(features.device)
    found = _all_layers(module, features, lambda layer, x: layer(x, block))
    return {name: value.cpu() for name, value in found.items()}


@torch.no_grad()
def layerwise(module: GNN, sampler: BlockSampler[Any], features: Features, chunk: int) -> dict[str, Tensor]:
    """What `infer` gives, holding two layers' activations on the CPU and one chunk's on the device."""

    def apply(layer: Layer, x: LayerInput) -> Tensor:
        rows_in: Features = rows_of(x)
        made: Tensor | None = None
        for targets in torch.arange(sampler.num_nodes).split(chunk):
            block = sampler.block(targets).to(features.device)
            rows = layer(gather(rows_in, block.sources.to(rows_in.device)).to(features.device), block).cpu()
            if made is None:  # joined at the end, the chunks and their union would exist together
                made = rows.new_empty((sampler.num_nodes, *rows.shape[1:]))
            made[targets] = rows
        assert made is not None, "a graph has nodes"
        return made

    return _all_layers(module, features, apply)


def _all_layers(module: GNN, features: LayerInput, apply: Callable[[Layer, LayerInput], Tensor]) -> dict[str, Tensor]:
    """Layer after layer over all nodes; `apply` says how one layer meets all rows."""
    module.eval()
    hidden, found = module.transform_hidden(0, apply(partial(module.hidden_layer, 0), features))
    for index in range(1, len(module.convs) - 1):
        hidden, noted = module.transform_hidden(index, apply(partial(module.hidden_layer, index), hidden))
        found |= noted
    return {"logits": apply(module.last_layer, hidden), "hidden": hidden, **found}
