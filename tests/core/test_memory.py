"""Memory that is kept is not asked for again; who has tuned the C library is left alone."""

import os
import subprocess
import sys

import pytest

from gnn2mlp.core import memory

# Prints how many pages are mapped while an array of 64 MiB is made and freed ten times over. An aligned array does not
# always fit where an equal one has been, so that the heap first grows to the size of several.
FAULTS = """
import resource, sys, torch
from gnn2mlp.core.memory import keep_memory
kept = keep_memory() if sys.argv[1] == "keep" else False
for _ in range(20):
    torch.ones(2**24)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    torch.ones(2**24)
print(int(kept), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
PAGES = 2**26 // 4096  # of one array


def faults(how: str, **variables: str) -> tuple[bool, int]:
    untuned = {k: v for k, v in os.environ.items() if k != "GLIBC_TUNABLES" and not k.startswith(("MALLOC_", "THP_"))}
    told = subprocess.check_output([sys.executable, "-c", FAULTS, how], env={**untuned, **variables}, text=True)
    kept, count = told.split()
    return bool(int(kept)), int(count)


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of glibc")
def test_kept_memory_is_not_mapped_again() -> None:
    kept, few = faults("keep")
    _, many = faults("leave")
    assert kept
    assert few < PAGES
    assert many >= 10 * PAGES


@pytest.mark.parametrize(
    "variable", [{"GLIBC_TUNABLES": "glibc.malloc.tcache_count=7"}, {"MALLOC_ARENA_MAX": "2"}], ids=str
)
def test_a_tuned_library_is_left_alone(variable: dict[str, str]) -> None:
    assert not faults("keep", **variable)[0]


@pytest.mark.parametrize("missing", ["platform", "function"])
def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr(os, "environ", {})
    if missing == "platform":
        monkeypatch.setattr(sys, "platform", "darwin")
    else:
        monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    assert not memory.keep_memory()
