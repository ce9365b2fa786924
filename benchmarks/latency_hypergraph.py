"""What a request costs an HGNN and its graph-free student; written to `results/latency_hypergraph.json`.

    python benchmarks/latency_hypergraph.py                        # synthetic hypergraphs of 5,000 to 100,000 nodes
    python benchmarks/latency_hypergraph.py --data-root DATA       # and walmart-trips, whose sizes are real
    python benchmarks/latency_hypergraph.py --nodes 1000 --repeats 20

A request names random nodes. For the HGNN it fetches all hyperedges within two hops, gathers the features of their
nodes and runs; for the student it gathers the nodes' own features and runs; both end with class probabilities. The two
take turns within each size, after a warm-up; figures are medians over at least 10 requests, at most 100, on one thread
of the CPU. *All nodes at once* is one pass over the whole hypergraph, operators made beforehand, against one pass of
the student over all features. Weights are drawn, not trained: they do not change what is computed. Networks are those
of LightHGNN: HGNN with two layers and 32 hidden units, student with two layers and 128.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from rows import HERE
from torch import Tensor

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import HypergraphData, hypergraph_from_arrays, load_dataset
from gnn2mlp.evaluate.latency import NODES, WARMUP, draws
from gnn2mlp.nn.csr import Features, compute_form, gather
from gnn2mlp.nn.fold import fold
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.teachers import infer, input_features
from gnn2mlp.teachers.hgnn import HGNN

RESULT = HERE / "results" / "latency_hypergraph.json"
SIZES = (5_000, 10_000, 25_000, 55_000, 100_000)
FEATURES, CLASSES = 128, 8
# Of the synthetic hypergraphs: as many hyperedges as nodes, so that a node lies in ten hyperedges of ten nodes.
MEAN_SIZE = 10
# A measurement stops after so many seconds, but not before ten requests.
BUDGET = 60.0
Answer = Callable[[Tensor], object]


def synthetic(nodes: int, mean_size: int = MEAN_SIZE, seed: int = 0) -> HypergraphData:
    """As many hyperedges as nodes, of 2 or more nodes, `mean_size` on average (geometric), members drawn evenly."""
    random = np.random.default_rng(seed)
    sizes = 1 + random.geometric(1 / (mean_size - 1), nodes)
    index = np.stack([random.integers(nodes, size=sizes.sum()), np.repeat(np.arange(nodes), sizes)])
    labels = random.integers(CLASSES, size=nodes)
    features = random.standard_normal((nodes, FEATURES)).astype(np.float32)
    return hypergraph_from_arrays(features, labels, index, name=f"synthetic, {nodes:,} nodes")


def models(graph: HypergraphData) -> tuple[HGNN, Callable[[Features], Tensor]]:
    """Teacher, and student as it ships, with drawn weights."""
    teacher = HGNN()
    with seeded(0, "latency"):
        teacher.initialise(graph.num_features, graph.task.num_outputs)
        student = MLPStudent(hidden=128, layers=2, norm="batch").build(graph.num_features, graph.task.num_outputs)
    return teacher, fold(student.eval())


def measure(graph: HypergraphData, repeats: int) -> dict[str, Any]:
    """Requests of each size, and a pass over everything."""
    teacher, student = models(graph)
    features = compute_form(graph.features)

    @torch.inference_mode()
    def answer(ids: Tensor) -> Tensor:
        return student(gather(features, ids)).softmax(-1)

    answers = {"teacher": teacher.neighbourhood_predictor(graph), "student": answer}
    requests = [{"nodes": k, **in_turn(answers, draws(graph.num_nodes, k, repeats))} for k in NODES]
    sampler, x = teacher.sampler(graph), input_features(graph)
    everything = {
        "teacher": lambda _: infer(teacher.module_, sampler, x),
        "student": torch.inference_mode()(lambda _: student(x).softmax(-1)),
    }
    passes = [torch.empty(0)] * (2 + max(10, repeats // 5))
    return {
        "name": graph.name,
        "graph": graph.sizes,
        "requests": requests,
        "everything": in_turn(everything, passes, warmup=2),
    }


def in_turn(answers: dict[str, Answer], requests: list[Tensor], warmup: int = WARMUP) -> dict[str, Any]:
    """Median milliseconds of each side, the median of the ratios, and how many requests were timed."""
    spent: dict[str, list[float]] = {name: [] for name in answers}
    stop = time.perf_counter() + BUDGET
    for index, ids in enumerate(requests):
        for name, answer in answers.items():
            start = time.perf_counter()
            answer(ids)
            if index >= warmup:
                spent[name].append(1e3 * (time.perf_counter() - start))
        if time.perf_counter() > stop and len(spent["teacher"]) >= 10:
            break
    ratios = [a / b for a, b in zip(spent["teacher"], spent["student"], strict=True)]
    figures = {f"{name}_ms": median(times) for name, times in spent.items()}
    tails = {f"{name}_p95_ms": float(np.percentile(times, 95)) for name, times in spent.items()}
    return {**figures, **tails, "ratio": median(ratios), "repeats": len(ratios)}


def main(arguments: list[str] | None = None) -> None:
    """Measure every size and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, nargs="+", default=SIZES, help="sizes of the synthetic hypergraphs")
    parser.add_argument("--repeats", type=int, default=100, help="requests at most")
    parser.add_argument("--data-root", type=Path, help="folder with raw data: measure walmart-trips as well")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    found = []
    for nodes in options.nodes:
        found.append(measure(synthetic(nodes), options.repeats))
        print(_said(found[-1]), flush=True)
    if options.data_root:
        graph = load_dataset(Spec("walmart-trips", features="noisy_labels"), options.data_root)
        found.append(measure(HypergraphData.expect(graph, "latency"), options.repeats))
        print(_said(found[-1]), flush=True)
    write_json(
        options.out,
        {"environment": environment(torch.device("cpu")), "dtype": "float32", "threads": 1, "hypergraphs": found},
    )


def _said(entry: dict[str, Any]) -> str:
    cells = [f"{cell['nodes']}: {cell['ratio']:.0f}x" for cell in entry["requests"]]
    return f"{entry['name']}  {'  '.join(cells)}  everything: {entry['everything']['ratio']:.1f}x"


if __name__ == "__main__":
    main()
