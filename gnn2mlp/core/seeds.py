"""Randomness by name: one stream per seed and purpose, and no trace left on the global generators."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def derive(seed: int, purpose: str) -> int:
    """A 63-bit seed for `purpose`, unrelated to the one of any other purpose with the same `seed`."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{purpose}".encode()).digest()[:8], "little") >> 1


def generator(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for `purpose`; equal arguments give equal streams."""
    return torch.Generator(device=device).manual_seed(derive(seed, purpose))


@contextmanager
def seeded(seed: int, purpose: str) -> Iterator[None]:
    """Within the block, torch's global generators follow `(seed, purpose)`; after it they are as before.

    For what takes no generator: dropout and weight initialisation.
    """
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(derive(seed, purpose))
        yield
