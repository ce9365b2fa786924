"""Studies: many runs from one YAML file, a line of results for each, and any results side by side."""

from gnn2mlp.studies.engine import Outcomes, run_study
from gnn2mlp.studies.grid import Cell, Study

__all__ = ["Cell", "Outcomes", "Study", "run_study"]
