"""Texts as the mean of vectors that were trained from a language model's."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import safetensors.torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.texts._base import TextEncoder
from gnn2mlp.texts._packages import checksum_of, package_file
from gnn2mlp.texts._static import mean_vectors
from gnn2mlp.texts._tokens import numbers_of, read_tokenizer

_WEIGHTS, _TOKENIZER = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"


class WordLlama(TextEncoder):
    """WordLlama: the mean of 256-dimensional vectors of a text's tokens, made from those of Llama 2; unit length.

    The vectors lie in the package `wordllama`, so that nothing is downloaded after
    `pip install 'gnn2mlp[wordllama]'`. Hundreds of times faster than a language model. A text without a token is a row
    of zeros.
    """

    name = "wordllama"
    citation = "Miller, WordLlama: Recycled Token Embeddings from Large Language Models, 2024, software, MIT"

    def checksum(self) -> str:
        """SHA-256 of the vectors, and of what cuts texts into tokens."""
        return checksum_of(_file(_WEIGHTS), _file(_TOKENIZER))

    def _encode(self, texts: list[str]) -> Tensor:
        model = _loaded(_file(_WEIGHTS), _file(_TOKENIZER), self.checksum())
        return F.normalize(mean_vectors(numbers_of(model.tokenizer, texts, special=False), model.vectors))


class _Model(NamedTuple):
    tokenizer: Any
    vectors: Tensor


def _file(name: str) -> Path:
    return package_file("wordllama", name, "wordllama", WordLlama.name)


@cache
def _loaded(weights: Path, tokenizer: Path, checksum: str) -> _Model:
    (vectors,) = safetensors.torch.load_file(weights).values()
    return _Model(read_tokenizer(tokenizer.read_text(encoding="utf-8"), "wordllama", WordLlama.name), vectors.float())
