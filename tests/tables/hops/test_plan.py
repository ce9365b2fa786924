import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.tables.hops.plan import HopPlan, memory_bytes


def test_blocks_fit_into_the_memory_and_parts_into_blocks() -> None:
    for width in (1, 100, 5000):
        plan = HopPlan.of_memory(10**9, width, 4 << 30)
        assert 3 * plan.block_bytes <= 4 << 30 < 7 * plan.block_bytes + (1 << 30) or plan.block_bits == 27
        assert plan.part_bits <= plan.block_bits
        parts = [part for block in range(3) for part in plan.parts_of(block)]
        assert parts == list(range(len(parts)))


def test_the_last_part_and_block_are_what_is_left() -> None:
    plan = HopPlan(rows=21, width=4, part_bits=2, block_bits=3)
    assert (plan.parts, plan.blocks) == (6, 3)
    assert [plan.part_rows(part) for part in range(6)] == [4, 4, 4, 4, 4, 1]
    assert [plan.block_rows(block) for block in range(3)] == [8, 8, 5]
    assert [list(plan.parts_of(block)) for block in range(3)] == [[0, 1], [2, 3], [4, 5]]


def test_memory_that_is_too_little_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 1 GiB, got 512 MiB"):
        HopPlan.of_memory(100, 4, 512 << 20)
    with pytest.raises(ConfigError, match="too little for rows of 1,000,000 features"):
        HopPlan.of_memory(100, 10**6, 1 << 30)
    with pytest.raises(DataError, match="at most 4,294,967,296 nodes"):
        HopPlan.of_memory(1 << 33, 4, 1 << 30)


def test_sizes_are_read_as_people_write_them() -> None:
    assert memory_bytes("512 MiB") == 512 << 20
    with pytest.raises(ConfigError, match="such as 4GiB or 500MB, got 'much'"):
        memory_bytes("much")
