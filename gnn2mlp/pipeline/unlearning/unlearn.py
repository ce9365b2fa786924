"""`unlearn`: the models of a run forget nodes or edges; what saw them is deleted, and a certificate says how well."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import read_json, user_path, write_json
from gnn2mlp.core.locks import locked
from gnn2mlp.core.notebook import shown
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import NodeData, Observed, save_data
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.data.removal import Removal
from gnn2mlp.data.removal_reading import read_removal
from gnn2mlp.data.splits.carried import roles_of
from gnn2mlp.deploy import Predictor
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.job import Job, Listen
from gnn2mlp.pipeline.opening import CERTIFICATE, check_free, opened
from gnn2mlp.pipeline.refit import everything
from gnn2mlp.pipeline.run import results_of, written
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.pipeline.unlearning.before import Before, before_removal
from gnn2mlp.pipeline.unlearning.certificate import seconds_of, seed_evidence, verdict_of, worst
from gnn2mlp.pipeline.unlearning.opened_run import OpenedRun, opened_run, run_of
from gnn2mlp.pipeline.unlearning.purge import PENDING, purge, searched, to_purge
from gnn2mlp.pipeline.unlearning.unlearner import UNLEARNERS, Forgetting, Unlearner, What
from gnn2mlp.report.siblings import refresh_report
from gnn2mlp.report.unlearn_cell import unlearn_cell
from gnn2mlp.report.unlearn_report import write_unlearn_report

FORMAT = 1
RESULTS, PAGE, DATA, REFERENCE = CERTIFICATE, "unlearn.html", "data.safetensors", "reference"


@dataclass(frozen=True, eq=False)
class UnlearnResult:
    """What `unlearn` leaves behind.

    Args:
        results: the content of `unlearn.json`.
        out: the folder of the new run: its students, `results.json`, `unlearn.json`, `unlearn.html`, and
            `data.safetensors`, the data that are left.
    """

    results: dict[str, Any]
    out: Path

    __repr__ = short_repr

    def _repr_html_(self) -> str:
        return unlearn_cell(self.results, self.out)

    @property
    def predictor(self) -> Predictor:
        """The student that ships, which has forgotten."""
        return Predictor.load(self.out / "student")


def unlearn(
    run: RunConfig | str | os.PathLike[str],
    nodes: Any = None,
    edges: Any = None,
    *,
    method: Any = "retrain",
    what: What = "student",
    verify: bool = True,
    out: str | os.PathLike[str] | None = None,
    listen: Listen = shown,
    pages: bool = True,
) -> UnlearnResult:
    """Let the models of a run forget nodes or edges, of all its seeds.

    What is left of the data is written beside the new models, with the splits as they were, so that
    `gnn2mlp run --config OUT/config.yaml --out ELSEWHERE` trains on it from scratch. Then the folder of the run is
    emptied, and whatever the cache holds of what it saw is deleted. Where data came from (raw files, a table, a file of
    your own) is left as it is: take the nodes out there too.

    Whatever stops it, the same call goes on where it was: models that are made are taken up, and a run that was deleted
    in part is deleted to the end.

    Args:
        run: folder of a run, or its settings.
        nodes: ids of nodes, or the path of a file of them; see `read_removal`.
        edges: pairs of ids, or the path of a file of them.
        method: how: its name, a mapping, or an object; see `UNLEARNERS`.
        what: which model forgets, the `"student"` or the `"teacher"`; from a teacher that forgot a new student is
            distilled.
        verify: train all models anew on what is left besides, to have something to compare with.
        out: folder of the new run; default: that of the run, with `-unlearned` behind its name.
        listen: gives the progress listener of each stage of each seed, see `gnn2mlp.pipeline.job.Listen`.
        pages: also write map and disagreements of the new run.

    Raises:
        ConfigError: for a folder without a run, or a method that cannot do it.
        DataError: for unknown ids, edges of a hypergraph, data that have changed, or where nothing is left of a class.
            Nothing is trained or deleted before.
    """
    config, place = run_of(run)
    folder = _folder(place, out)
    if (results := _half_purged(folder, place)) is not None:
        with locked(place, lambda: _busy(place)):
            return _certified(results, place, folder)
    found = opened_run(config)
    removal = read_removal(found.graph, nodes, edges)
    unlearner = method if isinstance(method, Unlearner) else Spec.parse(method).build(UNLEARNERS)
    unlearner.check(what)
    unlearner.check_removal(removal)
    for split in found.splits:
        removal.check(found.graph, split)
    with locked(place, lambda: _busy(place)):
        befores = {
            split.seed: before_removal(place, found.store, found.graph, split, removal) for split in found.splits
        }
        for before in befores.values():
            unlearner.check_before(before, what)
        results = _carried_out(found, befores, unlearner, what, verify, folder, listen, pages)
        results["searched"] = searched(folder, [*befores.values()])
        results["run"] = str(place.absolute())
        results["files"] = to_purge(place, found.store, [*befores.values()], _refit_views(found))
        return _certified(results, place, folder)


def _half_purged(folder: Path, run: Path) -> dict[str, Any] | None:
    """The certificate of models of this run that have forgotten, where the run was not deleted to the end."""
    try:
        found = read_json(folder / RESULTS)
    except ArtefactError:
        return None
    pending = any(one["done"] == PENDING for one in found.get("files", ()))
    return found if pending and found.get("run") == str(run.absolute()) else None


def _certified(results: dict[str, Any], run: Path, folder: Path) -> UnlearnResult:
    """Delete what is to be deleted, and write the certificate: before, with what is to come, and after."""
    write_json(folder / RESULTS, results)
    results["files"] = purge(run, results["files"])
    write_json(folder / RESULTS, results)
    write_unlearn_report(results, folder / PAGE)
    refresh_report(folder)
    return UnlearnResult(results, folder)


def _folder(run: Path, out: str | os.PathLike[str] | None) -> Path:
    folder = run.with_name(f"{run.name}-unlearned") if out is None else user_path(out, "out")
    if folder.absolute() == run.absolute() or run.absolute() in folder.absolute().parents:
        raise ConfigError(f"out: expected another folder than that of the run, {run}, which will be emptied")
    return folder


def _busy(folder: Path) -> None:
    raise ConfigError(f"unlearn: another process works in {folder} at this moment; wait until it is done")


def _refit_views(found: OpenedRun) -> list[Observed]:
    """What the student that ships saw, where that was trained again on all labels."""
    return [everything(found.graph)] if found.config.refit else []


def left_of(found: OpenedRun, removal: Removal) -> NodeData:
    """The data that are left, with the roles that nodes had for every seed."""
    roles = {name: codes for split in found.splits for name, codes in roles_of(split, found.graph.num_nodes).items()}
    return removal.of(replace(found.graph, split_keys={**found.graph.split_keys, **roles}))


def config_of(found: OpenedRun, left: NodeData, folder: Path) -> RunConfig:
    """The settings of the run, on what is left of its data."""
    cite = resolve_dataset(found.config.dataset).citation
    data = Spec("stored", path=str((folder / DATA).absolute()), digest=left.digest, cite=cite)
    changed = {"dataset": data, "split": Spec("carried"), "recipe": False, "out": folder}
    # The data keep the task as the run had it; a student that is deployed may have seen what is forgotten.
    changed |= {"task": None, "previous": None, "previous_weight": None}
    return found.config.model_copy(update=changed).resolve()


def _carried_out(
    found: OpenedRun,
    befores: Mapping[int, Before],
    unlearner: Unlearner,
    what: What,
    verify: bool,
    folder: Path,
    listen: Listen,
    pages: bool,
) -> dict[str, Any]:
    """Make the models that have forgotten, and what there is to say of them."""
    removal = next(iter(befores.values())).removal
    left = left_of(found, removal)
    config = config_of(found, left, folder)
    check_free(folder, config)
    save_data(folder / DATA, left)
    with opened(config, folder, listen) as job:
        forgetting = _forgetting(befores, what)
        job = replace(job, models=lambda job, number, observed: unlearner.models(forgetting(job, number, observed)))
        results = results_of(job, pages)
        written(results, folder)
        reference = job if unlearner.exact else _anew(job, listen) if verify else None
        seeds = [_seed_record(befores[number], job, reference, unlearner, what) for number in config.seeds]
        return {
            "format": FORMAT,
            **job.facts,
            "citations": {**job.facts["citations"], "unlearner": type(unlearner).citation},
            "environment": results["environment"],
            "removal": {**removal.counts, "digest": left.digest, "roles": roles_gone(found, removal)},
            "method": unlearner.spec().to_dict(),
            "what": what,
            "exact": unlearner.exact,
            "verified": reference is not None,
            "verdict": worst([verdict_of(one, removal, unlearner.exact) for one in _evidence(seeds)])._asdict(),
            "left": [unlearner.leaves] if unlearner.leaves else [],
            "metric": results["seeds"][0]["metric"],
            "seeds": seeds,
            "scores": {"before": found.results["summary"], "after": results["summary"]},
        }


def _anew(job: Job, listen: Listen) -> Job:
    """The job that trains all models anew on what is left, to compare with."""
    return replace(
        job, folder=job.folder / REFERENCE, models=None, listen=lambda seed, stage: listen(seed, f"anew: {stage}")
    )


def _seed_record(before: Before, job: Job, reference: Job | None, unlearner: Unlearner, what: What) -> dict[str, Any]:
    """What there is to say of a seed."""
    after = plan(job, before.number)
    anew = None if reference is None else plan(reference, before.number)
    return {
        "seed": before.number,
        "split": {"digest": after.split.digest, **after.split.sizes},
        "evidence": seed_evidence(before, after, anew, what, job.device),
        "seconds": seconds_of(before, after, anew, what, unlearner.exact),
    }


def _evidence(seeds: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [record for one in seeds for record in one["evidence"].values()]


def _forgetting(befores: Mapping[int, Before], what: What) -> Callable[[Job, int, Observed], Forgetting]:
    return lambda job, number, observed: Forgetting(job, number, observed, befores[number], what)


def roles_gone(found: OpenedRun, removal: Removal) -> dict[str, int]:
    """How many of the nodes that go had which role, in the mean over seeds, rounded."""
    parts = ("train", "valid", "seen", "unseen")
    gone = {part: [int((removal.row[getattr(one, part)] < 0).sum()) for one in found.splits] for part in parts}
    return {part: round(fmean(counts)) for part, counts in gone.items()}
