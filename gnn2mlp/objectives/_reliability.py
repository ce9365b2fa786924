"""How unreliable a teacher is at each node, from the shifts of its entropy under feature noise."""

from typing import Literal

from jaxtyping import Float
from torch import Tensor

Form = Literal["squared", "absolute"]


def reliability_scores(shifts: Float[Tensor, "nodes draws"], form: Form = "squared") -> Float[Tensor, " nodes"]:
    """ρ in 0..1: mean over draws of the squared or absolute shift, divided by its largest value over nodes."""
    size = shifts.square() if form == "squared" else shifts.abs()
    rho: Tensor = size.mean(dim=1)
    return rho / rho.max().clamp(min=1e-12) if rho.numel() else rho
