"""Students in production: features in, labels and probabilities out, no graph library loaded."""

from gnn2mlp.deploy.predictor import Predictor

__all__ = ["Predictor"]
