"""The best partners of a node among a million candidates whose embeddings are kept.

    python benchmarks/speed/links_top.py                          # to `results/links_top.json`
    python benchmarks/speed/links_top.py --candidates 1000 --requests 3

Embeddings of 256 of random features by an untrained MLP, scored by a dot product or a Hadamard decoder of 256: time
does not depend on weights, the recall of a short list does. A request names a node and ends with ten others: of all,
each scored, or of a short list that `LinkIndex.approximate` makes. Figures are medians. One thread is measured in CPU
time, several by the clock.
"""

from collections.abc import Sequence

import machine
import numpy as np
from links_requests import BEST, FEATURES, clock, student_of

from gnn2mlp.deploy.link_index import LinkIndex

MILLION = 1_000_000
# Nodes that the recall of a short list is measured on; each is answered by scoring all, too.
RECALLED = 5


def best(candidates: int, decoder: str, requests: int) -> list[machine.Record]:
    """The ten best of so many candidates: of all, and by a short list with its recall."""
    student = student_of(FEATURES, decoder)
    random = np.random.default_rng(0)
    exact = LinkIndex(student, student.embed(random.standard_normal((candidates, FEATURES), dtype=np.float32)))
    short = exact.approximate(queries=RECALLED)
    nodes = random.integers(candidates, size=requests)
    found = []
    for how, index in (("all scored", exact), ("short list", short)):
        ask = {how: lambda number, index=index: machine.timed(lambda: index.top(int(nodes[number]), k=BEST), clock())}
        (spent,) = machine.compared(machine.interleaved(ask, requests), how).values()
        record = {"candidates": candidates, "how": f"{how}, {decoder}", "median_s": spent["median_s"]}
        found.append(record if index.recall is None else {**record, "recall": index.recall.mean})
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both decoders."""
    parser = machine.parser(__doc__, rounds=None)
    parser.add_argument("--candidates", type=int, default=MILLION)
    parser.add_argument("--requests", type=int, default=7, help="that count")
    options = parser.parse_args(arguments)
    for threads in options.threads:
        tops: list[machine.Record] = []
        for decoder in ("dot", "hadamard"):
            asked = {"candidates": options.candidates, "decoder": decoder, "requests": options.requests}
            tops += machine.fresh(best, threads, **asked)
            print(
                f"{threads} thread(s), {decoder}:",
                *(f"{1e3 * one['median_s']:.0f} ms" for one in tops[-2:]),
                flush=True,
            )
        about = {"threads": threads, "requests": options.requests, "best": BEST, "recalled": RECALLED}
        machine.put(options.results / "links_top.json", str(threads), {**about, "top": tops})


if __name__ == "__main__":
    main()
