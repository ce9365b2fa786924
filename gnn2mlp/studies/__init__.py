"""Studies: many runs from one YAML file, a line of results for each, and any results side by side."""

from gnn2mlp.studies.comparing import Comparison, compare
from gnn2mlp.studies.engine import Outcomes, run_study
from gnn2mlp.studies.grid import Cell, Study
from gnn2mlp.studies.page import write_comparison
from gnn2mlp.studies.reading import read_scores

__all__ = ["Cell", "Comparison", "Outcomes", "Study", "compare", "read_scores", "run_study", "write_comparison"]
