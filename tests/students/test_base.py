"""What a student is, seen from the registry."""

import pytest

from gnn2mlp.core.errors import UnknownNameError
from gnn2mlp.students import STUDENTS, Student
from gnn2mlp.students.mlp import MLPStudent


def test_registry_finds_students_by_name() -> None:
    assert STUDENTS.get("mlp") is MLPStudent
    assert all(issubclass(cls, Student) for cls in STUDENTS.classes.values())
    with pytest.raises(UnknownNameError, match="unknown student 'mpl'; did you mean 'mlp'"):
        STUDENTS.get("mpl")


def test_a_student_without_build_cannot_be_made() -> None:
    class Empty(Student):
        name = "empty"

    with pytest.raises(TypeError, match="abstract method '?build"):
        Empty()  # type: ignore[abstract]
