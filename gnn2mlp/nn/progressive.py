"""A sequence of MLPs, each of which reads what the one before it said, so that an answer may be taken early."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.dropout import dropout_rows, relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLPOutput, Norm, make_norm


class Stage(nn.Module):
    """One MLP of the sequence: rows, and the last hidden activations and logits of the stage before, to an answer.

    Args:
        in_features: width of the rows.
        hidden: width of every hidden layer.
        out_features: number of classes.
        layers: affine maps, at least 2; the first reads rows and the stage before.
        dropout: on hidden activations.
        norm: between map and ReLU.
        first: whether there is no stage before.
    """

    def __init__(
        self, in_features: int, hidden: int, out_features: int, layers: int, dropout: float, norm: Norm, first: bool
    ):
        super().__init__()
        self.own = Linear(in_features, hidden)
        self.before = None if first else Linear(hidden + out_features, hidden, bias=False)
        self.maps = nn.ModuleList(Linear(hidden, hidden) for _ in range(layers - 2))
        self.norms = nn.ModuleList(make_norm(norm, hidden) for _ in range(layers - 1))
        self.head = Linear(hidden, out_features)
        self.dropout = dropout

    def forward(self, mapped: Tensor, before: MLPOutput | None) -> MLPOutput:
        """What the stage says, from its own map of the rows (rows, hidden) and the answer of the stage before."""
        if self.before is None:
            h = mapped.clone()  # what follows works in place, and the map may be mixed and asked again
        else:
            assert before is not None, "a later stage has one before it"
            h = mapped + self.before(torch.cat([before.hidden, before.logits], dim=1))
        h = relu_dropout_(self.norms[0](h), self.dropout, self.training)
        for linear, norm in zip(self.maps, self.norms[1:], strict=True):
            h = relu_dropout_(norm(linear(h)), self.dropout, self.training)
        return MLPOutput(self.head(h), h)


class Progressive(nn.Module):
    """Stages in a row; its answer is that of the last, or in evaluation of the first that is sure enough.

    Args:
        in_features: width of the rows.
        hidden: width of every hidden layer.
        out_features: number of classes.
        stages: how many there are, at least 1.
        layers: affine maps of each, at least 2.
        dropout: on hidden activations.
        norm: between map and ReLU.
        exit_threshold: in evaluation, a row is answered by the first stage whose highest probability is at least this;
            `None`: by the last.

    Attributes:
        input_dropout: share of the values of a row that each training step drops.

    Raises:
        ConfigError: without a stage, with fewer than 2 layers, or for a threshold outside 0..1.

    Example:
        >>> network = Progressive(in_features=4, hidden=8, out_features=3, stages=2).eval()
        >>> rows = torch.rand(5, 4)
        >>> first, last = network.answers(rows)
        >>> torch.equal(network(rows).logits, last.logits)
        True
        >>> network.exit_threshold = 0.0  # any stage is sure enough
        >>> torch.equal(network(rows).logits, first.logits)
        True
    """

    def __init__(
        self,
        in_features: int,
        hidden: int,
        out_features: int,
        stages: int = 3,
        layers: int = 2,
        dropout: float = 0.0,
        norm: Norm = "none",
        exit_threshold: float | None = None,
    ):
        if stages < 1 or layers < 2 or hidden < 1:
            raise ConfigError(
                f"a sequence of MLPs needs stages >= 1, layers >= 2 and hidden >= 1, got stages={stages}, "
                f"layers={layers} and hidden={hidden}"
            )
        super().__init__()
        sizes = in_features, hidden, out_features, layers, dropout, norm
        self.stages = nn.ModuleList(Stage(*sizes, first=number == 0) for number in range(stages))
        self.exit_threshold = check_threshold(exit_threshold)
        self.input_dropout = 0.0

    def forward(self, x: Features) -> MLPOutput:
        """Map (rows, in_features) to logits and the last hidden activations."""
        said = self.answers(x)
        if self.training or self.exit_threshold is None:
            return said[-1]
        return taken(said, self.exit_threshold)

    def mapped(self, x: Features) -> list[Tensor]:
        """Each stage's own map of the rows, (rows, hidden): all that reads features; all see the same values."""
        seen = dropout_rows(x, self.input_dropout, self.training)
        return [stage.own(seen) for stage in self.stages]  # type: ignore[operator]

    def answers(self, x: Features, apart: bool = False) -> list[MLPOutput]:
        """What each stage says.

        Args:
            x: (rows, in_features), dense or sparse.
            apart: whether a stage takes the one before it as given, so that no gradient of a later stage reaches it.
        """
        return self.follow(self.mapped(x), apart)

    def follow(self, mapped: Sequence[Tensor], apart: bool = False) -> list[MLPOutput]:
        """`answers` of some first stages, from their own maps of the rows.

        An own map is affine, so that mixed maps are the maps of rows mixed alike.
        """
        said: list[MLPOutput] = []
        for stage, own in zip(self.stages, mapped, strict=False):
            before = said[-1] if said else None
            if apart and before is not None:
                before = MLPOutput(before.logits.detach(), before.hidden.detach())
            said.append(stage(own, before))
        return said


def taken(said: Sequence[MLPOutput], threshold: float) -> MLPOutput:
    """Of each row the answer of the first stage whose highest probability is at least `threshold`, else of the last."""
    logits, hidden = said[-1]
    for earlier in reversed(said[:-1]):
        sure = confidence(earlier.logits)[:, None] >= threshold
        logits = torch.where(sure, earlier.logits, logits)
        hidden = torch.where(sure, earlier.hidden, hidden)
    return MLPOutput(logits, hidden)


def confidence(logits: Tensor) -> Tensor:
    """The highest probability of each row, (rows,)."""
    return logits.softmax(-1).amax(-1)


def check_threshold(threshold: float | None) -> float | None:
    """The threshold as it is; raises `ConfigError` for one outside 0..1."""
    if threshold is not None and not 0 <= threshold <= 1:
        raise ConfigError(f"exit_threshold: expected a probability from 0 to 1, or None for no exit, got {threshold}")
    return threshold
