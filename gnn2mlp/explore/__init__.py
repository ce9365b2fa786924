"""What a teacher knows, for an analyst: use and meaning of its codes, maps of them, and which answers to trust."""

from gnn2mlp.explore.book import Codebook
from gnn2mlp.explore.codebook import code_by_class, code_usage, nearest_codes, truncation
from gnn2mlp.explore.computation_trees import ComputationTrees, computation_trees
from gnn2mlp.explore.disagree import disagreement
from gnn2mlp.explore.disagreements import Disagreement
from gnn2mlp.explore.interactive_map import MapCodes, interactive_map
from gnn2mlp.explore.knowledge_map import knowledge_map
from gnn2mlp.explore.map_columns import Named
from gnn2mlp.explore.map_object import InteractiveMap
from gnn2mlp.explore.neighbourhoods import behind_code
from gnn2mlp.explore.plots_calibration import plot_calibration, plot_set_coverage
from gnn2mlp.explore.plots_cascade import plot_cascade
from gnn2mlp.explore.plots_codes import plot_code_by_class, plot_code_usage
from gnn2mlp.explore.plots_disagreement import plot_confusion, plot_groups
from gnn2mlp.explore.plots_importance import plot_importance
from gnn2mlp.explore.plots_map import plot_code_map
from gnn2mlp.explore.plots_neighbourhoods import plot_behind_code
from gnn2mlp.explore.plots_trees import plot_tree_coverage, plot_trees
from gnn2mlp.explore.plots_trust import plot_accuracy_by_score, plot_by_degree, plot_coverage
from gnn2mlp.explore.projection import code_map
from gnn2mlp.explore.trust import trust_table

__all__ = [
    "Codebook",
    "ComputationTrees",
    "Disagreement",
    "InteractiveMap",
    "MapCodes",
    "Named",
    "behind_code",
    "code_by_class",
    "code_map",
    "code_usage",
    "computation_trees",
    "disagreement",
    "interactive_map",
    "knowledge_map",
    "nearest_codes",
    "plot_accuracy_by_score",
    "plot_behind_code",
    "plot_by_degree",
    "plot_calibration",
    "plot_cascade",
    "plot_code_by_class",
    "plot_code_map",
    "plot_code_usage",
    "plot_confusion",
    "plot_coverage",
    "plot_groups",
    "plot_importance",
    "plot_set_coverage",
    "plot_tree_coverage",
    "plot_trees",
    "truncation",
    "trust_table",
]
