"""The optimiser of every training loop."""

from collections.abc import Iterable

import torch
from torch import nn


def adam(parameters: Iterable[nn.Parameter], lr: float, weight_decay: float) -> torch.optim.Adam:
    """Adam (Kingma and Ba, ICLR 2015) with an L2 penalty in its gradient, as one kernel a parameter.

    torch's default on a CPU is a dozen passes over each parameter, a quarter of the step of a small student.
    """
    return torch.optim.Adam(parameters, lr=lr, weight_decay=weight_decay, fused=True)


def clear(optimiser: torch.optim.Optimizer) -> None:
    """Forget all gradients: `zero_grad` without its bookkeeping, which a small student's step would notice."""
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
