"""A folder of one's own in the format of TU Dortmund."""

import os

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graphs.dataset import GraphDataset
from gnn2mlp.data.graphs.datasets._raw import RawFolder
from gnn2mlp.data.graphs.datasets._tu import read_tu
from gnn2mlp.data.graphs.graph_set import GraphSet


class TUFolder(GraphDataset):
    """A folder of one's own in the format of TU Dortmund.

    Args:
        path: the folder, which holds `NAME_A.txt`, `NAME_graph_indicator.txt` and `NAME_graph_labels.txt`, and may hold
            `NAME_node_labels.txt`, `NAME_edge_labels.txt` and `NAME_node_attributes.txt`.
        degrees: where nodes have neither labels nor attributes, the greatest degree that is told apart.
        attributes: whether to read the attributes of nodes as features.
    """

    name = "tu"
    citation = "Morris et al., TUDataset: A Collection of Benchmark Datasets for Learning with Graphs, 2020"
    split = Spec("folds")

    def __init__(self, path: str, degrees: int = 64, attributes: bool = True):
        check_at_least("dataset", 1, degrees=degrees)
        self.path = os.fspath(path)
        self.degrees = degrees
        self.attributes = attributes

    def load(self, files: RawFiles) -> GraphSet:
        """Read the text files."""
        folder = user_path(self.path, "dataset.path")
        found = sorted(folder.glob("*_A.txt")) if folder.is_dir() else []
        if len(found) != 1:
            raise DataError(
                f"dataset.path: expected a folder with one file NAME_A.txt, got {len(found)} in {folder}; name the "
                "folder of one set"
            )
        prefix = found[0].name.removesuffix("_A.txt")
        return read_tu(RawFolder(folder, prefix), prefix, self.degrees, self.attributes)
