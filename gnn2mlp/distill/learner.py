"""What a method trains its students with: everything but the objective."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graphs import ObservedGraphs
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.average import average_results
from gnn2mlp.distill.distiller import Distiller, Learnt
from gnn2mlp.distill.graphs import answered
from gnn2mlp.distill.networks import network_answers
from gnn2mlp.distill.process_group import ALONE, ProcessGroup
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.start import Start
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import compute_form
from gnn2mlp.nn.training_state import Checkpoint
from gnn2mlp.objectives import TEACHER, Objective
from gnn2mlp.students import Student

_SHIPPED = "student"
# The table of knowledge of the student that is deployed.
PREVIOUS = "previous"


@dataclass(frozen=True, eq=False)
class Learner:
    """Data, knowledge, student and settings: what `Method.learn` is given to train one student with, or several.

    Args:
        distiller: how to train.
        student: what to build.
        data: features, training labels and validation nodes, in memory; or whole graphs; or a table, which is streamed.
        knowledge: the teacher's table; `None` for a table of rows, which has its own, and for methods without teacher.
        inputs: what makes the student's rows.
        seed: of initialisation, batches and dropout.
        device: where to train.
        progress: told after every epoch.
        listeners: told of every training.
        checkpoint: where to keep the training state.
        group: the processes that share the rows of a table.
        stage: what listeners and messages call the student that ships.
        previous: what a deployed student says of the nodes, as the table of knowledge `"previous"`.
        anchor: what holds the student that ships to it, beside the objective. Students that a method trains on the way
            are left alone.
        anchor_weight: w: the loss is (1 - w) · the objective + w · the anchor.
        start: weights from which the student that ships starts; default: it starts afresh.

    Example:
        >>> from gnn2mlp.data import PerClass, Views, graph_from_arrays
        >>> from gnn2mlp.objectives import HardLabels, SoftLabels
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> graph = graph_from_arrays(torch.eye(10), [0, 1] * 5, [[0], [1]])
        >>> views = Views.of(graph, PerClass(train=1, valid=1).split(graph, seed=0, setting="transductive"))
        >>> learner = Learner(Distiller(epochs=5), MLPStudent(hidden=8), views.observed)
        >>> first = learner.fit(HardLabels())
        >>> written = learner.write(first)  # a student can teach the next one
        >>> second = learner.fit(SoftLabels(), tables={"teacher": written}, seed=1)
        >>> second.card["knowledge"] == written.digest
        True
    """

    distiller: Distiller
    student: Student
    data: Learnt
    knowledge: TeacherKnowledge | None = None
    inputs: Inputs = field(default_factory=OwnFeatures)
    seed: int = 0
    device: torch.device | str = "cpu"
    progress: Progress = silent
    listeners: Sequence[Listener] = ()
    checkpoint: Checkpoint | None = None
    group: ProcessGroup = ALONE
    stage: str = _SHIPPED
    previous: TeacherKnowledge | None = None
    anchor: Objective | None = None
    anchor_weight: float = 0.5
    start: Start | None = None

    __repr__ = short_repr

    def fit(
        self,
        objective: Objective,
        *,
        update: UpdateRule = "joint",
        student: Student | None = None,
        data: Observed | None = None,
        inputs: Inputs | None = None,
        distiller: Distiller | None = None,
        tables: Mapping[str, TeacherKnowledge] | None = None,
        seed: int | None = None,
        name: str = _SHIPPED,
    ) -> DistillationResult:
        """Train a student.

        Args:
            objective: what to minimise.
            update: which terms share an optimiser pass.
            student: what to build in place of the usual student.
            data: in place of the usual nodes, such as the same ones with other features or labels.
            inputs: what makes the rows, in place of the usual one.
            distiller: how to train, in place of the usual settings.
            tables: knowledge beside the teacher's, by name, which `objective` reads as `"name.key"`; one that is called
                `"teacher"` takes the place of the teacher's.
            seed: in place of the usual one, so that two equal students start apart.
            name: of the student, for listeners, messages and its checkpoint.

        Raises:
            Gnn2mlpError: whatever `Distiller.fit` raises, such as `MissingKnowledgeError` for an absent key.
        """
        known = {} if self.knowledge is None else {TEACHER: self.knowledge}
        if self.previous is not None:
            known[PREVIOUS] = self.previous
        if self.anchor is not None and name == _SHIPPED:
            objective = (1 - self.anchor_weight) * objective + self.anchor_weight * self.anchor
        return (distiller or self.distiller).fit(
            student or self.student,
            objective,
            self.data if data is None else data,
            {**known, **(tables or {})},
            inputs=self.inputs if inputs is None else inputs,
            update=update,
            seed=self.seed if seed is None else seed,
            device=self.device,
            progress=self.progress,
            listeners=self.listeners,
            checkpoint=self.checkpoint_of(name),
            group=self.group,
            stage=self.stage if name == _SHIPPED else name,
            start=self.start if name == _SHIPPED else None,
        )

    def average(
        self,
        results: Sequence[DistillationResult],
        weights: Sequence[float] | None = None,
        *,
        student: Student | None = None,
    ) -> DistillationResult:
        """Several students as one, which ships as such and answers with the average of their probabilities.

        Args:
            results: of `fit`, on the usual nodes.
            weights: at least 0, one for each; default: all alike.
            student: the recipe of each, where it is not the usual one.

        Raises:
            ConfigError: for weights that cannot be, or students that read different rows.
        """
        return average_results(
            results,
            weights,
            student or self.student,
            self.distiller,
            self.data,
            device=self.device,
            group=self.group,
        )

    def write(self, result: DistillationResult, keys: Iterable[str] = ("logits",)) -> TeacherKnowledge:
        """What a trained student knows of the observed nodes or graphs, as a table that the next one may learn from.

        Args:
            result: of `fit`.
            keys: `"logits"`, `"hidden"` or both.

        Raises:
            ConfigError: for other keys, or where rows are streamed.
        """
        wanted = sorted(set(keys))
        if unknown := set(wanted) - {"logits", "hidden"}:
            raise ConfigError(f"a student writes down logits and hidden, got {', '.join(sorted(unknown))}")
        facts = {"teacher": result.card["student"]}
        if isinstance(self.data, ObservedGraphs):
            answers = answered(result.module, self.data.graphs)
            return TeacherKnowledge(self.data.graph_ids, {k: getattr(answers, k).float() for k in wanted}, facts)
        if not isinstance(self.data, Observed):
            raise ConfigError("a method with several students trains on a graph's nodes: a table of rows is streamed")
        if result.student is not None and result.student.needs_graph:
            said = network_answers(result, self.data)
        else:
            rows = compute_form(result.inputs.observed_rows(self.data)).to(dtype=torch.get_default_dtype())
            with torch.no_grad():
                said = result.module.eval()(rows)
        values = {key: getattr(said, key).float() for key in wanted}
        return TeacherKnowledge(self.data.node_ids, values, facts)

    def checkpoint_of(self, name: str) -> Checkpoint | None:
        """Where the training state of the student of that name is kept; each has a file of its own."""
        if self.checkpoint is None or name == _SHIPPED:
            return self.checkpoint
        path = self.checkpoint.path
        return self.checkpoint._replace(path=path.with_name(f"{path.stem}-{name}{path.suffix}"))
