"""`fit`: from tables in files to a model that ships, in one call that can be interrupted and goes on."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, overload

import torch

from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.environment import cpu_threads, environment, resolve_device, threads_for
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import check_writable, read_json, write_json
from gnn2mlp.core.locks import locked
from gnn2mlp.core.notebook import shown
from gnn2mlp.data import SPLITTERS
from gnn2mlp.data.split import Split
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.directory import verify
from gnn2mlp.deploy.directory_writing import check_room
from gnn2mlp.deploy.outside import OUT, check_place
from gnn2mlp.pipeline.config import differing
from gnn2mlp.pipeline.disagreement import AFFORDABLE
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.data_report import data_report
from gnn2mlp.pipeline.fitting.disagreement import compare_models
from gnn2mlp.pipeline.fitting.encoding import Encoded, encode, observed_rows
from gnn2mlp.pipeline.fitting.graphs.config import GraphFitConfig
from gnn2mlp.pipeline.fitting.graphs.fit import GraphFitResult, dry_graphs, fit_graphs
from gnn2mlp.pipeline.fitting.links.config import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.fit import LinkFitResult, dry_links, fit_links
from gnn2mlp.pipeline.fitting.profiling import placement_of, profile_files
from gnn2mlp.pipeline.fitting.result import BaseFitResult
from gnn2mlp.pipeline.fitting.search import FOLDER, search
from gnn2mlp.pipeline.fitting.shipping import importance, ship, shipped_predictor
from gnn2mlp.pipeline.fitting.stages import Listen, Stages, job_of, left_out_stage, shipped_stage, stages
from gnn2mlp.pipeline.fitting.tables import Tables, read_tables
from gnn2mlp.pipeline.fitting.tradeoff import tradeoff
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.left_out import left_out_class
from gnn2mlp.pipeline.previous import Previous
from gnn2mlp.pipeline.searching.leaderboard import PAGE
from gnn2mlp.pipeline.searching.settings import is_auto
from gnn2mlp.pipeline.task_words import GRAPH, LINK
from gnn2mlp.pipeline.views import training_view
from gnn2mlp.pipeline.warm import Warm, warm_start
from gnn2mlp.report.result_cells import fit_cell
from gnn2mlp.teachers import TEACHERS

FORMAT = 1
WORK, STATE, SCORES = ".work", "fit.json", "scores.json"

Told = Callable[[dict[str, Any]], object]


class FitResult(BaseFitResult):
    """What `fit` leaves behind.

    Args:
        results: the content of `scores.json`: configuration, data report, scores, verdict, trust.
        out: the model directory; `None` of a dry run.
    """

    def predictor(self) -> Predictor:
        """The model, which answers tables such as the nodes'."""
        return Predictor.load(self.directory)

    def _repr_html_(self) -> str:
        return fit_cell(self.results, self.out)


AnyFit = FitConfig | LinkFitConfig | GraphFitConfig
AnyResult = FitResult | LinkFitResult | GraphFitResult


@overload
def fit(config: FitConfig, listen: Listen = ..., told: Told = ..., dry_run: bool = ...) -> FitResult:  # noqa: D418
    """Of labels."""


@overload
def fit(config: LinkFitConfig, listen: Listen = ..., told: Told = ..., dry_run: bool = ...) -> LinkFitResult:  # noqa: D418
    """Of links."""


@overload
def fit(config: GraphFitConfig, listen: Listen = ..., told: Told = ..., dry_run: bool = ...) -> GraphFitResult:  # noqa: D418
    """Of whole graphs."""


def fit(
    config: AnyFit,
    listen: Listen = shown,
    told: Told = lambda report: None,
    dry_run: bool = False,
) -> AnyResult:
    r"""Read tables, report on them, train, score with intervals, calibrate, train on all labels, and write a model.

    What was interrupted continues where it stopped, and ends with the same model: everything is kept in `.work` within
    the folder. A folder that is finished with the same settings and tables is answered at once.

    Args:
        config: which tables, and what to do with them; a `LinkFitConfig` where links are to be predicted, a
            `GraphFitConfig` where whole graphs are.
        listen: gives the progress listener of each stage: `"tables"`, `"encode"`, `"teacher"`, `"mlp"`, `"student"`,
            `"search"`, `"linear"`, `"boosting"`, `"score"`, `"left out"`, `"weight 0.25"` and others of a trade-off,
            `"refit teacher"`, `"refit"`, `"write"`.
        told: is given the data report, before anything is trained.
        dry_run: end with the data report; nothing is trained, and nothing written.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another model or another process works in it.
        DataError: for tables that cannot be learnt from. Both before any training.
        ArtefactError: if a table cannot be read, or the model not be written; what there was is still there.

    Example:
        >>> import tempfile
        >>> rows = [f"p{i:02d},{i % 2 + i / 99:.2f},{'bar' if i % 2 else 'shop'}" for i in range(60)]
        >>> links = [f"p{i:02d},p{i + 2:02d}" for i in range(58)]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     nodes, edges = Path(folder) / "pages.csv", Path(folder) / "links.csv"
        ...     _ = nodes.write_text("\n".join(["page,size,kind", *rows]))
        ...     _ = edges.write_text("\n".join(["from,to", *links]))
        ...     config = FitConfig(nodes=nodes, edges=edges, id="page", label="kind")
        ...     found = fit(config, dry_run=True).results["data"]
        >>> found["nodes"]["labelled"], found["edges"]["kept"], found["homophily"]["edge"]
        (60, 58, 1.0)
    """
    if dry_run and isinstance(config, LinkFitConfig):
        resolved, report = dry_links(config, listen)
        told(report)
        return LinkFitResult({"config": resolved.to_dict(), "data": report}, None)
    if dry_run and isinstance(config, GraphFitConfig):
        of_graphs, report = dry_graphs(config, listen)
        told(report)
        return GraphFitResult({"config": of_graphs.to_dict(), "data": report}, None)
    if dry_run:
        assert isinstance(config, FitConfig), "the other kind"
        tables = read_tables(_resolvable(config), listen("tables"))
        config = config.resolve(len(tables.ids))
        report = _observed(config, tables, listen)[-1]
        told(report)
        return FitResult({"config": config.to_dict(), "data": report}, None)
    if config.out is None:
        raise ConfigError("out: expected a folder for the model; name one with --out (in Python: out=)")
    check_place(config.out.parent)  # it may hold a model itself, which is replaced as one
    check_writable(config.out, OUT)
    device = resolve_device(config.device)
    there = config.out.exists()
    try:
        with locked(config.out, lambda: _busy(config.out)):
            finished = _finished(config)
            if finished is not None:
                return finished
            check_room(config.out)
            if isinstance(config, FitConfig):
                return _fitted(config, config.out, device, listen, told)
            return _fitted_others(config, config.out, device, listen, told)
    finally:
        if not there:
            with suppress(OSError):  # of a folder in which nothing came to lie
                (config.out / WORK).rmdir()
            with suppress(OSError):
                config.out.rmdir()


def _fitted_others(
    config: LinkFitConfig | GraphFitConfig, out: Path, device: torch.device, listen: Listen, told: Told
) -> AnyResult:
    state: dict[str, Any] = {}

    def begun(resolved: LinkFitConfig | GraphFitConfig, known: dict[str, Any]) -> None:
        state.update({"format": FORMAT, "config": resolved.to_dict(), **known})
        write_json(out / WORK / STATE, {**state, "finished": False})

    given = out, out / WORK, device, listen, told, begun
    results = fit_links(config, *given) if isinstance(config, LinkFitConfig) else fit_graphs(config, *given)
    write_json(out / WORK / STATE, {**state, "finished": True})
    return _result_of(config, results)


def _fitted(config: FitConfig, out: Path, device: torch.device, listen: Listen, told: Told) -> FitResult:
    work = out / WORK
    tables = read_tables(_resolvable(config), listen("tables"))
    config = config.resolve(len(tables.ids))
    config.teacher.build(TEACHERS).check_reads(tables.bare)
    if config.left_out:
        left_out_class(tables.bare)  # before anything is trained
    deployed = None
    if config.deployed is not None:  # what cannot be kept to is named before anything is encoded
        deployed = Previous.of(config.deployed, tables.bare, config.previous_weight, tables.features)
    threads = config.threads if isinstance(config.threads, int) else threads_for(len(tables.ids))
    with cpu_threads(threads):
        split, encoded, report = _observed(config, tables, listen)
        told(report)
        state = {"format": FORMAT, "rows": len(tables.ids), "config": config.to_dict(), "digests": tables.digests}
        write_json(work / STATE, {**state, "finished": False})
        found: dict[str, Any] = {}
        if is_auto(config.method):
            config, board = search(config, encoded, split, work, device, listen)
            found = {"search": {**board.verdict, "facts": board.facts, "page": f"{WORK}/{FOLDER}/{PAGE}"}}
        warm = _warm(config, encoded)
        if warm is not None:
            found["warm_start"] = warm.told
        job = job_of(config, encoded, work, device, listen, deployed, None if warm is None else warm.start)
        made = stages(job, config, split, encoded.encoder, listen)
        found |= _figures(job, made, config, split, tables, encoded)
        shipped, whole = made.student, encoded
        if config.refit:
            listen("encode")(1, 2, "all rows")
            whole = encode(config, tables)
            warm = _warm(config, whole)
            shipped = shipped_stage(job, config, whole, found, None if warm is None else warm.start)
        student = shipped.value
        results = {
            "format": FORMAT,
            "config": config.to_dict(),
            "environment": environment(device),
            "data": report,
            **found,
            "importance": importance(made.student.value, encoded, tables, split),
        }
        listen("write")(0, 1, "")
        predictor = shipped_predictor(student, made.student.value, whole, results, config)
        scored = shipped_predictor(made.student.value, made.student.value, encoded, results, config)
        codes = placement_of(student, shipped.inputs["knowledge"].value, whole.graph.features)
        further = profile_files(predictor, scored, config, tables, split, codes, whole.graph.features)
        results = ship(out, predictor, config, tables, split, results, further)
        write_json(work / STATE, {**state, "finished": True})
        listen("write")(1, 1, "")
    return FitResult(results, out)


def _figures(
    job: Job, made: Stages, config: FitConfig, split: Split, tables: Tables, encoded: Encoded
) -> dict[str, Any]:
    """The scores, and what else is asked of the student that was scored."""
    found = dict(made.record.value)
    if config.tradeoff:
        found["tradeoff"] = tradeoff(job, made, training_view(job.graph, split))
    if "class_names" in found:  # of which training, and so the record, knows numbers alone
        found["class_names"] = list(tables.task.output_names)
    if config.left_out:
        found["left_out"] = left_out_stage(job, config, split).value
    if len(tables.ids) <= AFFORDABLE:
        found["disagreement"] = compare_models(job, made, config, split, tables, encoded)
    return found


def _warm(config: FitConfig, encoded: Encoded) -> Warm | None:
    """From which weights a student of these features starts; `None` where no warm start was asked for."""
    if config.warm_start is None:
        return None
    names, classes = encoded.encoder.feature_names, encoded.graph.task.answers.classes
    return warm_start(config.warm_start, config.student, names, classes, config.inputs.name)


def _observed(config: FitConfig, tables: Tables, listen: Listen) -> tuple[Split, Encoded, dict[str, Any]]:
    """The split, the columns as features, and the report on the tables."""
    assert config.split is not None, "resolved"
    if config.tradeoff and not tables.task.exclusive:
        raise ConfigError(
            f"tradeoff: expected one class a row, which changes or does not, got the task {tables.task.name!r}; "
            "leave out --tradeoff"
        )
    split = config.split.build(SPLITTERS).split(tables.bare, config.seed, "inductive", config.unseen)
    listen("encode")(0, 2, "columns")
    encoded = encode(config, tables, observed_rows(split, len(tables.ids)))
    listen("encode")(1, 2, "report")
    report = data_report(config, tables, split, encoded)
    listen("encode")(2, 2, f"{encoded.encoder.num_features:,} features")
    return split, encoded, report


def _resolvable(config: FitConfig) -> FitConfig:
    """The configuration as tables are read with it; settings that cannot work fail before any table is read."""
    return config.resolve(1)


def _finished(config: AnyFit) -> AnyResult | None:
    """The result that lies in the folder, if it is one of these settings and tables.

    Raises:
        ConfigError: if it is one of others.
    """
    assert config.out is not None
    try:
        state = read_json(config.out / WORK / STATE)
        known = _resolved(_kind_of(state["config"])(**state["config"]), state)
    except (ArtefactError, KeyError, TypeError):
        return None
    others = differing(known.identity(), _resolved(config, state).identity())
    if others and not config.replace:
        raise ConfigError(
            f"out: {config.out} holds a model with another {others}; choose another --out, or replace it (--replace)"
        )
    finished = state.get("finished")
    files = config.files if isinstance(config, GraphFitConfig) else config
    changed = [name for name, digest in state["digests"].items() if digest_path(getattr(files, name)) != digest]
    if changed and finished and not config.replace:
        raise ConfigError(
            f"out: {config.out} holds a model of other {' and '.join(changed)} than are now in "
            f"{', '.join(str(getattr(files, name)) for name in changed)}; choose another --out, or replace it "
            "(--replace)"
        )
    if others or changed:  # teachers and rows of other tables, of which nothing is to be left
        forget(config.out / WORK)
        return None
    if not finished:
        return None
    verify(config.out)  # an altered model is named, and not answered
    return _result_of(config, read_json(config.out / SCORES))


def _result_of(config: AnyFit, results: dict[str, Any]) -> AnyResult:
    """The results of a finished fit."""
    kinds: dict[type, type[AnyResult]] = {LinkFitConfig: LinkFitResult, GraphFitConfig: GraphFitResult}
    return kinds.get(type(config), FitResult)(results, config.out)


def _resolved(config: AnyFit, state: dict[str, Any]) -> AnyFit:
    """The configuration for as many rows, and edges, as there were."""
    if isinstance(config, LinkFitConfig):
        return config.resolve(state["rows"], state.get("edges", 0))
    if isinstance(config, GraphFitConfig):
        return config.resolve(state["rows"], state.get("own_split", False))
    return config.resolve(state["rows"])


def _kind_of(config: dict[str, Any]) -> type[AnyFit]:
    """Of which kind a configuration is, in plain types."""
    kinds: dict[str, type[AnyFit]] = {LINK: LinkFitConfig, GRAPH: GraphFitConfig}
    return kinds.get((config.get("task") or {}).get("name", ""), FitConfig)


def forget(work: Path) -> None:
    """Remove what an earlier fit kept for itself: its teachers and students, and what it says of rows."""
    for entry in sorted(work.iterdir()):
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _busy(out: Path | None) -> None:
    raise ConfigError(
        f"out: another process works in {out} at this moment; wait until it is done, or choose another --out"
    )
