"""ProGMLP: a sequence of MLPs of which any may answer, so that latency is a matter of choice."""

from dataclasses import replace

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.progressive_labels import ProgressiveLabels
from gnn2mlp.students import Student
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.students.progressive_mlp import ProgressiveMLPStudent


class ProGMLP(Method):
    """ProGMLP (Lu et al., 2025, https://arxiv.org/abs/2507.19031): every stage of a sequence of MLPs learns from a GNN.

    Stage k reads the features and what stage k-1 said; see `ProgressiveLabels`. The student that ships is
    `progressive_mlp`, in which each stage has the sizes of the MLP that was to be trained. Its predictor answers with
    the last stage; `predictor.exiting(0.9)` answers a row with the first stage that is at least so sure.

    Args:
        stages: how many MLPs, where the student to be trained is one MLP.
        hard_weight: λ in 0..1.
        temperature: τ of the divergences.
        mixed_weight: weight of rows mixed with others; 0 leaves them out.
        mixup: how evenly the last stage's rows are mixed, a of Beta(a, a).
        apart: whether a stage takes the one before it as given.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> sorted(ProGMLP().teacher_keys)
        ['logits']
    """

    name = "progmlp"
    citation = ProgressiveLabels.citation
    idea = (
        "Not every request deserves the same effort. ProGMLP trains a sequence of small MLPs, each of which reads the "
        "features and what the one before it said. All of them learn from the teacher, the later ones on harder "
        "mixtures of rows. When serving, the first stage that is sure enough answers, or the last one does."
    )
    departures = ProgressiveLabels.departures

    def __init__(
        self,
        stages: int = 3,
        hard_weight: float = 0.0,
        temperature: float = 1.0,
        mixed_weight: float = 1.0,
        mixup: float = 1.0,
        apart: bool = True,
        update: UpdateRule = "joint",
    ):
        check_at_least("method", 1, stages=stages)
        check_hard_weight(hard_weight)
        check_at_least("method", 0, mixed_weight=mixed_weight)
        check_positive("method", temperature=temperature, mixup=mixup)
        self.stages = stages
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.mixed_weight = mixed_weight
        self.mixup = mixup
        self.apart = apart
        self.update = update

    def build_objective(self) -> Objective:
        """Labels and soft labels of every stage, of rows as they are and mixed."""
        return ProgressiveLabels(self.hard_weight, self.temperature, self.mixed_weight, self.mixup, self.apart)

    def learn(self, learner: Learner) -> DistillationResult:
        """Train all stages."""
        student = sequence_of(learner.student, self.stages)
        return replace(learner.fit(self.build_objective(), update=self.update, student=student), student=student)


def sequence_of(student: Student, stages: int) -> ProgressiveMLPStudent:
    """A sequence of `stages` MLPs of a student's sizes; one that is a sequence stays as it is.

    Raises:
        ConfigError: for any other student.
    """
    if isinstance(student, ProgressiveMLPStudent):
        return student
    if not isinstance(student, MLPStudent):
        raise ConfigError(
            f"method 'progmlp' trains a sequence of MLPs, got the student {student.name!r}; take student=mlp, whose "
            "sizes each stage has, or student=progressive_mlp"
        )
    known = ProgressiveMLPStudent.constructor_options()
    sizes = {key: value for key, value in student.spec().options.items() if key in known}
    return ProgressiveMLPStudent(**sizes, stages=stages)
