"""The stages of one seed. Each is made once: from the cache or the run's folder if it is there, else anew."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_code
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import link_or_copy
from gnn2mlp.core.progress import Progress
from gnn2mlp.data import SPLITTERS, NodeData, Split, Task
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.inputs import INPUTS
from gnn2mlp.knowledge import Store, TeacherKnowledge
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.nn.csr import compute_form
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, Export, Teacher

# Code that decides what a teacher computes; a change of it makes cached teachers stale.
_TEACHER_CODE = ("gnn2mlp.core", "gnn2mlp.nn", "gnn2mlp.data", "gnn2mlp.teachers")
_STUDENT_CODE = (
    *_TEACHER_CODE,
    "gnn2mlp.objectives",
    "gnn2mlp.inputs",
    "gnn2mlp.students",
    "gnn2mlp.distill",
    "gnn2mlp.methods",
)

Listener = Callable[[int, str], Progress]


@dataclass(frozen=True, eq=False)
class Seed:
    """One seed of a run: its task, and the artefacts that are made for it.

    Args:
        config: resolved.
        graph: the data set.
        seed: of split, initialisation and batches.
        folder: of the run.
        store: cache of teachers and knowledge.
        device: where to train.
        listen: gives the listener of a stage of a seed.
        extra: keys of knowledge beside those that the method reads.
    """

    config: RunConfig
    graph: NodeData
    seed: int
    folder: Path
    store: Store
    device: torch.device
    listen: Listener
    extra: frozenset[str] = frozenset()

    @cached_property
    def task(self) -> Task:
        """The graph under this seed's split, which is saved in the run's folder."""
        assert self.config.split is not None
        splitter = self.config.split.build(SPLITTERS)
        split = splitter.split(self.graph, self.seed, self.config.setting, self.config.unseen_fraction)
        path = self.folder / "splits" / f"{self.label}.safetensors"
        if not path.exists() or _split_digest(path) != split.digest:
            split.save(path)
        return Task(self.graph, split)

    @cached_property
    def identity(self) -> dict[str, Any]:
        """All that decides this seed's scores."""
        code = digest_code(*_STUDENT_CODE, "gnn2mlp.evaluate", "gnn2mlp.pipeline")
        return {**self.teacher_identity, "config": self.config.identity(), "code": code}

    @property
    def label(self) -> str:
        """Name of this seed's files."""
        return f"seed-{self.seed:03d}"

    @cached_property
    def teacher_identity(self) -> dict[str, Any]:
        """All that decides the teacher: what it observes, its spec, the seed, device and code."""
        return {
            "observed": self.task.observed.digest,
            "teacher": self.config.teacher.to_dict(),
            "seed": self.seed,
            "device": self.device.type,
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "code": digest_code(*_TEACHER_CODE),
        }

    @cached_property
    def teacher(self) -> Teacher:
        """The trained teacher."""

        def make(path: Path) -> Teacher:
            teacher = self.config.teacher.build(TEACHERS)
            progress = self.listen(self.seed, "teacher")
            teacher.fit(self.task.observed, seed=self.seed, device=self.device, progress=progress)
            teacher.save(path, {"identity": self.teacher_identity})
            return teacher

        return self.store.get_or_make("teachers", self.teacher_identity, Teacher.load, make)

    @cached_property
    def knowledge(self) -> TeacherKnowledge:
        """What the teacher knows of the observed nodes; also placed in the run's folder."""
        # Disturbing the features costs forward passes; all else is at hand, and the report looks at it.
        needs = sorted((self.teacher.provides - {"entropy_shift"}) | self.method.teacher_keys | self.extra)
        identity = {**self.teacher_identity, "needs": needs, "export": self.config.export}

        def make(path: Path) -> TeacherKnowledge:
            start = time.perf_counter()
            made = self.teacher.export(
                self.task.observed, needs, how=Export(**self.config.export), seed=self.seed, device=self.device
            )
            card = {
                **made.card,
                "identity": identity,
                "split": self.task.split.digest,
                "dataset": self.graph.name,
                "classes": list(self.graph.class_names),
                "seconds": time.perf_counter() - start,
            }
            made = TeacherKnowledge(made.node_ids, made.values, card)
            made.save(path)
            return made

        knowledge = self.store.get_or_make("knowledge", identity, TeacherKnowledge.load, make)
        link_or_copy(self.store.path("knowledge", identity), self.folder / "knowledge" / f"{self.label}.safetensors")
        return knowledge

    @cached_property
    def method(self) -> Method:
        """The distillation method."""
        return self.config.method.build(METHODS)

    def student(self, role: str) -> Predictor:
        """The student distilled by the run's method (`"student"`), or the baseline without a teacher (`"mlp"`)."""
        method = self.method if role == "student" else METHODS.get("mlp")()
        knowledge = self.knowledge if method.teacher_keys else None
        identity = {
            "observed": self.task.observed.digest,
            "knowledge": knowledge.digest if knowledge else None,
            "method": method.spec().to_dict(),
            "student": self.config.student.to_dict(),
            "inputs": self.config.inputs.to_dict(),
            "distill": self.config.distill,
            "seed": self.seed,
            "device": self.device.type,
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "code": digest_code(*_STUDENT_CODE),
        }
        directory = self.folder / "students" / self.label / role
        made = _load_student(directory, identity)
        if made is not None:
            return made
        student = self.config.student.build(STUDENTS)
        learner = Learner(
            Distiller(**self.config.distill),
            student,
            self.task.observed,
            knowledge,
            inputs=self.config.inputs.build(INPUTS),
            seed=self.seed,
            device=self.device,
            progress=self.listen(self.seed, role),
        )
        result = method.learn(learner)
        card = {**result.card, "identity": identity, "history": result.history.to_dict(), "dataset": self.graph.name}
        width = result.num_features if result.inputs.needs_graph else self.graph.num_features
        names, inputs = self.graph.class_names, result.inputs
        columns = None if inputs.needs_graph else self.graph.feature_names
        predictor = Predictor(student, result.module, width, names, card, columns, inputs=inputs)
        predictor.save(directory)
        return predictor

    def teacher_logits(self) -> dict[str, Tensor]:
        """Teacher's logits over all nodes of the full graph.

        `observed`: from the observed edges alone; rows of unseen nodes are NaN. `full`: from all edges.
        """
        full = self.teacher.predict(self.graph, self.device)
        observed = torch.full_like(full, float("nan"))
        observed[self.knowledge.node_ids] = self.knowledge["logits"]
        return {"observed": observed, "full": full}

    def student_logits(self, predictor: Predictor) -> Tensor:
        """A student's logits over all nodes, from features alone."""
        features = compute_form(predictor.inputs.rows(self.graph)).to(dtype=torch.get_default_dtype())
        with torch.inference_mode():
            logits: Tensor = predictor.module(features).logits
        return logits.clone()


def _load_student(directory: Path, identity: Mapping[str, Any]) -> Predictor | None:
    """The student in `directory` if it is intact and was made from `identity`."""
    try:
        predictor = Predictor.load(directory)
    except ArtefactError:
        return None
    return predictor if predictor.card.get("identity") == identity else None


def _split_digest(path: Path) -> str | None:
    try:
        return Split.load(path).digest
    except ArtefactError:
        return None
