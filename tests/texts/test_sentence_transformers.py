import sys

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.texts import SentenceTransformers
from gnn2mlp.texts.sentence_transformers import _loaded
from tests.texts.made import Sentences, stand_in


def test_the_model_is_asked_and_its_prompt_put_before(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    assert SentenceTransformers("mine").encode(["tree", ""]).tolist() == [[4.0, 2.0, 1.0], [0.0, 0.0, 1.0]]
    assert SentenceTransformers("mine", prompt="e: ").encode([""]).tolist() == [[3.0, 1.0, 1.0]]
    assert SentenceTransformers("mine").checksum() != SentenceTransformers("mine too").checksum()


def test_a_model_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    monkeypatch.setattr(Sentences, "__init__", _absent)
    with pytest.raises(
        ConfigError, match=r"in the folder 'none', or on the Hugging Face Hub.*\(no such folder\); check"
    ):
        SentenceTransformers("none").encode(["a secret"])


def _absent(self: Sentences, model: str) -> None:
    raise OSError("no such folder\nand much more")


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    _loaded.cache_clear()
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match="run: pip install 'gnn2mlp\\[sentence-transformers\\]'"):
        SentenceTransformers("mine").encode(["a"])
