"""`run`: train, write down, distil, score, report. Resumable, and the same numbers for the same seed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import nn

from gnn2mlp.core.files import write_json
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.notebook import shown
from gnn2mlp.core.showing import call
from gnn2mlp.data import Split
from gnn2mlp.deploy import GraphPredictor, LinkPredictor, Predictor, write_directory
from gnn2mlp.deploy.model_files import NETWORK
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.disagreement import AFFORDABLE, disagreement_of, write_disagreement
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.latency import latency_stage
from gnn2mlp.pipeline.maps import write_map
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.records import Scored, best_of, measured, score_all, summarise_scores
from gnn2mlp.pipeline.refit import refit_plan, refit_stage
from gnn2mlp.pipeline.run_profile import run_profile
from gnn2mlp.pipeline.scoring import parameters, parameters_of
from gnn2mlp.pipeline.searching.settings import is_auto
from gnn2mlp.pipeline.shipping import about_run
from gnn2mlp.pipeline.shipping_network import ship_network
from gnn2mlp.pipeline.stage import Kept
from gnn2mlp.pipeline.task_words import GRAPH, LINK
from gnn2mlp.report import graph_cell, link_cell, write_report
from gnn2mlp.report.result_cells import run_cell
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import Teacher

FORMAT = 1


@dataclass(frozen=True)
class RunResult:
    """What a run leaves behind.

    Args:
        results: the content of `results.json`.
        out: the folder that holds it, the report, the configuration, students and knowledge.
    """

    results: dict[str, Any]
    out: Path

    @property
    def summary(self) -> dict[str, Any]:
        """Mean and std over seeds, by model and population."""
        summary: dict[str, Any] = self.results["summary"]
        return summary

    @property
    def needs_graph(self) -> bool:
        """Whether the student is a network that needs the graph when it answers."""
        return bool((self.results.get("student") or {}).get("needs_graph", False))

    def predictor(self) -> Any:
        """The student of the seed with the best validation score, ready to predict from features.

        A `gnn2mlp.deploy.Predictor`; of a run of links a `gnn2mlp.deploy.LinkPredictor`, of whole graphs a
        `gnn2mlp.deploy.GraphPredictor`. A student that needs the graph is a fitted `gnn2mlp.teachers.Teacher`, whose
        `predict` reads a graph.
        """
        if self.needs_graph:
            return Teacher.load(self.out / "student" / NETWORK)
        kinds: dict[str, Any] = {LINK: LinkPredictor, GRAPH: GraphPredictor}
        return kinds.get(self._task, Predictor).load(self.out / "student")

    @property
    def _task(self) -> str:
        return str((self.results["config"].get("task") or {}).get("name"))

    def __repr__(self) -> str:
        scores = {
            f"{model} {population}": f"{value['mean']:.3f} ± {value['std']:.3f}"
            for model in ("size_only", "bag_of_labels", "teacher", "heuristic", "mlp", "student")
            for population, value in self.summary.get(model, {}).items()
        }
        return call("RunResult", {"out": self.out, "seeds": len(self.results["seeds"]), **scores})

    def _repr_html_(self) -> str:
        return {LINK: link_cell, GRAPH: graph_cell}.get(self._task, run_cell)(self.results, self.out)


def run(
    config: RunConfig | None = None,
    listen: Listen = shown,
    listeners: Sequence[Listener] = (),
    pages: bool = True,
) -> RunResult:
    """Run the main job for every seed and write results, report, students and knowledge; a map where there are codes.

    The student in `student/` is the one with the best validation score: it learnt from the training labels of its
    split. With `config.refit` it is one that all labels trained; no node is left to test it, and the scores of the
    seeds estimate its own.

    A run that was interrupted continues: seeds and stages that were finished are not repeated.

    Args:
        config: what to run; default: the demonstration on the embedded data set. With the method `"auto"` it is first
            searched for, see `gnn2mlp.pipeline.auto`.
        listen: gives the progress listener of each stage of each seed, see `gnn2mlp.pipeline.job.Listen`.
        listeners: told of every training, such as those of `gnn2mlp.trackers`; a stage is called like
            `"seed-000/teacher"`.
        pages: also write the map, and `disagreement.html` on graphs of up to 200,000 nodes; of larger ones
            `gnn2mlp disagree` does.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        DataError: for data that cannot be learnt from. Both before any training.
    """
    config = config or RunConfig()
    if is_auto(config.method):
        from gnn2mlp.pipeline.auto import auto  # which runs what it finds

        found = auto(config, listen, listeners).run
        assert found is not None
        return found
    config = config.resolve()  # wrong names and options fail before any data are read
    if config.of_graphs:
        from gnn2mlp.pipeline.graphs.run import run_graphs  # likewise

        return run_graphs(config, listen, listeners)
    if config.of_links:
        from gnn2mlp.pipeline.links.run import run_links  # which returns what is defined here

        return run_links(config, listen, listeners)
    folder = config.folder()
    with opened(config, folder, listen, listeners=listeners) as job:
        results = results_of(job, pages)
    return written(results, folder)


def results_of(job: Job, pages: bool = True) -> dict[str, Any]:
    """Make and score the models of every seed of a job, and write the student that ships and the pages beside it.

    Args:
        job: within its `opened`.
        pages: see `run`.
    """
    config, folder = job.config, job.folder
    scored = score_all(job, config.seeds)
    best = best_of(scored)
    shipped = ship(job, scored, best)
    timed = latency_stage(job, scored, best.seed).kept if config.latency else None
    job.begin(config.seeds[-1], "report")
    pages = pages and not config.student.build(STUDENTS).needs_graph  # they look at graph-free students
    if pages:
        write_map(job, best.seed)
    results = content(job, scored, summarise_scores([one.record for one in scored]), shipped, timed)
    if pages and job.graph.num_nodes <= AFFORDABLE:
        results["disagreement"] = write_disagreement(disagreement_of(job), folder)
    return results


def content(
    job: Job,
    scored: Sequence[Scored],
    summary: dict[str, Any],
    shipped: dict[str, Any],
    timed: Kept[dict[str, Any]] | None,
) -> dict[str, Any]:
    """What every run writes into `results.json`, whatever it predicts.

    Args:
        job: of all seeds.
        scored: its seeds.
        summary: over them.
        shipped: what there is to say of the student that ships.
        timed: the latency, if it was measured.
    """
    return {
        "format": FORMAT,
        **job.facts,
        **measured(scored, timed, job.environment),
        "summary": summary,
        "latency": timed.value if timed else None,
        "student": shipped,
    }


def written(results: dict[str, Any], folder: Path) -> RunResult:
    """Write results and report of a run into its folder."""
    write_json(folder / "results.json", results)
    write_report(results, folder / "report.html")
    return RunResult(results, folder)


def ship(job: Job, scored: Sequence[Scored], best: Scored) -> dict[str, Any]:
    """Write the student that ships into the run's folder; what the results say of it."""
    known = int(job.graph.task.known(job.graph.labels).sum())
    about: dict[str, Any] = {"seed": best.seed, "path": "student", "labels": best.split.train.numel(), "known": known}
    student = best.student.value
    if job.config.refit:
        how = refit_plan(job, scored, best.seed)
        student = refit_stage(job, how).value
        about |= {"labels": how.labels, "refit": asdict(how)}
    told = about_run(job, scored, best, about["labels"], "refit" in about)
    if isinstance(student, Teacher):
        path = ship_network(job.folder / "student", student, told)
        return {**about, "needs_graph": True, "parameters": parameters_of(student), "bytes": path.stat().st_size}
    if job.config.refit:
        student.card["refit"] = {**about["refit"], "score": "none of its own: the scores of the seeds estimate it"}
    assert isinstance(best.split, Split), "of nodes"
    profile = run_profile(job.graph, student, best.student.value, best.split)
    write_directory(job.folder / "student", student, told, profile)
    return {**about, **sizes_of(student.module, job.folder / "student")}


def sizes_of(module: nn.Module, folder: Path) -> dict[str, int]:
    """How many parameters the student in a folder has, and the bytes of its weights."""
    return {"parameters": parameters(module), "bytes": sum(p.stat().st_size for p in folder.glob("*.safetensors"))}
