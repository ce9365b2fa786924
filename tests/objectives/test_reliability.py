import pytest
import torch

from gnn2mlp.objectives._reliability import ReliabilityForm, fit_alpha, reliability_scores, sampling_probability


@pytest.mark.parametrize(("form", "expected"), [("squared", [1.0, 0.2, 0.0]), ("absolute", [1.0, 0.5, 0.0])])
def test_mean_over_draws_divided_by_the_largest(form: ReliabilityForm, expected: list[float]):
    # Mean squares 5, 1, 0 and mean sizes 2, 1, 0.
    shifts = torch.tensor([[3.0, -1.0], [1.0, -1.0], [0.0, 0.0]])
    torch.testing.assert_close(reliability_scores(shifts, form), torch.tensor(expected))


def test_a_teacher_that_noise_does_not_move_is_reliable_everywhere():
    assert reliability_scores(torch.zeros(3, 2)).tolist() == [0, 0, 0]
    assert reliability_scores(torch.zeros(0, 2)).tolist() == []


def test_sampling_probability_by_hand():
    rho = torch.tensor([0.0, 0.25, 1.0])
    torch.testing.assert_close(sampling_probability(rho, 0.5), torch.tensor([1.0, 0.5, 0.0]))
    torch.testing.assert_close(sampling_probability(rho, 1.0), torch.tensor([1.0, 0.75, 0.0]))


@pytest.mark.parametrize("alpha", [0.7, 1.0, 3.0])
def test_fit_recovers_the_alpha_that_made_the_agreement(alpha: float):
    bins, per_bin = 20, 2000
    centre = (torch.arange(bins) + 0.5) / bins
    share = 1 - centre**alpha
    share = (share - share.min()) / (share.max() - share.min())
    rho = centre.repeat_interleave(per_bin)
    rank = torch.arange(per_bin).repeat(bins) / per_bin
    fitted = fit_alpha(rho, rank < share.repeat_interleave(per_bin), bins)
    # The shares are scaled to 0..1 before the fit, as the method has it, which bends the curve a little.
    assert fitted == pytest.approx(alpha, rel=0.25)


def test_fit_weighs_bins_by_their_nodes():
    # 1,000 nodes at ρ = 0.1 agree, 1,000 at 0.9 do not; two nodes between them say the contrary of the line.
    rho = torch.cat([torch.full((1000,), 0.1), torch.full((1000,), 0.9), torch.tensor([0.3, 0.7])])
    agrees = torch.cat([torch.ones(1000), torch.zeros(1000), torch.tensor([0.0, 1.0])]).bool()
    without = fit_alpha(rho[:2000], agrees[:2000], 5)
    assert without is not None
    assert fit_alpha(rho, agrees, 5) == pytest.approx(without, rel=0.02)


@pytest.mark.parametrize(("share", "alpha"), [(0.5, 1.0), (0.75, 2.0), (0.875, 3.0)])
def test_fit_by_hand(share: float, alpha: float):
    # All but two nodes have ρ = 1/2, the centre of the third of five bins: 1 - (1/2)^α is their share of agreement.
    many = 10_000
    rho = torch.cat([torch.full((many,), 0.5), torch.tensor([0.01, 0.99])])
    agrees = torch.cat([torch.arange(many) < share * many, torch.tensor([True, False])])
    assert fit_alpha(rho, agrees, 5) == pytest.approx(alpha, abs=1e-3)


def test_fit_sees_the_shares_between_the_largest_and_the_smallest():
    rho = torch.tensor([0.1, 0.5, 0.9]).repeat_interleave(10)
    rank = torch.arange(10).repeat(3) / 10

    def fitted(*shares: float) -> float | None:
        return fit_alpha(rho, rank < torch.tensor(shares).repeat_interleave(10), 5)

    assert fitted(0.9, 0.6, 0.4) == pytest.approx(fitted(1.0, 0.4, 0.0))  # 0.5 · share + 0.4
    assert fitted(0.9, 0.6, 0.4) != pytest.approx(fitted(0.9, 0.8, 0.4))


def test_empty_bins_do_not_count():
    # 3 of 5 and 3 of 45 bins are filled, at the same centres.
    rho = torch.tensor([0.1, 0.5, 0.9]).repeat_interleave(10)
    agrees = torch.arange(10).repeat(3) < torch.tensor([10, 5, 0]).repeat_interleave(10)
    assert fit_alpha(rho, agrees, 45) == pytest.approx(fit_alpha(rho, agrees, 5))


def test_fit_says_nothing_where_there_is_nothing_to_fit():
    rho = torch.tensor([0.1, 0.5, 0.9])
    assert fit_alpha(rho, torch.ones(3).bool(), 10) is None
    assert fit_alpha(rho, torch.zeros(3).bool(), 10) is None
    assert fit_alpha(torch.full((4,), 0.5), torch.tensor([True, False, True, False]), 10) is None
    assert fit_alpha(torch.zeros(0), torch.zeros(0).bool(), 10) is None


def test_fit_stays_within_its_bounds():
    step = torch.cat([torch.full((10,), 0.99), torch.full((10,), 0.01)])
    assert 0.01 <= fit_alpha(step, torch.arange(20) < 10, 10) <= 100
    assert 0.01 <= fit_alpha(step, torch.arange(20) >= 10, 10) <= 100
