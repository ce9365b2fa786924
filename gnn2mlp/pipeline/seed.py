"""The stages of one seed: split, views, teacher, knowledge, students, record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gnn2mlp.data import Full, Observed, Split
from gnn2mlp.data.graphs import FullGraphs, ObservedGraphs
from gnn2mlp.data.links import FullLinks, ObservedLinks
from gnn2mlp.deploy.model_files import NETWORK
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import INPUTS
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.keys import ON_DEMAND
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.pipeline.job import Job, label
from gnn2mlp.pipeline.knowledge import export_knowledge, load_knowledge, save_knowledge
from gnn2mlp.pipeline.network_student import distil_network
from gnn2mlp.pipeline.scoring import BASELINES, score
from gnn2mlp.pipeline.stage import Reference, Stage, Storage, json_file, stored
from gnn2mlp.pipeline.student import distil_student
from gnn2mlp.pipeline.student_file import student_file
from gnn2mlp.pipeline.teacher import fit_teacher, load_teacher, save_teacher
from gnn2mlp.pipeline.views import scoring_view, training_view
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, Export, Teacher

if TYPE_CHECKING:
    from gnn2mlp.pipeline.config import RunConfig


class Models(NamedTuple):
    """What is made for a seed and then scored, each a stage, or what another run left of one.

    Args:
        teacher: the graph neural network.
        knowledge: what it knows of the observed nodes.
        mlp: the baseline without a teacher: the student's network on labels alone.
        student: distilled by the method of the run; a `Predictor`, or a fitted `Teacher` of one that needs the graph.
    """

    teacher: Stage[Teacher] | Reference[Teacher]
    knowledge: Stage[TeacherKnowledge]
    mlp: Stage[Any]
    student: Stage[Any]


@dataclass(frozen=True, eq=False)
class Seed:
    """What is made for one seed, each stage from those before it.

    Args:
        number: of the seed.
        observed: what training sees.
        full: what scoring sees; it holds the split.
        teacher: the graph neural network.
        knowledge: what it knows of the observed nodes.
        mlp: the baseline without a teacher: the student's network on labels alone.
        student: distilled by the method of the run; a `Predictor`, or a fitted `Teacher` of one that needs the graph.
        record: the scores of all of them.
    """

    number: int
    observed: Observed
    full: Full
    teacher: Stage[Teacher] | Reference[Teacher]
    knowledge: Stage[TeacherKnowledge]
    mlp: Stage[Any]
    student: Stage[Any]
    record: Stage[dict[str, Any]]

    @property
    def split(self) -> Split:
        """Who trains, validates and is tested."""
        return self.full.split


def plan(job: Job, number: int) -> Seed:
    """The stages of a seed: what each is given, and where its result is kept. Nothing is made yet."""
    split = job.split(number)
    observed, full = training_view(job.graph, split), scoring_view(job.graph, split)
    models = (job.models or usual_models)(job, number, observed)
    made = {**models._asdict(), "unseen_share": job.config.unseen_fraction}
    if job.previous is not None:
        made["previous"] = job.previous.outputs(observed.task)
    return Seed(number, observed, full, *models, record_stage(job, number, score, made, observed, full))


def usual_models(job: Job, number: int, observed: Observed) -> Models:
    """The stages of a seed as its configuration has them, from the teacher on."""
    method = job.config.method.build(METHODS)
    teacher = teacher_stage(job, number, observed)
    knowledge = knowledge_stage(job, number, observed, teacher, needed_keys(job, method))
    mlp = student_stage(job, number, observed, baseline_of(job.config), METHODS.get("mlp")(), None)
    student = student_stage(job, number, observed, "student", method, knowledge if method.teacher_keys else None)
    return Models(teacher, knowledge, mlp, student)


def needed_keys(job: Job, method: Method) -> list[str]:
    """The keys that a teacher writes down: what the method reads, what the job asks for, and all that is cheap."""
    # Disturbing the features costs forward passes, and drawn classes are for those who read them alone; all else is at
    # hand, and the report looks at it.
    cheap = job.config.teacher.build(TEACHERS).provides - ON_DEMAND
    return sorted(cheap | method.teacher_keys | job.extra)


def teacher_stage(job: Job, seed: int, observed: Observed | ObservedGraphs, told_as: str = "teacher") -> Stage[Teacher]:
    """The teacher of `observed`; `told_as` is what listeners hear that it is."""
    inputs = {
        "teacher": job.config.teacher.build(TEACHERS),
        "observed": observed,
        "seed": job.training_seed(seed),
        "execution": job.execution,
    }
    storage = stored(job.store, "teachers", load_teacher, save_teacher)
    return Stage(fit_teacher, inputs, storage, job.environment, job.context(seed, told_as))


def knowledge_stage(
    job: Job,
    seed: int,
    observed: Observed | ObservedGraphs,
    teacher: Stage[Teacher] | Reference[Teacher],
    needs: Sequence[str],
) -> Stage[TeacherKnowledge]:
    """What `teacher` knows of `observed`."""
    inputs = {
        "teacher": teacher,
        "observed": observed,
        "needs": needs,
        "how": Export(**job.config.export),
        "seed": job.training_seed(seed),
        "execution": job.execution,
        "classes": getattr(job.graph.task, "classes", job.graph.class_names),
        "dataset": job.graph.name,
    }
    storage = stored(job.store, "knowledge", load_knowledge, save_knowledge)
    return Stage(export_knowledge, inputs, storage, job.environment, job.context_of(seed, "knowledge"))


def lesson_inputs(
    job: Job, seed: int, role: str, method: Method, knowledge: Stage[TeacherKnowledge] | None
) -> dict[str, Any]:
    """The inputs of a stage that are a lesson by the configuration of a job, for the student that is called `role`."""
    config = job.config
    return {
        "student": config.student.build(STUDENTS),
        "method": method,
        "objective": method.build_objective(),
        "inputs": config.inputs.build(INPUTS),
        "distiller": Distiller(**config.distill),
        "knowledge": knowledge,
        "seed": job.training_seed(seed),
        "execution": job.execution,
        "stage": role,
    }


def student_stage(
    job: Job, seed: int, observed: Observed, role: str, method: Method, knowledge: Stage[TeacherKnowledge] | None
) -> Stage[Any]:
    """A student of `observed`; `role` names its folder, and is what listeners hear that it is."""
    inputs = {**lesson_inputs(job, seed, role, method, knowledge), "observed": observed}
    taught = role not in BASELINES
    if job.previous is not None and taught:
        anchor = {"anchor": job.previous.anchor(), "anchor_weight": job.previous.weight}
        inputs |= {"previous": job.previous.table(observed), **anchor}
    folder = job.folder / "students" / label(seed) / role
    if inputs["student"].needs_graph:
        kept: Storage[Any] = Storage(lambda identity: folder / NETWORK, load_teacher, save_teacher)
        return Stage(distil_network, inputs, kept, job.environment, job.context(seed, role))
    inputs |= {"task": job.graph.task, "feature_names": job.graph.feature_names, "dataset": job.graph.name}
    if job.start is not None and taught:
        inputs["start"] = job.start
    return Stage(distil_student, inputs, student_file(folder, Predictor), job.environment, job.context(seed, role))


def baseline_of(config: "RunConfig") -> str:
    """What the baseline without a teacher is called: the plain MLP, or the plain network of a student like it."""
    return "plain" if STUDENTS.get(config.student.name).needs_graph else "mlp"


def record_stage(
    job: Job,
    seed: int,
    judge: Callable[..., dict[str, Any]],
    made: Mapping[str, Any],
    observed: Observed | ObservedLinks | ObservedGraphs,
    full: Full | FullLinks | FullGraphs,
) -> Stage[dict[str, Any]]:
    """The scores of a seed, by `judge`, which is given by name what was `made`, and both views."""
    inputs = {**made, "observed": observed, "full": full, "seed": seed, "execution": job.execution}
    storage = json_file(job.folder / "seeds" / f"{label(seed)}.json")
    return Stage(judge, inputs, storage, job.environment, job.context_of(seed, "scores"))
