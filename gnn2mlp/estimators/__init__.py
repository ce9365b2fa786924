"""The whole way from a graph to a student behind scikit-learn estimators."""

from gnn2mlp.estimators.classifier import NodeClassifier
from gnn2mlp.estimators.regressor import NodeRegressor

__all__ = ["NodeClassifier", "NodeRegressor"]
