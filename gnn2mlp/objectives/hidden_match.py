"""The teacher's last hidden layer, matched by the student's through a projection."""

from collections.abc import Mapping
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER

Projector = Literal["orthogonal", "linear", "none"]
Target = Literal["standardised", "whitened", "raw"]

# Directions in which hidden layers vary less than this share of the widest one are noise of rounding.
_FLAT = 1e-5


class HiddenMatch(Objective):
    """L = mean over rows and units of ℓ(P h_S, T(h_T)), h the activations that enter the last layer.

    V_kD (Miles et al., CVPR 2024): P has orthonormal rows, or orthonormal columns where the student is narrower, so
    that it can only turn what the student knows and not know it in its place; T standardises each unit of the teacher
    over the rows of the table, (h - μ) / σ, or whitens them. FitNets (Romero et al., ICLR 2015) is the setting
    `projector="linear", target="raw", loss="squared"`. P is trained with the student and left behind when it ships.

    Reads no outputs, so that it goes with every task.

    On the board (`benchmarks/OBJECTIVES.md`) no difference to soft labels alone was found, whatever projector and
    target; with a weight of 0.1 or 1 the term changes little.

    Args:
        projector: `"orthogonal"`, `"linear"` (an affine map), or `"none"` for layers of the same width.
        target: `"standardised"`, `"whitened"` (ZCA: units are uncorrelated as well) or `"raw"`. Of rows that are
            streamed a batch is all there is to standardise by, and whitening is refused.
        loss: `"smooth_l1"` (Huber's with δ = 1) or `"squared"`, without a factor 1/2.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(2), {"hidden": torch.tensor([[1.0], [3.0]])})
        >>> student = MLPOutput(torch.zeros(2, 2), torch.tensor([[-1.0], [1.0]]))
        >>> batch = Batch(torch.arange(2), torch.tensor([-1, -1]), tables={"teacher": teacher}, answer=student)
        >>> term = HiddenMatch(projector="none")
        >>> term.prepare({"teacher": teacher}, hidden=1)
        >>> term(batch).item()  # (1 - 2) / 1 and (3 - 2) / 1: they agree
        0.0
    """

    name = "hidden_match"
    citation = (
        "Miles et al., V_kD: Improving Knowledge Distillation using Orthogonal Projections, CVPR 2024, "
        "arXiv 2403.06213; Romero et al., FitNets: Hints for Thin Deep Nets, ICLR 2015, arXiv 1412.6550"
    )
    departures = (
        "Means and deviations are those of each unit over all rows of the table, not of a batch. FitNets as a term "
        "beside others; the paper trains with it alone first."
    )
    needs = frozenset({"hidden"})

    def __init__(
        self,
        projector: Projector = "orthogonal",
        target: Target = "standardised",
        loss: Literal["smooth_l1", "squared"] = "smooth_l1",
    ):
        super().__init__()
        self.projector = projector
        self.target = target
        self.loss = loss
        self.projection: nn.Module = nn.Identity()
        self._of_table: tuple[TeacherKnowledge | None, Tensor, Tensor] | None = None

    @property
    def couples_rows(self) -> bool:  # type: ignore[override]
        """Of streamed rows a batch is standardised by itself."""
        return self.target != "raw"

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the projection from the student's width to the teacher's.

        Raises:
            ConfigError: without a table, where widths differ and nothing projects, or where a streamed table would
                have to be whitened.
        """
        if TEACHER not in tables:
            raise ConfigError("hidden_match: expected knowledge with a hidden layer, got none; name a teacher")
        theirs = tables[TEACHER]["hidden"]
        if self.projector == "none" and theirs.size(1) != hidden:
            raise ConfigError(
                f"hidden_match.projector: 'none' expects layers of the same width, got {hidden} of the student and "
                f"{theirs.size(1)} of the teacher; set student.hidden={theirs.size(1)}, or take 'orthogonal'"
            )
        if self.target == "whitened" and not theirs.size(0):
            raise ConfigError(
                "hidden_match.target: whitening takes all rows of the table, which is streamed; take 'standardised'"
            )
        self.projection = _projection(self.projector, hidden, theirs.size(1))

    def forward(self, batch: Batch) -> Tensor:
        """Mean distance in units of the target."""
        target = self._turned(batch)
        measure = F.smooth_l1_loss if self.loss == "smooth_l1" else F.mse_loss
        apart = measure(self.projection(batch.output.hidden), target, reduction="none")
        return batch.mean(apart.mean(-1))

    def _turned(self, batch: Batch) -> Tensor:
        """T(h_T) of the batch's rows."""
        own = batch.knowledge("hidden")
        if self.target == "raw":
            return own
        table = batch.tables.get(TEACHER)
        if self._of_table is None or self._of_table[0] is not table or table is None:
            self._of_table = table, *_statistics(batch.all_knowledge("hidden"), self.target == "whitened")
        _, mean, scale = self._of_table
        return (own - mean) @ scale if scale.dim() == 2 else (own - mean) * scale


class Orthogonal(nn.Module):
    """y = P x with orthonormal rows of P, or orthonormal columns where y is the wider one, whatever the parameter is.

    P is the orthogonal factor of the parameter's QR decomposition, made unique by a positive diagonal of the other
    factor. It costs a fifth of torch's parametrisations by reflections or the exponential.

    Args:
        in_features: width of x.
        out_features: width of y.
    """

    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.weight = nn.Parameter(nn.init.orthogonal_(torch.empty(out_features, in_features)))

    @property
    def matrix(self) -> Tensor:
        """P, (out_features, in_features)."""
        wide = self.weight.size(1) > self.weight.size(0)
        q, r = torch.linalg.qr(self.weight.T if wide else self.weight)
        factor: Tensor = q * torch.where(r.diagonal() < 0, -1.0, 1.0).to(q.dtype)
        return factor.T if wide else factor

    def forward(self, x: Tensor) -> Tensor:
        """Map (rows, in_features) to (rows, out_features)."""
        return x @ self.matrix.T


def _projection(kind: Projector, student: int, teacher: int) -> nn.Module:
    if kind == "none":
        return nn.Identity()
    if kind == "linear":
        return Linear(student, teacher)
    return Orthogonal(student, teacher)


@torch.no_grad()
def _statistics(hidden: Tensor, whiten: bool) -> tuple[Tensor, Tensor]:
    """The mean (units,), and 1 / σ (units,), or Σ^(-1/2) (units, units) if it is to be whitened.

    Units that never change are left at 0.
    """
    wide = hidden.double()
    mean = wide.mean(0)
    centred = wide - mean
    if not whiten:
        deviation = centred.square().mean(0).sqrt()
        varies = deviation > _FLAT * mean.abs().clamp(min=_FLAT)
        return mean.to(hidden.dtype), torch.where(varies, 1 / deviation, 0.0).to(hidden.dtype)
    values, vectors = torch.linalg.eigh(centred.T @ centred / len(wide))
    inverse = torch.where(values > _FLAT * values[-1].clamp(min=1e-30), values.clamp(min=1e-30).rsqrt(), 0.0)
    return mean.to(hidden.dtype), ((vectors * inverse) @ vectors.T).to(hidden.dtype)
