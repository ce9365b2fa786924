"""The Kullback-Leibler divergence of the whole package, and what released code computes in its place."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from gnn2mlp.nn import devices

# Numbers in a vector register: torch's softmax is slow on rows that do not fill one.
_REGISTER = 8


def kl_divergence(
    teacher: Float[Tensor, "nodes classes"], student: Float[Tensor, "nodes classes"], temperature: float = 1.0
) -> Float[Tensor, " nodes"]:
    """KL(p ‖ q) per node in nats, p = softmax(teacher / τ), q = softmax(student / τ), both given as logits.

    Both distributions stay in log space, where the released code of VQGraph and LightHGNN passes probabilities as a log
    target and so computes something that is no divergence. No τ² factor here. Differentiable with respect to `student`.

    Example:
        >>> even, sure = torch.zeros(1, 2), torch.tensor([[0.0, math.log(3)]])  # 1 : 1 and 1 : 3
        >>> kl_divergence(even, sure).tolist()  # (ln 2 + ln 2/3) / 2
        [0.14384...]
    """
    divergence: Tensor = _Divergence.apply(_softened(teacher, temperature), _softened(student, temperature))  # type: ignore[no-untyped-call]
    return divergence


def _softened(logits: Tensor, temperature: float) -> Tensor:
    return logits if temperature == 1 else logits / temperature


def _log_softmax(logits: Tensor, exact: bool) -> Tensor:
    """Over classes; where these are few, rows lie side by side for it on a CPU: a register holds one class of several.

    A row's last digit then depends on its place in the batch: not so if `exact`.
    """
    narrow = logits.size(-1) < _REGISTER and not exact and devices.on_cpu(logits)
    return logits.T.contiguous().log_softmax(0).T if narrow else logits.log_softmax(-1)


class _Divergence(torch.autograd.Function):
    """KL(p ‖ q), whose gradient with respect to the logits of q is q - p: one operation where autograd keeps eight."""

    @staticmethod
    def forward(ctx: Any, teacher: Tensor, student: Tensor) -> Tensor:
        exact = student.dtype == torch.float64  # in which digits are compared
        log_p, log_q = _log_softmax(teacher, exact), _log_softmax(student, exact)
        p = log_p.exp()
        ctx.save_for_backward(p, log_q)
        return (log_p - log_q).mul_(p).sum(-1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        p, log_q = ctx.saved_tensors
        return None, log_q.exp().sub_(p).mul_(gradients[0][:, None])


def probabilities_as_log_target(
    teacher: Float[Tensor, "rows classes"], log_student: Float[Tensor, "rows classes"], temperature: float = 1.0
) -> Float[Tensor, " rows"]:
    """Σ_c e^(p_c/τ) (p_c/τ - log(q_c/τ)) per row: what the released code of LightHGNN minimises in place of KL(p ‖ q).

    It hands probabilities p to a divergence that expects their logarithms, so that the target is proportional to e^p:
    never surer than e : 1 of one class against another. The temperature divides probabilities, not logits.

    Args:
        teacher: p.
        log_student: log q.
        temperature: τ.
    """
    log_q = log_student - math.log(temperature)
    return F.kl_div(log_q, teacher / temperature, reduction="none", log_target=True).sum(-1)
