"""How well students and teachers forget, beside models that are trained anew.

    python benchmarks/unlearning.py students --data-root DATA         # cpf-cora and cpf-citeseer, five splits each
    python benchmarks/unlearning.py teachers --data-root DATA         # a GCN on cpf-cora, five splits
    python benchmarks/unlearning.py --table                           # writes UNLEARNING.md from the results

Every line is of one split and one removal: what attacks tell of each method beside a model that was trained anew with
the same seed, and how far another one, with another seed, is from that: the noise that nobody can be below. No setting
is chosen by any of these figures. A line that is there is not made again.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from unlearning_page import page

from gnn2mlp import RunConfig
from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_text
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import silent
from gnn2mlp.core.seeds import generator
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Removal, Split, Views, load_dataset
from gnn2mlp.data.links.pairs import canonical_pairs
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy import Predictor
from gnn2mlp.knowledge import Store
from gnn2mlp.objectives import RetainAndForget
from gnn2mlp.pipeline.job import Job, label
from gnn2mlp.pipeline.opening import CONFIG
from gnn2mlp.pipeline.run import run
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.pipeline.unlearning import UNLEARNERS, Forgetting, Unlearner
from gnn2mlp.pipeline.unlearning.before import before_removal
from gnn2mlp.pipeline.unlearning.certificate import (
    evidence_of,
    rows_of,
    student_outputs,
    teacher_outputs,
    verdict_of,
)
from gnn2mlp.pipeline.unlearning.fine_tuning import fine_tune_teacher
from gnn2mlp.pipeline.unlearning.forget_teacher import forget_teacher
from gnn2mlp.pipeline.unlearning.forgetting_table import Destroyer, kept_rows, without_labels
from gnn2mlp.pipeline.unlearning.methods.d2dgn import EPOCHS
from gnn2mlp.pipeline.unlearning.opened_run import OpenedRun, opened_run
from gnn2mlp.pipeline.unlearning.unlearn import left_of
from gnn2mlp.pipeline.views import training_view
from gnn2mlp.teachers import GCN

RESULTS = Path(__file__).parent / "results" / "unlearning.jsonl"
PAGE = Path(__file__).parent / "UNLEARNING.md"
SPLITS = 5
# What is deleted: of every split 100 observed test nodes and 5 % of the training nodes; or a share of all observed
# nodes, or of the edges among them.
REMOVALS = ("trial", "nodes 1 %", "nodes 5 %", "nodes 10 %", "edges 1 %", "edges 5 %", "edges 10 %")
METHODS: Mapping[str, Mapping[str, Any]] = {
    "redistil": {"name": "redistil"},
    "finetune": {"name": "finetune"},
    "d2dgn, random": {"name": "d2dgn", "destroyer": "random"},
    "d2dgn, ignorant": {"name": "d2dgn", "destroyer": "ignorant"},
}
DESTROYERS: tuple[Destroyer, ...] = ("random", "uniform", "ignorant")
Line = dict[str, Any]
_KEPT = ("auc", "distance", "low", "high")


def removal_of(kind: str, found: OpenedRun, split: Split) -> Removal:
    """What is deleted of a split."""
    random, count = generator(split.seed, f"benchmark of forgetting/{kind}"), found.graph.num_nodes
    observed = training_view(found.graph, split)
    if kind == "trial":
        few = max(1, round(0.05 * len(split.train)))
        parts = (_some(split.seen, 100, random), _some(split.train, few, random))
        return Removal(count, torch.cat(parts).sort().values)
    what, share = kind.split(" ")[0], int(kind.split(" ")[1]) / 100
    if what == "nodes":
        ids = observed.node_ids
        return Removal(count, _some(ids, round(share * len(ids)), random).sort().values)
    pairs = canonical_pairs(observed.node_ids[observed.graph.edge_index.T], count)  # type: ignore[attr-defined]
    return Removal(count, edges=pairs[_some(torch.arange(len(pairs)), round(share * len(pairs)), random)].T)


def _some(ids: Tensor, count: int, random: torch.Generator) -> Tensor:
    return ids[torch.randperm(len(ids), generator=random)[:count]]


def trained_run(dataset: str, folder: Path, splits: int, data_root: Path | None) -> OpenedRun:
    """A run of GLNN with a SAGE teacher, where some test nodes do not exist in training."""
    if not (folder / CONFIG).exists():
        settings: dict[str, Any] = {"dataset": dataset, "teacher": "sage", "method": "glnn", "setting": "inductive"}
        more = {"seeds": splits, "out": folder, "cache": folder.parent / "cache", "latency": False, "device": "cpu"}
        run(RunConfig(**settings, **more, data_root=data_root, threads=1), lambda seed, stage: silent, pages=False)
    return opened_run(folder)


def student_line(found: OpenedRun, seed: int, kind: str, scratch: Path) -> Line:
    """One split and removal: every method that can do it."""
    split = next(one for one in found.splits if one.seed == seed)
    removal = removal_of(kind, found, split)
    left = left_of(found, removal)
    before = before_removal(found.folder, found.store, found.graph, split, removal)

    def job(name: str, **changes: Any) -> Job:
        config = found.config.model_copy(update={"split": Spec("carried"), "out": scratch / name, **changes}).resolve()
        return Job(config, left, scratch / name, Store(scratch / "cache"), torch.device("cpu"), _unheard)

    models: dict[str, tuple[Predictor, float]] = {"before": (before.student.value, 0.0)}
    for name, changes in (("reference", {}), ("again", {"initialisation": 1})):
        models[name] = _timed(partial(_student_of, job(name, **changes), seed))
    observed = training_view(left, job("view").split(seed))
    for name, spec in METHODS.items():
        unlearner = Spec.parse(dict(spec)).build(UNLEARNERS)
        if {what for what, count in removal.counts.items() if count} <= unlearner.removes:
            one = Forgetting(job(label(seed) + name), seed, observed, before, "student")
            models[name] = _timed(partial(_forgotten, unlearner, one))
    own, task = before.observed.task, observed.task
    said = {
        name: student_outputs(one, found.graph, split, own if name == "before" else task, task)
        for name, (one, _) in models.items()
    }
    rows = rows_of(found.graph, split, before.observed, removal)
    records = {name: evidence_of(_beside(said, name), rows, found.graph.labels, task) for name in ("before", *METHODS)
               if name in said}  # fmt: skip
    seconds = {name: spent for name, (_, spent) in models.items()}
    return {"removed": removal.counts, **_line(records, removal, seconds)}


def teacher_line(dataset: str, seed: int, data_root: Path | None) -> Line:
    """A GCN of 64 units on 60 % of the labels, which forgets 5 % of its training nodes."""
    graph = load_dataset(Spec(dataset), data_root)
    split = Spec("fraction", train=0.6, valid=0.2).build(SPLITTERS).split(graph, seed, "transductive")
    observed = Views.of(graph, split).observed
    random = generator(seed, "benchmark of forgetting/teacher")
    removal = Removal(graph.num_nodes, _some(split.train, round(0.05 * len(split.train)), random).sort().values)
    forgotten = removal.row < 0
    left = kept_rows(without_labels(observed, forgotten), ~forgotten)

    def fit(view: Observed, own: int) -> GCN:
        teacher = GCN(hidden=64)
        teacher.fit(view, seed=own)
        return teacher

    models: dict[str, tuple[Any, float]] = {"before": (fit(observed, seed), 0.0)}
    models["reference"], models["again"] = (_timed(partial(fit, left, own)) for own in (seed, 1000 + seed))
    old = models["before"][0]
    for name in DESTROYERS:
        given = old, observed, left, forgotten, RetainAndForget(), name, EPOCHS["teacher"], seed
        models[f"d2dgn, {name}"] = _timed(partial(forget_teacher, *given))
    cpu = torch.device("cpu")
    models["finetune"] = _timed(
        lambda: fine_tune_teacher(old, left, 50, seed, Execution.on(cpu), device=cpu, progress=silent)
    )
    task = graph.task
    said = {name: teacher_outputs(one, graph, removal, task, task) for name, (one, _) in models.items()}
    rows = rows_of(graph, split, observed, removal)
    methods = [name for name in said if name not in ("reference", "again")]
    records = {name: evidence_of(_beside(said, name), rows, graph.labels, task) for name in methods}
    return {"removed": removal.counts, **_line(records, removal, {name: spent for name, (_, spent) in models.items()})}


def _student_of(job: Job, seed: int) -> Predictor:
    return plan(job, seed).student.value


def _forgotten(unlearner: Unlearner, one: Forgetting) -> Predictor:
    return unlearner.models(one).student.value


def _unheard(seed: int, stage: str) -> Any:
    return silent


def _timed(make: Any) -> tuple[Any, float]:
    started = time.process_time()
    return make(), time.process_time() - started


def _beside(said: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    return {"before": said["before"], "after": said[name], "reference": said["reference"], "again": said["again"]}


def _line(records: Mapping[str, Any], removal: Removal, seconds: Mapping[str, float]) -> Line:
    """What is kept of the records: of every method, and of the noise."""
    first = records["before"]
    return {
        "rows": first["rows"],
        "reference": {name: found["reference"]["auc"] for name, found in first["attacks"].items()},
        "methods": {
            **{name: _told(one, "after", verdict_of(one, removal, False).outcome) for name, one in records.items()},
            "again": _told(first, "again", None),
        },
        "score": {name: first["score"][name] for name in ("reference", "again")},
        "seconds": seconds,
    }


def _told(record: Mapping[str, Any], model: str, outcome: str | None) -> Line:
    attacks = {
        name: {"auc": found[model]["auc"], **found["distance"][model]} for name, found in record["attacks"].items()
    }
    return {
        "outcome": outcome,
        "attacks": {
            name: {key: one[key] for key in ("auc", "distance", "low", "high")} for name, one in attacks.items()
        },
        "divergence": {group: found[model]["value"] for group, found in record["divergence"].items()},
        "score": record["score"][model],
        "churn": record["churn"]["share"]["value"],
    }


def read() -> list[Line]:
    """The lines that there are."""
    return [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []


def wanted(options: argparse.Namespace) -> Iterator[tuple[Line, Any]]:
    """What tells each line from others, and the function that makes it."""
    for dataset in options.datasets:
        for seed in range(options.splits):
            if options.kind == "teachers":
                key = {"kind": "teacher", "dataset": dataset, "seed": seed, "removal": "training nodes 5 %"}
                yield key, lambda scratch, d=dataset, s=seed: teacher_line(d, s, options.data_root)
                continue
            for removal in options.removals:
                key = {"kind": "student", "dataset": dataset, "seed": seed, "removal": removal}

                def make(scratch: Path, name: str = dataset, seed: int = seed, removal: str = removal) -> Line:
                    found = trained_run(name, options.work / name, options.splits, options.data_root)
                    return student_line(found, seed, removal, scratch)

                yield key, make


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the lines that are missing, or the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="?", choices=["students", "teachers"])
    parser.add_argument("--datasets", nargs="+", default=["cpf-cora", "cpf-citeseer"])
    parser.add_argument("--removals", nargs="+", default=list(REMOVALS), choices=REMOVALS)
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "gnn2mlp-unlearning")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--table", action="store_true", help="write UNLEARNING.md")
    options = parser.parse_args(arguments)
    if options.table or options.kind is None:
        write_text(PAGE, page(read()))
        return
    torch.set_num_threads(1)
    for key, make in wanted(options):
        if not any(all(line[name] == value for name, value in key.items()) for line in read()):
            with tempfile.TemporaryDirectory() as scratch:
                made = make(Path(scratch))
            line = {**key, **made, "environment": environment(torch.device("cpu"))}
            write_text(RESULTS, "".join(json.dumps(one) + "\n" for one in [*read(), line]))
            print(*key.values(), flush=True)


if __name__ == "__main__":
    main()
