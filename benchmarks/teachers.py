"""How good the teachers are, and what they cost.

    python benchmarks/teachers.py --data-root DATA [--datasets cpf-cora cpf-citeseer] [--splits 10]
    python benchmarks/teachers.py --table     # writes TEACHERS.md from results/teachers.jsonl

Every teacher is trained in the inductive setting on the published splits, as the recipe of its data set has it; its
epoch is chosen on validation nodes, and test nodes are scored once: seen ones in the observed graph, unseen ones in
the full graph, and unseen ones again without any edge (cold). Members of an ensemble are the teachers of the same
seed, which they are to the last bit where they are trained in it, so that each is trained once. CPU seconds are those
of the training on one thread, their median over the splits for which they were taken, on a machine that did other
things as well. The command goes on where it stopped.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch
from figures import SPREAD, command, markdown, percent
from torch import Tensor

from gnn2mlp.core.environment import environment
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, GraphData, Views, load_dataset
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.evaluate import Outcome, accuracy, paired
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers.ensemble import Ensemble

RESULTS = Path(__file__).parent / "results" / "teachers.jsonl"
PAGE = Path(__file__).parent / "TEACHERS.md"
SINGLE = ("sage", "gcn", "gat", "appnp", "grand")
# Members of no ensemble, trained by themselves.
BESIDE = ("sign",)
ENSEMBLES: Mapping[str, tuple[str, ...]] = {
    "ensemble (sage, gcn, gat)": ("sage", "gcn", "gat"),
    "ensemble (gcn, appnp, grand)": ("gcn", "appnp", "grand"),
    "ensemble (all five)": SINGLE,
}
POPULATIONS = ("valid", "seen", "unseen", "cold")
Logits = dict[str, Tensor]


def trained(name: str, dataset: str, views: Views, seed: int) -> tuple[Logits, float, dict[str, Any]]:
    """Logits of all nodes by graph (`observed`, `full`, `cold`), seconds of the training, and the options."""
    recipe = resolve_dataset(dataset).recipe.get("teacher", {})
    teacher = TEACHERS.get(name).with_recipe(Spec(name), recipe).build(TEACHERS)
    started = time.process_time()
    teacher.fit(views.observed, seed=seed)
    seconds = time.process_time() - started
    full = views.full.graph
    assert isinstance(full, GraphData)
    observed = torch.full((full.num_nodes, full.task.num_outputs), torch.nan)
    observed[views.observed.node_ids] = teacher.export(views.observed)["logits"]
    alone = full.without_links_of(views.full.split.unseen)
    logits = {"observed": observed, "full": teacher.predict(full), "cold": teacher.predict(alone)}
    return logits, seconds, dict(teacher.spec().options)


def scores(logits: Logits, views: Views) -> dict[str, float]:
    """Accuracy by population."""
    split, labels = views.full.split, views.full.labels
    where = {"valid": ("observed", split.valid), "seen": ("observed", split.seen)}
    where |= {"unseen": ("full", split.unseen), "cold": ("cold", split.unseen)}
    return {name: accuracy(logits[graph][ids], labels[ids]) for name, (graph, ids) in where.items()}


def lines(dataset: str, graph: GraphData, seed: int) -> Iterator[dict[str, Any]]:
    """A line for each teacher and ensemble on one split."""
    facts, views = drawn(dataset, graph, seed)
    found, spent = dict[str, Logits](), dict[str, float]()
    for name in SINGLE:
        found[name], spent[name], options = trained(name, dataset, views, seed)
        yield {**facts, "teacher": name, "options": options, "cpu_seconds": spent[name], **scores(found[name], views)}
    for title, members in ENSEMBLES.items():
        mean = Ensemble(members=list(members)).mean_of
        said = {
            graph_name: mean(graph.task, torch.stack([found[name][graph_name] for name in members]))
            for graph_name in ("observed", "full", "cold")
        }
        seconds = sum(spent[name] for name in members)
        yield {**facts, "teacher": title, "members": list(members), "cpu_seconds": seconds, **scores(said, views)}


def drawn(dataset: str, graph: GraphData, seed: int) -> tuple[dict[str, Any], Views]:
    """What a line says of its split, and the views of it."""
    split = Spec("cpf").build(SPLITTERS).split(graph, seed, "inductive")
    ratio = split.unseen.numel() / (split.train.numel() + split.valid.numel())
    return {"dataset": dataset, "seed": seed, "split": split.digest, "ratio": ratio}, Views.of(graph, split)


def alone(dataset: str, graph: GraphData, seed: int, name: str) -> dict[str, Any]:
    """The line of one teacher that is in no ensemble."""
    facts, views = drawn(dataset, graph, seed)
    found, spent, options = trained(name, dataset, views, seed)
    return {**facts, "teacher": name, "options": options, "cpu_seconds": spent, **scores(found, views)}


def run(root: Path, datasets: Sequence[str], splits: int) -> None:
    """Append what is missing, split by split."""
    for dataset in datasets:
        graph = load_dataset(dataset, root)
        assert isinstance(graph, GraphData)
        for seed in range(splits):
            there = {line["teacher"] for line in read() if (line["dataset"], line["seed"]) == (dataset, seed)}
            made = [] if there else list(lines(dataset, graph, seed))
            made += [alone(dataset, graph, seed, name) for name in BESIDE if name not in there]
            made = [{**line, "environment": environment(torch.device("cpu"))} for line in made]
            with RESULTS.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in made)
            print(dataset, seed, flush=True)


def read() -> list[dict[str, Any]]:
    """All lines of results."""
    return [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []


def table(found: Sequence[Mapping[str, Any]], dataset: str) -> str:
    """The teachers of one data set, and how each does on unseen nodes against sage."""
    own = [line for line in found if line["dataset"] == dataset]
    rows = []
    for name in dict.fromkeys(line["teacher"] for line in own):
        some = sorted((line for line in own if line["teacher"] == name), key=lambda line: line["seed"])
        values = [percent([line[population] for line in some]) for population in POPULATIONS]
        timed = [line["cpu_seconds"] for line in some if "cpu_seconds" in line]
        rows.append([name, *values, against_sage(own, some), f"{median(timed):.1f}" if timed else ""])
    head = ["teacher", "validation", "seen", "unseen", "unseen, cold", "unseen against sage", "CPU seconds"]
    splits = len({line["seed"] for line in own})
    return f"## {dataset}, {splits} splits\n\n{markdown(head, rows)}"


def against_sage(own: Sequence[Mapping[str, Any]], some: Sequence[Mapping[str, Any]]) -> str:
    """The mean difference in points with the corrected interval of `evaluate.paired`."""
    reference = [line for line in own if line["teacher"] == "sage"]
    if some[0]["teacher"] == "sage" or len(some) < 2:
        return ""
    ours, theirs = (
        [Outcome(line["seed"], line["split"], 100 * line["unseen"], line["ratio"]) for line in lines]
        for lines in (some, reference)
    )
    difference = paired(ours, theirs)
    return f"{difference.difference:+.1f} ({difference.low:+.1f} to {difference.high:+.1f})"


def page(found: Sequence[Mapping[str, Any]]) -> str:
    """The page: how it was made, and a table for each data set."""
    assert __doc__ is not None
    how = __doc__.split("\n\n", 2)[2].strip()
    tables = "\n\n".join(table(found, dataset) for dataset in dict.fromkeys(line["dataset"] for line in found))
    return f"# Teachers\n\nMade by `benchmarks/teachers.py --table`. {how}\n\n{SPREAD}\n\n{tables}\n"


def main() -> None:
    """Read the command line."""
    command(__doc__, 10, run, PAGE, lambda: page(read()))


if __name__ == "__main__":
    main()
