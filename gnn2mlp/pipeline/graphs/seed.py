"""The stages of one seed of whole graphs: split, views, teacher, knowledge, students, record."""

from dataclasses import dataclass
from typing import Any

from gnn2mlp.data.graphs import FullGraphs, ObservedGraphs
from gnn2mlp.data.split import Split
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.pipeline.graphs.job import GraphsJob
from gnn2mlp.pipeline.graphs.scoring import score_graphs
from gnn2mlp.pipeline.graphs.student import distil_graph_student
from gnn2mlp.pipeline.graphs.training_set import taught_view
from gnn2mlp.pipeline.graphs.views import graph_scoring_view, graph_training_view
from gnn2mlp.pipeline.job import label
from gnn2mlp.pipeline.seed import knowledge_stage, lesson_inputs, needed_keys, record_stage, teacher_stage
from gnn2mlp.pipeline.stage import Stage
from gnn2mlp.pipeline.student_file import student_file
from gnn2mlp.teachers import Teacher


@dataclass(frozen=True, eq=False)
class GraphSeed:
    """What is made for one seed, each stage from those before it.

    Args:
        number: of the seed.
        observed: what training sees.
        full: what scoring sees; it holds the split.
        teacher: the network that reads edges.
        knowledge: what it knows of the observed graphs.
        mlp: the baseline without a teacher: the student's network on labels alone.
        student: distilled by the method of the run.
        record: the scores of all of them.
    """

    number: int
    observed: ObservedGraphs
    full: FullGraphs
    teacher: Stage[Teacher]
    knowledge: Stage[TeacherKnowledge]
    mlp: Stage[GraphPredictor]
    student: Stage[GraphPredictor]
    record: Stage[dict[str, Any]]

    @property
    def split(self) -> Split:
        """Which graphs train, validate and are tested."""
        return self.full.split


def plan(job: GraphsJob, number: int) -> GraphSeed:
    """The stages of a seed: what each is given, and where its result is kept. Nothing is made yet."""
    split = job.split(number)
    observed, full = graph_training_view(job.graphs, split), graph_scoring_view(job.graphs, split)
    method = job.config.method.build(METHODS)
    teacher = teacher_stage(job, number, observed if job.config.train_on is None else taught_view(job, number, split))
    knowledge = knowledge_stage(job, number, observed, teacher, needed_keys(job, method))
    fields = NodeFields.of(full.graphs)
    mlp = graph_student_stage(job, number, observed, fields, "mlp", METHODS.get("mlp")(), None)
    own = knowledge if method.teacher_keys else None
    student = graph_student_stage(job, number, observed, fields, "student", method, own)
    made = {"teacher": teacher, "knowledge": knowledge, "mlp": mlp, "student": student}
    record = record_stage(job, number, score_graphs, made, observed, full)
    return GraphSeed(number, observed, full, teacher, knowledge, mlp, student, record)


def graph_student_stage(
    job: GraphsJob,
    seed: int,
    observed: ObservedGraphs,
    fields: NodeFields,
    role: str,
    method: Method,
    knowledge: Stage[TeacherKnowledge] | None,
) -> Stage[GraphPredictor]:
    """A student of `observed`, whose nodes have `fields`; `role` names its folder, and is what listeners hear."""
    inputs = {
        **lesson_inputs(job, seed, role, method, knowledge),
        "observed": observed,
        "task": job.graphs.task,
        "fields": fields,
        "dataset": job.graphs.name,
    }
    storage = student_file(job.folder / "students" / label(seed) / role, GraphPredictor)
    return Stage(distil_graph_student, inputs, storage, job.environment, job.context(seed, role))
