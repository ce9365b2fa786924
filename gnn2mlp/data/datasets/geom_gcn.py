"""Small graphs whose neighbours mostly differ, in the files of Geom-GCN, with ten published splits each."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.npz.arrays import read_arrays
from gnn2mlp.data.npz.splits import read_splits

URL = "https://raw.githubusercontent.com/graphdml-uiuc-jlu/geom-gcn/master"
SPLITS = 10


class _GeomGcn(Dataset):
    """Text files of nodes and edges, and ten published splits, which are the default: 48 % of each class train.

    The source repository states no licence. Links of both directions are one edge, self-loops are dropped.
    """

    split = Spec("own", every_class=False)
    citation = "Pei et al., Geom-GCN: Geometric Graph Convolutional Networks, ICLR 2020"
    file: ClassVar[str]
    folder: ClassVar[str]

    def load(self, files: RawFiles) -> GraphData:
        """Read nodes, edges and the ten splits; features stay sparse."""
        features, labels = self._nodes(self._fetch(files, "out1_node_feature_label.txt"))
        splits = [self._split(files, number, labels) for number in range(SPLITS)]
        edges = self._table(self._fetch(files, "out1_graph_edges.txt"))
        return graph_from_arrays(features, labels, edges.T, name=self.name, own_splits=splits)

    def features_of(self, words: list[list[int]]) -> Any:
        """A sparse matrix, given the list of numbers in each node's line: 0 or 1 for each word."""
        from scipy.sparse import csr_matrix

        return csr_matrix(np.array(words, dtype=np.float32))

    def _fetch(self, files: RawFiles, name: str) -> Path:
        part = "splits" if name.endswith(".npz") else f"new_data/{self.file}"
        return files.fetch(f"{self.folder}/raw/{name}", f"{URL}/{part}/{name}")

    def _nodes(self, path: Path) -> tuple[Any, np.ndarray]:
        try:
            rows = [line.rstrip("\n").split("\t") for line in path.read_text().splitlines()[1:]]
            nodes = np.array([int(node) for node, _, _ in rows])
            words = [[int(word) for word in features.split(",")] for _, features, _ in rows]
            labels = np.array([int(label) for _, _, label in rows])
        except ValueError as error:
            raise DataError(
                f"{self.name}: expected lines of node, features and label with tabs in {path}, got: {error}"
            ) from error
        if sorted(nodes.tolist()) != [*range(len(nodes))]:
            raise DataError(f"{self.name}: expected the nodes 0 to {len(nodes) - 1} in {path}, each once")
        place = nodes.argsort()
        return self.features_of([words[row] for row in place]), labels[place]

    def _table(self, path: Path) -> np.ndarray:
        try:
            return np.loadtxt(path, dtype=np.int64, skiprows=1, ndmin=2)
        except ValueError as error:
            raise DataError(f"{self.name}: expected lines of two nodes in {path}, got: {error}") from error

    def _split(self, files: RawFiles, number: int, labels: np.ndarray) -> dict[str, np.ndarray]:
        arrays = read_arrays(self._fetch(files, f"{self.file}_split_0.6_0.2_{number}.npz"), self.name)
        return read_splits(arrays, labels >= 0)[0]


class Actor(_GeomGcn):
    """7,600 actors, 26,659 co-occurrences in Wikipedia, 932 words, 5 classes of words of their pages."""

    name = "actor"
    file = "film"
    folder = "Actor"

    def features_of(self, words: list[list[int]]) -> Any:
        """A sparse matrix, given the words that each node has."""
        from scipy.sparse import csr_matrix

        row = np.repeat(np.arange(len(words)), [len(some) for some in words])
        column = np.concatenate([np.array(some) for some in words])
        counts = csr_matrix((np.ones(row.size, dtype=np.float32), (row, column)))
        counts.data[:] = 1  # a word that is named twice is there once
        return counts


class Cornell(_GeomGcn):
    """183 pages of a university, 277 links, 1,703 words; 5 kinds: student, project, course, staff, faculty."""

    name = "cornell"
    file = "cornell"
    folder = "WebKB/cornell"


class Texas(_GeomGcn):
    """183 pages of a university, 279 links, 1,703 words; 5 kinds: student, project, course, staff, faculty."""

    name = "texas"
    file = "texas"
    folder = "WebKB/texas"


class Wisconsin(_GeomGcn):
    """251 pages of a university, 450 links, 1,703 words; 5 kinds: student, project, course, staff, faculty."""

    name = "wisconsin"
    file = "wisconsin"
    folder = "WebKB/wisconsin"
