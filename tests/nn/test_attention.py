import pytest
import torch

from gnn2mlp.nn import attention
from gnn2mlp.nn.csr import CSR

# Row 1 has no entry, column 0 none.
MASK = torch.tensor([[0, 1, 1, 0], [0, 0, 0, 0], [0, 1, 1, 1]], dtype=torch.bool)
PATTERN = CSR.from_dense(MASK.double())
HEADS, WIDTH = 2, 3


def _random(*shape: int, scale: float = 1.0) -> torch.Tensor:
    random = torch.Generator().manual_seed(sum(shape))
    return (scale * torch.randn(*shape, generator=random, dtype=torch.float64)).requires_grad_()


def _dense(entries: torch.Tensor, empty: float) -> torch.Tensor:
    """Values (entries, heads) as (heads, rows, columns), `empty` where there is no entry."""
    full = torch.full((entries.size(1), *PATTERN.shape), empty, dtype=entries.dtype)
    return full.index_put((torch.arange(HEADS)[:, None], PATTERN.row_ids(), PATTERN.indices), entries.T)


def test_softmax_by_hand() -> None:
    pattern = CSR.from_dense(torch.tensor([[1.0, 1, 0], [0, 0, 1]]))
    scores = torch.tensor([[0.0], [3.0]]).log().nan_to_num(neginf=-1e30)
    weights = attention.softmax(pattern, torch.cat([scores, torch.tensor([[7.0]])]))
    assert weights.flatten().tolist() == [0, 1, 1]


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_softmax_is_that_of_each_row(scale: float) -> None:
    scores = _random(PATTERN.nnz, HEADS, scale=scale)
    ours = attention.softmax(PATTERN, scores)
    expected = _dense(scores, float("-inf")).softmax(-1)[:, PATTERN.row_ids(), PATTERN.indices].T
    torch.testing.assert_close(ours, expected)
    weights = torch.linspace(1, 2, ours.numel(), dtype=torch.float64).view_as(ours)
    gradients = [torch.autograd.grad((out * weights).sum(), scores)[0] for out in (ours, expected)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("gathered", [1, 1 << 18])
def test_collect_is_a_product_for_each_head(gathered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(attention._GATHERED, "cpu", gathered)
    weights, x = _random(PATTERN.nnz, HEADS), _random(4, HEADS, WIDTH)
    ours = attention.aggregate(PATTERN, weights, x)
    expected = torch.einsum("hrc,chw->rhw", _dense(weights, 0.0), x)
    torch.testing.assert_close(ours, expected)
    gradients = [torch.autograd.grad(out.square().sum(), (weights, x)) for out in (ours, expected)]
    torch.testing.assert_close(*gradients)


def test_nothing_to_attend_to() -> None:
    pattern = CSR.from_dense(torch.zeros(2, 3))
    weights = attention.softmax(pattern, torch.zeros(0, HEADS))
    assert weights.shape == (0, HEADS)
    x = torch.ones(3, HEADS, WIDTH, requires_grad=True)
    sums = attention.aggregate(pattern, weights, x)
    assert not sums.any()
    sums.sum().backward()
    assert not x.grad.any()


def test_nothing_is_larger_than_entries_times_heads() -> None:
    # 40 entries to a column: messages would be 40 x 4 times as wide as the rows.
    pattern, largest = CSR.from_dense(torch.ones(40, 40)), []

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
            out = function(*arguments, **(keywords or {}))
            largest.extend(part.numel() for part in (out if isinstance(out, tuple) else [out]) if torch.is_tensor(part))
            return out

    scores, x = torch.randn(1600, 4, requires_grad=True), torch.randn(40, 4, 64, requires_grad=True)
    attention._GATHERED["cpu"], kept = 4096, attention._GATHERED["cpu"]
    try:
        with Watch():
            attention.aggregate(pattern, attention.softmax(pattern, scores), x).sum().backward()
    finally:
        attention._GATHERED["cpu"] = kept
    assert max(largest) <= 40 * 4 * 64  # the rows themselves; messages would be 1600 x 4 x 64


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_cuda() -> None:
    results = []
    for device in ("cpu", "cuda"):
        pattern = PATTERN.to(device)
        scores = _random(PATTERN.nnz, HEADS).detach().to(device).requires_grad_()
        x = _random(4, HEADS, WIDTH).detach().to(device).requires_grad_()
        out = attention.aggregate(pattern, attention.softmax(pattern, scores), x)
        results.append([part.cpu() for part in (out, *torch.autograd.grad(out.square().sum(), (scores, x)))])
    torch.testing.assert_close(*results)
