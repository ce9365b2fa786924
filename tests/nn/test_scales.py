import warnings

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataWarning
from gnn2mlp.nn import scales
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.scales import column_scales, unscaled_columns, warn_unscaled


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def words(rows: int = 400, columns: int = 300) -> Tensor:
    """Counts of words whose frequency falls as in language: the r-th word is in one of r + 2 texts."""
    rate = 1 / torch.arange(2, columns + 2)
    return torch.poisson(rate.expand(rows, columns) * 3, generator=torch.Generator().manual_seed(0))


def tf_idf(counts: Tensor) -> Tensor:
    weighted = counts * (len(counts) / (counts > 0).sum(0).clamp(min=1)).log1p()
    return weighted / weighted.norm(dim=1, keepdim=True).clamp(min=1e-9)


PLAIN = {
    "bag of words": (words() > 0).float(),
    "word counts": words(),
    "tf-idf": tf_idf(words()),
    "tf-idf without norm": words() * 8,
    "embeddings": draw(200, 64),
    "embeddings of unit length": torch.nn.functional.normalize(draw(200, 64), dim=1),
    "embeddings with a large dimension": draw(200, 64) * torch.cat([torch.ones(63), torch.tensor([9.0])]),
    "pixels": (draw(200, 64).abs() * 80).clamp(max=255),
    "one-hot": torch.eye(50),
    "counts of a rare word": torch.cat([words(), (torch.arange(400) < 15)[:, None] * 300.0], dim=1),
    "one column": draw(20, 1) * 1e6,
    "nothing": torch.zeros(5, 3),
}


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("kind", PLAIN)
def test_columns_of_one_unit_pass(kind: str, sparse: bool) -> None:
    assert unscaled_columns(CSR.from_dense(PLAIN[kind]) if sparse else PLAIN[kind]) == ()


BITS = (draw(200, 6) > 1).float()
FOLLOWERS = (draw(200, 1) * 2).exp() * 500
AGE = 40 + 10 * draw(200, 1)
YEAR = 2015 + 3 * draw(200, 1)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([BITS, FOLLOWERS], ("6",)),
        ([BITS, AGE, FOLLOWERS, YEAR], ("7", "8", "6")),
        ([(words() > 0).float()[:200], FOLLOWERS], ("300",)),
        ([BITS[:, :1], *[FOLLOWERS * number for number in range(1, 9)]], tuple("87654321")),  # few small among many
        ([BITS, BITS.mean(1, keepdim=True) * 1e-3, FOLLOWERS], ("7",)),
    ],
)
def test_columns_of_other_units_are_found(parts: list[Tensor], expected: tuple[str, ...], sparse: bool) -> None:
    table = torch.cat(parts, dim=1)
    assert unscaled_columns(CSR.from_dense(table) if sparse else table) == expected


def test_a_scale_is_that_of_the_entries_that_are_not_zero() -> None:
    table = torch.tensor([[3.0, 0.0, 0.0], [4.0, 0.0, -2.0]])
    for form in (table, CSR.from_dense(table)):
        scale, share = column_scales(form)
        assert scale.tolist() == pytest.approx([12.5**0.5, 0, 2])
        assert share.tolist() == [1, 0, 0.5]
    explicit = CSR(torch.tensor([0, 2]), torch.tensor([0, 1]), torch.tensor([0.0, 5.0]), (1, 2))
    assert [part.tolist() for part in column_scales(explicit)] == [[0, 5], [0, 1]]


def test_of_many_rows_some_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scales, "ROWS", 3)
    table = torch.arange(1.0, 8)[:, None]  # rows 0, 3 and 6 of seven
    for form in (table, CSR.from_dense(table)):
        assert column_scales(form)[0].item() == pytest.approx(((1 + 16 + 49) / 3) ** 0.5)


def test_the_warning_names_columns_and_remedy() -> None:
    table = torch.cat([BITS, FOLLOWERS, YEAR], dim=1)
    names = [*"abcdef", "followers", "year"]
    with pytest.warns(DataWarning, match="^mine: the values of columns followers, year are far .*; use standardise$"):
        warn_unscaled(table, names, "mine", "use standardise")
    with pytest.warns(DataWarning, match="mine: the values of column number 6 are far larger"):
        warn_unscaled(table[:, :7], None, "mine", "use standardise")
    with pytest.warns(DataWarning, match="columns 0, 1, 2, 3, 4 and 3 more are"):
        warn_unscaled(torch.cat([FOLLOWERS.expand(-1, 8), BITS], dim=1), [*map(str, range(14))], "mine", "x")


def test_there_is_no_warning_without_cause() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_unscaled(BITS, None, "mine", "use standardise")
