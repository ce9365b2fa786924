"""Texts as rows of numbers: one encoder a file, counted, looked up or computed by a language model.

Example:
    >>> from gnn2mlp.texts import TfIdf
    >>> encoder = TfIdf(least=1)
    >>> encoder.fit(["a red house", "a blue house"])
    >>> encoder.encode(["house", ""]).to_dense()
    tensor([[0., 1., 0.],
            [0., 0., 0.]])
"""

import importlib
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.texts._base import TEXT_ENCODERS, TextEncoder
from gnn2mlp.texts._digest import text_digest

if TYPE_CHECKING:
    from gnn2mlp.texts.cache import encode_cached
    from gnn2mlp.texts.stored import write_vectors

__all__ = ["TEXT_ENCODERS", "TextEncoder", "encode_cached", "text_digest", "write_vectors"]
_ELSEWHERE = {"encode_cached": "gnn2mlp.texts.cache", "write_vectors": "gnn2mlp.texts.stored"}


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        return getattr(importlib.import_module(_ELSEWHERE[name]), name)
    return offered(__name__, name, TEXT_ENCODERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(TEXT_ENCODERS)])
