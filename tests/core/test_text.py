import pytest
import torch

from gnn2mlp.core.text import packed, unpacked


@pytest.mark.parametrize("texts", [[], [""], ["a", "b c\n", "Öl ☃ 𝛼"], ["\ud800 alone", '"]'], ["a\u2028b\x00"]])
def test_texts_come_back(texts: list[str]) -> None:
    assert unpacked(packed(texts)) == texts
    assert packed(texts).dtype == torch.uint8


def test_no_two_sequences_are_alike() -> None:
    made = [packed(texts).tolist() for texts in ([], [""], ["a b"], ["a", "b"], ["b", "a"], ["a", "", "b"])]
    assert len({tuple(content) for content in made}) == len(made)
