"""Teachers, which write `TeacherKnowledge`: one file each.

Example:
    >>> from gnn2mlp.teachers import GCN
    >>> GCN(hidden=64).hidden
    64
"""

from typing import TYPE_CHECKING, Any

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


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.teachers.appnp import APPNP as APPNP
    from gnn2mlp.teachers.ensemble import Ensemble as Ensemble
    from gnn2mlp.teachers.gat import GAT as GAT
    from gnn2mlp.teachers.gcn import GCN as GCN
    from gnn2mlp.teachers.gkedm import GKEDMTeacher as GKEDMTeacher
    from gnn2mlp.teachers.grand import GRAND as GRAND
    from gnn2mlp.teachers.graph_gat import GraphGAT as GraphGAT
    from gnn2mlp.teachers.graph_gcn import GraphGCN as GraphGCN
    from gnn2mlp.teachers.graph_gin import GraphGIN as GraphGIN
    from gnn2mlp.teachers.graph_mixer import GraphMixer as GraphMixer
    from gnn2mlp.teachers.graph_vit import GraphViT as GraphViT
    from gnn2mlp.teachers.heuristic import Heuristic as Heuristic
    from gnn2mlp.teachers.hgnn import HGNN as HGNN
    from gnn2mlp.teachers.hgnn_plus import HGNNPlus as HGNNPlus
    from gnn2mlp.teachers.language import Language as Language
    from gnn2mlp.teachers.link import Link as Link
    from gnn2mlp.teachers.sage import SAGE as SAGE
    from gnn2mlp.teachers.sign import SIGN as SIGN
    from gnn2mlp.teachers.unigcn import UniGCN as UniGCN
    from gnn2mlp.teachers.vq import VQ as VQ
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, TEACHERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(TEACHERS)])
