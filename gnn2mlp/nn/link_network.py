"""A network that embeds nodes, row by row, and scores pairs of embeddings."""

from torch import Tensor, nn

from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.mlp import MLPOutput


class LinkNetwork(nn.Module):
    """z = embed(x) for each row, and s = decode(z_u, z_v) for two of them: what a student of links trains and ships.

    A row is embedded once, however many pairs it is in.

    Args:
        embed: `embed(x)` gives an `MLPOutput`, whose `logits` (rows, width) are the embeddings.
        decode: `decode(z_u, z_v)` gives logits (pairs,), such as a decoder builds.

    Example:
        >>> import torch
        >>> from gnn2mlp.decoders import Dot
        >>> from gnn2mlp.nn.mlp import MLP
        >>> network = LinkNetwork(MLP(in_features=5, hidden=8, out_features=4), Dot().build(4))
        >>> z = network(torch.rand(3, 5)).hidden
        >>> network.score(z[[0, 1]], z[[2, 2]]).shape
        torch.Size([2])
    """

    def __init__(self, embed: nn.Module, decode: nn.Module):
        super().__init__()
        self.embed = embed
        self.decode = decode

    def forward(self, x: Features) -> MLPOutput:
        """Embeddings (rows, width) of feature rows, as `logits` and as `hidden`."""
        embeddings: Tensor = self.embed(x).logits
        return MLPOutput(embeddings, embeddings)

    def score(self, z_u: Tensor, z_v: Tensor) -> Tensor:
        """Logits (pairs,) of embeddings (pairs, width) of both ends."""
        logits: Tensor = self.decode(z_u, z_v)
        return logits
