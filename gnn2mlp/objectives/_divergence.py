"""The only Kullback-Leibler divergence in the package."""

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
