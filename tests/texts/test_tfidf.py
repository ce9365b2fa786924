import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.encoders.text import PATTERN
from gnn2mlp.nn.csr import CSR
from gnn2mlp.texts import TfIdf
from tests.helpers import tiny_texts


def test_it_is_what_scikit_learn_computes() -> None:
    texts = [*tiny_texts(), "", "1999 2001", "Straße"]
    encoder = TfIdf()
    encoder.fit(texts)
    ours = encoder.encode(texts)
    assert isinstance(ours, CSR)
    theirs = TfidfVectorizer(token_pattern=PATTERN, min_df=2).fit_transform(texts).toarray()
    np.testing.assert_allclose(ours.to_dense().numpy(), theirs, rtol=1e-5, atol=1e-7)


def test_the_vocabulary_has_limits() -> None:
    encoder = TfIdf(most=3, least=1)
    encoder.fit(["b a1 c2 c2 d4 d4 e5 e5"])
    assert encoder.words == ("c2", "d4", "e5")
    with pytest.raises(ConfigError, match="expected at least 1, got 0 and 2"):
        TfIdf(most=0)


def test_before_fit_it_says_so() -> None:
    with pytest.raises(ConfigError, match="text encoder 'tfidf': expected to be fitted on texts first"):
        TfIdf().encode(["a"])


def test_texts_without_words_are_zeros() -> None:
    encoder = TfIdf()
    encoder.fit(["", "!"])
    assert encoder.encode(["", "a word"]).shape == (2, 0)
    encoder.fit(["word word", "word"])
    assert torch.equal(encoder.encode(["", "unknown"]).to_dense(), torch.zeros(2, 1))
