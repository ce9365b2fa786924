"""`Unlearner`: a way in which the models of a run forget."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.removal import Removal
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy import Predictor
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.keys import KEYS
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.knowledge import load_knowledge, save_knowledge
from gnn2mlp.pipeline.seed import Models, knowledge_stage, needed_keys, student_stage
from gnn2mlp.pipeline.stage import Stage, Storage, stored
from gnn2mlp.pipeline.unlearning.before import Before, recorded_path
from gnn2mlp.pipeline.unlearning.knowledge_left import rows_left, rows_near, rows_written_anew
from gnn2mlp.pipeline.unlearning.recorded import load_recorded, record_answers, save_recorded
from gnn2mlp.pipeline.views import scoring_view
from gnn2mlp.teachers import Export, Teacher

What = Literal["student", "teacher"]


@dataclass(frozen=True, eq=False)
class Forgetting:
    """What there is to forget of one seed, and where the models go that have forgotten.

    Args:
        job: of what is left, in the new folder.
        number: of the seed.
        observed: what is left of what training saw.
        before: the models of the run, and the data with what is to go.
        what: which model forgets.
    """

    job: Job
    number: int
    observed: Observed
    before: Before
    what: What

    __repr__ = short_repr

    @property
    def removal(self) -> Removal:
        """What is to be forgotten."""
        return self.before.removal

    @property
    def method(self) -> Method:
        """The method of the run."""
        return self.job.config.method.build(METHODS)

    @property
    def needs(self) -> list[str]:
        """Keys of knowledge that the run writes down."""
        return needed_keys(self.job, self.method)

    def knowledge_left(self, reexport: bool | None = None) -> Stage[TeacherKnowledge]:
        """What the old teacher knew of the nodes that are left.

        Args:
            reexport: whether rows that the removal reaches are written anew by the old teacher on what is left of the
                graph. Default: where edges go, which nothing else can take out of the knowledge. Without, rows are as
                they were.
        """
        job, removal = self.job, self.removal
        storage = stored(job.store, "knowledge", load_knowledge, save_knowledge)
        told = job.context_of(self.number, "knowledge")
        inputs: dict[str, Any] = {"knowledge": self.before.knowledge, "row": removal.row}
        refers = any(KEYS[key].refers for key in self.needs)
        if not (bool(removal.edges.numel()) if reexport is None else reexport) and not refers:
            return Stage(rows_left, inputs, storage, job.environment, told)
        teacher = self.before.a_real_teacher
        near = rows_near(self.before.observed, removal, getattr(teacher.value, "depth", None))
        inputs |= {
            "teacher": teacher,
            "near": torch.searchsorted(self.observed.node_ids, removal.row[near]),
            "observed": self.observed,
            "needs": self.needs,
            "how": Export(**job.config.export),
            "seed": job.training_seed(self.number),
            "execution": job.execution,
        }
        return Stage(rows_written_anew, inputs, storage, job.environment, told)

    def recorded(self) -> Stage[Any]:
        """The answers of the old teacher on what is left, which stand in its place when it is deleted."""
        job = self.job
        inputs = {
            "teacher": self.before.the_teacher,
            "full": scoring_view(job.graph, job.split(self.number)),
            "removal": self.removal,
            "execution": job.execution,
        }
        path = recorded_path(job.folder, self.number)
        storage = Storage(lambda identity: path, load_recorded, save_recorded)
        return Stage(record_answers, inputs, storage, job.environment, job.context(self.number))

    def mlp(self) -> Stage[Predictor]:
        """The baseline without a teacher, trained on the labels that are left."""
        return student_stage(self.job, self.number, self.observed, "mlp", METHODS.get("mlp")(), None)

    def student(self, knowledge: Stage[TeacherKnowledge], job: Job | None = None) -> Stage[Predictor]:
        """A student by the method of the run, from some knowledge; `job` in place of the usual one."""
        method = self.method
        given = knowledge if method.teacher_keys else None
        return student_stage(job or self.job, self.number, self.observed, "student", method, given)

    def with_student(self, knowledge: Stage[TeacherKnowledge], student: Stage[Predictor]) -> Models:
        """All models, where the student forgets.

        The teacher stays as it was until it is deleted at the end: it is scored once more, and what it knew of the
        nodes that are left is kept.
        """
        return Models(self.recorded(), knowledge, self.mlp(), student)

    def with_teacher(self, teacher: Stage[Teacher]) -> Models:
        """All models, where the teacher forgets: it writes down what it knows of what is left, for a new student."""
        knowledge = knowledge_stage(self.job, self.number, self.observed, teacher, self.needs)
        return Models(teacher, knowledge, self.mlp(), self.student(knowledge))


class Unlearner(Configurable, ABC):
    """A way of forgetting. It says which stages make the models of a seed that have forgotten.

    A subclass supplies `models`: of `Forgetting.with_student` where the student forgets, and of `with_teacher` where
    the teacher does.

    Attributes:
        forgets: which models it can let forget.
        removes: what it can let them forget, nodes or edges.
        exact: whether nothing that is kept has ever seen what is forgotten.
        leaves: what it leaves behind of what is forgotten, in a sentence; empty for nothing.
    """

    forgets: ClassVar[frozenset[What]]
    removes: ClassVar[frozenset[str]] = frozenset({"nodes", "edges"})
    exact: ClassVar[bool] = False
    leaves: ClassVar[str] = ""

    def check(self, what: What) -> None:
        """Raise `ConfigError` if it cannot let this model forget."""
        if what not in self.forgets:
            able = [name for name, cls in UNLEARNERS.classes.items() if what in cls.forgets]
            raise ConfigError(
                f"unlearn: method {self.name!r} lets no {what} forget (--what {what}); methods that do: "
                f"{', '.join(able)}"
            )

    def check_removal(self, removal: Removal) -> None:
        """Raise `ConfigError` if it cannot let models forget this."""
        if wrong := [what for what, count in removal.counts.items() if count and what not in self.removes]:
            able = [name for name, cls in UNLEARNERS.classes.items() if set(wrong) <= cls.removes]
            raise ConfigError(
                f"unlearn: method {self.name!r} forgets {' and '.join(sorted(self.removes))} alone, got "
                f"{removal.counts[wrong[0]]} {wrong[0]}; methods that forget these: {', '.join(able)}"
            )

    def check_before(self, before: Before, what: What) -> None:
        """Raise `DataError` if the run has not left what it needs; called before anything is trained.

        Default: it needs the teacher, or its recorded answers where only a student forgets and no edge goes.
        """
        _ = before.a_real_teacher if what == "teacher" or self.asks_teacher(before.removal) else before.the_teacher

    def asks_teacher(self, removal: Removal) -> bool:
        """Whether the old teacher is asked again about what is left. Default: where edges go."""
        return bool(removal.edges.numel())

    @abstractmethod
    def models(self, one: Forgetting) -> Models:
        """The stages of the models that have forgotten, where `one.what` is among what it can let forget."""


UNLEARNERS: Registry[Unlearner] = Registry(
    "unlearner",
    "gnn2mlp.pipeline.unlearning.methods",
    Unlearner,  # type: ignore[type-abstract]
)
