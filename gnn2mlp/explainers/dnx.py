"""DnX: weights on the simplex that rebuild a node's surrogate answer from those within reach."""

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.seeds import generator
from gnn2mlp.explainers._base import Explainer, entry_rows
from gnn2mlp.explainers._surrogate import Surrogate

# The learning rate of a node is halved where its loss has not fallen for so many epochs, down to a floor.
_PATIENCE, _FLOOR = 20, 1e-5
# Entries of Â^K that are optimised at once.
_ENTRIES = 2_000_000


class DnX(Explainer):
    """min over e of ‖Σ_j Â^K_ij e_j x_j Θ + b - z_i‖², e on the simplex (Pereira et al., AISTATS 2023, equation 6).

    e = softmax(w / temperature) from w ~ N(0, 1), and few epochs of Adam, as in the released code: solved to the end,
    the problem ranks nodes badly, as the weights then lie on few nodes; few steps from an even start keep them apart.
    The released code takes the epoch that finds most of the motif, which is the ground truth, and cuts the
    neighbourhood out, which changes degrees; here it is the last epoch, and rows of the full Â^K. Nodes are optimised
    side by side, each with its own learning rate.

    Args:
        epochs: of Adam.
        lr: its learning rate, halved for a node whose loss stands still for 20 epochs.
        temperature: of the softmax.
    """

    name = "dnx"
    citation = "Pereira et al., Distill n' Explain: explaining GNNs using simple surrogates, AISTATS 2023"

    def __init__(self, epochs: int = 100, lr: float = 0.1, temperature: float = 5.0):
        self.epochs = epochs
        self.lr = lr
        self.temperature = temperature
        check_at_least("explainer", 1, epochs=epochs)
        check_positive("explainer", lr=lr, temperature=temperature)

    def scores(self, surrogate: Surrogate, nodes: np.ndarray, rows: sp.csr_matrix, seed: int) -> np.ndarray:
        """As in `Explainer`."""
        found, begin = np.empty(rows.nnz), 0
        while begin < len(nodes):
            within = np.searchsorted(rows.indptr, rows.indptr[begin] + _ENTRIES, side="right") - 1
            end = max(begin + 1, min(len(nodes), int(within)))
            problem = _Problem.of(surrogate, nodes[begin:end], rows[begin:end], seed)
            found[rows.indptr[begin] : rows.indptr[end]] = self._solve(problem)
            begin = end
        return found

    def _solve(self, problem: "_Problem") -> np.ndarray:
        """Adam on all nodes at once; they share nothing, so that each goes its own way."""
        w = problem.start.clone().requires_grad_()
        mean, square = torch.zeros_like(w), torch.zeros_like(w)
        lr, lowest, waited = (torch.full((problem.count,), value) for value in (self.lr, float("inf"), 0.0))
        for epoch in range(1, self.epochs + 1):
            losses = problem.losses(w / self.temperature)
            (gradient,) = torch.autograd.grad(losses.sum(), w)
            mean.lerp_(gradient, 0.1)
            square.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
            step = (mean / (1 - 0.9**epoch)) / ((square / (1 - 0.999**epoch)).sqrt() + 1e-8)
            with torch.no_grad():
                w -= lr[problem.row] * step
                better = losses < lowest * (1 - 1e-4)
                lowest, waited = losses.minimum(lowest), (waited + 1).masked_fill(better, 0.0)
                stuck = waited > _PATIENCE
                lr, waited = lr.where(~stuck, (lr / 2).clamp(min=_FLOOR)), waited.masked_fill(stuck, 0.0)
        weights: np.ndarray = problem.simplex(w.detach() / self.temperature).numpy()
        return weights


class _Problem:
    """The least squares of some nodes, entry by entry of their rows of Â^K.

    Args:
        row: int64 (entries,), of which node each is.
        parts: (entries, classes), Â^K_ij x_j Θ.
        target: (nodes, classes), z_i - b.
        start: (entries,), w before the first step.
    """

    def __init__(self, row: Tensor, parts: Tensor, target: Tensor, start: Tensor):
        self.row, self.parts, self.target, self.start, self.count = row, parts, target, start, target.size(0)

    @classmethod
    def of(cls, surrogate: Surrogate, nodes: np.ndarray, rows: sp.csr_matrix, seed: int) -> "_Problem":
        """That of `nodes`, whose rows of Â^K are given."""
        row = torch.from_numpy(entry_rows(rows))
        parts = torch.from_numpy(rows.data[:, None] * surrogate.mapped[rows.indices]).float()
        target = torch.from_numpy(surrogate.logits(rows) - surrogate.bias).float()
        sizes = np.diff(rows.indptr).tolist()
        drawn = [
            torch.randn(size, generator=generator(seed, f"weights of {node}"))
            for node, size in zip(nodes.tolist(), sizes, strict=True)
        ]
        return cls(row, parts, target, torch.cat(drawn))

    def simplex(self, w: Tensor) -> Tensor:
        """The softmax of w over the entries of each node, (entries,)."""
        highest = w.new_full((self.count,), float("-inf")).scatter_reduce(0, self.row, w, "amax")
        powers = (w - highest.detach()[self.row]).exp()
        return powers / powers.new_zeros(self.count).index_add(0, self.row, powers)[self.row]

    def losses(self, w: Tensor) -> Tensor:
        """The squared distance of each node's answer from what it is rebuilt as, (nodes,)."""
        rebuilt = torch.zeros_like(self.target).index_add(0, self.row, self.simplex(w)[:, None] * self.parts)
        return (rebuilt - self.target).square().sum(1)
