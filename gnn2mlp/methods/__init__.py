"""Distillation methods: one file per paper, a few lines each."""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.methods._base import METHODS, Method

__all__ = ["METHODS", "Method"]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.methods.adagmlp import AdaGMLP as AdaGMLP
    from gnn2mlp.methods.averaged_students import AveragedStudents as AveragedStudents
    from gnn2mlp.methods.born_again import BornAgain as BornAgain
    from gnn2mlp.methods.composed import Composed as Composed
    from gnn2mlp.methods.dho import DHO as DHO
    from gnn2mlp.methods.ehdm import EHDM as EHDM
    from gnn2mlp.methods.embedding_match import EmbeddingMatching as EmbeddingMatching
    from gnn2mlp.methods.ff_g2m import FFG2M as FFG2M
    from gnn2mlp.methods.gkedm import GKEDM as GKEDM
    from gnn2mlp.methods.glnn import GLNN as GLNN
    from gnn2mlp.methods.graph_mlp import GraphMLP as GraphMLP
    from gnn2mlp.methods.hgmd import HGMD as HGMD
    from gnn2mlp.methods.krd import KRD as KRD
    from gnn2mlp.methods.light_hgnn import LightHGNN as LightHGNN
    from gnn2mlp.methods.light_hgnn_plus import LightHGNNPlus as LightHGNNPlus
    from gnn2mlp.methods.lingu_gkd import LinguGKD as LinguGKD
    from gnn2mlp.methods.link_logits import LinkLogitMatching as LinkLogitMatching
    from gnn2mlp.methods.link_mlp import LinkMLP as LinkMLP
    from gnn2mlp.methods.llp import LLP as LLP
    from gnn2mlp.methods.mlp import MLPBaseline as MLPBaseline
    from gnn2mlp.methods.neighbour_imputation import NeighbourImputation as NeighbourImputation
    from gnn2mlp.methods.nosmog import NOSMOG as NOSMOG
    from gnn2mlp.methods.progmlp import ProGMLP as ProGMLP
    from gnn2mlp.methods.simmlp import SimMLP as SimMLP
    from gnn2mlp.methods.teacher_assistant import TeacherAssistant as TeacherAssistant
    from gnn2mlp.methods.tined import TINED as TINED
    from gnn2mlp.methods.vqgraph import VQGraph as VQGraph
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, METHODS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(METHODS)])
