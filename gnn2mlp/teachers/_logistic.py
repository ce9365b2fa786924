"""Logistic regression on hops of a node's features, along a path of ever weaker penalties."""

import time
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.listeners import EpochEnd, Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data.view import Observed
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.training import History
from gnn2mlp.tasks import Task
from gnn2mlp.teachers._inference import input_features
from gnn2mlp.teachers._network import PreAggregated
from gnn2mlp.teachers.sign import SIGN, Combine

# λ of λ/2 · |W|² beside the mean loss, of rows of about unit length: from flat to nearly free.
PENALTIES = (3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6)
_STEPS = 100


class LogisticHops(SIGN):
    """The minimum of mean loss(W r_i + b) + λ/2 · |W|² over labelled nodes, r_i the hops of a node's row.

    It is SIGN of one layer with rows averaged over neighbours, and each fit has but one minimum, which L-BFGS finds: no
    seed, no learning rate. λ falls along `PENALTIES`, each fit beginning at the one before; an epoch is a fit, and
    validation chooses among them, as `Selection` does. So a training without validation nodes is told by `epochs` how
    far to go. Works for any task whose loss is convex in the outputs.

    Args:
        hops: K.
        combine: `"last"`: the farthest hop alone; `"concat"`: hops side by side; `"average"`: their mean.
        epochs: penalties tried, at most.
    """

    name = "logistic_hops"

    def __init__(self, hops: int = 2, combine: Combine = "last", epochs: int = len(PENALTIES)):
        plain = {"dropout": 0.0, "input_dropout": 0.0, "epochs": epochs}
        super().__init__(hops=hops, combine=combine, normalise="row", layers=1, **plain)  # type: ignore[arg-type]
        check_at_least("teacher", 1, epochs=epochs)

    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Fit once for each penalty; keep the one that validation nodes choose, the last where there are none."""
        graph, device, begun = observed.graph, resolve_device(device), time.perf_counter()
        with seeded(seed, f"teacher {self.name}"):
            self.initialise(graph.num_features, graph.task.num_outputs)
        module = self.module_.to(device).eval()
        linear = module.convs[0]
        assert isinstance(linear, Linear), "one layer"
        assert linear.bias is not None, "as SIGN makes it"
        rows = module.pre_aggregate(input_features(graph, device), self.sampler(graph).full_block(device))
        assert isinstance(rows, PreAggregated), "hops of features are fixed"
        hops = rows.aggregated.double()
        weights = None if observed.sample_weight is None else observed.sample_weight[observed.train].to(device).double()
        train = observed.train.to(device)
        loss = partial(_mean_loss, observed.task, hops[train], graph.labels[observed.train].to(device), weights)
        selection, chosen = Selection(module, patience=self.epochs), PENALTIES[: self.epochs]
        history = History(epochs=len(chosen))
        solution = hops.new_zeros(hops.size(1) + 1, graph.task.num_outputs)
        for listener in listeners:
            listener.on_fit_start("teacher", len(chosen))
        for epoch, penalty in enumerate(chosen, start=1):
            solution = _minimum(loss, solution, penalty)
            with torch.no_grad():
                linear.weight.copy_(solution[:-1])
                linear.bias.copy_(solution[-1])
                history.loss.append(loss(solution).item())
                told = {"loss": history.loss[-1]}
                score, apart = self._validated(observed, hops @ solution[:-1] + solution[-1])
            if score is not None:
                history.valid.append(score)
                told["valid"] = score
            selection.update(epoch, score or 0.0, apart)
            progress(epoch, len(chosen), f"valid {score:.3f}" if score is not None else f"loss {told['loss']:.3f}")
            for listener in listeners:
                listener.on_epoch_end(EpochEnd("teacher", epoch, len(chosen), told))
        selection.restore()
        history.best_epoch, history.seconds = selection.best_epoch, time.perf_counter() - begun
        for listener in listeners:
            listener.on_fit_end("teacher", history.to_dict())
        self.history_ = history
        return history

    def _validated(self, observed: Observed, logits: Tensor) -> tuple[float | None, float | None]:
        """Score and loss on validation nodes, if there are any."""
        valid, task = observed.valid, observed.task
        if not valid.numel():
            return None, None
        said, labels = logits[valid.to(logits.device)].float().cpu(), observed.graph.labels[valid]
        return task.score(said, labels), task.loss(said, labels).mean().item()


def _mean_loss(task: Task, rows: Tensor, labels: Tensor, weights: Tensor | None, solution: Tensor) -> Tensor:
    losses = task.loss(rows @ solution[:-1] + solution[-1], labels, weights)
    return losses.mean() if weights is None else losses.sum() / weights.sum().clamp(min=1e-12)


def _minimum(loss: "partial[Tensor]", start: Tensor, penalty: float) -> Tensor:
    """Weights and, in the last row, offsets (width + 1, outputs) where loss + λ/2 · |W|² is least."""
    solution = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([solution], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = loss(solution) + penalty / 2 * solution[:-1].square().sum()
        value.backward()
        return value

    with torch.enable_grad():
        optimiser.step(closure)
    return solution.detach()
