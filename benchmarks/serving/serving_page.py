"""Write SERVING.md from the result of `load.py`.

python benchmarks/serving/serving_page.py [--check]
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from figures import markdown, renew

from gnn2mlp.core.files import read_json

HERE = Path(__file__).parent
PAGE = HERE.parent / "SERVING.md"
HEAD = """# Requests: figures

Written by `python benchmarks/serving/serving_page.py` from `benchmarks/serving/results/load.json`, which has the
environment beside its figures; `python benchmarks/serving/load.py` measures anew.
"""
LOAD = """## `gnn2mlp serve` beside an echo

One row a request, {bytes:,} bytes of JSON with 20 columns of every kind, over loopback, from clients that wait for
their answer ({client}); one server process on {cores} cores of {processor}, which the client and other
programs share. The echo is FastAPI and uvicorn alone, which send the body back: what any server of Python costs before
it does anything. It and the server take turns, {rounds} times {seconds} seconds each; figures are medians, *share* is
the median over turns of the server's requests a second by the echo's. *Rows a batch* tells how many requests went
through the network at once.
"""
BOUND = """With `--queue {queue}`, {clients} such clients got {answered:,} answers and {refused:,} times 503 in
{seconds:.0f} seconds; {lost} requests were without a word.
"""


def text() -> str:
    """The page."""
    found = read_json(HERE / "results" / "load.json")
    environment, first, bound = found["environment"], found["rows"][0], found["bounded"]
    header = ["clients", "", "requests a second", "p50 ms", "p99 ms", "errors", "share", "rows a batch"]
    rows = [line for row in found["rows"] for line in _lines(row)]
    told = LOAD.format(
        bytes=found["bytes"],
        client=found["client"],
        cores=environment["cores"],
        processor=environment["processor"],
        rounds=first["rounds"],
        seconds=first["seconds"],
    )
    refused = bound["errors"]["status"]
    bounded = BOUND.format(
        queue=bound["queue"],
        clients=bound["clients"],
        answered=bound["requests"] - refused,
        refused=refused,
        seconds=bound["requests"] / bound["per_second"],
        lost=sum(bound["errors"].values()) - refused or "no",
    )
    return "\n".join([HEAD, told, markdown(header, rows), "", bounded])


def _lines(row: Mapping[str, Any]) -> list[list[str]]:
    echo, serve = (_figures(row[name]) for name in ("echo", "serve"))
    clients = str(row["clients"])
    return [
        [clients, "echo", *echo, "", ""],
        [clients, "serve", *serve, f"{row['ratio']:.2f}", f"{row['batch_rows']:.1f}"],
    ]


def _figures(one: Mapping[str, Any]) -> list[str]:
    return [f"{one['per_second']:,.0f}", f"{one['p50_ms']:.1f}", f"{one['p99_ms']:.1f}", str(one["errors"])]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is out of date")
    return renew(PAGE, text(), parser.parse_args(arguments).check, "benchmarks/serving/serving_page.py")


if __name__ == "__main__":
    sys.exit(main())
