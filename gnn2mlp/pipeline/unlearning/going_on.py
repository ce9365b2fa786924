"""What methods that go on from old weights can work with, asked before anything is trained."""

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.teachers import NetworkTeacher, Teacher


def network_teacher(teacher: Teacher, method: str) -> NetworkTeacher:
    """The teacher, if it is one network over a graph, whose training can go on.

    Raises:
        ConfigError: if it is not.
    """
    if not isinstance(teacher, NetworkTeacher):
        raise ConfigError(
            f"{method}: expected a teacher that is one network over a graph, such as gcn or sage, got "
            f"{teacher.name!r}; take method retrain"
        )
    return teacher


def check_rows(student: Predictor, method: str) -> None:
    """Raise `ConfigError` if the graph makes the student's rows, so that no row of them can be forgotten by itself."""
    if student.inputs.needs_graph:
        raise ConfigError(
            f"{method}: rows of the student are made by inputs {student.inputs.name!r}, which read the graph; take "
            "method retrain or redistil"
        )
