"""Several students that start apart, averaged; and, if wanted, their average distilled into one."""

from dataclasses import replace
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods._base import METHODS, Method
from gnn2mlp.methods._chain import observed_of, with_seconds_of
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.soft_labels import SoftLabels

_MEMBERS = "member_logits"


class AveragedStudents(Method):
    """An ensemble of students (Lakshminarayanan et al., NeurIPS 2017), as one network or distilled into one.

    Each student learns by `method` from its own seed, the first from that of the run; the probabilities that they give
    are averaged with equal weights. What ships is all of them as one network, which costs as many, or with `into_one` a
    last student, which learns the soft labels of the average on the observed nodes (Hinton et al., 2015).

    Verdict, on unseen nodes of cpf-cora with a SAGE teacher, 10 splits (`benchmarks/results/students.json`): three
    plain students averaged are 0.3 points below one (95 % interval over splits -0.6 to 0.0), their average distilled
    into one is 0.8 above (+0.1 to +1.6; corrected for overlapping splits -1.9 to +3.6, which holds 0).

    Args:
        method: how each student learns: a name, a mapping or a `Method`.
        students: how many, at least 1.
        of_members: let each student learn from one member of a teacher `ensemble` in place of their mean, in turn, as
            `member_logits` holds what each says. Students of different teachers differ by more than their start.
        into_one: distil the average into one student of the usual recipe, which answers as fast as any.

    Raises:
        ConfigError: for a method that there is not, or no student.

    Example:
        >>> method = AveragedStudents({"name": "glnn", "sharpen": 2.0}, students=3)
        >>> sorted(method.teacher_keys)
        ['logits']
    """

    name = "averaged_students"
    citation = (
        "Lakshminarayanan et al., Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles, NeurIPS "
        "2017; Hinton et al., Distilling the Knowledge in a Neural Network, 2015, section 3"
    )
    idea = (
        "Two students of one recipe differ by the chance of their start, and each errs in places of its own. "
        "Averaging the probabilities of several takes a part of that chance away. What ships is all of them as one "
        "network, which costs as many times as much to ask. With `into_one` one more student learns from the average "
        "instead, and answers as fast as any."
    )
    departures = (
        "Members learn from a teacher's soft labels (papers: from labels), without adversarial examples. The student "
        "of the average learns at temperature 1 and from no label of its own."
    )

    def __init__(self, method: Any = "glnn", students: int = 3, of_members: bool = False, into_one: bool = False):
        self._method = Spec.parse(method).build(METHODS)
        # In its plain form, with every option, so that a saved configuration stays what it was.
        self.method = self._method.spec().to_dict()
        self.students = students
        self.of_members = of_members
        self.into_one = into_one
        check_at_least("method", 1, students=students)

    @property
    def needs_graph(self) -> bool:  # type: ignore[override]
        """Whether the students of `method` read the graph when they answer."""
        return self._method.needs_graph

    @property
    def streams(self) -> bool:  # type: ignore[override]
        """Not where one student learns from another, or from a table of its own."""
        return self._method.streams and not self.into_one and not self.of_members

    def build_objective(self) -> Objective:
        """The objective of each student."""
        return self._method.build_objective()

    @property
    def needs(self) -> frozenset[str]:
        """What `method` needs, and what each teacher of an ensemble says where that is asked for."""
        return self._method.needs | ({_MEMBERS} if self.of_members else frozenset())

    def learn(self, learner: Learner) -> DistillationResult:
        """Train all students, average them, and distil the average if it is to be one."""
        if self.into_one or self.of_members:
            observed_of(learner, self.name)
        results = [self._method.learn(self._learner(learner, number)) for number in range(self.students)]
        average = learner.average(results, student=results[0].student) if self.students > 1 else results[0]
        if not self.into_one:
            return average
        written = learner.write(average)
        seed = derive(learner.seed, "student of the average")
        last = learner.fit(SoftLabels(), tables={"teacher": written}, seed=seed, name="student-of-the-average")
        return with_seconds_of(last, results)

    def _learner(self, learner: Learner, number: int) -> Learner:
        """With the seed, the checkpoint and the table of one student."""
        name = f"student-{number + 1}"
        own = learner.knowledge
        return replace(
            learner,
            seed=derive(learner.seed, f"student/{number}") if number else learner.seed,
            checkpoint=learner.checkpoint_of(name),
            stage=name,
            knowledge=_of_member(own, number) if self.of_members else own,
        )


def _of_member(table: TeacherKnowledge | None, number: int) -> TeacherKnowledge:
    """The table in which the logits are those of one member of the ensemble that wrote it, all taken in turn."""
    if table is None or _MEMBERS not in table.values:
        raise ConfigError("method.of_members: expected a teacher that is an ensemble; set teacher: ensemble")
    said = table[_MEMBERS]
    rest = {key: value for key, value in table.values.items() if key != _MEMBERS}
    logits = said[:, number % said.size(1)].contiguous()
    return TeacherKnowledge(table.node_ids, {**rest, "logits": logits}, dict(table.card))
