"""How nodes are cut into parts and blocks, so that a product over all of them fits into a given memory."""

import re
from typing import NamedTuple

from gnn2mlp.core.errors import ConfigError, DataError

# Bytes for all that does not grow with blocks: libraries, a part that is read or written, a group of links.
RESERVE = 512 << 20
LEAST_MEMORY = 1 << 30
# A file of hop features has at most so many rows, and about so many bytes.
PART_ROWS, PART_BYTES = 1 << 16, 1 << 25
LEAST_PART_BITS = 8
# A block has at most so many rows.
BLOCK_ROWS = 1 << 27
# Row numbers are 32 bits wide.
MOST_ROWS = 1 << 32
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS |= {f"{letter}ib": 1 << (10 * power) for power, letter in enumerate("kmgt", start=1)}


class HopPlan(NamedTuple):
    """Rows in files (parts) and in what is multiplied at once (blocks), both powers of two long.

    Args:
        rows: how many nodes there are.
        width: of a row of features.
        part_bits: a part has 2^part_bits rows, the last one perhaps fewer.
        block_bits: a block likewise; it consists of whole parts.
    """

    rows: int
    width: int
    part_bits: int
    block_bits: int

    @staticmethod
    def of_memory(rows: int, width: int, memory: int) -> "HopPlan":
        """The largest blocks of which two, and a third for what passes by, fit into the memory.

        Args:
            rows: how many nodes there are.
            width: of a row of features.
            memory: bytes of all that the process may hold.

        Raises:
            ConfigError: if the memory is too small for one part at a time.
            DataError: for more nodes than 32 bits can number.

        Example:
            >>> HopPlan.of_memory(rows=2_449_029, width=100, memory=4 << 30)
            HopPlan(rows=2449029, width=100, part_bits=16, block_bits=21)
        """
        if memory < LEAST_MEMORY:
            raise ConfigError(f"memory: expected at least {shown_bytes(LEAST_MEMORY)}, got {shown_bytes(memory)}")
        if rows > MOST_ROWS:
            raise DataError(f"expected at most {MOST_ROWS:,} nodes, got {rows:,}; propagate a part of the graph")
        row_bytes = 4 * max(1, width)
        part = max(LEAST_PART_BITS, min(PART_ROWS, PART_BYTES // row_bytes).bit_length() - 1)
        block = min(BLOCK_ROWS, (memory - RESERVE) // 3 // row_bytes).bit_length() - 1
        if block < part:
            raise ConfigError(
                f"memory: {shown_bytes(memory)} is too little for rows of {width:,} features; give more with --memory"
            )
        return HopPlan(rows, width, part, block)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.rows >> self.part_bits)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.rows >> self.block_bits)

    def part_rows(self, part: int) -> int:
        """How many rows a part has."""
        return min(self.rows - (part << self.part_bits), 1 << self.part_bits)

    def block_rows(self, block: int) -> int:
        """How many rows a block has."""
        return min(self.rows - (block << self.block_bits), 1 << self.block_bits)

    def parts_of(self, block: int) -> range:
        """The parts of a block."""
        each = self.block_bits - self.part_bits
        return range(block << each, min(self.parts, (block + 1) << each))

    @property
    def block_bytes(self) -> int:
        """Bytes of a whole block."""
        return 4 * max(1, self.width) << self.block_bits


def memory_bytes(text: str | int) -> int:
    """Bytes of a memory as people write it.

    Raises:
        ConfigError: if it is none.

    Example:
        >>> memory_bytes("4GiB"), memory_bytes("1.5 GB"), memory_bytes(2048)
        (4294967296, 1500000000, 2048)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(text).casefold())
    if found is None or found[2] not in _UNITS:
        raise ConfigError(f"memory: expected a size such as 4GiB or 500MB, got {text!r}")
    return int(float(found[1]) * _UNITS[found[2]])


def shown_bytes(count: int) -> str:
    """Bytes in the largest unit of which there is at least one.

    Example:
        >>> shown_bytes(4 << 30), shown_bytes(1536)
        ('4 GiB', '1.5 KiB')
    """
    units = ["B", "KiB", "MiB", "GiB", "TiB"]
    power = min(len(units) - 1, max(0, count.bit_length() - 1) // 10)
    return f"{count / (1 << (10 * power)):.3g} {units[power]}"
