"""Graph-free students: one file each."""

from gnn2mlp.students._base import STUDENTS, Student

__all__ = ["STUDENTS", "Student"]
