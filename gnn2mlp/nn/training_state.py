"""All that changes while a model is trained, and its checkpoints."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.training import History

KIND = "checkpoint"
# What may differ in the identity of a checkpoint that is of the same training, and yet of no use to it.
_OUTDATED = frozenset({"code", "execution"})
# An epoch of millions of steps keeps its losses in arrays of so many, not each in one of its own.
_FRESH = 1000


class Position(NamedTuple):
    """A point of training: epoch, counted from 1; which of its passes over rows; how many steps of that are over."""

    epoch: int
    pass_: int = 0
    step: int = 0


START = Position(1)


class Checkpoint(NamedTuple):
    """Where to keep the training state, and how often.

    Args:
        path: of the file.
        every: steps within an epoch between two times, where rows come from a table; else only after epochs.
    """

    path: Path
    every: int = 1000


@dataclass
class TrainingState:
    """Module, optimiser and all else that training changes, at a position.

    Args:
        module: what is trained.
        optimiser: of the module, and of the parameters of the objective.
        selection: keeps the best state.
        objective: what is minimised, if it has parameters or a state of its own.
        random: decides which row is in which batch, if that follows from a stream of random numbers.
    """

    module: nn.Module
    optimiser: torch.optim.Optimizer
    selection: Selection
    objective: nn.Module = field(default_factory=nn.Module)
    random: torch.Generator | None = None

    def __post_init__(self) -> None:
        self.position = START
        self.history = History()
        self._begun = time.perf_counter()
        self._losses: list[Tensor] = []
        self._fresh: list[Tensor] = []

    def add_loss(self, loss: Tensor) -> None:
        """Remember the loss of a step of this epoch."""
        self._fresh.append(loss)
        if len(self._fresh) == _FRESH:
            self._stack()

    @property
    def losses(self) -> Tensor:
        """The losses (steps,) of this epoch so far."""
        self._stack()
        return torch.cat(self._losses) if self._losses else torch.zeros(0)

    def _stack(self) -> None:
        if self._fresh:
            self._losses.append(torch.stack(self._fresh))
            self._fresh = []

    def next_epoch(self) -> None:
        """Begin an epoch."""
        self.position, self._losses, self._fresh = Position(self.position.epoch + 1), [], []

    @property
    def seconds(self) -> float:
        """How long training has taken, interruptions left out."""
        return self.history.seconds + time.perf_counter() - self._begun

    def save(self, path: Path, identity: Mapping[str, Any]) -> None:
        """Write all of it as one file, atomically.

        Args:
            path: where to.
            identity: what decides the result; only the same training takes it up again.

        Raises:
            ArtefactError: if it cannot be written.
        """
        card = {
            "identity": dict(identity),
            "position": list(self.position),
            "history": {**asdict(self.history), "seconds": self.seconds},
        }
        tensors = {f"{part}/{name}": value for part, held in self._parts().items() for name, value in held.items()}
        artefact.save(path, KIND, tensors, card)

    def restore(self, path: Path, identity: Mapping[str, Any]) -> bool:
        """Go on from a checkpoint; whether there was one. A damaged one counts as none, as does one of other code.

        Raises:
            ConfigError: if it belongs to another training.
            ArtefactError: if a file of another kind is there, which no checkpoint may replace.
        """
        try:
            arrays, card = artefact.load(path, KIND)
        except ArtefactError:
            artefact.check_replaceable(path, KIND)  # now, and not when the first checkpoint is written
            return False
        if card["identity"] != dict(identity):
            differing = [key for key, value in identity.items() if card["identity"].get(key) != value]
            if set(differing) <= _OUTDATED:
                return False
            raise ConfigError(
                f"{path} is the checkpoint of a training with another {' and another '.join(differing) or 'setting'}; "
                "remove it, or choose another folder"
            )
        parts: dict[str, dict[str, Tensor]] = {}
        for name, value in arrays.items():
            part, _, rest = name.partition("/")
            parts.setdefault(part, {})[rest] = value.clone()
        self.module.load_state_dict(parts.get("module", {}))
        self.objective.load_state_dict(parts.get("objective", {}))
        self._restore_optimiser(parts.get("optimiser", {}))
        self._restore_random(parts["random"])
        self.position, self._losses = Position(*card["position"]), [parts["losses"]["losses"].to(self._device)]
        self.history = History(**card["history"])
        self._begun = time.perf_counter()
        self.selection.load_state_dict(parts["selection"])
        return True

    def _parts(self) -> dict[str, Mapping[str, Tensor]]:
        state = self.optimiser.state_dict()["state"]
        return {
            "module": self.module.state_dict(),
            "objective": self.objective.state_dict(),
            "optimiser": {f"{i}/{name}": value for i, held in state.items() for name, value in held.items()},
            "selection": self.selection.state_dict(),
            "losses": {"losses": self.losses},
            "random": self._random_states(),
        }

    def _random_states(self) -> dict[str, Tensor]:
        states = {"cpu": torch.get_rng_state()}
        if self.random is not None:
            states["batches"] = self.random.get_state()
        if self._device.type == "cuda":
            states["cuda"] = torch.cuda.get_rng_state(self._device)
        return states

    def _restore_random(self, states: Mapping[str, Tensor]) -> None:
        torch.set_rng_state(states["cpu"])
        if self.random is not None:
            self.random.set_state(states["batches"])
        if "cuda" in states and self._device.type == "cuda":
            torch.cuda.set_rng_state(states["cuda"], self._device)

    def _restore_optimiser(self, arrays: Mapping[str, Tensor]) -> None:
        parameters = [parameter for group in self.optimiser.param_groups for parameter in group["params"]]
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in arrays.items():
            number, _, key = name.partition("/")
            # In the parameter's own layout, which files do not keep and fused optimisers take for granted.
            like = parameters[int(number)].detach()
            laid = torch.empty_like(like).copy_(value) if value.shape == like.shape else value
            state.setdefault(int(number), {})[key] = laid
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": state})

    @property
    def _device(self) -> torch.device:
        return next(self.module.parameters()).device
