"""A method of one's own with two students: a wide assistant learns from the teacher, the student from both."""

from pathlib import Path

from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import DistillationResult, Learner
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import Method
from gnn2mlp.nn.divergence import kl_divergence
from gnn2mlp.objectives import Batch, Objective, SoftLabels
from gnn2mlp.pipeline import RunConfig, run
from gnn2mlp.students.mlp import MLPStudent

SEEN: list[TeacherKnowledge] = []


class AssistantLabels(Objective):
    """Soft labels of the assistant."""

    needs = frozenset({"assistant.logits"})

    def forward(self, batch: Batch):
        return batch.mean(kl_divergence(batch.knowledge("logits", "assistant"), batch.output.logits))


class TeacherAssistant(Method):
    """Improved distillation via a teacher assistant (Mirzadeh et al., AAAI 2020)."""

    def __init__(self, width: int = 256):
        self.width = width

    def build_objective(self) -> Objective:
        return 0.5 * SoftLabels() + 0.5 * AssistantLabels()

    def learn(self, learner: Learner) -> DistillationResult:
        assistant = learner.fit(SoftLabels(), student=MLPStudent(hidden=self.width), name="assistant")
        written = learner.write(assistant)
        SEEN.append(written)
        return learner.fit(self.build_objective(), tables={"assistant": written})


def test_two_students_are_trained_and_one_ships(tmp_path: Path) -> None:
    SEEN.clear()
    config = RunConfig(
        method=TeacherAssistant(64),
        student={"name": "mlp", "hidden": 16},
        seeds=1,
        latency=False,
        out=tmp_path / "run",
        cache=tmp_path / "cache",
        distill={"epochs": 15},
    )
    result = run(config)
    student = Predictor.load(tmp_path / "run" / "student")
    assert student.module.head.in_features == 16
    (written,) = SEEN
    assert written.card["teacher"]["hidden"] == 64
    assert result.summary["student"]["test"]["mean"] > 0.5
