"""Training a message-passing network to tell the pairs that are linked from random ones."""

from collections.abc import Iterator, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.seeds import generator
from gnn2mlp.data.links import ObservedLinks
from gnn2mlp.data.sampling import GraphBlock, NeighbourSampler
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.nn.devices import to_device
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.nn.loop import Step, Validation
from gnn2mlp.nn.training_state import Position
from gnn2mlp.teachers._inference import infer
from gnn2mlp.teachers._network import LayerInput, Network

# Into how many steps an epoch falls at least where the pairs of a step are left out of the messages.
_MASKED_STEPS = 10


class LinkTraining:
    """What `gnn2mlp.nn.loop` trains: an encoder and a decoder on the pairs of an observed view.

    A step takes some of the training pairs, shuffled anew in every epoch, and as many random pairs that are none.

    Args:
        module: encoder and decoder, on the device of `features`.
        links: what may be seen.
        features: (nodes, features), from `inputs`.
        depth: how many links messages travel.
        batch_size: training pairs of a step at most.
        clip: largest norm of the gradient of the encoder, and of the decoder.
        mask_target: whether the pairs of a step are no messages in it.
        fanouts: neighbours sampled per layer, first layer first; `None` computes on the whole graph.
        seed: of orders, random pairs and sampled neighbours.
    """

    def __init__(
        self,
        module: LinkNetwork,
        links: ObservedLinks,
        features: Features,
        depth: int,
        batch_size: int,
        clip: float,
        mask_target: bool,
        fanouts: Sequence[int] | None,
        seed: int,
    ):
        self.module = module
        self.links = links
        self.features = features
        self.depth = depth
        self.clip = clip
        self.mask_target = mask_target
        self.fanouts = fanouts
        self.random = generator(seed, "pairs of link")
        self.draws = generator(seed, "neighbours of link")
        self.sampler = NeighbourSampler(links.graph.adjacency)
        count = links.pairs.size(0)
        self.num_steps = -(-count // batch_size)
        if mask_target:
            self.num_steps = max(self.num_steps, min(_MASKED_STEPS, count))
        # What every pass over the whole graph reads; with other edges in each step nothing is known before.
        self.whole: LayerInput = features
        if fanouts is None and not mask_target:
            self.whole = self.encoder.pre_aggregate(features, self.sampler.full_block(features.device))

    @property
    def encoder(self) -> Network:
        """Embeds nodes."""
        assert isinstance(self.module.embed, Network)
        return self.module.embed

    def steps(self, position: Position) -> Iterator[Step]:
        """Steps with an even share of the training pairs each; always of a whole epoch."""
        order = torch.randperm(self.links.pairs.size(0), generator=self.random)
        for number, chosen in enumerate(order.tensor_split(self.num_steps), start=1):
            pairs = self.links.pairs[chosen]
            others = self.links.non_edges.sample(pairs.size(0), self.random)
            yield Step(position._replace(step=number), partial(self.loss, pairs, others))

    def loss(self, pairs: Tensor, others: Tensor) -> Tensor:
        """Mean binary cross-entropy of linked pairs and of as many others, each (pairs, 2)."""
        z, places = self.embedded(torch.cat([pairs, others]), pairs)
        u, v = (F.embedding(end, z) for end in places.unbind(1))  # whose gradient is summed in a fixed order
        labels = z.new_zeros(len(places))
        labels[: len(pairs)] = 1
        return self.links.task.loss(self.module.score(u, v), labels).mean()

    def embedded(self, ends: Tensor, supervised: Tensor) -> tuple[Tensor, Tensor]:
        """Embeddings (rows, width), and where among them the `ends` (pairs, 2) are."""
        device = self.features.device
        sampler = self.without(supervised) if self.mask_target else self.sampler
        if self.fanouts is None:
            block = sampler.full_block(device)
            return self.encoder.logits(self.whole, [block] * self.depth), to_device(ends, device)
        nodes, places = ends.unique(return_inverse=True)
        blocks: list[GraphBlock] = sampler.sample_blocks(nodes, self.fanouts, self.draws)
        sources, blocks = blocks[0].sources, [block.to(device) for block in blocks]
        x = gather(self.features, sources if isinstance(self.features, CSR) else blocks[0].sources)
        return self.encoder.logits(x, blocks), to_device(places, device)

    def without(self, pairs: Tensor) -> NeighbourSampler:
        """The sampler of the graph without the edges `pairs` (pairs, 2)."""
        whole = self.links.graph.adjacency
        low, high = pairs.unbind(1)
        left_out = torch.cat([low * len(whole) + high, high * len(whole) + low])
        rows = whole.row_ids()
        kept = ~torch.isin(rows * len(whole) + whole.indices, left_out)
        return NeighbourSampler(CSR.of_sorted(rows[kept], whole.indices[kept], whole.values[kept], whole.shape))

    def reduce(self, loss: Tensor) -> Tensor:
        """The loss itself, as one process trains; gradients are clipped on the way."""
        for part in (self.module.embed, self.module.decode):
            if parameters := list(part.parameters()):
                nn.utils.clip_grad_norm_(parameters, self.clip)
        return loss

    def validate(self) -> Validation | None:
        """The task's score and loss on the pairs that validate, with all training edges as messages."""
        valid, others = self.links.valid_pairs, self.links.valid_negatives
        if not valid.numel() or not others.numel():
            return None
        self.module.eval()
        with torch.no_grad():
            z = infer(self.encoder, self.sampler, self.whole)["logits"]
            logits = decoded(self.module, z, torch.cat([valid, others]))
        labels = torch.cat([torch.ones(len(valid)), torch.zeros(len(others))])
        task = self.links.task
        return Validation(task.score(logits, labels), task.loss(logits, labels).mean().item())

    def on_epoch_end(self, epoch: int) -> None:
        """Nothing."""


@torch.no_grad()
def decoded(module: LinkNetwork, z: Tensor, pairs: Tensor, at_once: int = 65_536) -> Tensor:
    """Logits (pairs,) on the CPU of rows (pairs, 2) of the embeddings z (nodes, width), so many pairs at a time.

    Args:
        module: in evaluation mode.
        z: on any device; the decoder's is moved to.
        pairs: int64.
        at_once: pairs.
    """
    device = next(module.parameters()).device
    parts = [
        module.score(*(to_device(z.index_select(0, end.to(z.device)), device) for end in part.unbind(1))).cpu()
        for part in pairs.split(at_once)
    ]
    return torch.cat(parts) if parts else z.new_zeros(0, device="cpu")
