"""What makes a pair's logit of two embeddings: one file each."""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.decoders._base import DECODERS, Decoder

__all__ = ["DECODERS", "Decoder"]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, DECODERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(DECODERS)])
