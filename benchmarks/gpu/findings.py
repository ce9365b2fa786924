"""The one file of what was found, written anew in one step with each finding; and the card's clocks as they are."""

import json
import subprocess
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_json

Record = dict[str, Any]
# Characters of an error that are kept: the end says most.
LONGEST = 2000
# What nvidia-smi is asked for; a card that does not know one of them says so.
QUERY = (
    "name",
    "driver_version",
    "pstate",
    "clocks.sm",
    "clocks.mem",
    "clocks.max.sm",
    "clocks.max.mem",
    "temperature.gpu",
    "power.draw",
    "power.limit",
    "memory.total",
    "memory.used",
    "utilization.gpu",
)


def read(path: Path) -> Record:
    """All that was found so far."""
    found: Record = json.loads(path.read_text()) if path.exists() else {"rungs": {}}
    return found


def put(path: Path, name: str, value: Any) -> None:
    """Write one entry; the others stay."""
    write_json(path, {**read(path), name: value})


def note(path: Path, rung: str, **entries: Any) -> None:
    """Write entries of a rung; its others stay."""
    found = read(path)
    found["rungs"].setdefault(rung, {"results": {}}).update(entries)
    write_json(path, found)


def result(path: Path, rung: str, label: str, record: Record) -> None:
    """Write one result of a rung."""
    found = read(path)
    found["rungs"].setdefault(rung, {"results": {}})["results"][label] = record
    write_json(path, found)


def clocks() -> Record:
    """What nvidia-smi says of the first card now; without it, why."""
    command = ["nvidia-smi", f"--query-gpu={','.join(QUERY)}", "--format=csv,noheader,nounits", "--id=0"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return {"error": str(error)[-LONGEST:]}
    return dict(zip(QUERY, (part.strip() for part in told.strip().split(",")), strict=False))
