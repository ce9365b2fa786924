"""What a person sees of a run: plots, one HTML page, a table for the terminal; and what a teacher's codes stand for."""

from gnn2mlp.explore.code_layout import code_map
from gnn2mlp.explore.codebook import code_by_class, code_usage, nearest_codes, truncation
from gnn2mlp.explore.neighbourhoods import behind_code
from gnn2mlp.explore.plots import plot_accuracy, plot_latency, plot_reliability, plot_training
from gnn2mlp.explore.plots_codes import plot_code_by_class, plot_code_usage
from gnn2mlp.explore.plots_map import plot_code_map
from gnn2mlp.explore.plots_neighbourhoods import plot_behind_code
from gnn2mlp.explore.plots_tradeoff import plot_tradeoff
from gnn2mlp.explore.plots_trust import plot_accuracy_by_score, plot_by_degree, plot_coverage
from gnn2mlp.explore.report import write_report
from gnn2mlp.explore.table import results_table
from gnn2mlp.explore.trust import trust_table

__all__ = [
    "behind_code",
    "code_by_class",
    "code_map",
    "code_usage",
    "nearest_codes",
    "plot_accuracy",
    "plot_accuracy_by_score",
    "plot_behind_code",
    "plot_by_degree",
    "plot_code_by_class",
    "plot_code_map",
    "plot_code_usage",
    "plot_coverage",
    "plot_latency",
    "plot_reliability",
    "plot_tradeoff",
    "plot_training",
    "results_table",
    "truncation",
    "trust_table",
    "write_report",
]
