"""What a person sees of a run: HTML pages, tables for the terminal, and plots of its results."""

from gnn2mlp.report.fit_table import data_table, fit_table
from gnn2mlp.report.graph_cell import graph_cell
from gnn2mlp.report.link_cell import link_cell
from gnn2mlp.report.plots import plot_accuracy, plot_latency, plot_reliability, plot_training
from gnn2mlp.report.plots_intervals import plot_intervals
from gnn2mlp.report.plots_links import plot_hits, plot_pair_scores
from gnn2mlp.report.plots_tradeoff import plot_tradeoff
from gnn2mlp.report.results import Judged, judged_by
from gnn2mlp.report.run_report import write_report
from gnn2mlp.report.table import results_table

__all__ = [
    "Judged",
    "data_table",
    "fit_table",
    "graph_cell",
    "judged_by",
    "link_cell",
    "plot_accuracy",
    "plot_hits",
    "plot_intervals",
    "plot_latency",
    "plot_pair_scores",
    "plot_reliability",
    "plot_tradeoff",
    "plot_training",
    "results_table",
    "write_report",
]
