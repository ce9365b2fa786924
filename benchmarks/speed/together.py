"""Students trained together against students trained one after the other, on graphs of the literature.

    python benchmarks/speed/together.py --data-root DATA                 # to `results/together.json`
    python benchmarks/speed/together.py --only cpf-cora --rounds 2

Students of one GCN teacher under the settings published for the data set, each with a seed of its own. `widths` counts
a fixed number of epochs, start and validation included, for students of several widths and in companies of several
sizes; one that is trained alone stands for as many, since they cost the same. `job` has the published width and
stopping rule: together they go on until the last has stopped. The validation accuracy of both sides stands beside it.
All times are those of one student.
"""

import os
from collections.abc import Callable, Sequence
from statistics import fmean

import machine
from whole_job import Job

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import Task
from gnn2mlp.distill import DistillationResult, Distiller, fit_together
from gnn2mlp.methods import METHODS
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

DATASETS = ("cpf-cora", "cpf-citeseer")
WIDTHS = (16, 64, 128)
COMPANIES = (2, 4, 8)
EPOCHS = 10
JOB_COMPANY = 4
Way = Callable[[Spec, Distiller, Sequence[int]], list[DistillationResult]]


class School:
    """A teacher's knowledge, and students who are trained on it.

    Args:
        job: data set and published settings.
    """

    def __init__(self, job: Job):
        self.config = job.config
        self.observed = Task(job.graph, job.split(0)).observed
        self.method = self.config.method.build(METHODS)
        teacher = self.config.teacher.build(TEACHERS)
        teacher.fit(self.observed)
        self.knowledge = teacher.export(self.observed, self.method.requires)

    def alone(self, student: Spec, distiller: Distiller, seeds: Sequence[int]) -> list[DistillationResult]:
        """One after the other."""
        built, update = student.build(STUDENTS), self.method.update
        return [
            distiller.fit(built, self.method.build_objective(), self.observed, self.knowledge, update=update, seed=seed)
            for seed in seeds
        ]

    def together(self, student: Spec, distiller: Distiller, seeds: Sequence[int]) -> list[DistillationResult]:
        """All as one network."""
        return fit_together(
            distiller,
            student.build(STUDENTS),
            self.method.build_objective(),
            self.observed,
            self.knowledge,
            seeds=seeds,
            update=self.method.update,
        )

    def widths(self, rounds: int) -> machine.Record:
        """Width -> number of students -> both sides."""
        distiller = Distiller(**{**self.config.distill, "epochs": EPOCHS, "patience": EPOCHS})
        found = {}
        for hidden in WIDTHS:
            student = self.config.student.override(hidden=hidden)
            sides = {str(count): Side(self.together, student, distiller, count) for count in COMPANIES}
            spent = machine.interleaved({"alone": Side(self.alone, student, distiller, 1), **sides}, rounds)
            found[str(hidden)] = {
                count: machine.compared({"together": spent[count], "alone": spent["alone"]}, "together")
                for count in sides
            }
        return found

    def job(self, rounds: int) -> machine.Record:
        """Both sides with the published stopping rule: times, epochs, validation accuracy of the kept epochs."""
        distiller = Distiller(**self.config.distill)
        sides = {
            name: Side(way, self.config.student, distiller, JOB_COMPANY)
            for name, way in (("together", self.together), ("alone", self.alone))
        }
        spent = machine.interleaved(sides, rounds, warm_up=False)
        histories = {name: [one.history for one in side.trained] for name, side in sides.items()}
        return {
            "sides": machine.compared(spent, "together"),
            "students": JOB_COMPANY,
            "epochs": {name: fmean(len(one.valid) for one in each) for name, each in histories.items()},
            "valid": {name: fmean(one.valid[one.best_epoch - 1] for one in each) for name, each in histories.items()},
        }


class Side:
    """Trains `count` students a round, each time with other seeds, and gives the seconds of one."""

    def __init__(self, way: Way, student: Spec, distiller: Distiller, count: int):
        self.way, self.student, self.distiller, self.count = way, student, distiller, count
        self.trained: list[DistillationResult] = []

    def __call__(self, number: int) -> float:
        seeds = range(number * self.count, (number + 1) * self.count)
        return machine.timed(lambda: self.trained.extend(self.way(self.student, self.distiller, seeds))) / self.count


def compare(dataset: str, data_root: str | None, rounds: int) -> machine.Record:
    """All of one data set; run it in a process of its own."""
    students = School(Job(dataset, machine.folder(data_root)))
    return {
        "widths": students.widths(rounds),
        "epochs": EPOCHS,
        "job": students.job(min(rounds, 3)),
        "config": students.config.identity(),
    }


def main() -> None:
    """Measure the data sets that are asked for; the others stay as they were."""
    parser = machine.parser(__doc__)
    parser.add_argument("--data-root", default=os.environ.get("GNN2MLP_DATA"), help="folder of raw data")
    parser.add_argument("--only", nargs="+", choices=DATASETS, default=DATASETS, help="leave the others as they were")
    options = parser.parse_args()
    for dataset in options.only:
        for threads in options.threads:
            found = machine.fresh(compare, threads, dataset=dataset, data_root=options.data_root, rounds=options.rounds)
            for hidden, companies in found["widths"].items():
                for count, sides in companies.items():
                    machine.say(f"{dataset}, {threads} thread(s), {count} students of {hidden}", sides)
            machine.say(f"{dataset}, {threads} thread(s), job", found["job"]["sides"])
            machine.put(options.results / "together.json", f"{dataset}, {threads}", {"threads": threads, **found})


if __name__ == "__main__":
    main()
