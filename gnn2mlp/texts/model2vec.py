"""Texts as the mean of vectors that a sentence transformer was distilled into."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.texts._base import TextEncoder
from gnn2mlp.texts._packages import checksum_of, model_file
from gnn2mlp.texts._static import mean_vectors
from gnn2mlp.texts._tokens import numbers_of, read_tokenizer

_FILES = ("model.safetensors", "tokenizer.json", "config.json")


class Model2Vec(TextEncoder):
    """A model of Model2Vec in a folder: the mean of the vectors of the tokens that it knows.

    The folder has `model.safetensors`, `tokenizer.json` and `config.json`, as `StaticModel.save_pretrained` writes
    them and as they lie on the Hugging Face Hub. Needs the extra: `pip install 'gnn2mlp[tokenizers]'`.

    Args:
        model: the folder.
        max_tokens: of a text; what comes later is not read.
    """

    name = "model2vec"
    citation = "Tulkens and van Dongen, Model2Vec: Fast State-of-the-Art Static Embeddings, 2024, software, MIT"

    def __init__(self, model: str, max_tokens: int = 512):
        check_at_least("text encoder", 1, max_tokens=max_tokens)
        self.model = model
        self.max_tokens = max_tokens

    def _files(self) -> list[Path]:
        return [model_file(self.model, file, self.name) for file in _FILES]

    def checksum(self) -> str:
        """SHA-256 of the three files."""
        return checksum_of(*self._files())

    def _encode(self, texts: list[str]) -> Tensor:
        model = _loaded(tuple(self._files()), self.checksum())
        numbers = numbers_of(model.tokenizer, texts, self.max_tokens, special=False)
        known = [[model.place(number) for number in each if number != model.unknown] for each in numbers]
        rows = mean_vectors(known, model.vectors) if model.weight is None else _weighted(numbers, known, model)
        return F.normalize(rows) if model.unit else rows


class _Model(NamedTuple):
    """`weight` (tokens,) of each token, and `places`: which vector it has, where these are fewer than tokens."""

    tokenizer: Any
    vectors: Tensor
    unknown: int | None
    unit: bool
    weight: Tensor | None
    places: list[int] | None

    def place(self, number: int) -> int:
        """Which vector a token has."""
        return number if self.places is None else self.places[number]


def _weighted(numbers: list[list[int]], known: list[list[int]], model: _Model) -> Tensor:
    """Means of vectors that count as much as their tokens do."""
    assert model.weight is not None
    rows = torch.zeros(len(known), model.vectors.size(1))
    for row, (tokens, places) in enumerate(zip(numbers, known, strict=True)):
        kept = [number for number in tokens if number != model.unknown]
        if kept:
            rows[row] = (model.vectors[places] * model.weight[kept][:, None]).mean(0)
    return rows


@cache
def _loaded(files: tuple[Path, ...], checksum: str) -> _Model:
    weights, tokens, config = files
    tensors = safetensors.torch.load_file(weights)
    if "embeddings" not in tensors:
        raise ConfigError(f"text encoder 'model2vec': expected embeddings in {weights}, got {', '.join(tensors)}")
    content = tokens.read_text(encoding="utf-8")
    tokenizer = read_tokenizer(content, "tokenizers", "model2vec")
    unknown = json.loads(content).get("model", {}).get("unk_token")
    return _Model(
        tokenizer,
        tensors["embeddings"].float(),
        None if unknown is None else tokenizer.token_to_id(unknown),
        bool(json.loads(config.read_text(encoding="utf-8")).get("normalize", True)),
        tensors["weights"].float() if "weights" in tensors else None,
        tensors["mapping"].tolist() if "mapping" in tensors else None,
    )
