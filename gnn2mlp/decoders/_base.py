"""What a decoder is: a recipe for a module that maps the embeddings of two nodes to the logit of a link."""

from abc import ABC, abstractmethod

from torch import nn

from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable


class Decoder(Configurable, ABC):
    """Builds the part of a link predictor that reads two embeddings, and no node and no edge.

    `module(z_u, z_v)` takes two arrays (pairs, width) and gives logits (pairs,): σ of one is the probability that the
    two nodes are linked. A decoder is symmetric, module(u, v) = module(v, u), as links have no direction here.

    Example:
        >>> import torch
        >>> class Distance(Decoder):
        ...     def build(self, width):
        ...         return Apart()
        >>> class Apart(nn.Module):
        ...     def forward(self, u, v):
        ...         return -(u - v).square().sum(-1)
        >>> Distance().build(2)(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 0.0]]))
        tensor([-1.])
    """

    @abstractmethod
    def build(self, width: int) -> nn.Module:
        """An untrained module for embeddings of this width, initialised from torch's global generator."""


DECODERS: Registry[Decoder] = Registry("decoder", "gnn2mlp.decoders", Decoder)  # type: ignore[type-abstract]
