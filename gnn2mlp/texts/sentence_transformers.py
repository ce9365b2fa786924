"""Texts as any model of sentence-transformers reads them."""

from functools import cache
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.texts._base import TextEncoder
from gnn2mlp.texts._packages import needed


class SentenceTransformers(TextEncoder):
    """A model of sentence-transformers by its name on the Hugging Face Hub or its folder, as the model itself has it.

    Needs the extra: `pip install 'gnn2mlp[sentence-transformers]'`; a name is downloaded by that package.

    Raises:
        ConfigError: when it reads, if the package or the model is not there.

    Args:
        model: name or folder.
        prompt: what is put before each text, as some models ask for; default: nothing.
    """

    name = "sentence_transformers"
    citation = "Reimers and Gurevych, Sentence-BERT, EMNLP 2019"
    costly = True

    def __init__(self, model: str, prompt: str = ""):
        self.model = model
        self.prompt = prompt

    def checksum(self) -> str:
        """Digest of the model's weights."""
        return _checksum(self.model)

    def _encode(self, texts: list[str]) -> Tensor:
        model = _loaded(self.model)
        given = [self.prompt + text for text in texts]
        if not given:
            return torch.zeros(0, self._encode([""]).size(1))
        rows: Tensor = model.encode(given, convert_to_tensor=True, show_progress_bar=False)
        return rows.detach().float().cpu()


@cache
def _loaded(model: str) -> Any:
    package = needed("sentence_transformers", "sentence-transformers", SentenceTransformers.name)
    try:
        return package.SentenceTransformer(model)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(
            f"text encoder {SentenceTransformers.name!r}: expected a model of sentence-transformers in the folder "
            f"{model!r}, or on the Hugging Face Hub, could not read it ({reason}); check the name, or give "
            "the folder of one that is here"
        ) from error


@cache
def _checksum(model: str) -> str:
    return digest_tensors(_loaded(model).state_dict())
