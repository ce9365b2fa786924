from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.nn.csr import Features
from gnn2mlp.texts import TEXT_ENCODERS, Lsa, TextEncoder, TfIdf
from gnn2mlp.texts._base import as_texts


class Lengths(TextEncoder):
    """The length of each text: an encoder of a user's own."""

    def __init__(self, version: str = "1"):
        self.version = version

    def checksum(self) -> str:
        return self.version

    def _encode(self, texts: list[str]) -> Features:
        import torch

        return torch.tensor([[float(len(text))] for text in texts]).view(-1, 1)


@pytest.mark.parametrize("texts", [["a", "b"], ("a", "b"), np.array(["a", "b"]), np.array(["a", "b"], dtype=object)])
def test_texts_come_in_any_sequence(texts: Any) -> None:
    assert as_texts(texts, "own") == ["a", "b"]
    assert [type(text) for text in as_texts(texts, "own")] == [str, str]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("a secret", "expected a list of texts, got one str"),
        (b"a", "expected a list of texts, got one bytes"),
        (3, "expected a list of texts, got one int"),
        (["a secret", None], "expected texts, got NoneType in place of text 1"),
        (np.eye(2), "expected texts, got ndarray in place of text 0"),
    ],
)
def test_what_is_no_text_is_named_and_no_text_shown(given: Any, said: str) -> None:
    with pytest.raises(DataError, match=f"text encoder 'own': {said}") as told:
        as_texts(given, "own")
    assert "secret" not in str(told.value)


def test_a_class_of_ones_own_is_an_encoder() -> None:
    assert Lengths().encode(["", "abc"]).tolist() == [[0.0], [3.0]]
    Lengths().fit(["anything"])
    assert Lengths().state() == {}


def test_the_fingerprint_is_of_options_state_and_weights() -> None:
    assert Lengths().fingerprint() == Lengths().fingerprint() != Lengths("2").fingerprint()
    one, other = TfIdf(least=1), TfIdf(least=1)
    one.fit(["a red house"])
    other.fit(["a blue house"])
    assert len({one.fingerprint(), other.fingerprint(), TfIdf(least=1).fingerprint(), Lsa().fingerprint()}) == 4
    other.fit(["a red house"])
    assert one.fingerprint() == other.fingerprint()


def test_fitting_on_no_text_is_refused() -> None:
    with pytest.raises(DataError, match="text encoder 'tfidf': expected texts to learn from, got none"):
        TfIdf().fit([])


def test_they_are_registered() -> None:
    assert {"tfidf", "lsa"} <= set(TEXT_ENCODERS.names())
