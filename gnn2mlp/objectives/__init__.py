"""Terms of the distillation loss: one file each. They read a `Batch`, never a graph or a teacher.

Example:
    >>> from gnn2mlp.objectives import HardLabels, SoftLabels
    >>> 0.5 * HardLabels() + SoftLabels(temperature=2.0)
    0.5 * Spec('hard_labels') + 1 * Spec('soft_labels', temperature=2.0, ..., table='teacher')
"""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.objectives._base import (
    OBJECTIVES,
    Objective,
    RowSet,
    Term,
    WeightedSum,
    check_declared,
    check_weighted,
    parse_objective,
)
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._link_batch import LinkBatch
from gnn2mlp.objectives._needs import PAIRS, TEACHER, knowledge_needs, parse_needs
from gnn2mlp.objectives._reliability import ReliabilityForm, check_draws, reliability_scores

__all__ = [
    "OBJECTIVES",
    "PAIRS",
    "TEACHER",
    "Batch",
    "LinkBatch",
    "Objective",
    "ReliabilityForm",
    "RowSet",
    "Term",
    "WeightedSum",
    "check_declared",
    "check_draws",
    "check_weighted",
    "knowledge_needs",
    "parse_needs",
    "parse_objective",
    "reliability_scores",
]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.objectives.adversarial_features import AdversarialFeatures as AdversarialFeatures
    from gnn2mlp.objectives.aggregation_alignment import AggregationAlignment as AggregationAlignment
    from gnn2mlp.objectives.attention_maps import AttentionMaps as AttentionMaps
    from gnn2mlp.objectives.bd_kd import BDKD as BDKD
    from gnn2mlp.objectives.code_assignments import CodeAssignments as CodeAssignments
    from gnn2mlp.objectives.consistency import Consistency as Consistency
    from gnn2mlp.objectives.context_distribution import ContextDistribution as ContextDistribution
    from gnn2mlp.objectives.context_ranks import ContextRanks as ContextRanks
    from gnn2mlp.objectives.contrast import Contrast as Contrast
    from gnn2mlp.objectives.decoupled import Decoupled as Decoupled
    from gnn2mlp.objectives.dirichlet_energies import DirichletEnergies as DirichletEnergies
    from gnn2mlp.objectives.dual_head import DualHead as DualHead
    from gnn2mlp.objectives.embedding_match import EmbeddingMatch as EmbeddingMatch
    from gnn2mlp.objectives.hard_labels import HardLabels as HardLabels
    from gnn2mlp.objectives.hardness_aware import HardnessAware as HardnessAware
    from gnn2mlp.objectives.hidden_match import HiddenMatch as HiddenMatch
    from gnn2mlp.objectives.label_head import LabelHead as LabelHead
    from gnn2mlp.objectives.layer_contrast import LayerContrast as LayerContrast
    from gnn2mlp.objectives.learnt_mixture import LearntMixture as LearntMixture
    from gnn2mlp.objectives.link_labels import LinkLabels as LinkLabels
    from gnn2mlp.objectives.link_logits import LinkLogits as LinkLogits
    from gnn2mlp.objectives.masked_alignment import MaskedAlignment as MaskedAlignment
    from gnn2mlp.objectives.neighbour_differences import NeighbourDifferences as NeighbourDifferences
    from gnn2mlp.objectives.neighbourhood_contrast import NeighbourhoodContrast as NeighbourhoodContrast
    from gnn2mlp.objectives.ofa import OFA as OFA
    from gnn2mlp.objectives.plackett_luce import PlackettLuce as PlackettLuce
    from gnn2mlp.objectives.progressive_labels import ProgressiveLabels as ProgressiveLabels
    from gnn2mlp.objectives.relation_match import RelationMatch as RelationMatch
    from gnn2mlp.objectives.reliable_hyperedges import ReliableHyperedges as ReliableHyperedges
    from gnn2mlp.objectives.reliable_neighbours import ReliableNeighbours as ReliableNeighbours
    from gnn2mlp.objectives.retain_and_forget import RetainAndForget as RetainAndForget
    from gnn2mlp.objectives.sampled_labels import SampledLabels as SampledLabels
    from gnn2mlp.objectives.similarity import Similarity as Similarity
    from gnn2mlp.objectives.sinkhorn import Sinkhorn as Sinkhorn
    from gnn2mlp.objectives.soft_labels import SoftLabels as SoftLabels
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, OBJECTIVES)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(OBJECTIVES)])
