"""What a good user writes with PyG alone: the honest reference of the comparisons.

Layers are `GCNConv` and `SAGEConv` on `edge_index` and `nn.Linear`, features are a dense matrix, dropout is
`F.dropout`, the optimiser Adam. Epochs, stopping rule, the validation pass after every epoch, batches and losses are
those of the library, so that both sides do the same work; nothing is computed that a careful user would not compute.
Nothing here comes from the library but settings. Everything is computed where the data lie.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch_geometric.nn import GCNConv, SAGEConv

from gnn2mlp.core.progress import Progress, silent

NORMS: dict[str, Callable[[int], nn.Module]] = {"none": lambda width: nn.Identity(), "batch": nn.BatchNorm1d}


@dataclass(frozen=True)
class Settings:
    """What is trained and how: options of the library that count for both sides."""

    hidden: int
    layers: int
    dropout: float
    norm: str
    lr: float
    weight_decay: float
    epochs: int
    patience: int

    @classmethod
    def of(cls, *options: dict[str, Any]) -> "Settings":
        """Those among `options`, later ones first, that stand here."""
        merged: dict[str, Any] = {}
        for given in options:
            merged |= given
        return cls(**{name: merged[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Data:
    """A graph as PyG users hold it.

    Args:
        x: (nodes, features), dense.
        links: int64 (2, directed edges), or the sparse adjacency that PyG's layers take in its place.
        labels: int64 (nodes,).
        train: ids of the nodes whose labels train.
        valid: ids of the nodes whose labels choose the epoch.
    """

    x: Tensor
    links: Tensor
    labels: Tensor
    train: Tensor
    valid: Tensor


class GNN(nn.Module):
    """Layers, with norm, ReLU and dropout between them.

    Args:
        conv: makes a layer from its two widths.
        widths: of features, hidden layers and logits.
        how: dropout and norm.
    """

    def __init__(self, conv: Callable[[int, int], nn.Module], widths: list[int], how: Settings):
        super().__init__()
        self.convs = nn.ModuleList(conv(a, b) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(NORMS[how.norm](width) for width in widths[1:-1])
        self.dropout = how.dropout

    def forward(self, x: Tensor, links: Tensor) -> Tensor:
        """Logits (nodes, classes)."""
        for conv, norm in zip(self.convs, self.norms, strict=False):
            x = F.dropout(F.relu(norm(conv(x, links))), self.dropout, self.training)
        logits: Tensor = self.convs[-1](x, links)
        return logits


CONVS: dict[str, Callable[[int, int], nn.Module]] = {
    "gcn": GCNConv,
    "gcn, cached": lambda a, b: GCNConv(a, b, cached=True),  # the normalised adjacency is computed once
    "sage": SAGEConv,
}

# What a good user would try on a whole graph; a comparison takes the faster one.
GCNS = ("gcn", "gcn, cached")


class MLP(nn.Module):
    """The student: `nn.Linear`, with norm, ReLU and dropout between them."""

    def __init__(self, widths: list[int], how: Settings):
        super().__init__()
        self.maps = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(NORMS[how.norm](width) for width in widths[1:-1])
        self.dropout = how.dropout

    def forward(self, x: Tensor) -> Tensor:
        """Logits (rows, classes)."""
        for linear, norm in zip(self.maps, self.norms, strict=False):
            x = F.dropout(F.relu(norm(linear(x))), self.dropout, self.training)
        logits: Tensor = self.maps[-1](x)
        return logits


def train_gnn(
    data: Data,
    conv: str | Callable[[int, int], nn.Module],
    how: Settings,
    seed: int = 0,
    progress: Progress = silent,
    validate: bool = True,
) -> GNN:
    """A network of `CONVS[conv]`, or of layers that `conv` makes of their widths, trained on the whole graph.

    Without validation its last epoch stays.
    """
    torch.manual_seed(seed)
    model = GNN(CONVS[conv] if isinstance(conv, str) else conv, _widths(data, how), how).to(data.x.device)

    def step(optimiser: torch.optim.Optimizer) -> None:
        loss = F.cross_entropy(model(data.x, data.links)[data.train], data.labels[data.train])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def look() -> Tensor:
        return model(data.x, data.links)[data.valid] if validate else torch.zeros(len(data.valid), 1)

    _train(model, how, step, look, data.labels[data.valid], progress)
    return model


def train_mlp(
    data: Data, teacher: Tensor, how: Settings, batch_size: int = 512, seed: int = 0, progress: Progress = silent
) -> MLP:
    """A student of the logits `teacher` (nodes, classes), by GLNN's default loss KL(teacher ‖ student)."""
    torch.manual_seed(seed)
    model = MLP(_widths(data, how), how).to(data.x.device)
    wanted, valid = teacher.softmax(-1), data.x[data.valid]
    count = max(1, round(len(data.x) / batch_size))

    def step(optimiser: torch.optim.Optimizer) -> None:
        # As many users would not: where all rows are one batch, they are taken as they stand, without a copy.
        batches = [slice(None)] if count == 1 else torch.randperm(len(data.x), device=data.x.device).tensor_split(count)
        for rows in batches:
            loss = F.kl_div(model(data.x[rows]).log_softmax(-1), wanted[rows], reduction="batchmean")
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    _train(model, how, step, lambda: model(valid), data.labels[data.valid], progress)
    return model


@torch.no_grad()
def predict(model: nn.Module, *inputs: Any) -> Any:
    """What the model says in evaluation mode."""
    return model.eval()(*inputs)


def _widths(data: Data, how: Settings) -> list[int]:
    return [data.x.size(1), *[how.hidden] * (how.layers - 1), int(data.labels.max()) + 1]


def _train(
    model: nn.Module,
    how: Settings,
    step: Callable[[torch.optim.Optimizer], None],
    validate: Callable[[], Tensor],
    labels: Tensor,
    progress: Progress,
) -> None:
    """Epochs of Adam, each with a validation pass; the best state stays, of equal ones the last."""
    optimiser = torch.optim.Adam(model.parameters(), lr=how.lr, weight_decay=how.weight_decay)
    best, waited, state = -1.0, 0, model.state_dict()
    for epoch in range(1, how.epochs + 1):
        model.train()
        step(optimiser)
        model.eval()
        with torch.no_grad():
            score = (validate().argmax(-1) == labels).float().mean().item()
        if score >= best:
            best, waited = score, 0
            state = {name: value.clone() for name, value in model.state_dict().items()}
        else:
            waited += 1
        progress(epoch, how.epochs)
        if waited >= how.patience:
            break
    model.load_state_dict(state)
