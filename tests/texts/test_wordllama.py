import json
from pathlib import Path

import torch

from gnn2mlp.texts import WordLlama
from tests.texts.made import needs_wordllama

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text())


@needs_wordllama
def test_it_equals_what_the_package_makes() -> None:
    ours = WordLlama().encode(REFERENCE["texts"])
    torch.testing.assert_close(ours, torch.tensor(REFERENCE["wordllama"]), atol=1e-5, rtol=0)


@needs_wordllama
def test_words_that_mean_alike_are_nearer() -> None:
    cat, kitten, tax = WordLlama().encode(["cat", "kitten", "tax"])
    assert cat @ kitten > cat @ tax + 0.1
