"""The old model is trained on, on what is left."""

from dataclasses import replace

import torch

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill.start import Start
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.fold import input_maps
from gnn2mlp.pipeline.seed import Models
from gnn2mlp.pipeline.stage import Stage, stored
from gnn2mlp.pipeline.teacher import load_teacher, save_teacher
from gnn2mlp.pipeline.unlearning.before import Before
from gnn2mlp.pipeline.unlearning.fine_tuning import fine_tune_teacher
from gnn2mlp.pipeline.unlearning.going_on import network_teacher
from gnn2mlp.pipeline.unlearning.unlearner import Forgetting, Unlearner, What
from gnn2mlp.teachers import Teacher


class FineTune(Unlearner):
    """Train the old model for a few more epochs on what is left, so that it forgets the rest by itself.

    Nothing pushes it to: weights that remember are kept where what is left does not change them.

    Args:
        epochs: at most so many; validation chooses among them.
    """

    name = "finetune"
    citation = "Golatkar et al., Eternal Sunshine of the Spotless Net, CVPR 2020, arXiv 1911.04933 (a baseline there)"
    forgets = frozenset({"student", "teacher"})
    leaves = "It started from weights that what is forgotten had shaped, and nothing took that out again"

    def __init__(self, epochs: int = 50):
        self.epochs = epochs
        check_at_least("unlearner", 1, epochs=epochs)

    def check_before(self, before: Before, what: What) -> None:
        """A teacher has to be a network."""
        super().check_before(before, what)
        if what == "teacher":
            network_teacher(before.the_teacher.value, self.name)

    def models(self, one: Forgetting) -> Models:
        """The old teacher or student, trained on from its weights."""
        if one.what == "teacher":
            return one.with_teacher(self._teacher(one))
        knowledge = one.knowledge_left()
        return one.with_student(knowledge, self._student(one, knowledge))

    def _student(self, one: Forgetting, knowledge: Stage[TeacherKnowledge]) -> Stage[Predictor]:
        old = one.before.student.value
        maps = input_maps(old.module)
        width = maps[0].weight.shape[0] if maps else one.observed.graph.num_features
        distill = {**one.job.config.distill, "epochs": self.epochs}
        start = Start(dict(old.module.state_dict()), torch.arange(width))
        return one.student(
            knowledge,
            replace(one.job, config=one.job.config.model_copy(update={"distill": distill}), start=start),
        )

    def _teacher(self, one: Forgetting) -> Stage[Teacher]:
        job = one.job
        inputs = {
            "teacher": one.before.a_real_teacher,
            "observed": one.observed,
            "epochs": self.epochs,
            "seed": job.training_seed(one.number),
            "execution": job.execution,
        }
        storage = stored(job.store, "teachers", load_teacher, save_teacher)
        return Stage(fine_tune_teacher, inputs, storage, job.environment, job.context(one.number, "teacher"))
