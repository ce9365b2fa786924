"""The quantiser: nearest codes, the gradient that passes, the codebook that follows, dead codes that come back."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.nn import devices, quantizer
from gnn2mlp.nn.quantizer import Codebook, VectorQuantizer, code_logits
from tests.cuda import needs_cuda
from tests.host_syncs import host_syncs


def rows(count: int = 40, dim: int = 3, seed: int = 0) -> Tensor:
    return torch.randn(count, dim, generator=torch.Generator().manual_seed(seed))


def random() -> torch.Generator:
    return torch.Generator().manual_seed(7)


def made(vectors: list[list[float]], **options: object) -> VectorQuantizer:
    module = VectorQuantizer(len(vectors), len(vectors[0]), **options)  # type: ignore[arg-type]
    module.weight.data.copy_(torch.tensor(vectors))
    module.sums.copy_(module.weight)
    return module


def test_nearest_by_hand() -> None:
    module = made([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])
    assert module.nearest(torch.tensor([[1.0, 1.0], [3.0, 0.0], [0.0, 1.6], [2.0, 0.0]])).tolist() == [0, 1, 2, 0]


def test_cosine_looks_at_directions_alone() -> None:
    module = made([[1.0, 0.0], [0.6, 0.8]], unit_length=True)
    x = torch.tensor([[100.0, 1.0], [0.003, 0.004], [5.0, 0.5]])
    assert module.nearest(x).tolist() == [0, 1, 0]
    # √dim times unit length, so that entries keep about the size that they had.
    torch.testing.assert_close(module(x).vectors.norm(dim=1), torch.full((3,), 2**0.5))


@pytest.mark.parametrize("unit_length", [False, True])
def test_nearest_is_that_of_all_distances(unit_length: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantizer, "MIN_ROWS", 7)
    monkeypatch.setitem(quantizer.ENTRIES, "cpu", 1)  # in many pieces, the last of them short
    module, x = VectorQuantizer(11, 3, unit_length), rows()
    expected = torch.cdist(module.normalise(x), module.vectors).argmin(1)
    assert torch.equal(module.nearest(x), expected)
    assert module.nearest(x[:0]).shape == (0,)


def test_loss_by_hand() -> None:
    x = torch.tensor([[1.0, 0.0], [3.0, 2.0]])
    ema = made([[0.0, 0.0], [4.0, 0.0]], commitment=0.5)
    assert ema(x).loss.item() == pytest.approx(0.5 * (1 + 0 + 1 + 4) / 4)
    learnt = made([[0.0, 0.0], [4.0, 0.0]], commitment=0.5, codebook="learnt")
    assert learnt(x).loss.item() == pytest.approx(1.5 * (1 + 0 + 1 + 4) / 4)


def test_gradient_passes_straight_through() -> None:
    module, x = VectorQuantizer(5, 3, commitment=0.0), rows(6).requires_grad_()
    weight = rows(6, seed=1)
    out = module(x).vectors
    torch.testing.assert_close(out, module.weight[module.nearest(x)])
    (weight * out).sum().backward()
    assert torch.equal(x.grad, weight)


def test_gradient_of_cosine_passes_through_the_normalisation() -> None:
    module, x = VectorQuantizer(5, 3, unit_length=True, commitment=0.0), rows(6).requires_grad_()
    weight = rows(6, seed=1)
    (weight * module(x).vectors).sum().backward()
    again = x.detach().clone().requires_grad_()
    (weight * F.normalize(again, dim=1) * 3**0.5).sum().backward()
    torch.testing.assert_close(x.grad, again.grad)


def test_only_a_learnt_codebook_has_a_gradient() -> None:
    assert list(VectorQuantizer(5, 3).parameters()) == []
    module, x = VectorQuantizer(5, 3, codebook="learnt", commitment=0.0), rows()
    module(x).loss.backward()
    codes = module.nearest(x)
    chosen = module.weight.detach()[codes]
    expected = torch.zeros(5, 3).index_add_(0, codes, 2 * (chosen - x) / x.numel())
    torch.testing.assert_close(module.weight.grad, expected)


def test_moving_average_by_hand() -> None:
    module, x = made([[0.0, 0.0], [10.0, 0.0]], decay=0.75), torch.tensor([[2.0, 0.0], [0.0, 4.0], [2.0, 2.0]])
    module.update(x, torch.tensor([0, 0, 0]))
    # Code 0: count .75·1 + .25·3 = 1.5, sum .75·0 + .25·(4, 6) = (1, 1.5). Code 1 shrinks and stays where it was.
    torch.testing.assert_close(module.weight, torch.tensor([[2 / 3, 1.0], [10.0, 0.0]]))
    torch.testing.assert_close(module.counts, torch.tensor([1.5, 0.75]))


def test_moving_average_comes_to_the_mean_of_its_rows() -> None:
    module, x = VectorQuantizer(1, 3, decay=0.5), rows()
    for _ in range(40):
        module.update(x, module.nearest(x))
    torch.testing.assert_close(module.weight[0], x.mean(0), atol=1e-5, rtol=0)


def test_codes_follow_rows_that_move_together() -> None:
    module, x = VectorQuantizer(6, 3), rows()
    module.initialise(x, random())
    codes = module.nearest(x)
    unused = torch.bincount(codes, minlength=6) == 0
    before = module.weight.clone()
    module.move_to_means(x + 50, codes)
    for code in codes.unique():
        torch.testing.assert_close(module.weight[code], (x + 50)[codes == code].mean(0), rtol=1e-4, atol=1e-4)
    assert torch.equal(module.weight[unused], before[unused])
    # Without it, all rows would choose one of the few codes in the direction of the shift.
    assert torch.equal(module.nearest(x + 50), codes)


def test_a_learnt_codebook_does_not_follow() -> None:
    module = VectorQuantizer(4, 3, codebook="learnt")
    before = module.weight.detach().clone()
    module.move_to_means(rows(), module.nearest(rows()))
    assert torch.equal(module.weight, before)


def test_a_learnt_codebook_is_not_averaged() -> None:
    module = VectorQuantizer(4, 3, codebook="learnt")
    before = module.weight.detach().clone()
    module.update(rows(), module.nearest(rows()))
    assert torch.equal(module.weight, before)


@pytest.mark.parametrize("codebook", ["ema", "learnt"])
def test_kmeans_finds_the_clusters_and_the_means_of_its_rows(codebook: str) -> None:
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])
    x = centres.repeat_interleave(25, 0) + 0.1 * rows(100, 2)
    module = VectorQuantizer(12, 2, codebook=codebook)  # type: ignore[arg-type]
    module.initialise(x, random())
    weight, codes = module.weight.detach(), module.nearest(x)
    assert torch.cdist(centres, weight).min(1).values.max() < 0.3
    means = torch.stack([x[codes == code].mean(0) for code in codes.unique()])
    torch.testing.assert_close(weight[codes.unique()], means, atol=0.05, rtol=0)


def test_initialisation_uses_every_code_where_rows_suffice() -> None:
    for codes in (8, 20, 40):
        module = VectorQuantizer(codes, 3)
        module.initialise(rows(), random())
        assert module.nearest(rows()).unique().numel() >= 0.9 * codes
    module = VectorQuantizer(50, 3)
    module.initialise(rows(), random())  # fewer rows than codes: every row has a code of its own
    torch.testing.assert_close(module(rows()).vectors, rows(), atol=1e-5, rtol=0)


def test_revival_moves_dead_codes_and_no_other() -> None:
    module = made([[0.0, 0.0], [50.0, 50.0], [10.0, 0.0], [-50.0, 9.0]])
    x = torch.tensor([[0.0, 1.0], [1.0, 0.0], [10.0, 0.0], [0.5, 0.5]])
    codes = module.nearest(x)
    assert codes.tolist() == [0, 0, 2, 0]
    now = module.revive(x, codes, random())
    assert module.weight[[0, 2]].tolist() == [[0.0, 0.0], [10.0, 0.0]]
    moved = {tuple(row) for row in module.weight[[1, 3]].tolist()}
    assert len(moved) == 2
    assert moved <= {(0.0, 1.0), (1.0, 0.0), (0.5, 0.5)}  # rows that shared a code, and not the one that did not
    assert module.nearest(x).unique().numel() >= 3
    assert now.unique().numel() == 4
    for code in (1, 3):
        assert torch.equal(module.weight[code], x[now == code][0])
    before = module.weight.clone()
    assert module.revive(x, torch.tensor([0, 1, 2, 3]), random()).tolist() == [0, 1, 2, 3]
    assert torch.equal(module.weight, before)


def test_revival_that_lacks_rows_moves_what_it_can() -> None:
    module = made([[0.0, 0.0], [9.0, 9.0], [8.0, 8.0], [7.0, 7.0]])
    x = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    assert module.revive(x, module.nearest(x), random()).unique().numel() == 2


def test_codes_may_be_given() -> None:
    module, x = VectorQuantizer(5, 3), rows(6)
    codes = torch.tensor([4, 3, 2, 1, 0, 0])
    quantized = module(x, codes)
    torch.testing.assert_close(quantized.vectors, module.weight[codes])
    assert torch.equal(quantized.codes, codes)
    torch.testing.assert_close(quantized.loss, 0.25 * F.mse_loss(x, module.weight[codes]))


def test_spread_by_hand() -> None:
    module = made([[0.0, 0.0], [4.0, 0.0]])
    assert module.mean_squared_distance(torch.tensor([[1.0, 0.0], [3.0, 2.0]])) == pytest.approx((1 + 5) / 2)


def test_assignment_is_the_softmax_of_distances() -> None:
    for unit_length in (False, True):
        module, x = VectorQuantizer(6, 3, unit_length), rows()
        full = (-torch.cdist(module.normalise(x), module.vectors).square() / 0.7).softmax(1).sort(1, descending=True)
        indices, probabilities = module.assignment(x, 0.7, 4)
        assert indices.dtype == torch.int32
        torch.testing.assert_close(probabilities, full.values[:, :4], atol=1e-5, rtol=1e-4)
        assert torch.equal(indices[:, 0].long(), module.nearest(x))
        indices, probabilities = module.assignment(x, 0.7, 99)  # no more than there are
        torch.testing.assert_close(probabilities.sum(1), torch.ones(40))


def test_code_logits_leave_out_what_a_softmax_forgets() -> None:
    x, vectors = rows(), rows(5, seed=3)
    distances = torch.cdist(x, vectors).square()
    torch.testing.assert_close(code_logits(x, vectors, 0.5).softmax(1), (-distances / 0.5).softmax(1))


def test_same_generator_same_codebook_and_the_global_one_is_left_alone() -> None:
    weights = []
    for _ in range(2):
        module = VectorQuantizer(9, 3)
        state = torch.get_rng_state()
        module.initialise(rows(), random())
        module.revive(rows(), module.nearest(rows()), random())
        assert torch.equal(torch.get_rng_state(), state)
        weights.append(module.weight.clone())
    assert torch.equal(*weights)


def test_a_step_on_other_devices_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    here, x = VectorQuantizer(9, 3, decay=0.5), rows()
    there = VectorQuantizer(9, 3, decay=0.5)
    there.load_state_dict(here.state_dict())
    here.update(x, here(x).codes)
    monkeypatch.setattr(devices, "on_cpu", lambda tensor: False)
    with host_syncs() as found:
        there.update(x, there(x).codes)
    assert found == []
    assert torch.equal(there.weight, here.weight)


@pytest.mark.parametrize("unit_length", [False, True])
def test_under_autocast_codes_are_those_of_full_precision(unit_length: bool) -> None:
    module, x = VectorQuantizer(9, 3, unit_length), rows().bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        quantized = module(x.requires_grad_())
        quantized.loss.backward()
        module.update(x, quantized.codes)
        _, probabilities = module.assignment(x, 0.3, 4)
    assert quantized.vectors.dtype == probabilities.dtype == torch.float32
    assert torch.isfinite(x.grad).all()
    fresh = VectorQuantizer(9, 3, unit_length)
    fresh.load_state_dict({**module.state_dict(), "weight": module.weight})
    with torch.autocast("cpu", dtype=torch.bfloat16):
        codes = fresh.nearest(x)
    assert torch.equal(codes, fresh.nearest(x.detach().float()))


@needs_cuda
def test_rows_on_the_cpu_meet_a_codebook_on_cuda() -> None:
    module, x = VectorQuantizer(9, 3), rows()
    module.initialise(x, random())
    twin = VectorQuantizer(9, 3).cuda()
    twin.initialise(x, random())
    torch.testing.assert_close(twin.weight.cpu(), module.weight)
    codes = twin.nearest(x)
    assert torch.equal(codes.cpu(), module.nearest(x))
    assert twin.mean_squared_distance(x) == pytest.approx(module.mean_squared_distance(x), rel=1e-5)
    torch.testing.assert_close(twin.assignment(x, 0.3, 4)[1].cpu(), module.assignment(x, 0.3, 4)[1])
    twin.move_to_means(x, codes)
    twin.revive(x, codes, random())


@needs_cuda
def test_the_same_on_cuda() -> None:
    module, x = VectorQuantizer(9, 3, decay=0.5), rows()
    twin = VectorQuantizer(9, 3, decay=0.5)
    twin.load_state_dict(module.state_dict())
    twin.cuda()
    for _ in range(3):
        module.update(x, module.nearest(x))
        twin.update(x.cuda(), twin.nearest(x.cuda()))
    torch.testing.assert_close(twin.weight.cpu(), module.weight)


@pytest.mark.parametrize("unit_length", [False, True])
def test_agrees_with_vector_quantize_pytorch(unit_length: bool) -> None:
    """Codes, commitment and moving average of the library that others use, over several steps."""
    theirs = pytest.importorskip("vector_quantize_pytorch").VectorQuantize(
        dim=3,
        codebook_size=5,
        decay=0.8,
        commitment_weight=0.25,
        use_cosine_sim=unit_length,
        threshold_ema_dead_code=0,
        rotation_trick=False,
    )
    ours, book = VectorQuantizer(5, 3, unit_length, decay=0.8), theirs._codebook
    ours.weight.copy_(book.embed[0])
    ours.counts.fill_(1.0)
    ours.sums.copy_(book.embed[0])
    book.cluster_size.fill_(1.0)
    book.embed_avg.copy_(book.embed)
    for step in range(4):
        x = rows(seed=step)
        quantized = ours(x)
        _, codes, loss = theirs(x[None])
        assert torch.equal(quantized.codes, codes[0])
        if not unit_length:  # their cosine form commits rows that it has not scaled to unit length
            assert quantized.loss.item() == pytest.approx(loss.item(), rel=1e-4)
        ours.update(x, quantized.codes)
        torch.testing.assert_close(ours.vectors, book.embed[0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("codebook", ["ema", "learnt"])
def test_without_gradients_vectors_are_the_same_and_the_loss_is_not_computed(codebook: Codebook) -> None:
    quantizer, rows = VectorQuantizer(4, 3, codebook=codebook), torch.randn(10, 3)
    trained = quantizer(rows)
    with torch.no_grad():
        looked_at = quantizer(rows)
    assert torch.equal(looked_at.vectors, trained.vectors)
    assert torch.equal(looked_at.codes, trained.codes)
    assert trained.loss > 0
    assert looked_at.loss == 0
