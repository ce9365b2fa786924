"""How long the best of a million candidates for a link take, and scores of pairs: exact, and by a short list.

`python benchmarks/production/links.py [--rows 1000000]` writes `results/links.json`. The model is trained for a moment
on a graph's links, so that embeddings lie as those of a model do; candidates are mixtures of two of them, as no graph
at hand has a million nodes. Exact search is measured on fewer queries than the short list, as it takes longer.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.data import load_dataset
from gnn2mlp.deploy import LinkIndex, LinkPredictor
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.students import LinkStudent

HERE = Path(__file__).parent
MODELS = (("dot", 256), ("dot", 128), ("dot", 64), ("hadamard", 256), ("hadamard", 128), ("hadamard", 64))
BATCH, STEPS = 1024, 100
# Nodes that are searched for exactly, and that recall is measured on.
EXACT = 5


def main() -> None:
    """Measure all models, one after another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dataset", default="cora")
    parser.add_argument("--data", help="folder of data sets")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--models", type=int, nargs="*", default=[*range(len(MODELS))], help="numbers, from 0")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "links.json")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    graph = load_dataset(options.dataset, options.data)
    done = {
        "environment": environment(torch.device("cpu")),
        "dataset": options.dataset,
        "rows": options.rows,
        "threads": options.threads,
        "exact": EXACT,
    }
    lines: list[dict[str, Any]] = []
    for number in options.models:
        lines.append(measured(graph, *MODELS[number], options.rows))
        print(lines[-1], flush=True)
        write_json(options.out, {**done, "models": lines})


def measured(graph: Any, decoder: str, width: int, rows: int) -> dict[str, Any]:
    """Milliseconds of a question, and pairs a second, of one model."""
    made, auc = trained(graph, decoder, width)
    table = candidates(
        made.embed(graph.features.to_scipy() if isinstance(graph.features, CSR) else graph.features), rows
    )
    index = LinkIndex(made, table)
    asked = np.random.default_rng(1).integers(rows, size=30).tolist()
    exact, right = clocked(index.top, asked[:EXACT])
    line: dict[str, Any] = {"decoder": decoder, "width": width, "auc": auc, "exact": exact}
    for engine in ("scan", "faiss"):
        begin = time.perf_counter()
        fast = index.approximate(engine=engine, queries=0)
        build = time.perf_counter() - begin
        times, tops = clocked(fast.top, asked)
        found = [float(np.isin(one.ids, other.ids).mean()) for one, other in zip(right, tops, strict=False)]
        line[engine] = {**times, "recall": float(np.mean(found)), "least": min(found), "build_s": build}
        del fast
    pairs = np.random.default_rng(2).integers(rows, size=(100_000, 2))
    line["pairs"] = clocked(lambda _: index.score_pairs(pairs), range(4))[0] | {"count": len(pairs)}
    one = np.stack([np.full(1000, asked[0]), pairs[:1000, 1]], axis=1)
    line["request"] = clocked(lambda _: index.score_pairs(one), range(30))[0] | {"count": 1000}
    return line


def clocked(ask: Callable[[Any], Any], questions: Any) -> tuple[dict[str, float], list[Any]]:
    """Milliseconds of a question, and the answers.

    The median and the fastest on the clock, and the median of CPU time of all threads: other programs ran besides.
    """
    ask(questions[0])
    wall, cpu, answers = [], [], []
    for question in questions:
        begin, used = time.perf_counter(), time.process_time()
        answers.append(ask(question))
        wall.append(1e3 * (time.perf_counter() - begin))
        cpu.append(1e3 * (time.process_time() - used))
    return {"median_ms": float(np.median(wall)), "fastest_ms": min(wall), "cpu_ms": float(np.median(cpu))}, answers


def trained(graph: Any, decoder: str, width: int) -> tuple[LinkPredictor, float]:
    """A model that has seen nine tenths of the links, and its ROC-AUC on the others."""
    torch.manual_seed(0)
    edges = graph.edge_index[:, graph.edge_index[0] < graph.edge_index[1]]
    edges = edges[:, torch.randperm(edges.size(1))]
    test, edges = edges.split([edges.size(1) // 10, edges.size(1) - edges.size(1) // 10], dim=1)
    student = LinkStudent({"name": "mlp", "hidden": 256, "dropout": 0.5}, decoder, width=width)
    network, (nodes, features) = student.network(graph.features.shape[1], 1), graph.features.shape
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(STEPS):
        positive = edges[:, torch.randint(edges.size(1), (BATCH,))]
        both, places = torch.cat([positive, torch.randint(nodes, (2, BATCH))], 1).unique(return_inverse=True)
        z = network(rows_of(graph.features, both)).logits
        labels = torch.cat([torch.ones(BATCH), torch.zeros(BATCH)])
        loss = F.binary_cross_entropy_with_logits(network.score(z[places[0]], z[places[1]]), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    made = LinkPredictor(student, network, features)
    x = graph.features.to_scipy() if isinstance(graph.features, CSR) else graph.features.numpy()
    other = torch.randint(nodes, test.shape)
    found, none = (made.score_pairs(x, pairs.T, logits=True) for pairs in (test, other))
    return made, float((found[:, None] > none[None]).mean())


def rows_of(features: Features, rows: torch.Tensor) -> Features:
    """Some rows, dense or sparse."""
    return gather(features, rows)


def candidates(embeddings: np.ndarray, rows: int) -> np.ndarray:
    """As many embeddings as asked for: (1 - t) a + t b of two nodes each, t at most one half."""
    random = np.random.default_rng(0)
    made = np.empty((rows, embeddings.shape[1]), np.float32)
    for start in range(0, rows, 65_536):
        part = made[start : start + 65_536]
        one, other = random.integers(len(embeddings), size=(2, len(part)))
        share = random.random((len(part), 1), dtype=np.float32) / 2
        part[:] = (1 - share) * embeddings[one] + share * embeddings[other]
    return made


if __name__ == "__main__":
    main()
