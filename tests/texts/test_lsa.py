import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.texts import Lsa, TfIdf
from tests.helpers import tiny_texts

TEXTS = tiny_texts()


def fitted(**options: int) -> Lsa:
    encoder = Lsa(**options)
    encoder.fit(TEXTS)
    return encoder


def test_rows_have_unit_length_and_those_without_words_none() -> None:
    rows = fitted(dim=8).encode([*TEXTS, "", "zzz"])
    np.testing.assert_allclose(rows.norm(dim=1).numpy(), [1.0] * 60 + [0.0, 0.0], atol=1e-6)


def test_rows_are_projections_and_not_whitened() -> None:
    encoder, words = fitted(dim=5), TfIdf(most=20_000)
    words.fit(TEXTS)
    x = words.encode(TEXTS).to_dense().double()
    left, values, _ = torch.linalg.svd(x, full_matrices=False)
    projected = left[:, :5] * values[:5]  # whitened rows would lack the second factor
    expected = projected / projected.norm(dim=1, keepdim=True)
    ours = encoder.encode(TEXTS).double()
    torch.testing.assert_close(ours @ ours.T, expected @ expected.T, atol=1e-2, rtol=0)
    whitened = left[:, :5] / left[:, :5].norm(dim=1, keepdim=True)
    assert float((whitened @ whitened.T - expected @ expected.T).abs().max()) > 0.1


def test_as_wide_as_texts_and_words_allow() -> None:
    assert fitted().encode(TEXTS).shape[1] <= 60
    assert fitted(dim=4).encode([]).shape == (0, 4)
    short = Lsa()
    short.fit(["one word", "one word", "one word"])  # of rank 1
    assert short.encode(["word"]).shape == (1, 1)
    short.fit(["", ""])
    assert short.encode(["word"]).tolist() == [[0.0]]


def test_it_is_the_same_every_time() -> None:
    assert torch.equal(fitted(dim=8).encode(TEXTS), fitted(dim=8).encode(TEXTS))


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(ConfigError, match="text encoder.dim: expected at least 1, got 0"):
        Lsa(dim=0)
    with pytest.raises(ConfigError, match="text encoder 'lsa': expected to be fitted on texts first"):
        Lsa().encode(["a"])
