"""`teach`: a teacher is trained on hop features that lie on disk, and writes down what it knows of every node."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pydantic
import torch
import yaml
from torch import Tensor, nn

from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.environment import cpu_threads, environment, resolve_device
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.files import atomic, write_json, write_text
from gnn2mlp.core.identity import Execution, fingerprint
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.source import code_of
from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.distill import Checkpoint, DistillationResult, Distiller
from gnn2mlp.distill.process_group import ProcessGroup, process_group
from gnn2mlp.inputs import INPUTS
from gnn2mlp.knowledge.arrow import to_column
from gnn2mlp.knowledge.parquet import NODE_ID, join_parts
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.pipeline.config import Device, Settings, Threads, UserPath, differing, read_yaml
from gnn2mlp.pipeline.table_job import alone, finished_results
from gnn2mlp.students import Student
from gnn2mlp.tables import ColumnNames, RowTable
from gnn2mlp.tables.classes import Classes
from gnn2mlp.tables.features import ROLES, FeatureTable
from gnn2mlp.tables.hops.parts import Notes
from gnn2mlp.tables.hops.table import HopTable
from gnn2mlp.tables.hops.training_rows import answers_by_part, classes_of, training_rows
from gnn2mlp.teachers import TEACHERS
from gnn2mlp.teachers.sign import SIGN, HopNetwork, combined

FORMAT = 1
RESULTS, CONFIG, CHECKPOINT = "results.json", "config.yaml", "checkpoint.safetensors"
KNOWLEDGE, TEACHER = "knowledge.parquet", "teacher.safetensors"
# Rows that are answered for at a time.
_ROWS = 8192


class TeachConfig(Settings):
    """Settings of a teacher that is trained on hop features; immutable.

    Args:
        hops: folder that `gnn2mlp propagate` made.
        nodes: the table of nodes that it was made of, with labels and perhaps roles.
        out: folder of the results.
        label: the column of labels; default: `label`, if there is one.
        role: the column that says what a node is there for: train, valid or test; default: `role`, if there is one.
        teacher: `sign`; its `normalise` is that of the hops, its `hops` are those that there are by default.
        inputs: what makes the rows of the network: `"features"`, or `"standardise"` for columns of different units.
        batch_size: rows of a step.
        valid: share of the labelled nodes that validates where the table has no roles.
        seed: of hashes, initialisation, batches and dropout.
        device: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.
        threads: CPU threads; `"auto"`: all, or what `torchrun` gives each process.
    """

    beside = ("hops", "nodes", "out", "device", "threads")

    hops: UserPath
    nodes: UserPath
    out: UserPath
    label: str | None = None
    role: str | None = None
    teacher: Spec = Spec("sign")
    inputs: Spec = Spec("features")
    batch_size: int = 4096
    valid: float = pydantic.Field(default=0.1, gt=0, lt=1)
    seed: int = pydantic.Field(default=0, ge=0)
    device: Device = "auto"
    threads: Threads = "auto"

    @property
    def seeds(self) -> Sequence[int]:
        """The one seed."""
        return (self.seed,)

    def resolve(self, hops: HopTable) -> "TeachConfig":
        """The same with every option of the teacher written out.

        Raises:
            ConfigError: for a teacher that does not train on hops, options that do not exist, or hops that there are
                not.
        """
        kind = TEACHERS.get(self.teacher.name)
        if not issubclass(kind, SIGN):
            raise ConfigError(f"teacher {self.teacher.name!r} reads the graph; on hop features trains: sign")
        given = {"hops": hops.hops, **self.teacher.options}
        normalise = given.setdefault("normalise", hops.manifest["normalise"])
        if normalise != hops.manifest["normalise"]:
            raise ConfigError(
                f"teacher.normalise: {self.hops} has hops by {hops.manifest['normalise']!r} normalisation, got "
                f"{normalise!r}; propagate again with --normalise {normalise}"
            )
        if given["hops"] > hops.hops:
            raise ConfigError(
                f"teacher.hops: {self.hops} has {hops.hops} hops, got {given['hops']}; compute more: gnn2mlp propagate "
                f"... --hops {given['hops']} --out {self.hops}"
            )
        check_at_least("teach", 1, batch_size=self.batch_size)
        teacher = Spec(self.teacher.name, **given).resolved(TEACHERS)
        return self.model_copy(update={"teacher": teacher, "inputs": self.inputs.resolved(INPUTS)})


@dataclass(frozen=True)
class TeachResult:
    """What `teach` leaves behind.

    Args:
        results: the content of `results.json`.
        out: the folder that holds it, the teacher and its knowledge.
    """

    results: dict[str, Any]
    out: UserPath

    __repr__ = short_repr


def teach(
    config: TeachConfig, listen: Progress = silent, rows: Progress = silent, exporting: Progress = silent
) -> TeachResult:
    """Train a teacher on the labelled nodes of hops on disk, and write its logits of all nodes, in bounded memory.

    Started by `torchrun`, its processes share training and writing. What was interrupted is taken up from its last
    checkpoint, or behind the last part of the knowledge that is written; what was finished is read.

    Args:
        config: what to train on what.
        listen: told after every epoch.
        rows: told while the labelled nodes are put in shards.
        exporting: told after each part of the knowledge.

    Raises:
        ConfigError: for settings that cannot work, or if the folder holds another teacher.
        ArtefactError: if something is missing or damaged, or the disk is full.
        DataError: if labels are missing, or the hops are those of other nodes.
    """
    hops = HopTable.open(config.hops)
    config = config.resolve(hops)
    threads = torch.get_num_threads() if config.threads == "auto" else config.threads
    with cpu_threads(threads), process_group(resolve_device(config.device)) as (here, device):
        job = _Job(config, hops, device, here)
        with alone(config.out, here.owns(config.out), rows):
            return TeachResult(job.run(listen, rows, exporting), config.out)


class _Job:
    """One teacher."""

    def __init__(self, config: TeachConfig, hops: HopTable, device: torch.device, here: ProcessGroup):
        self.config, self.hops, self.device, self.here = config, hops, device, here
        identity = hops.manifest["identity"]
        if digest_path(config.nodes) != identity["nodes"]:
            raise DataError(
                f"{config.hops} holds the hops of another table of nodes than {config.nodes}; name the table that they "
                "were made of, or propagate again"
            )
        names = ColumnNames(identity["id"], config.label, config.role, tuple(c["name"] for c in identity["columns"]))
        self.nodes = FeatureTable(config.nodes, names)
        self.classes: Classes = classes_of(self.nodes)
        teacher = config.teacher.build(TEACHERS)
        assert isinstance(teacher, SIGN), "checked when it was resolved"
        self.teacher = teacher

    def run(self, listen: Progress, rows: Progress, exporting: Progress) -> dict[str, Any]:
        """Rows, training, knowledge, results."""
        if self.here.owns(self.config.out):
            _check_free(self.config)
            check_place(self.config.out)
            for path in self.config.out.glob(".*.tmp"):  # what a kill left half written
                path.unlink()
        table = self._table(rows)
        identity = fingerprint(
            [
                self.config.identity(),
                table.digest,
                self.teacher,
                self.config.inputs.build(INPUTS),
                Execution.on(self.device),
                code_of(teach),
            ]
        )
        done, *_ = self.here.gather(_finished(self.config, identity) if self.here.rank == 0 else None)
        if done is not None:
            return dict(done)
        result = self._trained(table, listen)
        return self._written(result, table, identity, exporting)

    def _table(self, progress: Progress) -> RowTable:
        folder = self.config.out / "rows"
        if self.here.owns(self.config.out):
            training_rows(
                self.hops,
                self.nodes,
                self.classes,
                folder,
                self._combined,
                key=f"{self.teacher.hops} {self.teacher.combine}",
                valid=self.config.valid,
                seed=self.config.seed,
                progress=progress,
            )
            text = yaml.safe_dump(self.config.to_dict(), sort_keys=False, allow_unicode=True)
            write_text(self.config.out / CONFIG, text)
        self.here.barrier()
        return RowTable.open(folder)

    def _combined(self, x: np.ndarray) -> np.ndarray:
        hops = torch.from_numpy(x[:, : self.teacher.hops + 1])
        return combined(hops.unbind(1), self.teacher.combine).numpy()

    def _trained(self, table: RowTable, listen: Progress) -> DistillationResult:
        teacher = self.teacher
        distiller = Distiller(
            lr=teacher.lr,
            weight_decay=teacher.weight_decay,
            epochs=teacher.epochs,
            patience=teacher.patience,
            batch_size=self.config.batch_size,
        )
        return distiller.fit(
            _Head(teacher, self.hops.width),
            HardLabels(),
            table,
            inputs=self.config.inputs.build(INPUTS),
            seed=self.config.seed,
            device=self.device,
            progress=listen,
            checkpoint=Checkpoint(self.config.out / CHECKPOINT),
            group=self.here,
            stage="teacher",
        )

    def _written(
        self, result: DistillationResult, table: RowTable, identity: str, exporting: Progress
    ) -> dict[str, Any]:
        out = self.config.out
        folder = out / f"parts-{identity[:16]}"
        scores = self._export(result, folder, exporting)
        self.here.barrier()
        results: dict[str, Any] = {
            "format": FORMAT,
            "identity": identity,
            "config": self.config.to_dict(),
            "environment": {**environment(self.device), "processes": self.here.size},
            "hops": {"digest": self.hops.digest, "hops": self.hops.hops, **self.hops.counts},
            "counts": table.manifest["counts"],
            "classes": list(self.classes.labels),
            "history": result.history.to_dict(),
            "scores": scores,
        }
        if self.here.rank == 0:
            card = {
                "teacher": self.config.teacher.to_dict(),
                "inputs": self.config.inputs.to_dict(),
                "hops": self.hops.digest,
                "seed": self.config.seed,
                "classes": list(self.classes.labels),
            }
            parts = [folder / f"part-{part:06d}.parquet" for part in range(self.hops.plan.parts)]
            results["knowledge"] = join_parts(parts, out / KNOWLEDGE, card)
            self._keep(result)
            write_json(out / RESULTS, results)
            (out / CHECKPOINT).unlink(missing_ok=True)
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
        self.here.barrier()
        return results

    def _keep(self, result: DistillationResult) -> None:
        """The teacher as a file, which predicts on graphs in memory, if its rows are the hops as they are."""
        if self.config.inputs.name != "features":
            return
        module = result.module.cpu()
        assert isinstance(module, _HeadModule), "built by `_Head`"
        self.teacher.initialise(self.hops.width, self.classes.count)
        self.teacher.module_.load_state_dict(module.network.state_dict())
        self.teacher.history_ = result.history
        self.teacher.save(self.config.out / TEACHER, {"classes": list(self.classes.labels)})

    @torch.no_grad()
    def _export(self, result: DistillationResult, folder: Any, progress: Progress) -> dict[str, Any]:
        """This process's parts of the knowledge, and the scores of all."""
        arrow, _ = pyarrow_modules()
        module, notes, plan = result.module.to(self.device).eval(), Notes(folder), self.hops.plan
        tally = torch.zeros(len(ROLES), 2, dtype=torch.float64)
        for part, labels, roles in answers_by_part(self.hops, self.nodes, self.classes):
            if part % self.here.size != self.here.rank:
                continue
            path = folder / f"part-{part:06d}.parquet"
            note = notes.read("part", part)
            if note is None or not path.exists():
                chunk = self.hops.chunk(part, self.teacher.hops)
                logits = self._logits(module, result, self._combined(chunk.x))
                # Roles that were drawn are no test: of them the epochs tell.
                found = _counted(logits, labels, roles) if self.nodes.has_roles else [[0, 0]] * len(ROLES)
                written = arrow.table({NODE_ID: chunk.ids, "logits": to_column(logits)})
                atomic(path, partial(_write_table, written))
                note = {"right": found}
                notes.write(note, "part", part)
            tally += torch.tensor(note["right"], dtype=torch.float64)
            progress(part + 1, plan.parts, "knowledge")
        all_ = self.here.sum(tally.flatten().to(self.device)).reshape(len(ROLES), 2).tolist()
        return {
            role: {"nodes": int(count), "accuracy": right / count}
            for role, (count, right) in zip(ROLES, all_, strict=True)
            if count
        }

    def _logits(self, module: nn.Module, result: DistillationResult, rows: np.ndarray) -> Tensor:
        found = []
        for part in torch.from_numpy(rows).split(_ROWS):
            x = result.inputs.transform(part.to(self.device, torch.get_default_dtype()))
            found.append(module(x).logits.float().cpu())
        return torch.cat(found)


def _write_table(table: Any, file: Any) -> None:
    pyarrow_modules()[1].write_table(table, file, write_page_checksum=True)


def _counted(logits: Tensor, labels: np.ndarray, roles: np.ndarray) -> list[list[int]]:
    """How many nodes of each role have a label, and of how many it is told."""
    known, right = labels >= 0, logits.argmax(1).numpy() == labels
    masks = [known & (roles == code) for code in range(len(ROLES))]
    return [[int(mask.sum()), int((mask & right).sum())] for mask in masks]


class _HeadModule(nn.Module):
    """The network of a teacher, as the trainer of rows calls it."""

    def __init__(self, network: HopNetwork):
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> MLPOutput:
        """Logits and hidden activations of combined rows."""
        return MLPOutput(*self.network.head(x))


class _Head(Student):
    """Builds what a teacher trains of rows whose hops are combined already."""

    name = "hop head"
    citation = SIGN.citation

    def __init__(self, teacher: Any, width: int):
        super().__init__()
        self.teacher = teacher
        self.width = width
        self.hidden = teacher.hidden if teacher.layers > 1 else teacher.combined_width(width)

    def spec(self) -> Spec:
        """That of the teacher, which decides the network."""
        return Spec(self.name, teacher=self.teacher.spec().to_dict(), width=self.width)

    def build(self, num_features: int, num_classes: int) -> nn.Module:
        """An untrained network."""
        return _HeadModule(self.teacher.build(self.width, num_classes))


def _check_free(config: TeachConfig) -> None:
    """Raise `ConfigError` if the folder holds a configuration that decides another teacher."""
    path = config.out / CONFIG
    if path.exists():
        others = differing(TeachConfig(**read_yaml(path)).identity(), config.identity())
        if others:
            raise ConfigError(
                f"out: {config.out} holds a teacher of other settings ({others}); choose another --out, or remove that "
                "folder"
            )


def _finished(config: TeachConfig, identity: str) -> dict[str, Any] | None:
    """Results with this identity, if there are any, and the knowledge beside them."""
    results = finished_results(config.out / RESULTS, identity)
    return results if (config.out / KNOWLEDGE).exists() else None
