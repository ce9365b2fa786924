"""Teachers, which write `TeacherKnowledge`: one file each.

Example:
    >>> from gnn2mlp.teachers import GCN
    >>> GCN(hidden=64).hidden
    64
"""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.teachers._base import TEACHERS, Export, Teacher, providing
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._graph_level import GraphLevelTeacher, MessageGraphTeacher
from gnn2mlp.teachers._graph_training import answer_graphs
from gnn2mlp.teachers._inference import infer, input_features
from gnn2mlp.teachers._links import LinkTeacher
from gnn2mlp.teachers._neighbourhood import RequestPredictor
from gnn2mlp.teachers._network import LayerInput
from gnn2mlp.teachers._network_teacher import NetworkTeacher
from gnn2mlp.teachers._pair_predictor import PairPredictor
from gnn2mlp.teachers._pair_scores import NEIGHBOUR_SCORES, NeighbourScores
from gnn2mlp.teachers._prompts import PromptTemplate, prompts_of
from gnn2mlp.teachers._training import GNNTraining
from gnn2mlp.teachers.answering import TeacherAnswers

__all__ = [
    "NEIGHBOUR_SCORES",
    "TEACHERS",
    "Export",
    "GNNTeacher",
    "GNNTraining",
    "GraphLevelTeacher",
    "LayerInput",
    "LinkTeacher",
    "MessageGraphTeacher",
    "NeighbourScores",
    "NetworkTeacher",
    "PairPredictor",
    "PromptTemplate",
    "RequestPredictor",
    "Teacher",
    "TeacherAnswers",
    "answer_graphs",
    "infer",
    "input_features",
    "prompts_of",
    "providing",
]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, TEACHERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(TEACHERS)])
