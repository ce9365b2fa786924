"""Texts as one array of bytes, for files and digests that hold arrays alone."""

import json
from collections.abc import Sequence

import torch
from torch import Tensor


def packed(texts: Sequence[str]) -> Tensor:
    """Texts as JSON in UTF-8, uint8 (bytes,); no two sequences of texts have the same.

    Example:
        >>> unpacked(packed(["a b", "ü", ""]))
        ['a b', 'ü', '']
    """
    text = json.dumps([str(text) for text in texts], ensure_ascii=False)
    return torch.frombuffer(bytearray(text.encode("utf-8", "surrogatepass")), dtype=torch.uint8)


def unpacked(content: Tensor) -> list[str]:
    """The texts that `packed` was given."""
    texts: list[str] = json.loads(content.cpu().numpy().tobytes().decode("utf-8", "surrogatepass"))
    return texts
