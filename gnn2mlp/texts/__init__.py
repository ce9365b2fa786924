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


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.texts.hashed import Hashed as Hashed
    from gnn2mlp.texts.lsa import Lsa as Lsa
    from gnn2mlp.texts.minilm import MiniLM as MiniLM
    from gnn2mlp.texts.model2vec import Model2Vec as Model2Vec
    from gnn2mlp.texts.onnx import Onnx as Onnx
    from gnn2mlp.texts.sentence_transformers import SentenceTransformers as SentenceTransformers
    from gnn2mlp.texts.side_by_side import SideBySide as SideBySide
    from gnn2mlp.texts.stored import Stored as Stored
    from gnn2mlp.texts.tfidf import TfIdf as TfIdf
    from gnn2mlp.texts.wordllama import WordLlama as WordLlama
    # end
else:

    def __getattr__(name: str) -> Any:
        if name in _ELSEWHERE:
            return getattr(importlib.import_module(_ELSEWHERE[name]), name)
        return offered(__name__, name, TEXT_ENCODERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(TEXT_ENCODERS)])
