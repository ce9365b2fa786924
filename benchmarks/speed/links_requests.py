"""The best of a thousand candidates for a link: SAGE with full neighbourhoods, and the student that reads features.

    python benchmarks/speed/links_requests.py                     # to `results/links_requests.json`
    python benchmarks/speed/links_requests.py --nodes 2000 --degrees 4 --requests 3 --pairs 1000

Random graphs of 100,000 nodes with 128 features and 4, 14 or 50 links a node on average (Cora has 4, ogbn-arxiv 14,
ogbn-products 50), power-law degrees. A request names a node and 1,000 candidates, drawn evenly, and ends with the ten
to which it most probably links. The teacher, two layers of SAGE of 256 that average all neighbours, fetches what it
needs; the student, an MLP with two layers of 256, gathers rows. Both score with a Hadamard decoder of 256, or both with
the inner product. Weights are drawn, not trained. *Kept*: embeddings of all candidates were made before, and the asked
node alone is embedded. Pairs a second: random pairs, all nodes embedded once.
One thread is measured in CPU time, which what else the machine does hardly touches, several by the clock.
"""

import time
from collections.abc import Callable, Sequence
from itertools import product

import machine
import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, graph_from_arrays, load_dataset
from gnn2mlp.deploy import LinkPredictor
from gnn2mlp.students import LinkStudent
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import Link, PairPredictor

NODES, FEATURES, WIDTH, LAYERS = 100_000, 128, 256, 2
DEGREES = (4, 14, 50)
DECODERS = ("hadamard", "dot")
ASKED = 1_000
PAIRS = 200_000
BEST = 10
Answer = Callable[[Tensor], object]


def graph_of(nodes: int, degree: int) -> GraphData:
    """So many links a node, on average; what is asked of it is links."""
    spec = Spec("synthetic", nodes=nodes, edges=nodes * degree // 2, features=FEATURES)
    drawn = GraphData.expect(load_dataset(spec), "a speed benchmark")
    return graph_from_arrays(drawn.features, None, drawn.edge_index, name=drawn.name, task=LinkPrediction())


def teacher_of(graph: GraphData, decoder: str) -> Link:
    """With drawn weights."""
    teacher = Link({"name": "sage", "layers": LAYERS, "hidden": WIDTH}, width=WIDTH, decoder=decoder)
    with seeded(0, "teacher"):
        teacher.initialise(graph.num_features)
    return teacher


def student_of(features: int, decoder: str = "hadamard") -> LinkPredictor:
    """With drawn weights."""
    student = LinkStudent({"name": "mlp", "hidden": WIDTH, "layers": LAYERS}, decoder, width=WIDTH)
    with seeded(0, "student"):
        module = student.network(features, 1)
    return LinkPredictor(student, module.eval(), num_features=features)


def drawn(nodes: int, asked: int, requests: int) -> list[Tensor]:
    """Of each request the node, and its candidates after it, all different."""
    random = generator(0, "requests")
    return [torch.randperm(nodes, generator=random)[: 1 + asked] for _ in range(requests)]


def answers(teacher: PairPredictor, student: LinkPredictor, graph: GraphData) -> dict[str, Answer]:
    """What answers a request by the ids of the best candidates, by side."""
    x = np.asarray(graph.features, dtype=np.float32)
    index = student.index(x)
    held = teacher.embed(torch.arange(graph.num_nodes))

    def first(ids: Tensor, logits: Tensor) -> Tensor:
        return ids[1:][logits.topk(min(BEST, len(logits))).indices]

    def by_teacher(ids: Tensor) -> object:
        return first(ids, teacher(torch.stack([ids[:1].expand(len(ids) - 1), ids[1:]], dim=1)))

    def by_held(ids: Tensor) -> object:
        others = held[ids[1:]]
        return first(ids, teacher.score(teacher.embed(ids[:1]).expand_as(others), others))

    def by_student(ids: Tensor) -> object:
        return ids[student.top(x[ids.numpy()], node=0, k=BEST).ids]

    def by_kept(ids: Tensor) -> object:
        return index.top_for(x[ids[:1].numpy()], k=BEST, candidates=ids[1:].numpy()).ids

    return {"student": by_student, "student_kept": by_kept, "teacher": by_teacher, "teacher_kept": by_held}


def clock() -> Callable[[], float]:
    """CPU time for one thread, else the time of day."""
    return time.process_time if torch.get_num_threads() == 1 else time.perf_counter


def ask(nodes: int, degree: int, decoder: str, asked: int, requests: int, pairs: int) -> machine.Record:
    """Requests and pairs a second on one graph, by one decoder."""
    graph = graph_of(nodes, degree)
    taught, student = teacher_of(graph, decoder), student_of(graph.num_features, decoder)
    teacher = taught.pair_predictor(graph, "cpu")
    assert teacher is not None
    drawn_ids = drawn(nodes, asked, requests)
    sides = {
        name: (lambda number, answer=answer: machine.timed(lambda: answer(drawn_ids[number]), clock()))
        for name, answer in answers(teacher, student, graph).items()
    }
    seconds = machine.interleaved(sides, requests)
    reached = [teacher.count_neighbourhood(ids) for ids in drawn_ids]
    return {
        "degree": 2 * (graph.edge_index.shape[1] // 2) / nodes,
        "decoder": decoder,
        "beside": {name: machine.compared(seconds, name) for name in ("student", "student_kept")},
        "reached": float(np.mean(reached)),
        "pairs_per_s": throughput(taught, student, graph, pairs),
    }


def throughput(teacher: Link, student: LinkPredictor, graph: GraphData, pairs: int) -> dict[str, float]:
    """Pairs a second of both, embeddings of all nodes included."""
    chosen = torch.randint(graph.num_nodes, (pairs, 2), generator=generator(0, "pairs"))
    x = np.asarray(graph.features, dtype=np.float32)
    sides = {
        "student": lambda _: machine.timed(lambda: student.score_pairs(x, chosen.numpy()), clock()),
        "teacher": lambda _: machine.timed(lambda: teacher.score_pairs(graph, chosen, "cpu"), clock()),
    }
    found = machine.compared(machine.interleaved(sides, 3, warm_up=False), "student")
    return {name: pairs / side["median_s"] for name, side in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every graph."""
    parser = machine.parser(__doc__, rounds=None)
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--degrees", type=int, nargs="+", default=DEGREES, help="links a node")
    parser.add_argument("--decoders", nargs="+", choices=DECODERS, default=DECODERS, help="of both sides")
    parser.add_argument("--asked", type=int, default=ASKED, help="candidates of a request")
    parser.add_argument("--requests", type=int, default=11, help="that count")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    options = parser.parse_args(arguments)
    for threads in options.threads:
        graphs = []
        sizes = {"nodes": options.nodes, "asked": options.asked, "requests": options.requests, "pairs": options.pairs}
        for decoder, degree in product(options.decoders, options.degrees):
            graphs.append(machine.fresh(ask, threads, degree=degree, decoder=decoder, **sizes))
            told = f"{threads} thread(s), {decoder}, {degree} links a node"
            machine.say(told, graphs[-1]["beside"]["student_kept"])
        about = {"threads": threads, "nodes": options.nodes, "features": FEATURES, "width": WIDTH}
        about |= {"asked": options.asked, "requests": options.requests, "pairs": options.pairs}
        machine.put(options.results / "links_requests.json", str(threads), {**about, "graphs": graphs})


if __name__ == "__main__":
    main()
