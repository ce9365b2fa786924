"""The whole job on graphs of the literature: a GCN teacher and its GLNN student, ours against plain PyG.

    python benchmarks/speed/whole_job.py --data-root DATA                # to `results/whole_job.json`
    python benchmarks/speed/whole_job.py --only cpf-cora --rounds 2

A job begins with the data in memory and ends with the test accuracy of both models: teacher, its soft labels, student.
Settings are those published for the data set. `job` has the stopping rule, one round a seed (split, weights, batches);
its accuracies are compared, since a faster job that learns less would be no gain. `fixed` has as many epochs on both
sides, so that a luckier stop is not called speed. Whether GCNConv remembers its normalised adjacency is tried first,
and the faster one is the reference. Nothing that our side remembers outlives a job.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import machine
import reference
from cost_codes import krd
from torch import Tensor

from gnn2mlp import RunConfig
from gnn2mlp.data import SPLITTERS, GraphData, Split, Views, load_dataset
from gnn2mlp.distill import Distiller
from gnn2mlp.evaluate import Outcome, accuracy, paired
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import CSR, compute_form
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

# Data set -> rounds of a job with its stopping rule, and epochs of each model where they are fixed.
CASES = {"cpf-cora": (10, 100), "cpf-citeseer": (10, 100), "coauthor-cs": (3, 20)}
TRIAL_EPOCHS = 10
TARGET = 5.0


class Scores(NamedTuple):
    """Test accuracy of both models, and the epochs that each was trained."""

    teacher: float
    student: float
    teacher_epochs: int
    student_epochs: int


class Job:
    """One data set under its published settings.

    Args:
        dataset: its name.
        data_root: folder of raw data.
        epochs: of each model, without a stopping rule; `None`: as published.
    """

    def __init__(self, dataset: str, data_root: Path | None, epochs: int | None = None):
        fixed = {} if epochs is None else {"epochs": epochs, "patience": epochs}
        self.config = RunConfig(dataset=dataset, teacher={"name": "gcn", **fixed}, distill=fixed).resolve()
        self.graph = GraphData.expect(load_dataset(self.config.dataset, data_root), "this comparison")
        features = self.graph.features
        self.dense = features.to_dense() if isinstance(features, CSR) else features

    def split(self, seed: int) -> Split:
        """The roles of the nodes; both sides get them ready-made."""
        assert self.config.split is not None
        made: Split = self.config.split.build(SPLITTERS).split(self.graph, seed, "transductive")
        return made

    def ours(self, seed: int) -> Scores:
        """As the pipeline does it, without its cache."""
        config, split = self.config, self.split(seed)
        graph = replace(self.graph)  # a new object, as is the view, which remembers no transpose and no operator
        observed = Views.of(graph, split).observed
        teacher, method = config.teacher.build(TEACHERS), config.method.build(METHODS)
        history = teacher.fit(observed, seed=seed)
        knowledge = teacher.export(observed, method.teacher_keys, seed=seed)
        student = config.student.build(STUDENTS)
        result = Distiller(**config.distill).fit(
            student, method.build_objective(), observed, knowledge, update=method.update, seed=seed
        )
        both = teacher.predict(graph), reference.predict(result.module, compute_form(graph.features)).logits
        return self._scores(both, split, len(history.valid), len(result.history.valid))

    def theirs(self, seed: int, conv: str) -> Scores:
        """The same with plain PyG."""
        config, split = self.config, self.split(seed)
        data = reference.Data(self.dense, self.graph.edge_index, self.graph.labels, split.train, split.valid)
        distill, epochs = config.distill, (machine.Laps(), machine.Laps())
        teacher = reference.train_gnn(data, conv, reference.Settings.of(config.teacher.options), seed, epochs[0])
        logits = reference.predict(teacher, data.x, data.links)
        how = reference.Settings.of(config.student.options, distill)
        student = reference.train_mlp(data, logits, how, distill["batch_size"], seed, epochs[1])
        both = (logits, reference.predict(student, data.x))
        return self._scores(both, split, len(epochs[0]), len(epochs[1]))

    def _scores(self, logits: tuple[Tensor, Tensor], split: Split, *epochs: int) -> Scores:
        teacher, student = (accuracy(one[split.test], self.graph.labels[split.test]) for one in logits)
        return Scores(teacher, student, *epochs)


def compare(dataset: str, data_root: str | None, rounds: int, fixed_epochs: int) -> machine.Record:
    """`job` and `fixed` of one data set, and the reference that was chosen; run it in a process of its own."""
    root = machine.folder(data_root)
    trial = Job(dataset, root, TRIAL_EPOCHS)
    convs = {conv: lambda seed, conv=conv: machine.timed(lambda: trial.theirs(seed, conv)) for conv in reference.GCNS}
    tried = machine.compared(machine.interleaved(convs, 2), "gcn")
    conv = min(tried, key=lambda name: tried[name]["median_s"])
    trial.ours(0)
    job, fixed = Job(dataset, root), Job(dataset, root, fixed_epochs)
    return {
        "reference": {"chosen": conv, "tried": tried},
        "job": _in_turn(job, conv, rounds),
        "fixed": {**_in_turn(fixed, conv, min(rounds, 3)), "epochs": fixed_epochs},
        "config": job.config.identity(),
    }


def _in_turn(job: Job, conv: str, rounds: int) -> machine.Record:
    scores: dict[str, list[Scores]] = {"ours": [], "pyg": []}

    def side(name: str, run: Callable[[int], Scores]) -> machine.Contender:
        return lambda seed: machine.timed(lambda: scores[name].append(run(seed)))

    sides = {"ours": side("ours", job.ours), "pyg": side("pyg", lambda seed: job.theirs(seed, conv))}
    found = machine.compared(machine.interleaved(sides, rounds, warm_up=False))
    return {"sides": found, "accuracy": _accuracy(scores), "epochs_run": _epochs(scores)}


def _accuracy(scores: dict[str, list[Scores]]) -> machine.Record:
    """Means of both sides and their paired comparison by seed, of teacher and student."""
    found: machine.Record = {}
    for model in ("teacher", "student"):
        sides = {
            name: [Outcome(seed, str(seed), getattr(one, model), 0.0) for seed, one in enumerate(each)]
            for name, each in scores.items()
        }
        # The claim is that there is no difference: the plain test, which finds one more easily, is the strict one here.
        result = paired(sides["ours"], sides["pyg"], test="plain")._asdict()
        means = {name: fmean(outcome.score for outcome in side) for name, side in sides.items()}
        found[model] = {**means, **{k: v if v == v else None for k, v in result.items()}}  # JSON has no NaN
    return found


def _epochs(scores: dict[str, list[Scores]]) -> dict[str, dict[str, float]]:
    """Mean epochs of teacher and student by side."""
    return {
        name: {"teacher": fmean(s.teacher_epochs for s in each), "student": fmean(s.student_epochs for s in each)}
        for name, each in scores.items()
    }


def student_of_krd(data_root: str | None, repeats: int) -> machine.Record:
    """KRD's epoch against GLNN's; see `benchmarks/cost_codes.py`."""
    found: machine.Record = krd(machine.folder(data_root), repeats)
    return found


def main() -> None:
    """Measure the data sets that are asked for; the others stay as they were."""
    parser = machine.parser(__doc__)
    parser.set_defaults(rounds=None)
    parser.add_argument("--data-root", default=os.environ.get("GNN2MLP_DATA"), help="folder of raw data")
    parser.add_argument("--only", nargs="+", choices=[*CASES, "krd"], help="leave the others as they were")
    options = parser.parse_args()
    for name in options.only or [*CASES, "krd"]:
        for threads in options.threads if name in CASES else [1]:
            found: dict[str, Any]
            if name == "krd":
                found = machine.fresh(student_of_krd, 1, data_root=options.data_root, repeats=options.rounds or 7)
                print(f"KRD / GLNN student epoch: {found['ratio']:.2f}")
            else:
                rounds, epochs = CASES[name]
                found = machine.fresh(
                    compare,
                    threads,
                    dataset=name,
                    data_root=options.data_root,
                    rounds=options.rounds or rounds,
                    fixed_epochs=epochs,
                )
                for part in ("job", "fixed"):
                    machine.say(f"{name}, {threads} thread(s), {part}", found[part]["sides"])
            machine.put(options.results / "whole_job.json", f"{name}, {threads}", {"threads": threads, **found})


if __name__ == "__main__":
    main()
