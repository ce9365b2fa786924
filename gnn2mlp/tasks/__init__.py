"""Tasks: what is predicted of a unit, and how that is learnt, judged and answered. One file each."""

import importlib
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import nearest

__all__ = [
    "TASKS",
    "Answers",
    "GraphClassification",
    "GraphMultiTask",
    "LinkPrediction",
    "Metric",
    "MultiLabel",
    "NodeClassification",
    "Regression",
    "Task",
    "as_numbers",
]

_EXPORTS = {
    "TASKS": "_base",
    "Answers": "answers",
    "GraphClassification": "graph_classification",
    "GraphMultiTask": "graph_multi_task",
    "LinkPrediction": "link_prediction",
    "Metric": "_base",
    "MultiLabel": "multi_label",
    "NodeClassification": "classification",
    "Regression": "regression",
    "Task": "_base",
    "as_numbers": "_base",
}


if TYPE_CHECKING:
    from gnn2mlp.tasks._base import TASKS, Metric, Task, as_numbers
    from gnn2mlp.tasks.answers import Answers
    from gnn2mlp.tasks.classification import NodeClassification
    from gnn2mlp.tasks.graph_classification import GraphClassification
    from gnn2mlp.tasks.graph_multi_task import GraphMultiTask
    from gnn2mlp.tasks.link_prediction import LinkPrediction
    from gnn2mlp.tasks.multi_label import MultiLabel
    from gnn2mlp.tasks.regression import Regression
else:

    def __getattr__(name: str) -> Any:
        """Import a public name on first use: `gnn2mlp.tasks.answers` does without torch, and so do its importers."""
        if name not in _EXPORTS:
            raise AttributeError(f"module 'gnn2mlp.tasks' has no attribute {name!r}{nearest(name, _EXPORTS)}")
        return getattr(importlib.import_module(f"gnn2mlp.tasks.{_EXPORTS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
