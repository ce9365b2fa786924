"""Texts as a small language model reads them."""

import hashlib
import zipfile
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
from gnn2mlp.texts._bert import bert
from gnn2mlp.texts._packages import package_file
from gnn2mlp.texts._tokens import batches, numbers_of, read_tokenizer

_PACKAGE, _FILE, _EXTRA = "all_minilm_l6_v2", "model.zip", "minilm"
_WEIGHTS, _TOKENS = "model.safetensors", "tokenizer.json"
WIDTH, HEADS, PLACES = 384, 12, 512


class MiniLM(TextEncoder):
    """all-MiniLM-L6-v2: six layers of BERT, the mean of all tokens, unit length; 384 columns.

    The weights lie in a package, so that nothing is downloaded after `pip install 'gnn2mlp[minilm]'`. The forward pass
    is this package's own, on the CPU, and equals that of sentence-transformers to 1e-4.

    Args:
        max_tokens: of a text, two special ones included; what comes later is not read. The model was trained on 128.

    Raises:
        ConfigError: for fewer than 2 tokens, or more than the 512 that the model has places for.
    """

    name = "minilm"
    citation = (
        "Wang et al., MiniLM: Deep Self-Attention Distillation, NeurIPS 2020; Reimers and Gurevych, Sentence-BERT, "
        "EMNLP 2019"
    )
    costly = True

    def __init__(self, max_tokens: int = 128):
        check_at_least("text encoder", 2, max_tokens=max_tokens)
        if max_tokens > PLACES:
            raise ConfigError(f"text encoder.max_tokens: expected at most {PLACES}, got {max_tokens}")
        self.max_tokens = max_tokens

    def checksum(self) -> str:
        """Of the model's weights and of what cuts texts into tokens, however the package compresses them."""
        path = _zip()
        return _checksum(path, path.stat().st_mtime_ns)

    def _encode(self, texts: list[str]) -> Tensor:
        model = _loaded(_zip(), self.checksum())
        made = torch.empty(len(texts), WIDTH)
        with torch.inference_mode():
            for batch in batches(numbers_of(model.tokenizer, texts, self.max_tokens)):
                hidden = bert(model.weights, batch.ids, batch.mask, HEADS)
                made[batch.rows] = F.normalize(batch.mean(hidden))
        return made


class _Model(NamedTuple):
    tokenizer: Any
    weights: dict[str, Tensor]


def _zip() -> Path:
    return package_file(_PACKAGE, _FILE, _EXTRA, MiniLM.name)


@cache
def _checksum(path: Path, changed: int) -> str:
    with zipfile.ZipFile(path) as file:
        digests = [hashlib.sha256(file.read(name)).hexdigest() for name in (_WEIGHTS, _TOKENS)]
    return "".join(digest[:32] for digest in digests)


@cache
def _loaded(path: Path, checksum: str) -> _Model:
    """The model, once for all encoders of a process."""
    with zipfile.ZipFile(path) as file:
        tokenizer = read_tokenizer(file.read(_TOKENS).decode(), _EXTRA, MiniLM.name)
        return _Model(tokenizer, safetensors.torch.load(file.read(_WEIGHTS)))
