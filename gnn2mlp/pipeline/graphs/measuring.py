"""The stage `latency` of whole graphs: what a graph costs the teacher, and what it costs the student."""

from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.data.graphs import GraphSet
from gnn2mlp.data.graphs.graph_set import rows_of_parts
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.deploy.node_fields import Nodes
from gnn2mlp.evaluate.latency import REPEATS, compare, in_turn
from gnn2mlp.pipeline.graphs.job import GraphsJob
from gnn2mlp.pipeline.graphs.seed import plan
from gnn2mlp.pipeline.stage import Stage, json_file
from gnn2mlp.teachers import GraphLevelTeacher, Teacher, answer_graphs

# Graphs of a request, and of a pass over many.
REQUESTS = (1, 10, 100)
PASS, PASSES = 2_000, 3


def measure_graphs(
    teacher: Teacher,
    student: GraphPredictor,
    graphs: GraphSet,
    seed: int,
    repeats: int,
    budget: float,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Time random requests of 1, 10 and 100 graphs that are in memory, and passes over up to 2,000.

    A request ends with logits on the CPU. The teacher is given nodes and edges, the student nodes alone; both put what
    they read of the asked graphs together and move it to the device.

    Args:
        teacher: that is timed.
        student: that is timed.
        graphs: that are asked for.
        seed: whose models these are.
        repeats: requests of each size.
        budget: seconds for each size and model; a slow one is timed less often, at least ten times.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
        progress: told of requests that have been timed.

    Returns:
        `rows` with `model`, `graphs`, `median_ms`, `p95_ms`, `p99_ms` and `repeats`; `throughput` with `model`,
        `seconds` and `graphs_per_second`; and what the figures depend on: device, threads, dtype, protocol.
    """
    assert isinstance(teacher, GraphLevelTeacher), "a run of whole graphs"
    network, module = teacher.module_.to(device).eval(), student.module.to(device)
    asked: dict[str, Callable[[Tensor], object]] = {
        "teacher": lambda ids: network(graphs.batch(ids).to(device)).logits.cpu(),
        "student": lambda ids: student.outputs(_nodes(graphs, ids)),
    }
    many = torch.arange(min(PASS, graphs.num_graphs))
    passes: dict[str, Callable[[None], object]] = {
        "teacher": lambda _: answer_graphs(network, graphs, device, many),
        "student": lambda _: student.outputs(_nodes(graphs, many)),
    }
    with torch.inference_mode():
        rows = compare(asked, graphs.num_graphs, device, REQUESTS, repeats, budget, progress)
        spent = in_turn(passes, [None] * (1 + PASSES), device, warmup=1, budget=budget, fewest=2)
    module.cpu()
    return {
        "device": device.type,
        "threads": torch.get_num_threads(),
        "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
        "protocol": "random graphs in memory, from nodes (teacher: and edges) to logits",
        "seed": seed,
        "rows": [{("graphs" if key == "nodes" else key): value for key, value in row.items()} for row in rows],
        "throughput": [
            {
                "model": name,
                "seconds": median(each),
                "graphs_per_second": many.numel() / median(each),
                "repeats": len(each),
            }
            for name, each in spent.items()
        ],
        "notes": [],
    }


def _nodes(graphs: GraphSet, ids: Tensor) -> Nodes:
    """What a student is given of the graphs `ids`: their edges are not looked up."""
    places, counts = rows_of_parts(graphs.node_offsets, ids)
    codes, features = (None if each is None else each[places].numpy() for each in (graphs.node_codes, graphs.features))
    return Nodes(codes, features, np.concatenate([[0], counts.cumsum(0).numpy()]))


def latency_stage(job: GraphsJob, seed: int, repeats: int = REPEATS, budget: float = 1.0) -> Stage[dict[str, Any]]:
    """What requests cost the models of one seed.

    Args:
        job: of all seeds.
        seed: whose models are timed.
        repeats: requests.
        budget: seconds for each size and model.
    """
    models = plan(job, seed)
    inputs = {
        "teacher": models.teacher,
        "student": models.student,
        "graphs": models.full.graphs,
        "seed": seed,
        "repeats": repeats,
        "budget": budget,
        "execution": job.execution,
    }
    storage = json_file(job.folder / "seeds" / "latency.json")
    return Stage(measure_graphs, inputs, storage, job.environment, job.context_of_timing(seed))
