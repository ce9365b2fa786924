"""Texts as the mean of vectors that their tokens have, whatever stands beside them."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def mean_vectors(numbers: Sequence[Sequence[int]], vectors: Tensor, weight: Tensor | None = None) -> Tensor:
    """The mean float32 (texts, width) of the vectors of each text's tokens; zeros for a text without any.

    Args:
        numbers: of the tokens of each text.
        vectors: (tokens, width).
        weight: of each token (tokens,), with which its vector is multiplied; default: 1.

    Example:
        >>> mean_vectors([[0, 1, 1], []], torch.tensor([[3.0], [6.0]]))
        tensor([[5.],
                [0.]])
    """
    lengths = torch.tensor([len(each) for each in numbers], dtype=torch.int64)
    flat = torch.tensor([number for each in numbers for number in each], dtype=torch.int64)
    begins = lengths.cumsum(0) - lengths
    weights = None if weight is None else weight.float()[flat]
    sums = F.embedding_bag(flat, vectors.float(), begins, mode="sum", per_sample_weights=weights)
    return sums / lengths.clamp(min=1)[:, None]
