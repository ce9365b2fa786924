"""The inside of a rung: its process, and what it measures with."""

import faulthandler
import gc
import importlib
import os
import sys
import traceback
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import findings
import torch
from counting import Work
from findings import LONGEST, Record

# Operations of a matrix product in each of these, by the name of the card's rate.
PRECISIONS = ("float32", "tf32", "bf16")


def reach(device: str) -> None:
    """Compute something on the device; raises where it cannot be reached from this process."""
    torch.ones(1, device=device).add_(1).item()


def enter(name: str, target: str, path: str, device: str, tiny: bool, log: str) -> None:
    """Run a rung in this process, whose output goes to the file `log`."""
    os.setsid()  # so that it can be ended with all that it starts
    with open(log, "wb", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    faulthandler.enable(file=sys.__stderr__)
    gc.freeze()  # what was imported stays: collecting between measurements need not look at it
    try:
        module, function = target.split(":")
        getattr(importlib.import_module(module), function)(Bench(name, Path(path), torch.device(device), tiny))
    except BaseException as error:
        traceback.print_exc()
        findings.note(Path(path), name, state="failed", error=_told(error))
        raise SystemExit(1) from error
    findings.note(Path(path), name, state="done")


class Bench:
    """What a rung measures with.

    Args:
        name: of the rung.
        path: of the findings.
        device: that is measured.
        tiny: whether sizes are tiny.
    """

    def __init__(self, name: str, path: Path, device: torch.device, tiny: bool):
        self.name = name
        self.path = path
        self.device = device
        self.tiny = tiny

    @property
    def cuda(self) -> bool:
        """Whether the device is a card."""
        return self.device.type == "cuda"

    def measure(self, label: str, call: Callable[[], Record]) -> None:
        """Write down what `call` finds, and the peak of the card's memory meanwhile; or the error that it raised."""
        gc.collect()
        if self.cuda:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self.device)
        try:
            found = call()
            if self.cuda:
                torch.cuda.synchronize(self.device)
                found["peak_gib"] = torch.cuda.max_memory_allocated(self.device) / 2**30
        except Exception as error:
            traceback.print_exc()
            found = {"error": _told(error)}
        findings.result(self.path, self.name, label, found)

    def needs_cuda(self, label: str) -> None:
        """Write down that there is nothing to measure on this device."""
        findings.result(self.path, self.name, label, {"error": "needs CUDA"})

    @cached_property
    def limits(self) -> Record:
        """What the card can do, from the rung that measured it."""
        found: Record = findings.read(self.path)["rungs"].get("card", {}).get("results", {})
        return found

    def against_floor(self, work: Work, seconds: float, precision: str = "float32") -> Record:
        """Operations, bytes and the time that they take at least, at the rates of this card; the share of it.

        The floor is the longer of two times: operations at the rate of the best matrix product of this precision, and
        bytes at the bandwidth of a large copy. `gathered` is the floor where every row that an edge asks for comes from
        memory anew, which caches spare in part. Without the card's limits there are counts alone.
        """
        counts = {
            "operations": work.operations,
            "bytes": work.bytes,
            "gathered_bytes": work.bytes + work.gathered,
        }
        if not {"rates", "copy"} <= self.limits.keys():
            return counts
        rate, copy = 1e9 * self.limits["rates"][precision], 1e9 * self.limits["copy"]["gb_s"]
        operations_s, bytes_s = work.operations / rate, work.bytes / copy
        floor, gathered_s = max(operations_s, bytes_s), (work.bytes + work.gathered) / copy
        return {
            **counts,
            "operations_s": operations_s,
            "bytes_s": bytes_s,
            "floor_s": floor,
            "binding": "operations" if operations_s > bytes_s else "bytes",
            "share": floor / seconds,
            "gathered_share": max(operations_s, gathered_s) / seconds,
        }


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[-LONGEST:]
