"""The main job: data, split, teacher, knowledge, student, scores, report. The one place where all layers meet."""

from gnn2mlp.pipeline.auto import AutoResult, auto
from gnn2mlp.pipeline.condense import CondenseConfig, CondenseResult, condense
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.disagreement import DisagreementResult, disagree
from gnn2mlp.pipeline.explain import ExplainResult, explain
from gnn2mlp.pipeline.fit import FitResult, fit
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.graphs.config import GraphFitConfig
from gnn2mlp.pipeline.fitting.graphs.fit import GraphFitResult
from gnn2mlp.pipeline.fitting.links.config import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.fit import LinkFitResult
from gnn2mlp.pipeline.latency import LatencyResult, latency
from gnn2mlp.pipeline.run import RunResult, run
from gnn2mlp.pipeline.searching.settings import Auto
from gnn2mlp.pipeline.trust import TrustResult, trust
from gnn2mlp.pipeline.unlearning import UNLEARNERS, Unlearner, UnlearnResult, unlearn

__all__ = [
    "UNLEARNERS",
    "Auto",
    "AutoResult",
    "CondenseConfig",
    "CondenseResult",
    "DisagreementResult",
    "ExplainResult",
    "FitConfig",
    "FitResult",
    "GraphFitConfig",
    "GraphFitResult",
    "LatencyResult",
    "LinkFitConfig",
    "LinkFitResult",
    "RunConfig",
    "RunResult",
    "TrustResult",
    "UnlearnResult",
    "Unlearner",
    "auto",
    "condense",
    "disagree",
    "explain",
    "fit",
    "latency",
    "run",
    "trust",
    "unlearn",
]
