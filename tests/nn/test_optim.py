import torch
from torch import nn

from gnn2mlp.nn.optim import adam, clear, with_rates


def test_steps_are_those_of_adam_worked_by_hand() -> None:
    # One weight of 2, the gradient always 3, penalty 0.5: g = 3 + 0.5 w.
    weight = nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
    optimiser = adam([weight], lr=0.1, weight_decay=0.5)
    w, m, v = 2.0, 0.0, 0.0
    for step in range(1, 6):
        optimiser.zero_grad()
        (3 * weight).sum().backward()
        optimiser.step()
        g = 3 + 0.5 * w
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.1 * (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)) ** 0.5 + 1e-8)
        torch.testing.assert_close(weight.item(), w)


def test_state_can_be_kept_and_put_back() -> None:
    def steps(optimiser: torch.optim.Adam, weight: nn.Parameter, count: int) -> None:
        for _ in range(count):
            optimiser.zero_grad()
            weight.square().sum().backward()
            optimiser.step()

    whole, first = nn.Parameter(torch.arange(5.0)), nn.Parameter(torch.arange(5.0))
    steps(adam([whole], 0.1, 0.0), whole, 4)
    optimiser = adam([first], 0.1, 0.0)
    steps(optimiser, first, 2)
    second = nn.Parameter(first.detach().clone())
    resumed = adam([second], 0.1, 0.0)
    resumed.load_state_dict(optimiser.state_dict())
    steps(resumed, second, 2)
    assert torch.equal(second, whole)


def test_some_parameters_learn_more_slowly() -> None:
    class Slow(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fast, self.slow = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2))

        def learning_rates(self) -> dict[nn.Parameter, float]:
            return {self.slow: 0.25}

    module, other = Slow(), nn.Parameter(torch.zeros(2))
    optimiser = adam(with_rates(module, [other], 0.1), 0.1, 0.0)
    (module.fast.sum() + module.slow.sum() + other.sum()).backward()
    optimiser.step()  # Adam's first step is the rate, whatever the gradient
    torch.testing.assert_close(module.fast.detach(), torch.full((2,), -0.1))
    torch.testing.assert_close(module.slow.detach(), torch.full((2,), -0.025))
    torch.testing.assert_close(other.detach(), torch.full((2,), -0.1))
    assert with_rates(nn.Linear(1, 1), [other], 0.1)[-1] is other


def test_cleared_gradients_are_gone() -> None:
    weights = [nn.Parameter(torch.ones(2)) for _ in range(2)]
    optimiser = adam(weights, 0.1, 0.0)
    sum(weight.sum() for weight in weights).backward()
    clear(optimiser)
    assert [weight.grad for weight in weights] == [None, None]
