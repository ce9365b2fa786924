"""`distill`: a teacher trained anywhere hands over its table; a student is distilled from it, whatever its length."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pydantic
import torch
import yaml

from gnn2mlp.core.environment import cpu_threads, environment, resolve_device
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import write_json, write_text
from gnn2mlp.core.identity import Execution, fingerprint
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.source import code_of
from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.distill import Checkpoint, DistillationResult, Distiller, Learner
from gnn2mlp.distill.process_group import ProcessGroup, process_group
from gnn2mlp.distill.streamed import Streamed, check_rows_suffice
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import Device, Settings, Threads, UserPath, differing, read_yaml
from gnn2mlp.pipeline.shipping import about_rows
from gnn2mlp.pipeline.table_job import alone, finished_results
from gnn2mlp.report.result_cells import distil_cell
from gnn2mlp.students import STUDENTS, check_graph_free
from gnn2mlp.tables import ColumnNames, RowTable, join_tables

FORMAT = 1
RESULTS, CONFIG, CHECKPOINT = "results.json", "config.yaml", "checkpoint.safetensors"


class DistilConfig(Settings):
    """Settings of a distillation from tables; immutable. Components are given by name, mapping, `Spec` or object.

    Args:
        knowledge: what the teacher knows, an artefact (`.safetensors`) or a Parquet table.
        features: of the same nodes, a Parquet table; labels and roles may be in it.
        out: folder of the results.
        id: the column of ids, of any type, in both tables; default: `node_id`, as the knowledge may call it anyway.
        label: the column of labels; default: `label`, if there is one.
        role: the column that says what a row is there for; default: `role`, if there is one.
        columns: the columns that are features; default: all others, refused if one looks as if it were none.
        method: how the student learns; none that speaks of links between nodes.
        student: the graph-free network.
        inputs: what makes the student's row: `"features"`, or `"standardise"` for columns of different units.
        distill: options of `Distiller`: lr, weight_decay, epochs, patience, batch_size,
            rows_fraction.
        missing: `"refuse"` ids that one of the tables lacks, or `"drop"` and count them.
        valid: share of the labelled rows (of all, without labels) that validates where the table has no roles.
        classes: names of the classes in the order of the teacher's columns; default: as the knowledge says.
        seed: of hashes, initialisation, batches and dropout.
        device: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.
        threads: CPU threads; `"auto"`: all, or what `torchrun` gives each process.
    """

    # Where things are, and on how many threads torch computes: they decide no student, but the tables' content does.
    beside = ("knowledge", "features", "out", "device", "threads")

    knowledge: UserPath
    features: UserPath
    out: UserPath
    id: str | None = None
    label: str | None = None
    role: str | None = None
    columns: tuple[str, ...] | None = None
    method: Spec = Spec("glnn")
    student: Spec = Spec("mlp")
    inputs: Spec = Spec("features")
    distill: dict[str, Any] = pydantic.Field(default_factory=dict)
    missing: Literal["refuse", "drop"] = "refuse"
    valid: float = pydantic.Field(default=0.1, gt=0, lt=1)
    classes: tuple[str | int | bool, ...] | None = None
    seed: int = pydantic.Field(default=0, ge=0)
    device: Device = "auto"
    threads: Threads = "auto"

    @property
    def seeds(self) -> Sequence[int]:
        """The one seed."""
        return (self.seed,)

    def resolve(self) -> "DistilConfig":
        """The same with every option of the components written out.

        Raises:
            ConfigError: for a name or an option that does not exist.
        """
        check_graph_free(self.student.name, "gnn2mlp distill")
        distill = Spec("distill", **self.distill).checked(Distiller, "distill")
        return self.model_copy(
            update={
                "method": self.method.resolved(METHODS),
                "student": self.student.resolved(STUDENTS),
                "inputs": self.inputs.resolved(INPUTS),
                "distill": Distiller(**distill).options(),
            }
        )


@dataclass(frozen=True)
class DistilResult:
    """What `distil` leaves behind.

    Args:
        results: the content of `results.json`.
        out: the folder that holds it, the student and the joined table.
    """

    results: dict[str, Any]
    out: UserPath

    __repr__ = short_repr

    def _repr_html_(self) -> str:
        return distil_cell(self.results, self.out)

    def predictor(self) -> Predictor:
        """The student, ready to predict from features."""
        return Predictor.load(self.out / "student")


def distil(config: DistilConfig, listen: Progress = silent, joining: Progress = silent) -> DistilResult:
    """Join knowledge and features by id, distil a student from the rows, score it, and write both down.

    Started by `torchrun`, its processes share the work. Machines that share no disk need the tables on each of them,
    and each joins its own; student and results are written where the first process is. What was interrupted is taken up
    from its last checkpoint; what was finished from the same tables is read.

    Args:
        config: what to distil from what.
        listen: told after every epoch.
        joining: told while the tables are joined.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another configuration's results.
        ArtefactError: if a table is missing or damaged.
        DataError: for tables that cannot be learnt from. All of them before any training.
        ProcessError: if another process has failed, is gone, or has other tables.
    """
    config = config.resolve()
    method = config.method.build(METHODS)
    method.check_streams()
    check_rows_suffice(method.build_objective())
    threads = torch.get_num_threads() if config.threads == "auto" else config.threads
    with cpu_threads(threads), process_group(resolve_device(config.device)) as (here, device):
        owner = here.owns(config.out)
        with alone(config.out, owner, joining):
            table = _table(config, here, owner, joining)
            identity = _identity(config, table, device)
            done, *_ = here.gather(finished_results(config.out / RESULTS, identity) if here.rank == 0 else None)
            results = done if done is not None else _made(config, table, identity, device, here, listen)
        return DistilResult(results, config.out)


def _table(config: DistilConfig, here: ProcessGroup, owner: bool, joining: Progress) -> RowTable:
    """The joined table, which one process makes on each disk; the others wait for it, however long that takes."""
    folder = config.out / "table"
    if owner:
        _check_free(config)
        check_place(config.out)
        join_tables(
            config.knowledge,
            config.features,
            folder,
            keys=config.method.build(METHODS).teacher_keys,
            missing=config.missing,
            valid=config.valid,
            classes=config.classes,
            names=ColumnNames(config.id, config.label, config.role, config.columns),
            seed=config.seed,
            progress=joining,
        )
        write_text(config.out / CONFIG, yaml.safe_dump(config.to_dict(), sort_keys=False, allow_unicode=True))
    here.barrier()
    return RowTable.open(folder)


def _check_free(config: DistilConfig) -> None:
    """Raise `ConfigError` if the folder holds a configuration that decides another student."""
    path = config.out / CONFIG
    if path.exists():
        others = differing(DistilConfig(**read_yaml(path)).resolve().identity(), config.identity())
        if others:
            raise ConfigError(
                f"out: {config.out} holds a student with another {others}; choose another --out, or remove that folder"
            )


def _identity(config: DistilConfig, table: RowTable, device: torch.device) -> str:
    """What decides the student: settings, the content of the tables, the code, and how torch computes."""
    parts = [
        config.method.build(METHODS),
        config.student.build(STUDENTS),
        config.inputs.build(INPUTS),
        Distiller(**config.distill),
    ]
    return fingerprint([config.identity(), table.digest, parts, Execution.on(device), code_of(distil)])


def _made(
    config: DistilConfig, table: RowTable, identity: str, device: torch.device, here: ProcessGroup, listen: Progress
) -> dict[str, Any]:
    method, distiller = config.method.build(METHODS), Distiller(**config.distill)
    checkpoint = Checkpoint(config.out / CHECKPOINT)
    learner = Learner(
        distiller,
        config.student.build(STUDENTS),
        table,
        inputs=config.inputs.build(INPUTS),
        seed=config.seed,
        device=device,
        progress=listen,
        checkpoint=checkpoint,
        group=here,
    )
    result = method.learn(learner)
    objective = method.build_objective()
    rows = Streamed(table, device, distiller.batch_size, config.seed, objective, result.inputs, here)
    scores = {role: rows.scores(result.module.to(device), role)._asdict() for role in ("valid", "test")}
    results = {
        "format": FORMAT,
        "identity": identity,
        "config": config.to_dict(),
        "environment": {**environment(device), "processes": here.size},
        "counts": table.manifest["counts"],
        "columns": {
            "features": table.columns.to_list(),
            "unused": {name: found for name, found in table.manifest["unused"].items() if found},
        },
        "chosen_by": table.judges,
        "history": result.history.to_dict(),
        "scores": {role: found for role, found in scores.items() if found["rows"]},
    }
    if here.rank == 0:
        told = about_rows(config.method.name, results["counts"], scores)
        _student(config, table, identity, result).save(config.out / "student", told)
        write_json(config.out / RESULTS, results)
        for path in (checkpoint.path, *config.out.glob(f"{checkpoint.path.stem}-*{checkpoint.path.suffix}")):
            path.unlink(missing_ok=True)  # of each student, where a method trains several
    here.barrier()
    return results


def _student(config: DistilConfig, table: RowTable, identity: str, result: DistillationResult) -> Predictor:
    about = {"identity": identity, "history": result.history.to_dict(), "columns": table.columns.to_list()}
    card = {**result.card, **about}
    student, module = result.student or config.student.build(STUDENTS), result.module.cpu()
    names = table.feature_names
    return Predictor(student, module, table.num_features, table.classes, card, names, result.inputs)
