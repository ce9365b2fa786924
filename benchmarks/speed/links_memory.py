"""Distilling links: peak memory as nodes, contexts and the batch grow.

    python benchmarks/speed/links_memory.py                            # to `results/links_memory.json`
    python benchmarks/speed/links_memory.py --nodes 500 --contexts 4 --batch 64

LLP with the package's weights on random graphs with ten links a node and 64 features, an MLP with two layers of 256 and
a Hadamard decoder of 256, two epochs, validation included. Contexts and the teacher's scores of them are drawn at
random: memory does not depend on what a teacher says. From the smallest case each of the three sizes is doubled twice,
the others staying as they were. Every case runs in a process of its own.
"""

from collections.abc import Iterator, Sequence

import machine
import torch

from gnn2mlp.core.seeds import generator
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, LinkViews, RandomEdges, load_dataset
from gnn2mlp.data.view import Observed
from gnn2mlp.distill import Distiller
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.students import LinkStudent
from gnn2mlp.tasks import LinkPrediction

NODES, CONTEXTS, BATCH = 20_000, 12, 512
GROWTH = (1, 2, 4)
FEATURES, LINKS, EPOCHS = 64, 5, 2


def cases(nodes: int, contexts: int, batch: int) -> Iterator[dict[str, int]]:
    """The smallest one, and each size grown by itself."""
    smallest = {"nodes": nodes, "contexts": contexts, "batch": batch}
    yield smallest
    for name in smallest:
        yield from ({**smallest, name: times * smallest[name]} for times in GROWTH[1:])


def observe(nodes: int) -> Observed:
    """What training sees of a random graph."""
    graph = load_dataset(Spec("synthetic", nodes=nodes, edges=LINKS * nodes, features=FEATURES))
    graph = GraphData.expect(graph, "a memory benchmark")
    return LinkViews.of(graph, RandomEdges().split(graph, 0), LinkPrediction()).observed


def table(observed: Observed, contexts: int) -> TeacherKnowledge:
    """One draw of contexts, all at random, and scores that say nothing."""
    random, nodes = generator(0, "contexts"), observed.graph.num_nodes
    places = torch.randint(nodes, (nodes, contexts), generator=random)
    keys = {
        "context_ids": observed.node_ids[places],
        "context_scores": torch.randn(nodes, contexts, generator=random),
        "context_draws": torch.tensor(1),
    }
    return TeacherKnowledge(observed.node_ids, keys)


def distil(nodes: int, contexts: int, batch: int) -> machine.Record:
    """Two epochs of one case."""
    observed = observe(nodes)
    knowledge = table(observed, contexts)
    method = METHODS.get("llp")()
    distiller = Distiller(epochs=EPOCHS, batch_size=batch)
    objective = method.build_objective()
    _, spent = machine.metered(
        lambda: distiller.fit(LinkStudent(), objective, observed, knowledge, update=method.update, device="cpu")
    )
    return {"nodes": nodes, "contexts": contexts, "batch": batch, **spent}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every case."""
    parser = machine.parser(__doc__, threads=(1,), rounds=None)
    parser.add_argument("--nodes", type=int, default=NODES, help="of the smallest case")
    parser.add_argument("--contexts", type=int, default=CONTEXTS, help="of a node, likewise")
    parser.add_argument("--batch", type=int, default=BATCH, help="anchors of a step, likewise")
    options = parser.parse_args(arguments)
    for threads in options.threads:
        sizes = []
        for case in cases(options.nodes, options.contexts, options.batch):
            sizes.append(machine.fresh(distil, threads, **case))
            before, peak = sizes[-1]["before_gib"], sizes[-1]["peak_gib"]
            print(*case.values(), f"{peak:.2f} GiB, {peak - before:.2f} of it grown", flush=True)
        about = {"threads": threads, "features": FEATURES, "links": LINKS, "epochs": EPOCHS}
        machine.put(options.results / "links_memory.json", str(threads), {**about, "sizes": sizes})


if __name__ == "__main__":
    main()
