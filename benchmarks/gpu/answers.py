"""Answers of a student to few rows: on the card as it comes, as a CUDA graph, compiled; and on the CPU.

The student has the widths 128, 256, 256 and 40 and batch normalisation. `us` is the time from the call to the answer,
waited for, with rows and answer on the device; `queued_us` that of a call among many, none of which is waited for.
*From the host* begins with rows in the host's memory and ends with the answer there. `eager` is the module, `folded`
what ships. `Predictor` is what a user calls: it takes rows of numpy, checks them and gives probabilities. On the CPU,
with one thread, stand the forms that `student_latency.py` compares.
"""

from collections.abc import Callable

import student_latency
import torch
from card import clocked
from counting import Work
from findings import Record
from inside import Bench
from torch import Tensor

from gnn2mlp.core.environment import cpu_threads
from gnn2mlp.deploy import Predictor
from gnn2mlp.nn.fold import fold
from gnn2mlp.nn.graphed import Graphed
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.students.mlp import MLPStudent

WIDTHS = (128, 256, 256, 40)
BATCHES = (1, 10, 100)
# How far an answer may be from that of the CPU, in units of the largest logit.
CLOSE = 1e-2
Answer = Callable[[], Tensor]


def answers(bench: Bench) -> None:
    """The rung. What takes longest to prepare, compiling, comes last."""
    torch.manual_seed(0)
    first, hidden, last = (16, 16, 4) if bench.tiny else (WIDTHS[0], WIDTHS[1], WIDTHS[-1])
    module = MLP(first, hidden, last, layers=len(WIDTHS) - 1, norm="batch").eval()
    rows = {batch: torch.randn(batch, first) for batch in BATCHES}
    for batch in BATCHES:
        for name in student_latency.forms(module, rows[batch]):
            bench.measure(
                f"{batch}, CPU, {name}", lambda name=name, batch=batch: _on_cpu(bench, module, rows[batch], name)
            )
        bench.measure(f"{batch}, CPU, Predictor", lambda batch=batch: _predictor(bench, module, rows[batch], None))
    for batch in BATCHES:
        for name, graphs in (("Predictor", False), ("Predictor, CUDA graph", True)):
            if bench.cuda:
                label = f"{batch}, {name}"
                bench.measure(label, lambda batch=batch, graphs=graphs: _predictor(bench, module, rows[batch], graphs))
            else:
                bench.needs_cuda(f"{batch}, {name}")
    for makers in (READY, COMPILED):
        for batch in BATCHES:
            for name, make in makers.items():
                label = f"{batch}, {name}"
                if "graph" in name and not bench.cuda:
                    bench.needs_cuda(label)
                else:
                    bench.measure(label, lambda make=make, batch=batch: _on_device(bench, module, rows[batch], make))


def _on_cpu(bench: Bench, module: MLP, rows: Tensor, name: str) -> Record:
    with cpu_threads(1):
        return clocked(bench, student_latency.forms(module, rows)[name], torch.device("cpu"))


def _predictor(bench: Bench, module: MLP, rows: Tensor, graphs: bool | None) -> Record:
    """`Predictor.predict_proba`, on the CPU where `graphs` is `None`."""
    first, last, hidden = rows.size(1), module.head.out_features, module.head.in_features
    student = MLPStudent(hidden=hidden, layers=len(module.maps) + 1, norm="batch")
    predictor, wanted = Predictor(student, module, first, range(last)), fold(module)(rows).softmax(-1)
    if graphs is not None:
        predictor = predictor.to(bench.device, cuda_graphs=graphs)
    x = rows.numpy()
    off = float((torch.from_numpy(predictor.predict_proba(x)) - wanted).abs().max())
    if not off < CLOSE:
        raise ArithmeticError(f"probabilities are off by {off:.2g}")
    with cpu_threads(1):
        return {**clocked(bench, lambda: predictor.predict_proba(x), torch.device("cpu")), "off": off}


def _on_device(bench: Bench, module: MLP, rows: Tensor, make: Callable[[MLP, Tensor, torch.device], Answer]) -> Record:
    """Times of a form, after its answer was compared with the CPU's: a wrong one would be fast as well."""
    wanted = fold(module)(rows)
    own = MLP(
        rows.size(1), module.head.in_features, module.head.out_features, len(module.maps) + 1, norm="batch"
    ).eval()
    own.load_state_dict(module.state_dict())
    with torch.inference_mode():
        answer = make(own.to(bench.device), rows, bench.device)
        off = float((answer().cpu() - wanted).abs().max() / wanted.abs().max())
        if not off < CLOSE:
            raise ArithmeticError(f"the answer is off by {off:.2g} of the largest logit")
        found = clocked(bench, answer)
    operations, weights = student_latency.work(module, rows)
    work = Work(operations, weights + 4.0 * len(rows) * (module.maps[0].in_features + module.head.out_features))
    return {**found, "off": off, **bench.against_floor(work, 1e-6 * found["us"])}


def _eager(module: MLP, rows: Tensor, device: torch.device) -> Answer:
    x = rows.to(device)
    return lambda: module(x).logits


def _folded(module: MLP, rows: Tensor, device: torch.device) -> Answer:
    x, network = rows.to(device), fold(module)
    return lambda: network(x)


def _folded_from_host(module: MLP, rows: Tensor, device: torch.device) -> Answer:
    network = fold(module)
    return lambda: network(rows.to(device)).cpu()


class _Graph:
    """The folded network, recorded once for rows of this shape: what reads `x` and writes `out` in one launch."""

    def __init__(self, module: MLP, rows: Tensor, device: torch.device):
        network, self.x = fold(module), rows.to(device)
        aside = torch.cuda.Stream(device)
        aside.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(aside):  # what libraries prepare at their first calls is no part of the graph
            for _ in range(3):
                network(self.x)
        torch.cuda.current_stream(device).wait_stream(aside)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.out = network(self.x)

    def __call__(self) -> Tensor:
        self.graph.replay()
        return self.out


def _graph(module: MLP, rows: Tensor, device: torch.device) -> Answer:
    return _Graph(module, rows, device)


def _graph_from_host(module: MLP, rows: Tensor, device: torch.device) -> Answer:
    """As `Predictor.load(..., device="cuda", cuda_graphs=True)` answers: the graph holds the copies both ways."""
    answer = Graphed(fold(module), device)
    return lambda: answer(rows)


def _compiled(module: MLP, rows: Tensor, device: torch.device, mode: str | None = None) -> Answer:
    """By `torch.compile`; on the CPU without a compiler of C++, which a machine may lack."""
    x, network = rows.to(device), fold(module)
    if device.type == "cuda":
        compiled = torch.compile(network.__call__, mode=mode)
    else:
        compiled = torch.compile(network.__call__, backend="aot_eager")
    return lambda: compiled(x)


def _compiled_graph(module: MLP, rows: Tensor, device: torch.device) -> Answer:
    return _compiled(module, rows, device, "reduce-overhead")


READY = {
    "eager": _eager,
    "folded": _folded,
    "folded, from the host": _folded_from_host,
    "CUDA graph": _graph,
    "CUDA graph, from the host": _graph_from_host,
}
COMPILED = {"compiled": _compiled, "compiled, CUDA graph": _compiled_graph}
