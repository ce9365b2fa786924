"""gnn2mlp takes a graph neural network to production without the graph.

A GNN teacher is trained on a graph, what it knows is written down as `TeacherKnowledge`, and an MLP student learns
from that table. The student needs a node's own features only.
"""

import importlib
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import nearest

_EXPORTS = {
    "run": "gnn2mlp.pipeline",
    "RunConfig": "gnn2mlp.pipeline",
    "fit": "gnn2mlp.pipeline",
    "FitConfig": "gnn2mlp.pipeline",
    "explain": "gnn2mlp.pipeline",
    "condense": "gnn2mlp.pipeline",
    "unlearn": "gnn2mlp.pipeline",
    "Spec": "gnn2mlp.core.spec",
    "NodeClassifier": "gnn2mlp.estimators",
    "NodeRegressor": "gnn2mlp.estimators",
    "Predictor": "gnn2mlp.deploy",
    "OnnxPredictor": "gnn2mlp.deploy",
    "LinkPredictor": "gnn2mlp.deploy",
    "TeacherKnowledge": "gnn2mlp.knowledge",
    "load_dataset": "gnn2mlp.data",
    "keep_memory": "gnn2mlp.core.memory",
}

__all__ = [
    "FitConfig",
    "LinkPredictor",
    "NodeClassifier",
    "NodeRegressor",
    "OnnxPredictor",
    "Predictor",
    "RunConfig",
    "Spec",
    "TeacherKnowledge",
    "__version__",
    "condense",
    "explain",
    "fit",
    "keep_memory",
    "load_dataset",
    "run",
    "unlearn",
]
__version__ = "0.1.0"


if TYPE_CHECKING:
    from gnn2mlp.core.memory import keep_memory
    from gnn2mlp.core.spec import Spec
    from gnn2mlp.data import load_dataset
    from gnn2mlp.deploy import LinkPredictor, OnnxPredictor, Predictor
    from gnn2mlp.estimators import NodeClassifier, NodeRegressor
    from gnn2mlp.knowledge import TeacherKnowledge
    from gnn2mlp.pipeline.condense import condense
    from gnn2mlp.pipeline.config import RunConfig
    from gnn2mlp.pipeline.explain import explain
    from gnn2mlp.pipeline.fit import fit
    from gnn2mlp.pipeline.fitting.config import FitConfig
    from gnn2mlp.pipeline.run import run
    from gnn2mlp.pipeline.unlearning.unlearn import unlearn
else:

    def __getattr__(name: str) -> Any:
        """Import a public name on first use, so that serving a student never loads a graph library."""
        if name not in _EXPORTS:
            raise AttributeError(f"module 'gnn2mlp' has no attribute {name!r}{nearest(name, _EXPORTS)}")
        return getattr(importlib.import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
