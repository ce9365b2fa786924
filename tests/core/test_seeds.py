import random
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core import seeds
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import reseed, seeded
from tests.cuda import needs_cuda


def test_derive_is_fixed_for_ever() -> None:
    # First 8 bytes of SHA-256("0/split"), little-endian, halved: a change would alter every published figure.
    assert seeds.derive(0, "split") == 374788079615300020


def test_derive_separates_seeds_and_purposes_and_fits_63_bits() -> None:
    derived = {seeds.derive(seed, purpose) for seed in range(100) for purpose in ("split", "teacher", "student")}
    assert len(derived) == 300
    assert all(0 <= value < 2**63 for value in derived)
    assert seeds.derive(1, "1/x") != seeds.derive(11, "/x")


def test_equal_arguments_give_equal_streams() -> None:
    def draw(seed: int, purpose: str) -> list[float]:
        return torch.rand(5, generator=seeds.generator(seed, purpose)).tolist()

    assert draw(3, "batches") == draw(3, "batches")
    assert draw(3, "batches") != draw(4, "batches")
    assert draw(3, "batches") != draw(3, "dropout")


def test_a_generator_leaves_the_global_state_alone() -> None:
    before = torch.get_rng_state()
    torch.rand(3, generator=seeds.generator(0, "x"))
    assert torch.equal(torch.get_rng_state(), before)


def test_seeded_block_is_reproducible_and_leaves_no_trace() -> None:
    before = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    with seeds.seeded(0, "init"):
        first = torch.rand(4)
    torch.rand(2)
    torch.set_rng_state(before[0])
    with seeds.seeded(0, "init"):
        second = torch.rand(4)
    assert torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.random.get_state()[1].tolist() == before[1]  # noqa: NPY002
    assert random.getstate() == before[2]


def test_seeded_block_restores_after_an_error() -> None:
    def fails() -> None:
        torch.rand(4)
        raise RuntimeError("inside")

    before = torch.get_rng_state()
    with pytest.raises(RuntimeError, match="inside"), seeds.seeded(0, "init"):
        fails()
    assert torch.equal(torch.get_rng_state(), before)


def test_a_block_follows_the_generator_of_the_same_name() -> None:
    with seeds.seeded(5, "init"):
        inside = torch.rand(3)
    assert torch.equal(inside, torch.rand(3, generator=seeds.generator(5, "init")))


@pytest.mark.parametrize("seed", [np.int64(3), np.uint8(3), torch.tensor(3)], ids=["int64", "uint8", "tensor"])
def test_an_integer_of_any_type_is_the_same_seed(seed: Any) -> None:
    assert seeds.derive(seed, "split") == seeds.derive(3, "split")


@pytest.mark.parametrize("seed", [3.0, True, "3", None, torch.tensor(3.0)], ids=["float", "bool", "text", "none", "t"])
def test_what_is_no_integer_is_refused_rather_than_another_stream(seed: Any) -> None:
    with pytest.raises(ConfigError, match="seed: expected an integer, got"):
        seeds.derive(seed, "split")


def test_global_generators_are_seeded_as_torch_seeds_them() -> None:
    with seeded(0, "test"):
        for seed in (0, 3, 2**62 + 1):
            reseed(seed)
            drawn = torch.rand(3), torch.randn(3)
            torch.manual_seed(seed)
            assert torch.equal(torch.rand(3), drawn[0])
            assert torch.equal(torch.randn(3), drawn[1])


@needs_cuda
def test_the_generator_of_the_device_is_seeded_as_well() -> None:
    with seeded(0, "test"):
        for device in ("cuda", "cuda:0"):
            reseed(7, device)
            drawn = torch.rand(3, device="cuda:0")
            torch.manual_seed(7)
            assert torch.equal(torch.rand(3, device="cuda:0"), drawn)
