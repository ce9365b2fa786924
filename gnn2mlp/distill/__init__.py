"""Training a student on a table of teacher knowledge."""

from gnn2mlp.distill.course import Checkpoint
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.together import fit_together
from gnn2mlp.distill.trainer import Distiller
from gnn2mlp.distill.updates import UpdateRule

__all__ = ["Checkpoint", "DistillationResult", "Distiller", "UpdateRule", "fit_together"]
