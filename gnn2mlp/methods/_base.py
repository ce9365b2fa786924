"""What a method is: an objective, an update rule, and where it departs from its paper or released code."""

from abc import ABC, abstractmethod
from typing import ClassVar

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.objectives import Objective


class Method(Configurable, ABC):
    """Names the terms of the loss, their weights and how they are minimised. Knows no graph and no teacher.

    Attributes:
        departures: where this implementation departs from the paper or its released code.
        update: `"joint"` minimises the sum; `"alternating"` takes one optimiser pass per term.
    """

    departures: ClassVar[str] = ""
    update: UpdateRule = "joint"

    @abstractmethod
    def build_objective(self) -> Objective:
        """A fresh objective for one training run."""

    @property
    def requires(self) -> frozenset[str]:
        """Knowledge keys that training reads."""
        return self.build_objective().requires


def check_hard_weight(value: float) -> None:
    """Raise `ConfigError` unless λ, the share of hard labels in the loss, lies in 0..1."""
    if not 0 <= value <= 1:
        raise ConfigError(f"method.hard_weight: expected a number from 0 to 1, got {value}")


METHODS: Registry[Method] = Registry("method", "gnn2mlp.methods", Method)  # type: ignore[type-abstract]
