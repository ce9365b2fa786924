"""What a request costs a seed's teacher and each form of its student, on the run's own graph."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from statistics import fmean, median
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.evaluate import summarise
from gnn2mlp.evaluate.latency import NODES, REPEATS, compare, draws, in_turn
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.pipeline.forms import Form, everything, form_scores, has_onnx, inputs, student_forms, torch_forms
from gnn2mlp.pipeline.stages import Seed
from gnn2mlp.teachers._neighbourhood import NeighbourhoodPredictor

# Requests of each size from which the mean number of nodes that they reach is taken.
REACHED = 5
# Passes over all nodes.
PASSES = 5


def measure(seed: Seed, seeds: Iterable[Seed], repeats: int = REPEATS, budget: float = 2.0) -> dict[str, Any]:
    """Time random requests of 1, 10 and 100 nodes, and passes over all nodes.

    The teacher fetches the full neighbourhood of its depth, gathers those nodes' features, moves them to the device and
    runs; each form of the student gathers the requested nodes' features, moves them and runs. Both end with class
    probabilities on the CPU. A pass over all nodes is the teacher's over the whole graph with its operators made
    beforehand, the student's over all rows.

    Args:
        seed: whose models are timed.
        seeds: whose students are scored in every form.
        repeats: requests of each size.
        budget: seconds for each model and size; a slow one is timed less often, at least ten times.

    Returns:
        `rows` from `compare`; `throughput` in nodes a second; `accuracy`, mean and std over seeds on all test nodes, by
        form; `sizes`; and what the figures depend on: device, threads, dtype, protocol, notes.
    """
    features, teacher = inputs(seed), seed.teacher.neighbourhood_predictor(seed.graph, seed.device)
    forms = student_forms(seed, seed.student("student"))
    forms["mlp"] = torch_forms(seed, seed.student("mlp"))["student"]
    answers: dict[str, Callable[[Tensor], object]] = {} if teacher is None else {"teacher": teacher}
    answers |= {name: partial(_answer, form, features) for name, form in forms.items()}
    return {
        "device": seed.device.type,
        "threads": torch.get_num_threads(),
        "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
        "protocol": "random nodes per request; the teacher fetches full neighbourhoods, the student none",
        "seed": seed.seed,
        "rows": compare(answers, seed.graph.num_nodes, seed.device, repeats=repeats, budget=budget),
        "throughput": _throughput(seed, teacher, forms, features, budget),
        "accuracy": summarise(map(form_scores, seeds)),
        "sizes": _sizes(seed, teacher),
        "notes": _notes(seed, teacher),
    }


def _answer(form: Form, features: Features, ids: Tensor) -> Tensor:
    return form(gather(features, ids)).softmax(-1)


def _throughput(
    seed: Seed, teacher: NeighbourhoodPredictor | None, forms: Mapping[str, Form], features: Features, budget: float
) -> list[dict[str, Any]]:
    passes: dict[str, Callable[[None], object]] = {}
    if teacher is not None:
        passes["teacher"] = lambda _: teacher.predict_all()
    passes |= {name: lambda _, form=form: everything(form, features) for name, form in forms.items()}  # type: ignore[misc]
    spent = in_turn(passes, [None] * (1 + PASSES), seed.device, warmup=1, budget=budget, fewest=3)
    return [
        {"model": name, "seconds": median(s), "nodes_per_second": seed.graph.num_nodes / median(s), "repeats": len(s)}
        for name, s in spent.items()
    ]


def _sizes(seed: Seed, teacher: NeighbourhoodPredictor | None) -> dict[str, Any]:
    """Parameters of both networks, widths of the student, and nodes that a request of each size reaches, on average."""
    student = seed.student("student").module
    sizes = {
        **seed.graph.sizes,
        "student parameters": _parameters(student),
        "student widths": [*(p.size(0) for p in student.parameters() if p.dim() == 2), seed.graph.num_classes],
    }
    if teacher is None:
        return sizes
    return {**sizes, "teacher parameters": _parameters(teacher.module), "nodes reached": _reached(seed, teacher)}


def _reached(seed: Seed, teacher: NeighbourhoodPredictor) -> dict[str, float]:
    nodes = seed.graph.num_nodes
    return {
        str(k): fmean(teacher.count_neighbourhood(ids) for ids in draws(nodes, k, REACHED)[-REACHED:])
        for k in NODES
        if k <= nodes
    }


def _parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _notes(seed: Seed, teacher: NeighbourhoodPredictor | None) -> list[str]:
    notes = [] if has_onnx() else ["ONNX Runtime was not timed: it is not installed (extra onnx)."]
    if seed.device.type == "cuda" and has_onnx():
        notes.append("ONNX Runtime computed on the CPU.")
    if teacher is None:
        notes.append(f"The teacher was not timed: {seed.config.teacher.name} answers no requests for single nodes.")
    return notes
