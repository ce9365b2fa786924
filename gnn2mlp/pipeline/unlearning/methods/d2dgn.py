"""The old model is held to itself on what is left, and to one that knows nothing on what is forgotten."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.objectives.retain_and_forget import RetainAndForget
from gnn2mlp.pipeline.job import label
from gnn2mlp.pipeline.seed import Models
from gnn2mlp.pipeline.stage import Stage, stored
from gnn2mlp.pipeline.student_file import student_file
from gnn2mlp.pipeline.teacher import load_teacher, save_teacher
from gnn2mlp.pipeline.unlearning.before import Before
from gnn2mlp.pipeline.unlearning.forget_student import forget_student
from gnn2mlp.pipeline.unlearning.forget_teacher import forget_teacher
from gnn2mlp.pipeline.unlearning.forgetting_table import Destroyer, check_destroyer
from gnn2mlp.pipeline.unlearning.going_on import check_rows, network_teacher
from gnn2mlp.pipeline.unlearning.unlearner import Forgetting, Unlearner, What
from gnn2mlp.teachers import Teacher

# Epochs of forgetting, where nobody says how many; those of students have several steps.
EPOCHS: Mapping[What, int] = {"student": 30, "teacher": 20}


class D2DGN(Unlearner):
    """Distil to delete: two fixed teachers, the model itself on what is left, a destroyer on what is forgotten.

    L = α · mean over what is left of KL(preserver ‖ q) + (1 - α) · mean over what is forgotten of KL(destroyer ‖ q),
    from the old weights on (https://arxiv.org/abs/2309.16173). With the paper's destroyer, an untrained network,
    accuracy is kept, and yet every forgotten node can be recognised by how little the model knows of it: the
    certificate says so. An `"ignorant"` destroyer, trained briefly on what is left, comes near to retraining.

    Args:
        alpha: α in 0..1.
        destroyer: `"random"` (the paper's), `"ignorant"` or `"uniform"`.
        epochs: of forgetting, at the learning rate of the first training, without dropout; default: 30 of a student, 20
            of a teacher, which in trials on splits of their own forgot as well by then as after 30, and less well by
            15.
        response: weight of the divergence of outputs.
        feature: weight of the squared difference of hidden activations.
        ignorant_epochs: of the ignorant destroyer.
    """

    name = "d2dgn"
    citation = "Sinha et al., Distill to Delete: Unlearning in Graph Networks, arXiv 2309.16173, 2023"
    forgets = frozenset({"student", "teacher"})
    removes = frozenset({"nodes"})
    leaves = (
        "It started from weights that what is forgotten had shaped, and was pushed away from them on those nodes alone"
    )

    def __init__(
        self,
        alpha: float = 0.5,
        destroyer: Destroyer = "random",
        epochs: int | None = None,
        response: float = 1.0,
        feature: float = 0.0,
        ignorant_epochs: int = 15,
    ):
        self.alpha = alpha
        self.destroyer: Destroyer = destroyer
        self.epochs = epochs
        self.response = response
        self.feature = feature
        self.ignorant_epochs = ignorant_epochs
        check_at_least("d2dgn", 1, epochs=1 if epochs is None else epochs, ignorant_epochs=ignorant_epochs)
        check_destroyer(destroyer, feature)
        self.objective()

    def objective(self) -> RetainAndForget:
        """What is minimised."""
        return RetainAndForget(self.alpha, self.response, self.feature)

    def check_before(self, before: Before, what: What) -> None:
        """The teacher has to be a network, the student one of rows that no graph makes."""
        super().check_before(before, what)
        if what == "teacher":
            network_teacher(before.the_teacher.value, self.name)
        else:
            check_rows(before.student.value, self.name)

    def models(self, one: Forgetting) -> Models:
        """The old teacher or student, trained on over all that it learnt from."""
        if one.what == "teacher":
            return one.with_teacher(self._teacher(one))
        return one.with_student(one.knowledge_left(), self._student(one))

    def _student(self, one: Forgetting) -> Stage[Predictor]:
        job = one.job
        inputs = {
            "student": one.before.student,
            **self._given(one),
            "distiller": Distiller(**job.config.distill),
            "execution": job.execution,
        }
        storage = student_file(job.folder / "students" / label(one.number) / "student", Predictor)
        return Stage(student_that_forgot, inputs, storage, job.environment, job.context(one.number, "student"))

    def _teacher(self, one: Forgetting) -> Stage[Teacher]:
        job = one.job
        inputs = {
            "teacher": one.before.the_teacher,
            **self._given(one),
            "left": one.observed,
            "execution": job.execution,
        }
        storage = stored(job.store, "teachers", load_teacher, save_teacher)
        return Stage(teacher_that_forgot, inputs, storage, job.environment, job.context(one.number, "teacher"))

    def _given(self, one: Forgetting) -> dict[str, object]:
        observed = one.before.observed
        return {
            "whole": observed,
            "forgotten": one.removal.row[observed.node_ids] < 0,
            "objective": self.objective(),
            "destroyer": self.destroyer,
            "epochs": EPOCHS[one.what] if self.epochs is None else self.epochs,
            "seed": one.job.training_seed(one.number),
            "ignorant_epochs": self.ignorant_epochs,
        }


def student_that_forgot(
    student: Predictor,
    whole: Observed,
    forgotten: Tensor,
    objective: RetainAndForget,
    destroyer: Destroyer,
    epochs: int,
    seed: int,
    ignorant_epochs: int,
    distiller: Distiller,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress,
    listeners: Sequence[Listener] = (),
) -> Predictor:
    """The stage of a student: see `forget_student`. `execution` is how torch computes; it is so already."""
    given = student, whole, forgotten, objective, destroyer, epochs, distiller, seed, ignorant_epochs
    return forget_student(*given, device=device, progress=progress, listeners=listeners)


def teacher_that_forgot(
    teacher: Teacher,
    whole: Observed,
    forgotten: Tensor,
    objective: RetainAndForget,
    destroyer: Destroyer,
    epochs: int,
    seed: int,
    ignorant_epochs: int,
    left: Observed,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress,
    listeners: Sequence[Listener] = (),
) -> Teacher:
    """The stage of a teacher: see `forget_teacher`. `execution` is how torch computes; it is so already."""
    given = teacher, whole, left, forgotten, objective, destroyer, epochs, seed, ignorant_epochs
    return forget_teacher(*given, device=device, progress=progress, listeners=listeners)
