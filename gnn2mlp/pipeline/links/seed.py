"""The stages of one seed of links: split, views, teacher, knowledge, students, record."""

from dataclasses import dataclass
from typing import Any

from gnn2mlp.data.links import LINK_SPLITTERS, FullLinks, LinkSplit, ObservedLinks
from gnn2mlp.decoders import DECODERS
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.pipeline.job import Job, label
from gnn2mlp.pipeline.links.scoring import score_links
from gnn2mlp.pipeline.links.student import distil_link_student
from gnn2mlp.pipeline.links.views import views_of
from gnn2mlp.pipeline.seed import knowledge_stage, lesson_inputs, record_stage, teacher_stage
from gnn2mlp.pipeline.stage import Stage
from gnn2mlp.pipeline.student_file import student_file
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import Teacher

# The method of the student that has no teacher.
BASELINE = "link_mlp"


@dataclass(frozen=True, eq=False)
class LinkSeed:
    """What is made for one seed, each stage from those before it.

    Args:
        number: of the seed.
        observed: what training sees.
        full: what scoring sees; it holds the split.
        teacher: the graph neural network, or the heuristic, that teaches.
        knowledge: what it knows of the observed nodes; `None` if the method reads nothing of it.
        mlp: the baseline without a teacher.
        student: distilled by the method of the run.
        record: the scores of all of them.
    """

    number: int
    observed: ObservedLinks
    full: FullLinks
    teacher: Stage[Teacher]
    knowledge: Stage[TeacherKnowledge] | None
    mlp: Stage[LinkPredictor]
    student: Stage[LinkPredictor]
    record: Stage[dict[str, Any]]

    @property
    def split(self) -> LinkSplit:
        """Which pairs train, validate and are tested."""
        return self.full.split


def split_of(job: Job, number: int) -> LinkSplit:
    """The split of a seed."""
    config = job.config
    assert config.split is not None and config.setting != "inductive", "resolved, and of links"
    return config.split.build(LINK_SPLITTERS).split(job.graph, number, config.setting)


def plan(job: Job, number: int) -> LinkSeed:
    """The stages of a seed: what each is given, and where its result is kept. Nothing is made yet.

    Args:
        job: of a resolved configuration; its graph is that of `gnn2mlp.pipeline.links.views.linked`.
        number: of the seed.
    """
    assert isinstance(job.graph.task, LinkPrediction), "a run of links"
    observed, full = views_of(job.graph, split_of(job, number), job.graph.task)
    return plan_links(job, number, observed, full)


def plan_links(job: Job, number: int, observed: ObservedLinks, full: FullLinks) -> LinkSeed:
    """As `plan`, of views that somebody else made."""
    method = job.config.method.build(METHODS)
    teacher = teacher_stage(job, number, observed)
    needs = sorted(method.teacher_keys | job.extra)
    knowledge = knowledge_stage(job, number, observed, teacher, needs) if needs else None
    mlp = link_student_stage(job, number, observed, "mlp", METHODS.get(BASELINE)(), None)
    student = link_student_stage(job, number, observed, "student", method, knowledge if method.teacher_keys else None)
    made = {"teacher": teacher, "knowledge": knowledge, "mlp": mlp, "student": student}
    record = record_stage(job, number, score_links, made, observed, full)
    return LinkSeed(number, observed, full, teacher, knowledge, mlp, student, record)


def link_student_stage(
    job: Job, seed: int, observed: ObservedLinks, role: str, method: Method, knowledge: Stage[TeacherKnowledge] | None
) -> Stage[LinkPredictor]:
    """A student of `observed`; `role` names its folder, and is what listeners hear that it is."""
    config = job.config
    assert config.decoder is not None, "resolved"
    inputs = {
        **lesson_inputs(job, seed, role, method, knowledge),
        "observed": observed,
        "decoder": config.decoder.build(DECODERS),
        "feature_names": job.graph.feature_names,
        "dataset": job.graph.name,
    }
    storage = student_file(job.folder / "students" / label(seed) / role, LinkPredictor)
    return Stage(distil_link_student, inputs, storage, job.environment, job.context(seed, role))
