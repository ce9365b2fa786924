"""What a graph of a billion nodes would take, from rates that were measured here: the tables of docs/scale.md.

    python benchmarks/scale_plan.py --nodes 1e9 --edges 25 --features 128 --price 0.05

Each step's cost is the CPU seconds that one core took of the largest size measured, made larger in proportion to what
goes through it. Prices are yours: `--price` is of an hour of one core, in whatever currency.
"""

import argparse
import math
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from figures import markdown

from gnn2mlp.core.files import read_json

HERE = Path(__file__).parent
FLOAT, ID = 4, 8
# Values of features that a block of `propagate` has for each GiB: of 4 GiB it makes one of 2 million nodes x 100.
BLOCK = 5e7
# Operations of a weight for a row of training: forward, and twice as much backward.
TRAINING = 6


class Plan(NamedTuple):
    """What is planned for.

    Args:
        nodes: nodes of the graph.
        edges: edges for each node, each listed once.
        features: numbers of a node, in single precision.
        hops: products with the operator.
        classes: numbers of an answer of the teacher.
        hidden: units of the two hidden layers of teacher and student.
        labelled: share of nodes that train the teacher.
        teacher_epochs: epochs over the labelled nodes.
        student_epochs: epochs over all nodes.
        memory: GiB for blocks of hop features, of all machines together.
        cores: cores that work at the same time.
        price: price of an hour of a core.
    """

    nodes: float = 1e9
    edges: float = 25
    features: int = 128
    hops: int = 3
    classes: int = 47
    hidden: int = 256
    labelled: float = 0.08
    teacher_epochs: int = 10
    student_epochs: int = 2
    memory: float = 1024
    cores: int = 64
    price: float = 0.05

    @property
    def row(self) -> int:
        """Bytes of a node's id and features."""
        return ID + FLOAT * self.features

    @property
    def links(self) -> float:
        """Edges of the graph, each once."""
        return self.nodes * self.edges


class Step(NamedTuple):
    """A step: its name, what goes through it, and the core hours that this takes (`None`: the rate is not measured)."""

    name: str
    through: str
    rate: str
    hours: float | None


def sizes(plan: Plan) -> list[tuple[str, str, float]]:
    """Tables on disk: what they are, how their size is made up, bytes uncompressed."""
    n, row, known = plan.nodes, plan.row, ID + FLOAT * plan.classes
    hop = f"nodes x ({ID} + {FLOAT} x features)"
    return [
        ("nodes", hop, n * row),
        ("edges, each once", f"edges x 2 x {ID}", plan.links * 2 * ID),
        (f"hop features, {plan.hops} hops", f"hops x {hop}", plan.hops * n * row),
        ("knowledge: logits", f"nodes x ({ID} + {FLOAT} x classes)", n * known),
        ("answers: id, class, confidence", f"nodes x ({ID} + 2 x {FLOAT})", n * (ID + 2 * FLOAT)),
    ]


def shuffles(plan: Plan) -> list[tuple[str, str, float]]:
    """What is read or sent beside the tables themselves: what, how it is made up, bytes."""
    passes = math.ceil(plan.nodes * plan.features / (BLOCK * plan.memory))
    message = 2 * plan.links * (ID + FLOAT * plan.features)
    joined = plan.nodes * (plan.row + ID + FLOAT * plan.classes)
    return [
        ("degrees and weights", f"2 x edges x {ID}", 2 * plan.links * ID),
        (f"one hop by blocks: {passes:,} passes over all rows", "passes x nodes table", passes * plan.nodes * plan.row),
        (
            "one hop by a join: a row along each direction of an edge",
            f"2 x edges x ({ID} + {FLOAT} x features)",
            message,
        ),
        ("join of features and knowledge", "nodes x both rows", joined),
    ]


def weights(inputs: float, plan: Plan) -> float:
    """Weights of an MLP of three layers."""
    return inputs * plan.hidden + plan.hidden**2 + plan.hidden * plan.classes


def steps(plan: Plan) -> list[Step]:
    """The steps in their order."""
    spread, streamed = _measured("speed/results/joins.json"), _measured("speed/results/streaming.json")
    joins, streams = spread["1"], streamed["1"]
    largest = joins["sizes"][-1]
    joined = largest["write"]["bytes"] / largest["join"]["cpu_s"]
    both = plan.nodes * (plan.row + ID + FLOAT * plan.classes)
    epochs = streams["sizes"][-1]["distil"]["rows_per_s"]
    layers = Plan(features=streams["features"], classes=streams["classes"], hidden=streams["student"]["hidden"])
    operations = epochs * TRAINING * weights(layers.features, layers)
    teacher = plan.nodes * plan.labelled * plan.teacher_epochs
    wide, own = weights(plan.features * (plan.hops + 1), plan), weights(plan.features, plan)
    scored = _measured("production/results/score.json")["sizes"][-1]
    rows = scored["rows"] / scored["ours"]["cpu_seconds"]
    speed = f"{operations / 1e9:,.0f} GFLOP/s"
    hops = HERE / "scale" / "results" / "propagate.json"
    return [
        *propagation(plan, read_json(hops) if hops.exists() else None),
        Step("train the teacher", f"{_short(teacher)} rows", speed, teacher * TRAINING * wide / operations / 3600),
        Step("knowledge of all nodes", f"{_short(plan.nodes)} rows", speed, plan.nodes * 2 * wide / operations / 3600),
        Step("join features and knowledge", _bytes(both), f"{joined / 1e6:,.1f} MB/s", both / joined / 3600),
        Step(
            "train the student",
            f"{_short(plan.nodes * plan.student_epochs)} rows",
            speed,
            plan.nodes * plan.student_epochs * TRAINING * own / operations / 3600,
        ),
        Step("score all nodes", f"{_short(plan.nodes)} rows", f"{rows:,.0f} rows/s", plan.nodes / rows / 3600),
    ]


def measured_in_words() -> str:
    """What `propagate` and `teach` took on the largest graph, and held on each, as SCALE.md has it."""
    *_, large = entries = sorted(_measured("scale/results/propagate.json").values(), key=_extent)
    sizes, hops = large["propagate"]["counts"], large["propagate"]
    told = {
        name: ", ".join(
            f"{entry[name]['peak_gib']:.2f} GiB ({entry['propagate']['counts']['nodes']:,} nodes, `{entry['memory']}`)"
            for entry in entries
        )
        for name in ("propagate", "teach")
    }
    return (
        f"Measured ([SCALE](../benchmarks/SCALE.md)): three hops of {sizes['nodes']:,} nodes and {sizes['edges']:,} "
        f"edges, {hops['width']} features each, took {hops['seconds']:.0f} seconds ({hops['cpu_seconds']:.0f} of CPU) "
        f"with `--memory {large['memory']}`. The most that was held, libraries included, by size and `--memory`: "
        f"`propagate` {told['propagate']}; `teach` of these hops {told['teach']}."
    )


def _extent(entry: Mapping[str, Any]) -> tuple[float, str]:
    """How large the graph of a run was, and what memory it was allowed."""
    return entry["scale"], entry.get("memory", "")


def propagation(plan: Plan, entries: Mapping[str, Any] | None) -> list[Step]:
    """Links sorted and added up, by the rates that `benchmarks/scale/propagate.py` measured on its largest graph.

    Args:
        plan: sizes.
        entries: what that script wrote; `None` if it was not run.
    """
    links = 2 * plan.links
    products = links * plan.features * plan.hops
    if not entries:
        names = ("sort the links", f"{_short(links)} links"), (f"{plan.hops} hops", f"{_short(products)} products")
        return [Step(name, through, "not measured", None) for name, through in names]
    rates = max(entries.values(), key=_extent)["rates"]
    sorted_, added = rates["links_sorted_per_cpu_second"], rates["link_features_per_cpu_second"]
    return [
        Step("sort the links", f"{_short(links)} links", f"{_short(sorted_)}/s", links / sorted_ / 3600),
        Step(f"{plan.hops} hops", f"{_short(products)} products", f"{_short(added)}/s", products / added / 3600),
    ]


def _measured(name: str) -> Mapping[str, Any]:
    return read_json(HERE / name)


def _short(number: float) -> str:
    """`25 billion`."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{number / size:,.3g} {word}"
    return f"{number:,.0f}"


def _bytes(size: float) -> str:
    return f"{size / 1e12:,.3g} TB" if size >= 1e12 else f"{size / 1e9:,.3g} GB"


def sizes_table(plan: Plan | None = None) -> str:
    """Tables on disk."""
    rows = [[what, how, _bytes(size)] for what, how, size in sizes(plan or Plan())]
    return markdown(["table", "made up of", "bytes"], rows)


def shuffles_table(plan: Plan | None = None) -> str:
    """What is read or sent beside the tables themselves."""
    rows = [[what, how, _bytes(size)] for what, how, size in shuffles(plan or Plan())]
    return markdown(["step", "made up of", "bytes"], rows)


def steps_table(plan: Plan | None = None) -> str:
    """Core hours of each step, hours of all cores, and the price."""
    plan = plan or Plan()
    rows = [[one.name, one.through, one.rate, *_costs(one.hours, plan)] for one in steps(plan)]
    known = [one.hours for one in steps(plan) if one.hours is not None]
    rows.append(["all that is measured", "", "", *_costs(sum(known), plan)])
    return markdown(
        ["step", "goes through", "one core here", "core hours", f"hours of {plan.cores} cores", "price"], rows
    )


def _costs(hours: float | None, plan: Plan) -> Sequence[str]:
    if hours is None:
        return "", "", ""
    return f"{hours:,.1f}", f"{hours / plan.cores:,.2f}", f"{hours * plan.price:,.2f}"


def assumptions(plan: Plan | None = None) -> str:
    """The settings of the plan, their values, and what they are."""
    plan = plan or Plan()
    meanings = dict(re.findall(r"^ +(\w+): (.*)\.$", Plan.__doc__ or "", re.MULTILINE))
    rows = [
        [f"`--{name.replace('_', '-')}`", _short(value) if value >= 1e6 else f"{value:,g}", meanings[name]]
        for name, value in plan._asdict().items()
    ]
    return markdown(["setting", "value", "what it is"], rows)


def main() -> int:
    """Print the tables for settings of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in Plan()._asdict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    plan = Plan(**vars(parser.parse_args()))
    for write in (assumptions, sizes_table, shuffles_table, steps_table):
        print(write(plan), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
