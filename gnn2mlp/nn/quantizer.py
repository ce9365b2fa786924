"""Vector quantisation: a row becomes the nearest of a few learnt code vectors (van den Oord et al., NeurIPS 2017)."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.nn import devices

Codebook = Literal["ema", "learnt"]

# Distances that exist at the same time, whatever the number of rows and codes: as many as stay in a core's cache, and
# on other devices as many as keep them busy.
ENTRIES = {"cpu": 2**18, "other": 2**26}
MIN_ROWS = 256
# Lloyd iterations from random rows; the codebook goes on moving in training.
LLOYD = 10
_EPS = 1e-5


class Quantized(NamedTuple):
    """Code vectors (rows, dim) with the gradient of the input, codes int64 (rows,), and the loss that ties the two."""

    vectors: Tensor
    codes: Tensor
    loss: Tensor


class VectorQuantizer(nn.Module):
    """Replaces rows by their nearest code vectors and lets the gradient pass straight through.

    In training the codebook follows the rows in one of two ways. `"ema"`: a code is the exponential moving average of
    the rows that it was nearest to, moved by `update` and not by the optimiser (van den Oord et al., appendix A.1).
    `"learnt"`: a code is a parameter, pulled by ‖sg[h] - e‖². Either way `commitment` pulls rows to their codes.

    Args:
        codes: K, number of code vectors.
        dim: their width.
        unit_length: scale rows and codes to unit length before distances are taken, so that the nearest code is the
            one with the largest cosine. What leaves is then √dim times as long, entries of about unit size as before.
        codebook: `"ema"` or `"learnt"`.
        decay: of the moving average, per update.
        commitment: η in η · mean (h - sg[e])².

    Example:
        >>> quantizer = VectorQuantizer(codes=2, dim=1)
        >>> rows = torch.tensor([[0.0], [0.2], [5.0]])
        >>> quantizer.initialise(rows, torch.Generator().manual_seed(0))
        >>> vectors, codes, loss = quantizer(rows)
        >>> vectors.flatten().tolist()  # each row is the mean of those with its code
        [0.10000000149011612, 0.10000000149011612, 5.0]
        >>> bool(codes[0] == codes[1] != codes[2])
        True
    """

    weight: Tensor
    counts: Tensor
    sums: Tensor

    def __init__(
        self,
        codes: int,
        dim: int,
        unit_length: bool = False,
        codebook: Codebook = "ema",
        decay: float = 0.9,
        commitment: float = 0.25,
    ):
        super().__init__()
        self.unit_length = unit_length
        self.codebook = codebook
        self.decay = decay
        self.commitment = commitment
        start = torch.randn(codes, dim)
        start = F.normalize(start, dim=-1) if unit_length else start
        if codebook == "learnt":
            self.weight = nn.Parameter(start)
        else:
            self.register_buffer("weight", start)
        # Moving averages of how many rows each code has and of their sum; a learnt codebook uses neither.
        self.register_buffer("counts", torch.ones(codes))
        self.register_buffer("sums", start.clone())

    def normalise(self, rows: Tensor) -> Tensor:
        """Rows (rows, dim) in the space in which distances are taken; of lowered precision in that of the codes."""
        rows = rows.to(torch.promote_types(rows.dtype, self.counts.dtype))
        return F.normalize(rows, dim=-1) if self.unit_length else rows

    @property
    def vectors(self) -> Tensor:
        """The code vectors (codes, dim) in the space in which distances are taken."""
        return self.normalise(self.weight)

    def nearest(self, rows: Tensor) -> Tensor:
        """int64 (rows,): the nearest code of each row, the first of equally near ones."""
        vectors = self.vectors.detach()
        # argmin ‖h - e‖² = argmax h·e - ‖e‖²/2, in one product: a column of ones meets the lengths.
        extended = torch.cat([vectors, -0.5 * vectors.square().sum(1, keepdim=True)], dim=1).T
        with devices.exact(vectors):
            parts = [
                _argmax(torch.cat([part, torch.ones_like(part[:, :1])], dim=1) @ extended)
                for part in self._parts(rows.detach())
            ]
        return torch.cat(parts)

    def _parts(self, rows: Tensor) -> Iterator[Tensor]:
        """Some rows at a time where the codebook is, in the space in which distances are taken.

        Rows may lie elsewhere: those of a graph that does not fit where the codebook is.
        """
        for part in rows.split(self._rows_at_once()):
            yield self.normalise(devices.to_device(part, self.weight.device))

    def _rows_at_once(self) -> int:
        entries = ENTRIES["cpu" if devices.on_cpu(self.weight) else "other"]
        return max(MIN_ROWS, entries // self.weight.size(0))

    def forward(self, rows: Tensor, codes: Tensor | None = None) -> Quantized:
        """Quantise (rows, dim), to their nearest codes or to the given ones int64 (rows,).

        The gradient with respect to `vectors` reaches the rows as it is. Where no gradients are kept the loss is 0.
        """
        codes, normalised = self.nearest(rows) if codes is None else codes, self.normalise(rows)
        chosen = self.vectors[codes]
        loss = self._commitment_loss(normalised, chosen) if torch.is_grad_enabled() else normalised.new_zeros(())
        return Quantized(self.rescale(normalised + (chosen - normalised).detach()), codes, loss)

    def _commitment_loss(self, normalised: Tensor, chosen: Tensor) -> Tensor:
        loss = self.commitment * F.mse_loss(normalised, chosen.detach())
        return loss + F.mse_loss(chosen, normalised.detach()) if self.codebook == "learnt" else loss

    def rescale(self, normalised: Tensor) -> Tensor:
        """Vectors (rows, dim) of the space in which distances are taken, at the scale that the next layer takes."""
        return normalised * normalised.size(-1) ** 0.5 if self.unit_length else normalised

    @torch.no_grad()
    def update(self, rows: Tensor, codes: Tensor) -> None:
        """Move an `"ema"` codebook towards the rows (rows, dim) that were given these codes; a learnt one stays."""
        if self.codebook == "learnt":
            return
        count, total = self._counts_and_sums(rows, codes)
        self.counts.lerp_(count, 1 - self.decay)
        self.sums.lerp_(total, 1 - self.decay)
        # A code without rows keeps its place: count and sum shrink alike.
        self.weight.copy_(self.sums / self.counts.clamp(min=_EPS)[:, None])

    @torch.no_grad()
    def move_to_means(self, rows: Tensor, codes: Tensor) -> None:
        """Put every used code of an `"ema"` codebook on the mean of its rows (rows, dim); a learnt one stays.

        For when all rows are there: if training has shifted them together, their codes have to come along before rows
        choose anew, or most would choose the few codes that lie in the direction of the shift.
        """
        if self.codebook != "learnt":
            self._set_to_means(rows, codes)

    @torch.no_grad()
    def initialise(self, rows: Tensor, random: torch.Generator) -> None:
        """Put the codes on the k-means centres of rows (rows, dim); with fewer rows than codes, some codes repeat."""
        pick = torch.randperm(rows.size(0), generator=random)[: self.weight.size(0)]
        pick = pick.repeat(-(-self.weight.size(0) // pick.numel()))[: self.weight.size(0)]
        self._set(torch.ones_like(self.counts).bool(), self._picked(rows, pick))
        for _ in range(LLOYD):
            codes = self.nearest(rows)
            self._set_to_means(rows, codes)
            self.revive(rows, codes, random)

    @torch.no_grad()
    def revive(self, rows: Tensor, codes: Tensor, random: torch.Generator) -> Tensor:
        """Move every code that no row has onto a random row that shares its code with others.

        Args:
            rows: (rows, dim), those that should use the codebook.
            codes: what `nearest` says of them.
            random: picks the rows, without replacement.

        Returns:
            int64 (rows,): the codes, with each code that was moved at the row that it was moved onto.
        """
        count = torch.bincount(codes, minlength=self.counts.numel())
        dead = (count == 0).nonzero()[:, 0]
        crowded = (count[codes] > 1).nonzero()[:, 0].cpu()
        chosen = crowded[torch.randperm(crowded.numel(), generator=random)[: dead.numel()]]
        moved, now = dead[: chosen.numel()], codes.clone()
        self._set(moved, self._picked(rows, chosen))
        now[chosen.to(now.device)] = moved
        return now

    @torch.no_grad()
    def mean_squared_distance(self, rows: Tensor) -> float:
        """Mean squared distance of rows (rows, dim) to their nearest codes."""
        vectors, codes = self.vectors, self.nearest(rows).split(self._rows_at_once())
        squares = [
            (part - vectors[chosen]).square().sum(1) for part, chosen in zip(self._parts(rows), codes, strict=True)
        ]
        return torch.cat(squares).mean().item()

    @torch.no_grad()
    def assignment(self, rows: Tensor, temperature: float, top: int) -> tuple[Tensor, Tensor]:
        """The `top` most probable codes of each row, int32 (rows, top), and their probabilities, float (rows, top).

        Probabilities are softmax(-‖h - e‖²/τ) over all codes; what the kept ones lack to 1 lies on the others.
        """
        top = min(top, self.weight.size(0))
        parts = [code_logits(part, self.vectors, temperature).softmax(-1).topk(top) for part in self._parts(rows)]
        indices, probabilities = torch.cat([p.indices for p in parts]), torch.cat([p.values for p in parts])
        return indices.to(torch.int32), probabilities

    def _picked(self, rows: Tensor, ids: Tensor) -> Tensor:
        """The rows `ids` where the codebook is, in the space in which distances are taken."""
        return self.normalise(rows[ids.to(rows.device)].to(self.weight.device))

    def _set_to_means(self, rows: Tensor, codes: Tensor) -> None:
        """Put every used code on the mean of its rows."""
        count, total = self._counts_and_sums(rows, codes)
        self._set(count > 0, (total / count.clamp(min=1)[:, None])[count > 0])

    def _counts_and_sums(self, rows: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Number of rows of each code, and their sum in the space in which distances are taken."""
        device = self.sums.device
        if devices.on_cpu(codes):
            count = torch.bincount(codes, minlength=self.counts.numel())
        else:  # there bincount waits for the largest code
            count = codes.new_zeros(self.counts.numel()).index_add_(0, codes, torch.ones_like(codes))
        sums = torch.zeros_like(self.sums)
        # In parts only where rows come from elsewhere: here one sum takes no more memory.
        if rows.device == device:
            sums.index_add_(0, codes, self.normalise(rows))
        else:
            for part, chosen in zip(self._parts(rows), codes.split(self._rows_at_once()), strict=True):
                sums.index_add_(0, chosen, part)
        return count.to(sums.dtype), sums

    def _set(self, which: Tensor, vectors: Tensor) -> None:
        """Put the codes `which` (mask or ids) on these vectors, as if each had just one row."""
        self.weight.data[which] = vectors
        self.sums[which] = vectors
        self.counts[which] = 1.0


def _argmax(scores: Tensor) -> Tensor:
    """Column of the largest entry of each row, the first of equals; numpy's is eight times faster on a CPU."""
    return torch.from_numpy(scores.numpy().argmax(1)) if devices.on_cpu(scores) else scores.argmax(1)


def code_logits(normalised: Tensor, vectors: Tensor, temperature: float | Tensor) -> Tensor:
    """-‖h - e‖²/τ (rows, codes) for rows and code vectors in the space in which distances are taken.

    Without the term ‖h‖², which every code of a row shares and a softmax forgets. Under autocast in the precision of
    the vectors: differences of squares would be lost in a lower one.
    """
    with devices.exact(normalised):
        squares = vectors.square().sum(1)
        return torch.addmm(-squares, normalised.to(vectors.dtype), vectors.T, alpha=2) / temperature
