"""The whole way from a graph to a student behind one scikit-learn estimator."""

from gnn2mlp.classifier.estimator import NodeClassifier

__all__ = ["NodeClassifier"]
