"""A line of results: everything about one trained seed that tables need, without curves, diagrams and local paths."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline import RunConfig, RunResult
from gnn2mlp.studies.ledger import Record
from gnn2mlp.studies.versions import deciding_code, may_stand

FORMAT = 1
# Parts of a seed's record that a line does not repeat: curves and diagrams are in the full run.
_LEFT_OUT = ("history", "reliability", "calibration", "by_class", "measured")
# Of the scores of trust what can be drawn is left out.
_DIAGRAMS = ("score", "accuracy", "count")


def line_of(made: RunResult, config: RunConfig) -> Record:
    """What is kept of the one seed of a run.

    Args:
        made: its results.
        config: resolved; what decides its scores goes into the line, and which code did.
    """
    results = made.results
    (record,) = results["seeds"]
    kept = {model: {"epoch": h["best_epoch"], "valid": h["valid_best"]} for model, h in record["history"].items()}
    line = {
        "format": FORMAT,
        **{key: value for key, value in record.items() if key not in _LEFT_OUT},
        **({"trust": _figures(record["trust"])} if "trust" in record else {}),
        "initialisation": config.initialisation,
        "kept": kept,
        "graph_at_inference": made.needs_graph or made.predictor().inputs.needs_graph,
        "graph": {key: value for key, value in results["graph"].items() if key != "class_counts"},
        "config": config.identity(),
        "environment": results["environment"],
        "code": deciding_code(config),
    }
    return line | ({"latency": results["latency"]} if results["latency"] else {})


def _figures(trust: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {k: v for k, v in one.items() if k not in _DIAGRAMS} for name, one in trust.items()}


def measures(line: Mapping[str, Any], config: RunConfig) -> bool:
    """Whether the line was made with `config` (resolved).

    Both are resolved first, so that an option which did not exist yet when the line was made takes its default.
    """
    return resolved_identity(line) == config.identity()


def resolved_identity(line: Mapping[str, Any]) -> dict[str, Any] | None:
    """The identity of a line's configuration under the present release; `None` if it cannot be read any more."""
    return _identity(json.dumps(line["config"]))


@cache
def _identity(config: str) -> dict[str, Any] | None:
    try:
        return RunConfig(**json.loads(config)).resolve().identity()
    except ConfigError:
        return None


def standing(lines: Iterable[Record], config: RunConfig, renew: bool) -> dict[int, Record]:
    """By seed, the lines that need not be made anew.

    Args:
        lines: of any configurations.
        config: resolved, of all seeds that are wanted.
        renew: whether a line that other code made has to be made anew; one that does not tell its code stands.
    """
    ours = [line for line in lines if measures(line, config) and (not renew or may_stand(line, config))]
    return {line["seed"]: line for line in ours}


def peak_memory() -> int | None:
    """Highest resident memory in MiB since `forget_peak_memory`; `None` where the system does not tell."""
    try:
        status = (_PROCESS / "status").read_text()
    except OSError:
        return None
    found = [int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM:")]
    return found[0] if found else None


def forget_peak_memory() -> None:
    """Let the system forget the process's highest memory so far, where it can (Linux)."""
    try:
        (_PROCESS / "clear_refs").write_text("5")
    except OSError:
        return


_PROCESS = Path("/proc/self")
