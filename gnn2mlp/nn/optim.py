"""The optimiser of every training loop."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn

Trained = list[nn.Parameter] | list[dict[str, Any]]
"""Parameters, or groups of them with settings of their own, as torch's optimisers take them."""


def adam(parameters: Iterable[nn.Parameter] | Trained, lr: float, weight_decay: float) -> torch.optim.Adam:
    """Adam (Kingma and Ba, ICLR 2015) with an L2 penalty in its gradient, as one kernel a parameter.

    torch's default on a CPU is a dozen passes over each parameter, a quarter of the step of a small student.
    """
    return torch.optim.Adam(parameters, lr=lr, weight_decay=weight_decay, fused=True)


def with_rates(module: nn.Module, others: Iterable[nn.Parameter], lr: float) -> Trained:
    """All parameters for `adam`; those that a module's `learning_rates` names in a group with that share of the rate.

    Args:
        module: what is trained; its `learning_rates()`, if it has any, maps parameters to shares of `lr`.
        others: parameters that are trained with it, at the usual rate.
        lr: the usual rate.

    Example:
        >>> with_rates(nn.Linear(1, 1, bias=False), [], lr=0.1)
        [Parameter containing:
        tensor([[...]], requires_grad=True)]
    """
    given: Callable[[], Mapping[nn.Parameter, float]] = getattr(module, "learning_rates", dict)
    shares = {id(parameter): share for parameter, share in given().items()}
    everything = [*module.parameters(), *others]
    if not shares:
        return everything
    usual = [parameter for parameter in everything if id(parameter) not in shares]
    groups: list[dict[str, Any]] = [{"params": usual}] if usual else []
    for share in dict.fromkeys(shares.values()):
        groups.append({"params": [p for p in everything if shares.get(id(p)) == share], "lr": share * lr})
    return groups


def clear(optimiser: torch.optim.Optimizer) -> None:
    """Forget all gradients: `zero_grad` without its bookkeeping, which a small student's step would notice."""
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
