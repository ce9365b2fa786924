"""A node's own features, as they are."""

from gnn2mlp.inputs._base import Inputs
from gnn2mlp.nn.csr import Features


class OwnFeatures(Inputs):
    """The features of the node, unchanged: what every GNN-to-MLP paper hands its student.

    Example:
        >>> import torch
        >>> OwnFeatures().transform(torch.eye(2))
        tensor([[1., 0.],
                [0., 1.]])
    """

    name = "features"
    citation = "Zhang et al., Graph-less Neural Networks, ICLR 2022"

    def transform(self, features: Features) -> Features:
        """The same rows."""
        return features
