"""Full-neighbourhood inference: in one pass, or layer by layer where the activations of one pass do not fit."""

from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import Block, BlockSampler
from gnn2mlp.nn.csr import CSR, Features, compute_form, gather, num_bytes
from gnn2mlp.nn.devices import to_device
from gnn2mlp.teachers._network import Layer, LayerInput, Network, rows_of

# On a CPU, above this many nodes, inference goes over chunks of rows, gathering the sources of each, unless a pass over
# all at once takes less than so much memory: bounds that do not depend on what else the machine does, so that a graph
# is answered with the same bits everywhere. Layers with a fixed operator hold hardly more in one pass, and gathering
# what each chunk reads, most of it many times, takes them several times as long.
LAYERWISE_ABOVE = 1_000_000
ONE_PASS_BYTES = 8 * 2**30
CHUNK = 65_536
# On a GPU one pass may take so much of the memory that is free: estimates err, and free memory is in pieces.
SHARE = 0.8
# Arrays of rows as wide as the widest layer that exist at a time: what a layer reads, maps, aggregates and makes, and
# what is kept of it for the answer.
_ARRAYS = 5
# Copies of the links: the block, the operator made from it, with its indices in 32 bits.
COPIES = 3


def input_features(graph: NodeData, device: torch.device | str = "cpu") -> Features:
    """The graph's features on `device`, in the form and precision in which the network computes."""
    return compute_form(graph.features, device).to(dtype=torch.get_default_dtype())


@torch.no_grad()
def infer(module: Network, sampler: BlockSampler[Any], features: LayerInput) -> dict[str, Tensor]:
    """What the network says of every node in evaluation mode.

    It lies on the device of `features` where one pass fits there, else on the CPU: a validation that reads some rows of
    it need not wait for all to be moved.

    Args:
        module: the network, on the device of `features`.
        sampler: of the graph.
        features: (nodes, features), from `input_features`.

    Returns:
        `logits` (nodes, classes), `hidden` (nodes, hidden), and what the network notes between its layers.
    """
    if not one_pass_fits(module, sampler, rows_of(features)):
        return layerwise(module, sampler, rows_of(features), CHUNK)
    block = sampler.full_block(features.device)
    return module.eval().over_all(features, lambda layer, x: layer(x, block))


def one_pass_fits(module: Network, sampler: BlockSampler[Any], features: Features) -> bool:
    """Whether a pass over all nodes at once is to be tried: on a GPU by free memory, on a CPU by sizes alone."""
    if features.device.type != "cuda":
        if sampler.num_nodes <= LAYERWISE_ABOVE:
            return True
        return bytes_on_cpu(module, sampler.full_block(), features) <= ONE_PASS_BYTES
    there = sampler.holds_full_block(features.device)  # as where all of the graph is trained on, which takes more
    needed = bytes_of_pass(module, sampler.full_block(features.device if there else "cpu"), features, there)
    return needed <= SHARE * free_bytes(features.device)


def bytes_of_pass(module: Network, block: Block, features: Features, there: bool = False) -> int:
    """About how much memory a pass over all nodes takes beside features and weights, from above.

    Args:
        module: the network.
        block: of all nodes.
        features: (nodes, features).
        there: whether the block, and what is made of it, takes its memory already.
    """
    sparse, nodes = isinstance(features, CSR), features.shape[0]
    widths = [parameter.size(-1) for parameter in module.convs.parameters()]
    # Dense features may be aggregated before they are mapped.
    widest = max([*widths, 0 if sparse else features.shape[1]])
    item = (features.values if isinstance(features, CSR) else features).element_size()
    # Deterministic products hold the sums of pieces of rows, and a copy.
    arrays = _ARRAYS + 2 * torch.are_deterministic_algorithms_enabled()
    numbers = arrays * nodes * widest + _links(block) * _per_link(module)
    return numbers * item + (0 if there else COPIES * _bytes_held(block))


def bytes_on_cpu(module: Network, block: Block, features: Features) -> int:
    """The same of a CPU, where sums that a layer is done with leave their memory to the next: layer by layer.

    A layer holds what it reads, the sums over neighbours of that or of what it maps it to, and what it makes: two terms
    of it, and once more behind a norm.
    """
    sparse, item = isinstance(features, CSR), torch.get_default_dtype().itemsize
    reads, sums, widest = 0, 0 if sparse else features.shape[1], 0
    for number, conv in enumerate(module.convs):
        makes = max(parameter.size(-1) for parameter in conv.parameters())
        normed = number < len(module.norms) and not isinstance(module.norms[number], nn.Identity)
        widest = max(widest, reads + max(sums, makes) + (2 + normed) * makes)
        reads = sums = makes
    numbers = features.shape[0] * widest + _links(block) * _per_link(module)
    return numbers * item + COPIES * _bytes_held(block)


def _links(block: Block) -> int:
    """Entries of all matrices of a block of all nodes, and one more for each node."""
    return sum(value.nnz for value in vars(block).values() if isinstance(value, CSR)) + block.num_targets


def _per_link(module: Network) -> int:
    """Numbers that a layer holds of each link beside its operator, the most of any layer."""
    return max(int(getattr(part, "numbers_per_link", 0)) for part in (*module.convs, module))


def _bytes_held(block: Block) -> int:
    return sum(num_bytes(value) for value in vars(block).values() if isinstance(value, Tensor | CSR))


def free_bytes(device: torch.device) -> int:
    """Memory of a GPU that torch can have: what the driver has left, and what torch holds without use."""
    free: int = torch.cuda.mem_get_info(device)[0]
    return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)


@torch.no_grad()
def layerwise(module: Network, sampler: BlockSampler[Any], features: Features, chunk: int) -> dict[str, Tensor]:
    """What `infer` gives, holding two layers' activations on the CPU and one chunk's on the device; on the CPU."""

    def apply(layer: Layer, x: LayerInput) -> Tensor:
        rows_in: Features = rows_of(x)
        made: Tensor | None = None
        for targets in torch.arange(sampler.num_nodes).split(chunk):
            block = sampler.block(targets)
            x = gather(rows_in, to_device(block.sources, rows_in.device))
            x = x.to(features.device) if isinstance(x, CSR) else to_device(x, features.device)
            rows = layer(x, block.to(features.device)).cpu()
            if made is None:  # joined at the end, the chunks and their union would exist together
                made = rows.new_empty((sampler.num_nodes, *rows.shape[1:]))
            made[targets] = rows
        assert made is not None, "a graph has nodes"
        return made

    return module.eval().over_all(features, apply)
