"""The stage `latency`: what a request costs a teacher and each back-end of its student, on the run's own graph."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import fmean, median
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.registry import short_name
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Split
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.evaluate import summarise
from gnn2mlp.evaluate.latency import NODES, compare, draws, in_turn
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.pipeline.backends import (
    Backend,
    answer_all,
    backend_scores,
    student_backends,
    student_input,
    torch_backends,
)
from gnn2mlp.teachers import RequestPredictor, Teacher

# Requests of each size from which the mean number of nodes that they reach is taken.
REACHED = 5
# Passes over all nodes.
PASSES = 5


def measure(
    teacher: Teacher,
    mlp: Predictor,
    student: Predictor,
    graph: NodeData,
    students: Sequence[Predictor],
    splits: Sequence[Split],
    seed: int,
    repeats: int,
    budget: float,
    onnx: bool,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Time random requests of 1, 10 and 100 nodes, and passes over all nodes.

    The teacher fetches the full neighbourhood of its depth, gathers those nodes' features, moves them to the device and
    runs; each back-end of the student gathers the requested nodes' features, moves them and runs. Both end with class
    probabilities on the CPU. A pass over all nodes is the teacher's over the whole graph with its operators made
    beforehand, the student's over all rows.

    Args:
        teacher: that is timed.
        mlp: that is timed.
        student: that is timed, on every back-end.
        graph: whose nodes are asked for.
        students: of all seeds; each is scored on every back-end.
        splits: of the same seeds.
        seed: of the models that are timed, which is one of these.
        repeats: requests of each size.
        budget: seconds for each model and size; a slow one is timed less often, at least ten times.
        onnx: whether ONNX Runtime is there.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
        progress: told of requests that have been timed.

    Returns:
        `rows` from `compare`; `throughput` in nodes a second; `accuracy`, or what else the task is judged by, mean and
        std over seeds on all test nodes, by back-end; `sizes`; and what the figures depend on: device, threads, dtype,
        protocol, notes.
    """
    features, neighbourhoods = student_input(student, graph), teacher.neighbourhood_predictor(graph, device)
    valid = next(split.valid for split in splits if split.seed == seed)
    backends = student_backends(student, features, valid, device, onnx)
    models = {name: (backend, features) for name, backend in backends.items()} | {"mlp": _plain(mlp, graph, device)}
    answers: dict[str, Callable[[Tensor], object]] = {} if neighbourhoods is None else {"teacher": neighbourhoods}
    answers |= {name: partial(_answer, backend, rows) for name, (backend, rows) in models.items()}
    return {
        "device": device.type,
        "threads": torch.get_num_threads(),
        "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
        "protocol": "random nodes per request; the teacher fetches full neighbourhoods, the student none",
        "seed": seed,
        "rows": compare(answers, graph.num_nodes, device, repeats=repeats, budget=budget, progress=progress),
        "throughput": _throughput(neighbourhoods, models, graph.num_nodes, device, budget),
        "accuracy": summarise(
            _scores(one, graph, split, device, onnx) for one, split in zip(students, splits, strict=True)
        ),
        "sizes": _sizes(student, graph, neighbourhoods),
        "notes": _notes(device, onnx, "" if neighbourhoods else short_name(teacher.spec().name)),
    }


def _plain(mlp: Predictor, graph: NodeData, device: torch.device) -> tuple[Backend, Features]:
    rows = student_input(mlp, graph)
    return torch_backends(mlp, device, isinstance(rows, CSR))["student"], rows


def _scores(student: Predictor, graph: NodeData, split: Split, device: torch.device, onnx: bool) -> dict[str, float]:
    """What the task's metric says of a student on its test nodes, by back-end."""
    rows = student_input(student, graph)
    backends = student_backends(student, rows, split.valid, device, onnx)
    task = graph.task.fitted(graph.labels[split.train])
    task = task.with_threshold(backends["student"](gather(rows, split.valid)), graph.labels[split.valid])
    return backend_scores(backends, gather(rows, split.test), graph.labels[split.test], task)


def _answer(backend: Backend, features: Features, ids: Tensor) -> Tensor:
    return backend(gather(features, ids)).softmax(-1)


def _throughput(
    teacher: RequestPredictor | None,
    models: Mapping[str, tuple[Backend, Features]],
    nodes: int,
    device: torch.device,
    budget: float,
) -> list[dict[str, Any]]:
    passes: dict[str, Callable[[None], object]] = {}
    if teacher is not None:
        passes["teacher"] = lambda _: teacher.predict_all()
    passes |= {name: lambda _, of=of: answer_all(*of) for name, of in models.items()}  # type: ignore[misc]
    spent = in_turn(passes, [None] * (1 + PASSES), device, warmup=1, budget=budget, fewest=3)
    return [
        {"model": name, "seconds": median(s), "nodes_per_second": nodes / median(s), "repeats": len(s)}
        for name, s in spent.items()
    ]


def _sizes(student: Predictor, graph: NodeData, teacher: RequestPredictor | None) -> dict[str, Any]:
    """Parameters of both networks, widths of the student, and nodes that a request of each size reaches, on average."""
    module = student.module
    sizes = {
        **graph.sizes,
        "student parameters": _parameters(module),
        "student widths": [*(p.size(0) for p in module.parameters() if p.dim() == 2), graph.task.num_outputs],
    }
    if teacher is None:
        return sizes
    found = reached(teacher, graph.num_nodes)
    return {**sizes, "teacher parameters": _parameters(teacher.module), "nodes reached": found}


def reached(teacher: RequestPredictor, nodes: int) -> dict[str, float]:
    """How many nodes' features a request of each size reads, on average."""
    return {
        str(k): fmean(teacher.count_neighbourhood(ids) for ids in draws(nodes, k, REACHED)[-REACHED:])
        for k in NODES
        if k <= nodes
    }


def _parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _notes(device: torch.device, onnx: bool, untimed: str) -> list[str]:
    """What was not done; `untimed` names a teacher that could not be timed."""
    notes = [] if onnx else ["ONNX Runtime was not timed: it is not installed (extra onnx)."]
    if device.type == "cuda" and onnx:
        notes.append("ONNX Runtime computed on the CPU.")
    if untimed:
        notes.append(f"The teacher was not timed: {untimed} answers no requests for single nodes.")
    return notes
