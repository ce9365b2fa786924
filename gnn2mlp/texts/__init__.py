"""Texts as rows of numbers: one encoder a file, counted, looked up or computed by a language model.

Example:
    >>> from gnn2mlp.texts import TfIdf
    >>> encoder = TfIdf(least=1)
    >>> encoder.fit(["a red house", "a blue house"])
    >>> encoder.encode(["house", ""]).to_dense()
    tensor([[0., 1., 0.],
            [0., 0., 0.]])
"""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.texts._base import TEXT_ENCODERS, TextEncoder

__all__ = ["TEXT_ENCODERS", "TextEncoder"]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, TEXT_ENCODERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(TEXT_ENCODERS)])
