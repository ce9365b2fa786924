"""Texts as numbers of tokens, and texts of like length together."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.texts._packages import needed

# Tokens of a batch, padding included: enough to keep a processor busy, few enough for its cache.
TOKENS = 4096


class Tokens(NamedTuple):
    """Texts of a batch.

    Attributes:
        rows: int64 (texts,), which they are.
        ids: int64 (texts, tokens), 0 behind the last of each.
        mask: bool (texts, tokens), whether a token is there.
    """

    rows: Tensor
    ids: Tensor
    mask: Tensor

    def mean(self, hidden: Tensor) -> Tensor:
        """The mean (texts, width) of what (texts, tokens, width) says of the tokens that are there."""
        weight = self.mask.to(hidden.dtype)[..., None]
        return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)


def read_tokenizer(content: str, extra: str, who: str) -> Any:
    """The tokenizer in the JSON of Hugging Face's `tokenizers`, without padding and truncation.

    Raises:
        ConfigError: if that package is not installed.
    """
    tokenizer = needed("tokenizers", extra, who).Tokenizer.from_str(content)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def numbers_of(tokenizer: Any, texts: Sequence[str], most: int | None = None, special: bool = True) -> list[list[int]]:
    """Numbers of the tokens of each text.

    Args:
        tokenizer: as `read_tokenizer` gives it.
        texts: any.
        most: tokens; special ones count, and are never cut.
        special: whether those of the model's own are put around a text.
    """
    given = [text.encode("utf-8", "replace").decode() for text in texts]  # half a pair of UTF-16 is no character
    if most is not None:
        tokenizer.enable_truncation(most)
    try:
        return [found.ids for found in tokenizer.encode_batch(given, add_special_tokens=special)]
    finally:
        tokenizer.no_truncation()


def batches(numbers: Sequence[Sequence[int]], most: int = TOKENS) -> Iterator[Tokens]:
    """Texts by ascending length, so many at once that a batch has at most `most` tokens, but one text at least."""
    order = sorted(range(len(numbers)), key=lambda row: len(numbers[row]))
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and len(numbers[order[stop]]) * (stop + 1 - start) <= most:
            stop += 1
        yield _padded(numbers, order[start:stop])
        start = stop


def _padded(numbers: Sequence[Sequence[int]], rows: list[int]) -> Tokens:
    longest = max(1, len(numbers[rows[-1]]))
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    for place, row in enumerate(rows):
        ids[place, : len(numbers[row])] = torch.tensor(numbers[row], dtype=torch.int64)
        mask[place, : len(numbers[row])] = True
    return Tokens(torch.tensor(rows), ids, mask)
