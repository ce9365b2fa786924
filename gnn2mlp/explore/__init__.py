"""What a person sees of a run: plots, one HTML page, a table for the terminal."""

from gnn2mlp.explore.plots import plot_accuracy, plot_latency, plot_reliability, plot_training
from gnn2mlp.explore.report import write_report
from gnn2mlp.explore.table import results_table

__all__ = ["plot_accuracy", "plot_latency", "plot_reliability", "plot_training", "results_table", "write_report"]
