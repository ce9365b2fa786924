"""Graph neural networks that write `TeacherKnowledge`: one file each."""

from gnn2mlp.teachers._base import TEACHERS, Export, Teacher, providing

__all__ = ["TEACHERS", "Export", "Teacher", "providing"]
