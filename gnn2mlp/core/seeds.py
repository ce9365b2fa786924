"""Randomness by name: one stream per seed and purpose, and no trace left on the global generators."""

import hashlib
import operator
from collections.abc import Iterator
from contextlib import contextmanager
from typing import SupportsIndex

import torch

from gnn2mlp.core.errors import ConfigError


def as_seed(value: SupportsIndex) -> int:
    """A seed as a plain integer, whichever type of integer it came as: Python's, numpy's, or a tensor of one number.

    Raises:
        ConfigError: if it is no whole number; 3.0 and `True` would silently give other streams than 3 and 1.

    Example:
        >>> import numpy as np
        >>> as_seed(np.uint8(3))
        3
    """
    if not isinstance(value, bool):
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise ConfigError(f"seed: expected an integer, got {value!r}")


def derive(seed: int, purpose: str) -> int:
    """A 63-bit seed for `purpose`, unrelated to the one of any other purpose with the same `seed`."""
    return int.from_bytes(hashlib.sha256(f"{as_seed(seed)}/{purpose}".encode()).digest()[:8], "little") >> 1


def generator(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for `purpose`; equal arguments give equal streams.

    Example:
        >>> torch.equal(torch.rand(2, generator=generator(0, "noise")), torch.rand(2, generator=generator(0, "noise")))
        True
    """
    return torch.Generator(device=device).manual_seed(derive(seed, purpose))


def reseed(seed: int, device: torch.device | str = "cpu") -> None:
    """Seed torch's global generators of the CPU and of `device`, as `torch.manual_seed` does those of all devices.

    That one keeps a trace of the call for as long as no GPU is used, which takes longer than a small step.

    Example:
        >>> with seeded(0, "example"):
        ...     reseed(3)
        ...     first = torch.rand(2)
        ...     _ = torch.manual_seed(3)
        ...     torch.equal(torch.rand(2), first)
        True
    """
    torch.default_generator.manual_seed(seed)
    where = torch.empty(0, device=device).device  # by its number, which "cuda" leaves out
    if where.type == "cuda":
        torch.cuda.default_generators[where.index].manual_seed(seed)


@contextmanager
def seeded(seed: int, purpose: str) -> Iterator[None]:
    """Within the block, torch's global generators follow `(seed, purpose)`; after it they are as before.

    For what takes no generator: dropout and weight initialisation.

    Example:
        >>> with seeded(0, "student"):
        ...     first = torch.rand(2)
        >>> with seeded(0, "student"):
        ...     torch.equal(torch.rand(2), first)
        True
    """
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(derive(seed, purpose))
        yield
