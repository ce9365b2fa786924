"""How much of a codebook is used: collapse shows here first."""

from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor


class Usage(NamedTuple):
    """Codes that at least one node has, their share of the codebook, and exp(entropy of the usage), 1..size."""

    used: int
    utilisation: float
    perplexity: float


def usage(code: Int[Tensor, " nodes"], size: int) -> Usage:
    """Utilisation and perplexity of a codebook of `size` vectors by the nodes' codes (perplexity 0 without a node)."""
    count = torch.bincount(code, minlength=size).double()
    share = count[count > 0] / count.sum().clamp(min=1)
    used = share.numel()
    entropy = -(share * share.log()).sum()
    return Usage(used, used / size, entropy.exp().item() if used else 0.0)
