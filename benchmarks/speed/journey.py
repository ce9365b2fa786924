"""From a graph to answered requests, stage by stage, with the time and the memory of each: for `products`, `growth`."""

from collections.abc import Callable
from pathlib import Path

import machine
import torch
from torch import Tensor, nn
from workloads import Work

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, load_dataset
from gnn2mlp.evaluate.latency import compare
from gnn2mlp.nn.csr import compute_form, gather
from gnn2mlp.nn.fold import fold
from gnn2mlp.tasks import TASKS
from gnn2mlp.teachers import Teacher

# The stages in their order, and how the page calls them.
STAGES = {
    "graph": "draw or read the graph",
    "view": "split and view",
    "teacher": "teacher",
    "export": "export",
    "student": "student",
    "requests": "requests of both",
}
# Nodes of a request.
NODES = 10


def kept(scratch: Path | None) -> Callable[[Spec], GraphData]:
    """Draws a graph, or reads it from `scratch`, where it is written when it is drawn first."""

    def make(spec: Spec) -> GraphData:
        path = scratch / f"graph-{digest_json(spec.to_dict())[:12]}.safetensors" if scratch else None
        if path and path.exists():
            arrays, card = artefact.load(path, "graph")
            task = Spec.parse(card["task"]).build(TASKS)
            return GraphData(card["name"], arrays["x"], arrays["y"], task, arrays["edge_index"])
        graph = GraphData.expect(load_dataset(spec), "a speed benchmark")
        if path:
            assert isinstance(graph.features, Tensor), "dense by its settings"
            arrays = {"x": graph.features, "y": graph.labels, "edge_index": graph.edge_index}
            artefact.save(path, "graph", arrays, {"name": graph.name, "task": graph.task.spec().to_dict()})
        return graph

    return make


def journey(work: Work, teacher_epochs: int, student_epochs: int, repeats: int, budget: float) -> machine.Record:
    """Every stage after the other in this process; each has `seconds`, `peak_gib` and, where it has any, `epoch_s`.

    Args:
        work: graph and settings.
        teacher_epochs: at least 2; the first does not count as an epoch, since it also prepares.
        student_epochs: the same.
        repeats: requests of each side, after a warm-up.
        budget: seconds after which no more requests are made, if there were 10.

    Returns:
        `stages` in their order, `requests` (of teacher and student, in ms, and their `ratio`), `graph` and `valid`, the
        best validation accuracy of both.
    """
    laps = {"teacher": machine.Laps(), "student": machine.Laps()}
    stages: dict[str, machine.Record] = {}
    teacher = work.teacher(teacher_epochs)
    _, stages["graph"] = machine.metered(lambda: work.graph)
    _, stages["view"] = machine.metered(lambda: work.observed)
    _, stages["teacher"] = machine.metered(lambda: teacher.fit(work.observed, progress=laps["teacher"]))
    knowledge, stages["export"] = machine.metered(lambda: teacher.export(work.observed, work.needs))
    result, stages["student"] = machine.metered(lambda: work.distil(knowledge, student_epochs, laps["student"]))
    for name, lap in laps.items():
        stages[name] |= {"epoch_s": lap.epoch, "epochs": len(lap)}
    module = result.module
    answered, stages["requests"] = machine.metered(lambda: requests(work.graph, teacher, module, repeats, budget))
    valid = {"teacher": max(teacher.history_.valid), "student": max(result.history.valid)}
    return {"stages": stages, "requests": answered, "graph": work.graph.sizes, "valid": valid}


def requests(graph: GraphData, teacher: Teacher, module: nn.Module, repeats: int, budget: float) -> machine.Record:
    """Milliseconds of a request of random nodes: the teacher fetches full neighbourhoods, the student none.

    The teacher has the threads of the process, the student one: ten rows are too few to share.
    """
    features, student, threads = compute_form(graph.features), fold(module.eval()), torch.get_num_threads()

    @torch.inference_mode()
    def answer(ids: Tensor) -> Tensor:
        return student(gather(features, ids)).softmax(-1)

    found: machine.Record = {}
    for name, side, count in (("teacher", teacher.neighbourhood_predictor(graph), threads), ("student", answer, 1)):
        torch.set_num_threads(count)
        (timed,) = compare({name: side}, graph.num_nodes, torch.device("cpu"), (NODES,), repeats, budget)
        found[name] = {**timed, "threads": count}
    torch.set_num_threads(threads)
    return {**found, "ratio": found["teacher"]["median_ms"] / found["student"]["median_ms"]}
