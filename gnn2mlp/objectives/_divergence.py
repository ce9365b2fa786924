"""The only Kullback-Leibler divergence in the package, and what released code computes in its place."""

import math

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def kl_divergence(
    teacher: Float[Tensor, "nodes classes"], student: Float[Tensor, "nodes classes"], temperature: float = 1.0
) -> Float[Tensor, " nodes"]:
    """KL(p ‖ q) per node in nats, p = softmax(teacher / τ), q = softmax(student / τ), both given as logits.

    Both distributions stay in log space (`log_target=True` with a log target), where the released code of VQGraph and
    LightHGNN passes probabilities as a log target and so computes something that is no divergence. No τ² factor here.
    """
    log_p = F.log_softmax(teacher / temperature, dim=-1)
    log_q = F.log_softmax(student / temperature, dim=-1)
    return F.kl_div(log_q, log_p, reduction="none", log_target=True).sum(-1)


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
