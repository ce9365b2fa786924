"""Distillation methods: one file per paper, a few lines each."""

from gnn2mlp.methods._base import METHODS, Method

__all__ = ["METHODS", "Method"]
