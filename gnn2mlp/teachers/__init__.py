"""Graph neural networks that write `TeacherKnowledge`: one file each."""

from gnn2mlp.teachers._base import TEACHERS, Teacher

__all__ = ["TEACHERS", "Teacher"]
