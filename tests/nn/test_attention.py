import pytest
import torch

from gnn2mlp.nn import attention, devices, sparse_products
from gnn2mlp.nn.csr import CSR
from tests.cuda import needs_cuda
from tests.host_syncs import host_syncs

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


@pytest.mark.parametrize("gathered", [1, 1 << 18])
def test_dot_scores_are_products_of_both_ends(gathered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(attention._GATHERED, "cpu", gathered)
    left, right = _random(3, HEADS, WIDTH), _random(4, HEADS, WIDTH)
    ours = attention.dot_scores(PATTERN, left, right)
    expected = torch.einsum("rhw,chw->rch", left, right)[PATTERN.row_ids(), PATTERN.indices]
    torch.testing.assert_close(ours, expected)
    gradients = [torch.autograd.grad(out.square().sum(), (left, right)) for out in (ours, expected)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_log_sum_is_that_of_each_row_and_nothing_of_none(scale: float) -> None:
    scores = _random(PATTERN.nnz, HEADS, scale=scale)
    ours = attention.log_sum(PATTERN, scores)
    expected = _dense(scores, float("-inf")).logsumexp(-1).T
    torch.testing.assert_close(ours, expected)
    assert ours[1].tolist() == [float("-inf")] * HEADS
    full = torch.tensor([0, 2])
    gradients = [torch.autograd.grad(out[full].square().sum(), scores)[0] for out in (ours, expected)]
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


@pytest.mark.parametrize("which", [attention.at_sources, attention.at_targets])
def test_what_entries_read_of_their_ends(which, monkeypatch: pytest.MonkeyPatch) -> None:
    targets = which is attention.at_targets
    x, weights = _random(PATTERN.shape[0 if targets else 1], HEADS), _random(PATTERN.nnz, HEADS).detach()
    here = which(PATTERN, x)
    assert torch.equal(here, x[PATTERN.row_ids() if targets else PATTERN.indices])
    monkeypatch.setattr(devices, "on_cpu", lambda tensor: False)
    there = which(PATTERN, x)
    assert torch.equal(there, here)
    torch.testing.assert_close(*(torch.autograd.grad((out * weights).sum(), x)[0] for out in (here, there)))


def _attended(pattern: CSR) -> list[torch.Tensor]:
    """Sums over a pattern with attention, and the gradients of all that they are made of."""
    source, target = _random(4, HEADS), _random(3, HEADS)
    x = _random(4, HEADS, WIDTH)
    scores = attention.at_sources(pattern, source) + attention.at_targets(pattern, target)
    out = attention.aggregate(pattern, attention.softmax(pattern, scores), x)
    return [out, *torch.autograd.grad(out.square().sum(), (source, target, x))]


def test_other_devices_compute_the_same_and_ask_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    here, pattern = _attended(PATTERN), PATTERN.with_values(PATTERN.values)
    monkeypatch.setattr(devices, "on_cpu", lambda tensor: False)
    with host_syncs() as found:
        there = _attended(pattern)
    assert found == []
    torch.testing.assert_close(there, here)


def test_heads_and_steps_copy_no_indices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "on_cpu", lambda tensor: False)
    short, made = [], []
    convert, construct = sparse_products._short, sparse_products._torch_csr

    def counted(function, calls: list[CSR]):
        def call(matrix: CSR):
            calls.append(matrix)
            return function(matrix)

        return call

    monkeypatch.setattr(sparse_products, "_short", counted(convert, short))
    monkeypatch.setattr(sparse_products, "_torch_csr", counted(construct, made))
    pattern = CSR.from_dense(MASK.double())
    for _ in range(3):
        _attended(pattern)
    assert len(short) == 2  # the pattern and its transpose
    assert len(made) == 3 * 2 * HEADS  # other values in each step, forward and backward


def test_under_autocast_weights_stay_exact() -> None:
    x, scores = torch.randn(4, HEADS, WIDTH), torch.randn(PATTERN.nnz, HEADS)
    pattern = PATTERN.to(dtype=torch.float32)
    wanted = attention.aggregate(pattern, attention.softmax(pattern, scores), x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = x.bfloat16().requires_grad_()
        sums = attention.aggregate(pattern, attention.softmax(pattern, scores.bfloat16()), low)
    assert sums.dtype == torch.float32
    torch.testing.assert_close(sums, wanted, rtol=0.05, atol=0.05)
    sums.sum().backward()
    assert low.grad.dtype == torch.bfloat16


@needs_cuda
def test_on_cuda() -> None:
    results = []
    for device in ("cpu", "cuda"):
        pattern = PATTERN.to(device)
        scores = _random(PATTERN.nnz, HEADS).detach().to(device).requires_grad_()
        x = _random(4, HEADS, WIDTH).detach().to(device).requires_grad_()
        out = attention.aggregate(pattern, attention.softmax(pattern, scores), x)
        results.append([part.cpu() for part in (out, *torch.autograd.grad(out.square().sum(), (scores, x)))])
    torch.testing.assert_close(*results)
