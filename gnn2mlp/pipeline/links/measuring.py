"""The stage `latency` of links: which of a thousand candidates does a node link to, asked of teacher and student."""

from collections.abc import Callable, Mapping
from statistics import fmean, median
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.registry import short_name
from gnn2mlp.core.seeds import generator
from gnn2mlp.data.graph import GraphData
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.evaluate.latency import REPEATS, draws, in_turn, percentiles
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.scoring import embedder_rows
from gnn2mlp.pipeline.links.seed import plan
from gnn2mlp.pipeline.stage import Stage, json_file
from gnn2mlp.teachers import LinkTeacher, PairPredictor, Teacher

# Whom a node is compared with in a request.
CANDIDATES = 1_000
# Requests from which the mean number of nodes that the teacher reads is taken.
REACHED = 3
# Pairs that are scored in one pass for each node, at most, and passes.
PAIRS_OF_A_NODE, PAIRS, PASSES = 10, 100_000, 5

Ask = Callable[[Tensor], object]


def measure_links(
    teacher: Teacher,
    student: LinkPredictor,
    graph: GraphData,
    seed: int,
    repeats: int,
    budget: float,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Time random requests of one node and 1,000 candidates, and passes over many pairs.

    A request ends with a score for each candidate on the CPU. The teacher embeds node and candidates from their full
    neighbourhoods, the student from their own features. `teacher_kept` and `student_kept` have the embeddings of all
    nodes at hand, and embed the asked node alone; those of a student are out of date when a node's features change,
    those of a teacher also when links near it do. A pass over pairs begins with the embedding of all nodes.

    Args:
        teacher: that is timed.
        student: that is timed.
        graph: whose nodes are asked for, with the links that inference may use.
        seed: whose models these are.
        repeats: requests.
        budget: seconds for each model; a slow one is timed less often, at least ten times.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
        progress: told of requests that have been timed.

    Returns:
        `rows` with `model`, `candidates`, `median_ms`, `p95_ms`, `p99_ms` and `repeats`; `throughput` with `model`,
        `seconds` and `pairs_per_second`; `sizes`; and what the figures depend on: device, threads, dtype, protocol.
    """
    assert isinstance(teacher, LinkTeacher), "a run of links"
    features, predictor = embedder_rows(student, graph), teacher.pair_predictor(graph, device)
    network = student.to(device).module.eval()
    candidates = min(CANDIDATES, graph.num_nodes - 1)
    requests = draws(graph.num_nodes, candidates + 1, repeats)
    with torch.inference_mode():
        asked = {**_of_teacher(predictor, graph), **_of_student(network, features, device)}
        spent = in_turn(asked, requests, device, budget=budget, progress=progress)
        throughput = _throughput(teacher, network, graph, features, device, budget)
    return {
        "device": device.type,
        "threads": torch.get_num_threads(),
        "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
        "protocol": f"one random node against {candidates:,} random others; the teacher fetches full neighbourhoods",
        "seed": seed,
        "rows": [{"model": name, "candidates": candidates, **percentiles(each)} for name, each in spent.items()],
        "throughput": throughput,
        "sizes": {**graph.sizes, **_reached(predictor, requests)},
        "notes": [] if predictor else [f"The teacher was not timed: {short_name(teacher.name)} embeds no nodes."],
    }


def latency_stage(job: Job, seed: int, repeats: int = REPEATS, budget: float = 2.0) -> Stage[dict[str, Any]]:
    """What requests cost the models of one seed.

    Args:
        job: of all seeds.
        seed: whose models are timed.
        repeats: requests.
        budget: seconds for each model.
    """
    models = plan(job, seed)
    inputs = {
        "teacher": models.teacher,
        "student": models.student,
        "graph": models.full.graph,
        "seed": seed,
        "repeats": repeats,
        "budget": budget,
        "execution": job.execution,
    }
    storage = json_file(job.folder / "seeds" / "latency.json")
    return Stage(measure_links, inputs, storage, job.environment, job.context_of_timing(seed))


def _of_teacher(predictor: PairPredictor | None, graph: GraphData) -> dict[str, Ask]:
    if predictor is None:
        return {}
    kept = predictor.embed(torch.arange(graph.num_nodes))

    def from_kept(request: Tensor) -> Tensor:
        own = predictor.embed(request[:1])
        others = kept[request[1:]]
        return predictor.score(own.expand_as(others), others).cpu()

    return {"teacher": lambda request: predictor(_pairs(request)), "teacher_kept": from_kept}


def _of_student(network: Any, features: Features, device: torch.device) -> dict[str, Ask]:
    kept = network(features.to(device)).hidden

    def from_kept(request: Tensor) -> Tensor:
        own, others = network(gather(features, request[:1]).to(device)).hidden, kept[request[1:]]
        return _scored(network, own, others)

    def whole(request: Tensor) -> Tensor:
        embedded = network(gather(features, request).to(device)).hidden
        return _scored(network, embedded[:1], embedded[1:])

    return {"student": whole, "student_kept": from_kept}


def _scored(network: Any, own: Tensor, others: Tensor) -> Tensor:
    scores: Tensor = network.score(own.expand_as(others), others)
    return scores.cpu()


def _pairs(request: Tensor) -> Tensor:
    """The first node of a request beside each of the others, (candidates, 2)."""
    return torch.stack([request[:1].expand(len(request) - 1), request[1:]], dim=1)


def _throughput(
    teacher: LinkTeacher, network: Any, graph: GraphData, features: Features, device: torch.device, budget: float
) -> list[dict[str, Any]]:
    random = generator(0, "pairs of a pass")
    pairs = torch.randint(graph.num_nodes, (min(PAIRS, PAIRS_OF_A_NODE * graph.num_nodes), 2), generator=random)

    def student() -> Tensor:
        embedded = network(features.to(device)).hidden
        scores: Tensor = network.score(embedded[pairs[:, 0]], embedded[pairs[:, 1]])
        return scores.cpu()

    passes: Mapping[str, Callable[[None], object]] = {
        "teacher": lambda _: teacher.score_pairs(graph, pairs, device),
        "student": lambda _: student(),
    }
    spent = in_turn(passes, [None] * (1 + PASSES), device, warmup=1, budget=budget, fewest=3)
    return [
        {"model": name, "seconds": median(each), "pairs_per_second": len(pairs) / median(each), "repeats": len(each)}
        for name, each in spent.items()
    ]


def _reached(predictor: PairPredictor | None, requests: list[Tensor]) -> dict[str, float]:
    if predictor is None:
        return {}
    return {"nodes reached": fmean(predictor.count_neighbourhood(request) for request in requests[-REACHED:])}
