"""Equal multi-layer perceptrons as one network, so that small ones are trained at the price of few."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.dropout import relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLP, MLPOutput

# Layer normalisation of each network is a normalisation of groups of their activations side by side.
_NORMS: dict[type[nn.Module], Callable[[int, int], nn.Module]] = {
    nn.Identity: lambda count, width: nn.Identity(),
    nn.BatchNorm1d: lambda count, width: nn.BatchNorm1d(count * width),
    nn.LayerNorm: lambda count, width: nn.GroupNorm(count, count * width),
}


class MLPStack(nn.Module):
    """`parts` as one network: each of its tensors is theirs, side by side along the last axis.

    The first layers are one matrix (features, parts * hidden), so that sparse rows are read, and transposed for the
    backward pass, once for all. Further layers are one batched product. The parts go on as views of the stack: a step
    of its parameters is a step of theirs, and what is loaded into one of them is in the stack.

    Args:
        parts: at least one; of the same sizes, norm and dropout.
    """

    def __init__(self, parts: Sequence[MLP]):
        super().__init__()
        first, self.count = parts[0], len(parts)
        linears = [linear for linear in [*first.maps, first.head] if isinstance(linear, Linear)]
        *wide, self.head = (Linear(one.in_features, self.count * one.out_features) for one in linears)
        self.maps = nn.ModuleList(wide)
        norms = zip(first.norms, linears, strict=False)  # the head has none
        self.norms = nn.ModuleList(_NORMS[type(norm)](self.count, one.out_features) for norm, one in norms)
        self.dropout = first.dropout
        self.to(first.head.weight)
        _tie(self, parts)

    def forward(self, x: Features) -> MLPOutput:
        """Map (rows, in_features) to logits (parts, rows, classes) and hidden activations (parts, rows, hidden)."""
        h = self.maps[0](x)
        for number, norm in enumerate(self.norms):
            if number:
                h = self._each(self.maps[number], h).transpose(0, 1).flatten(1)
            h = relu_dropout_(norm(h), self.dropout, self.training)
        return MLPOutput(self._each(self.head, h), self._apart(h))

    def _each(self, linear: nn.Module, h: Tensor) -> Tensor:
        """Each part's own map of its own activations: (rows, parts * in) to (parts, rows, out)."""
        assert isinstance(linear, Linear)
        assert linear.bias is not None
        return torch.baddbmm(self._apart(linear.bias[None]), self._apart(h), self._apart(linear.weight))

    def _apart(self, x: Tensor) -> Tensor:
        """A view (parts, rows, width) of what is (rows, parts * width)."""
        return x.view(len(x), self.count, -1).transpose(0, 1)


def _tie(stack: nn.Module, parts: Sequence[nn.Module]) -> None:
    """Put the tensors of `parts` side by side into `stack`, and make them views of it."""
    states = [part.state_dict(keep_vars=True) for part in parts]
    for name, tensor in stack.state_dict(keep_vars=True).items():
        own = [state[name] for state in states]
        if tensor.dim():
            tensor.data = torch.cat([each.data for each in own], dim=-1)
            views = tensor.data.chunk(len(own), dim=-1)
        else:  # batch normalisation counts batches, which all parts have seen
            views = (tensor.data,) * len(own)
        for each, view in zip(own, views, strict=True):
            each.data = view
