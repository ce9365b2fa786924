"""Training students on rows of features, labels and teacher knowledge, in memory or streamed."""

from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.nn.training_state import Checkpoint

__all__ = ["Checkpoint", "DistillationResult", "Distiller", "Learner", "UpdateRule"]
