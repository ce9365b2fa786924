"""The embedded default: a graph that needs no download."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays


class Digits(Dataset):
    """1,797 handwritten digits of 8 x 8 pixels, 12,339 links between alike ones, 64 features, 10 classes.

    Pixels are scaled to 0..1. Two digits are linked if one is among the other's 10 nearest by Euclidean distance of
    the pixels. Split by default into 2 training and 8 validation labels a class.
    """

    name = "digits"
    citation = "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998"
    split = Spec("per_class", train=2, valid=8)
    recipe: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "teacher": {
            "gcn": {"hidden": 64, "dropout": 0.5, "lr": 0.01, "weight_decay": 5e-4},
            "sage": {"hidden": 64, "dropout": 0.5, "lr": 0.01, "weight_decay": 5e-4},
            "gat": {
                "hidden": 64,
                "heads": 8,
                "dropout": 0.5,
                "attention_dropout": 0.3,
                "lr": 0.01,
                "weight_decay": 5e-4,
            },
        },
        "student": {"mlp": {"hidden": 128, "layers": 2, "dropout": 0.1}},
        "distill": {"lr": 0.01, "weight_decay": 0.0, "batch_size": 512},
    }

    def load(self, files: RawFiles) -> GraphData:
        """Build the graph from scikit-learn's copy of the images."""
        from sklearn.datasets import load_digits

        images = load_digits()
        links = _nearest(images.data, neighbours=10)
        x = (images.data / 16).astype(np.float32)
        return graph_from_arrays(x, images.target, links, name=self.name, class_names=images.target_names)


def _nearest(pixels: np.ndarray[Any, Any], neighbours: int) -> np.ndarray[Any, Any]:
    """Pairs (2, rows * neighbours) of each row and its nearest others; of equally near ones those that come first.

    Pixels are whole numbers, so distances are exact and ties are broken alike on every machine and number of threads.
    """
    squares = (pixels**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2 * pixels @ pixels.T
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argsort(axis=1, kind="stable")[:, :neighbours]
    return np.stack([np.repeat(np.arange(len(pixels)), neighbours), nearest.ravel()])
