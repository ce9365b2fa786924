"""A whole configuration of a choice, where no data set has settings of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.searching.space import Choice
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, providing


def composed(
    choice: Choice,
    opened: Spec,
    distill: Mapping[str, Any] | None = None,
    sized_teacher: Callable[[Spec], Spec] = lambda teacher: teacher,
) -> RunConfig:
    """The components of a choice with every option written out.

    Args:
        choice: what was chosen.
        opened: the teacher where none was.
        distill: options of the student's training beside those that were chosen.
        sized_teacher: fills in what depends on the size of the data.

    Example:
        >>> config = composed(Choice(Spec("glnn"), None, Spec("mlp"), Spec("features")), Spec("sage"), {"lr": 0.1})
        >>> config.teacher.name, config.teacher.options["hidden"], config.distill["lr"]
        ('sage', 128, 0.1)
    """
    method = choice.method.build(METHODS)
    teacher = choice.teacher or opened
    return RunConfig(
        teacher=sized_teacher(providing(teacher, method.teacher_keys)).resolved(TEACHERS),
        method=method.spec(),
        student=choice.student.resolved(STUDENTS),
        inputs=choice.inputs.resolved(INPUTS),
        distill=Distiller(**Spec("d", **{**(distill or {}), **choice.distill}).checked(Distiller, "distill")).options(),
        recipe=False,
    )
