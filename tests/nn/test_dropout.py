import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.dropout import dropout, dropout_rows, relu_dropout_
from tests.cuda import needs_cuda

# More than one chunk of the noise, and no multiple of eight.
ROWS, WIDTH = 1501, 263


def _rows(dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(ROWS, WIDTH, generator=torch.Generator().manual_seed(0), dtype=dtype)


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_share_and_scale(probability: float, dtype: torch.dtype) -> None:
    with seeded(0, "dropout"):
        x = torch.ones(ROWS, WIDTH, dtype=dtype)
        y = dropout(x, probability, True)
    kept = y != 0
    # Of an element, and of a chunk's threshold, which lies at one of the two multiples of 1/256 beside the probability.
    deviation = (probability * (1 - probability) / x.numel()) ** 0.5 + 1 / 512 / (x.numel() / 2**18) ** 0.5
    assert abs(kept.double().mean().item() - (1 - probability)) < 4 * deviation
    torch.testing.assert_close(y[kept], torch.full_like(y[kept], 1 / (1 - probability)), rtol=1e-4, atol=0)
    assert y.dtype == dtype


def test_every_place_is_dropped_equally_often_and_on_its_own() -> None:
    # Each word of random bits serves eight elements: none of them may be special, nor depend on its neighbour.
    with seeded(0, "dropout"):
        kept = (dropout(torch.ones(4000, 64), 0.3, True) != 0).double()
    bound = 4 * (0.3 * 0.7 / 4000) ** 0.5
    assert (kept.mean(0) - 0.7).abs().max() < bound
    covariance = torch.cov(kept.T)
    assert (covariance - covariance.diag().diag()).abs().max() < 5 * 0.3 * 0.7 / 4000**0.5


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.501])
def test_the_probability_is_exact_though_bytes_are_not(probability: float) -> None:
    # 2,000 small tensors, each with a threshold of its own: with the nearest one always, the share would be beyond.
    tensors, size = 2000, 1600
    with seeded(0, "dropout"):
        kept = sum(int(dropout(torch.ones(size), probability, True).count_nonzero()) for _ in range(tensors))
    bound = 2 * (probability * (1 - probability) / (tensors * size)) ** 0.5
    assert abs(kept / (tensors * size) - (1 - probability)) < bound
    assert abs(round(256 * probability) / 256 - probability) > bound


def test_relu_dropout_keeps_of_the_positive_ones() -> None:
    x = _rows()
    with seeded(0, "dropout"):
        y = relu_dropout_(x.clone(), 0.25, True)
    assert bool((y[x <= 0] == 0).all())
    kept = y > 0
    torch.testing.assert_close(y[kept], x[kept] / 0.75)
    assert abs(kept.double().sum().item() / (x > 0).sum().item() - 0.75) < 0.01


def test_relu_dropout_writes_into_its_input() -> None:
    x = _rows()
    with seeded(0, "dropout"):
        assert relu_dropout_(x, 0.25, True).data_ptr() == x.data_ptr()


def test_gradient_is_that_of_the_mask() -> None:
    x = _rows(torch.float64).requires_grad_()
    with seeded(0, "dropout"):
        y = relu_dropout_(x * 1.0, 0.5, True)
    weights = torch.randn_like(y)
    (y * weights).sum().backward()
    expected = torch.where(y > 0, 2 * weights, 0.0)
    torch.testing.assert_close(x.grad, expected)
    x.grad = None
    with seeded(0, "dropout"):
        y = dropout(x, 0.5, True)
    (y * weights).sum().backward()
    torch.testing.assert_close(x.grad, torch.where(y != 0, 2 * weights, 0.0))


@pytest.mark.parametrize(("probability", "training"), [(0.5, False), (0.0, True)])
def test_nothing_is_dropped(probability: float, training: bool) -> None:
    x = _rows()
    assert dropout(x, probability, training) is x
    assert torch.equal(relu_dropout_(x.clone(), probability, training), F.relu(x))


def test_all_is_dropped() -> None:
    x = _rows().requires_grad_()
    for y in (dropout(x, 1.0, True), relu_dropout_(x * 1.0, 1.0, True)):
        assert not y.any()
        y.sum().backward()
    assert not x.grad.any()


def test_same_seed_same_mask_and_no_mask_twice() -> None:
    x, masks = torch.ones(40, 40), []
    for _ in range(2):
        with seeded(3, "dropout"):
            masks.append([dropout(x, 0.5, True), relu_dropout_(x.clone(), 0.5, True)])
    assert torch.equal(masks[0][0], masks[1][0])
    assert torch.equal(masks[0][1], masks[1][1])
    assert not torch.equal(masks[0][0], masks[0][1])


def test_any_layout_and_no_rows() -> None:
    x = _rows().T
    with seeded(0, "dropout"):
        y, z = dropout(x, 0.5, True), relu_dropout_(x.clone().T.T, 0.5, True)
    kept = y != 0
    torch.testing.assert_close(y[kept], 2 * x[kept])
    torch.testing.assert_close(z[z > 0], 2 * x[z > 0])
    assert relu_dropout_(torch.zeros(0, 3), 0.5, True).shape == (0, 3)
    assert dropout(torch.zeros(0, 3), 0.5, True).shape == (0, 3)


@pytest.mark.parametrize("probability", [0.3, 0.5])
def test_other_types_take_the_way_of_torch(probability: float) -> None:
    x = torch.ones(400, 100, dtype=torch.bfloat16)
    with seeded(0, "dropout"):
        share = (relu_dropout_(x, probability, True) != 0).double().mean().item()
    assert abs(share - (1 - probability)) < 0.02


@needs_cuda
def test_on_cuda() -> None:
    x = torch.ones(400, 100, device="cuda", requires_grad=True)
    y = relu_dropout_(x * 1.0, 0.5, True)
    y.sum().backward()
    assert abs((y != 0).double().mean().item() - 0.5) < 0.02
    torch.testing.assert_close(x.grad, torch.where(y != 0, 2.0, 0.0))


@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_rows_keep_their_expectation_and_lose_stored_values_alone(form: str) -> None:
    x = (_rows() > 0.5) * _rows()
    given = CSR.from_dense(x) if form == "sparse" else x
    with seeded(0, "rows"):
        dropped = [dropout_rows(given, 0.4, training=True) for _ in range(20)]
    dense = torch.stack([each.to_dense() if isinstance(each, CSR) else each for each in dropped])
    assert not dense[:, x == 0].any()  # a word that is not there is not drawn
    share = (dense[:, x != 0] == 0).double().mean().item()
    assert abs(share - 0.4) < 0.002
    assert dense.sum().item() / 20 == pytest.approx(x.sum().item(), rel=1e-3)
    kept = dense[0] != 0
    torch.testing.assert_close(dense[0][kept], x[kept] / 0.6)
    assert not torch.equal(dense[0], dense[1])


def test_sparse_rows_that_lost_values_stay_sparse_and_share_their_pattern() -> None:
    rows = CSR.from_dense(torch.eye(5))
    before = rows.values.clone()
    with seeded(0, "rows"):
        dropped = dropout_rows(rows, 0.5, training=True)
    assert isinstance(dropped, CSR)
    assert dropped.indices is rows.indices
    assert torch.equal(rows.values, before)  # what was given stays


def test_rows_without_any_value_lose_none() -> None:
    rows = CSR.from_dense(torch.zeros(3, 4))
    assert dropout_rows(rows, 0.5, training=True).to_dense().tolist() == [[0.0] * 4] * 3  # type: ignore[union-attr]
    assert dropout_rows(torch.zeros(0, 4), 0.5, training=True).shape == (0, 4)
