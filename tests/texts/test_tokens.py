import pytest
import torch

from gnn2mlp.texts._tokens import Tokens, batches, numbers_of, read_tokenizer
from tests.texts.models import WORDS, tokenizer


def test_numbers_by_hand() -> None:
    read = read_tokenizer(tokenizer(), "minilm", "minilm")
    first = 4 + WORDS.index("matrix")
    assert numbers_of(read, ["Matrix unheard", ""]) == [[2, first, 1, 3], [2, 3]]
    assert numbers_of(read, ["matrix"], special=False) == [[first]]
    assert numbers_of(read, ["matrix matrix matrix"], most=3) == [[2, first, 3]]
    assert numbers_of(read, ["matrix matrix matrix"]) == [[2, first, first, first, 3]]  # the limit is of one call
    assert numbers_of(read, []) == []


def test_half_a_character_is_read_as_something() -> None:
    assert len(numbers_of(read_tokenizer(tokenizer(), "minilm", "minilm"), ["\ud800"])) == 1


@pytest.mark.parametrize("most", [1, 7, 10_000])
def test_batches_have_each_text_once_and_are_bounded(most: int) -> None:
    numbers = [[number] * length for number, length in enumerate([3, 1, 0, 5, 1, 2])]
    made = list(batches(numbers, most))
    assert sorted(row for batch in made for row in batch.rows.tolist()) == [*range(6)]
    assert all(batch.ids.numel() <= most or len(batch.rows) == 1 for batch in made)
    for batch in made:
        for row, ids, mask in zip(batch.rows.tolist(), batch.ids, batch.mask, strict=True):
            assert ids[mask].tolist() == numbers[row]
            assert not bool(ids[~mask].any())


def test_the_mean_is_of_tokens_that_are_there() -> None:
    mask = torch.tensor([[True, True], [True, False], [False, False]])
    batch = Tokens(torch.arange(3), torch.zeros(3, 2, dtype=torch.int64), mask)
    hidden = torch.tensor([[[1.0], [3.0]], [[5.0], [100.0]], [[7.0], [7.0]]])
    assert batch.mean(hidden).tolist() == [[2.0], [5.0], [0.0]]
