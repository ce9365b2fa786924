"""The stage `latency` of a student that needs the graph: what a request costs it, and what it costs the teacher."""

from collections.abc import Mapping
from statistics import median
from typing import Any

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.evaluate.latency import compare, in_turn
from gnn2mlp.pipeline.measuring import PASSES, reached
from gnn2mlp.teachers import RequestPredictor, Teacher


def measure_networks(
    teacher: Teacher,
    mlp: Teacher,
    student: Teacher,
    graph: NodeData,
    seed: int,
    repeats: int,
    budget: float,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Time random requests of 1, 10 and 100 nodes, and passes over all nodes.

    Every model fetches the full neighbourhood of its own depth, gathers those nodes' features, moves them to the device
    and runs, to class probabilities on the CPU. The plain network is the student's, and is not timed again.

    Args:
        teacher: that is timed.
        mlp: the student's network on labels alone.
        student: that is timed.
        graph: whose nodes are asked for.
        seed: whose models these are.
        repeats: requests of each size.
        budget: seconds for each model and size; a slow one is timed less often, at least ten times.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
        progress: told of requests that have been timed.

    Returns:
        As `gnn2mlp.pipeline.measuring.measure`, without `accuracy`: there are no other forms of a network.
    """
    models = {"teacher": teacher, "student": student}
    found = {name: one.neighbourhood_predictor(graph, device) for name, one in models.items()}
    timed = {name: one for name, one in found.items() if one is not None}
    untimed = [
        f"The {name} was not timed: it answers no requests for single nodes." for name in found if name not in timed
    ]
    return {
        "device": device.type,
        "threads": torch.get_num_threads(),
        "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
        "protocol": "random nodes per request; teacher and student fetch full neighbourhoods of their depth",
        "seed": seed,
        "rows": compare(timed, graph.num_nodes, device, repeats=repeats, budget=budget, progress=progress),
        "throughput": _throughput(timed, graph.num_nodes, device, budget),
        "sizes": {
            **graph.sizes,
            **{f"{name} parameters": sum(p.numel() for p in one.module.parameters()) for name, one in timed.items()},
            **{f"{name}, nodes reached": reached(one, graph.num_nodes) for name, one in timed.items()},
        },
        "notes": untimed,
    }


def _throughput(
    timed: Mapping[str, RequestPredictor], nodes: int, device: torch.device, budget: float
) -> list[dict[str, Any]]:
    passes = {name: lambda _, one=one: one.predict_all() for name, one in timed.items()}
    spent = in_turn(passes, [None] * (1 + PASSES), device, warmup=1, budget=budget, fewest=3)
    return [
        {"model": name, "seconds": median(s), "nodes_per_second": nodes / median(s), "repeats": len(s)}
        for name, s in spent.items()
    ]
