"""Terms of the distillation loss: one file each. They read a `Batch`, never a graph or a teacher."""

from gnn2mlp.objectives._base import OBJECTIVES, Objective, RowSet, Term, WeightedSum, parse_objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import knowledge_needs, parse_needs
from gnn2mlp.objectives.code_assignments import CodeAssignments
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.reliable_hyperedges import ReliableHyperedges
from gnn2mlp.objectives.reliable_neighbours import ReliableNeighbours
from gnn2mlp.objectives.soft_labels import SoftLabels

__all__ = [
    "OBJECTIVES",
    "Batch",
    "CodeAssignments",
    "HardLabels",
    "Objective",
    "ReliableHyperedges",
    "ReliableNeighbours",
    "RowSet",
    "SoftLabels",
    "Term",
    "WeightedSum",
    "knowledge_needs",
    "parse_needs",
    "parse_objective",
]
