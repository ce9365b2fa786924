"""What becomes of memory that arrays have left: kept for the next ones, or handed back to the system."""

import ctypes
import os
import sys

# glibc's names of its parameters, from <malloc.h>.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
# Larger arrays are handed back when they are freed, and so is a free end of the heap that is larger.
_LARGEST, _END = 256 * 2**20, 512 * 2**20


def keep_memory() -> bool:
    """Let the C library keep freed memory for the arrays to come; training on a CPU then takes less time.

    A training step frees what the next one asks for again, megabytes at a time. glibc hands these back to the system,
    which clears each page before it gives it out anew; benchmarks/SPEED.md has what that costs. Afterwards
    arrays up to 256 MiB are made from what is kept; more memory may stay with the process than it uses.

    It is a setting of the whole process, for good, so that the command line makes it and the library does not: call it
    before training from a program of your own. Who has set `GLIBC_TUNABLES` or a `MALLOC_` variable knows better, and
    nothing is changed.

    Returns:
        Whether the setting was made; it is glibc's, on Linux.
    """
    told = any(name == "GLIBC_TUNABLES" or name.startswith("MALLOC_") for name in os.environ)
    if told or sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_MMAP_THRESHOLD, _LARGEST) == mallopt(_TRIM_THRESHOLD, _END) == 1
