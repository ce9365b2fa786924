"""A trained model forgets nodes or edges, with evidence of how far it did."""

from gnn2mlp.pipeline.unlearning.unlearn import UnlearnResult, unlearn
from gnn2mlp.pipeline.unlearning.unlearner import UNLEARNERS, Forgetting, Unlearner

__all__ = ["UNLEARNERS", "Forgetting", "UnlearnResult", "Unlearner", "unlearn"]
