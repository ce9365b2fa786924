"""Where training starts: from the weights of an earlier student, as far as both read the same features."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.nn.fold import input_maps


@dataclass(frozen=True, eq=False)
class Start:
    """Weights of an earlier student of the same architecture (warm start).

    Args:
        weights: its `state_dict`.
        features: int64 (features,), for each feature of the new student its place among those of the earlier one, -1
            for one that that had not: its weights stay as they are initialised.

    Example:
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> earlier, later = MLPStudent(hidden=4).build(2, 3), MLPStudent(hidden=4).build(3, 3)
        >>> Start(earlier.state_dict(), torch.tensor([1, -1, 0])).apply(later)
        >>> torch.equal(later.maps[0].weight[2], earlier.maps[0].weight[0])
        True
    """

    weights: Mapping[str, Tensor]
    features: Tensor

    __repr__ = short_repr

    @torch.no_grad()
    def apply(self, module: nn.Module) -> None:
        """Put the weights into an untrained module.

        Raises:
            ConfigError: if that is of another architecture.
        """
        maps = input_maps(module)
        same = torch.equal(self.features, torch.arange(len(self.features)))
        if maps is None and not same:
            raise ConfigError("start: expected a student whose first layer is known, as features differ; start afresh")
        first = {id(each.weight) for each in maps or ()}
        kept = self.features >= 0
        own = module.state_dict(keep_vars=True)
        if own.keys() != self.weights.keys():
            raise ConfigError("start: expected weights of the same architecture, got others; start afresh")
        for name, value in own.items():
            earlier = self.weights[name].to(value.device, value.dtype)
            if id(value) in first and value.shape[1:] == earlier.shape[1:]:
                value[kept.to(value.device)] = earlier[self.features[kept].to(value.device)]
            elif value.shape == earlier.shape:
                value.copy_(earlier)
            else:
                raise ConfigError(
                    f"start: expected {name} of shape {tuple(value.shape)}, got {tuple(earlier.shape)}; start afresh"
                )
