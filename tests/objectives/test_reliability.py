import pytest
import torch

from gnn2mlp.objectives._reliability import Form, reliability_scores


@pytest.mark.parametrize(("form", "expected"), [("squared", [1.0, 0.2, 0.0]), ("absolute", [1.0, 0.5, 0.0])])
def test_mean_over_draws_divided_by_the_largest(form: Form, expected: list[float]):
    # Mean squares 5, 1, 0 and mean sizes 2, 1, 0.
    shifts = torch.tensor([[3.0, -1.0], [1.0, -1.0], [0.0, 0.0]])
    torch.testing.assert_close(reliability_scores(shifts, form), torch.tensor(expected))


def test_a_teacher_that_noise_does_not_move_is_reliable_everywhere():
    assert reliability_scores(torch.zeros(3, 2)).tolist() == [0, 0, 0]
    assert reliability_scores(torch.zeros(0, 2)).tolist() == []
