"""Networks of flights, in which the class of an airport follows from its place in the graph alone."""

from pathlib import Path
from typing import ClassVar

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._features import constructed
from gnn2mlp.data.graph import GraphData, graph_from_arrays

URL = "https://github.com/leoribeiro/struc2vec/raw/master/graph/"


class _Airports(Dataset):
    """Airports and the flights between them; four classes of activity. Licence of the source repository: MIT.

    There are no features. As in `torch_geometric.datasets.Airports` a node's is its own number, one-hot, which tells a
    graph-free student nothing of a node that it was not trained on: distilling can fix these nodes' answers, no more.
    """

    split = Spec("fraction", train=0.6, valid=0.2)
    citation = "Ribeiro et al., struc2vec: Learning Node Representations from Structural Identity, KDD 2017"
    place: ClassVar[str]

    def load(self, files: RawFiles) -> GraphData:
        """Read both text files; nodes are numbered in the order of the labels."""
        labels, edges = (self._table(files, name) for name in self._names)
        row = {node: number for number, node in enumerate(labels[:, 0].tolist())}
        missing = [node for node in edges.ravel().tolist() if node not in row]
        if missing:
            raise DataError(f"{self.name}: expected a label of every airport with a flight, got none of {missing[0]}")
        ends = np.array([row[node] for node in edges.ravel().tolist()]).reshape(-1, 2)
        blank = np.ones((len(row), 1), dtype=np.float32)
        graph = graph_from_arrays(blank, labels[:, 1], ends.T, name=self.name)
        return GraphData.expect(constructed(graph, "one_hot", 0.0), self.name)

    @property
    def _names(self) -> tuple[str, str]:
        return f"labels-{self.place}-airports.txt", f"{self.place}-airports.edgelist"

    def _table(self, files: RawFiles, name: str) -> np.ndarray:
        """Two numbers a line, below a line of heads where there is one."""
        path: Path = files.fetch(f"Airports/{self.place}/raw/{name}", URL + name)
        try:
            table = np.loadtxt(path, dtype=np.int64, skiprows=int(name.startswith("labels")), ndmin=2)
        except ValueError as error:
            raise DataError(f"{self.name}: expected two numbers in each line of {path}, got: {error}") from error
        if table.shape[1] != 2:
            raise DataError(f"{self.name}: expected two numbers in each line of {path}, got {table.shape[1]}")
        return table


class AirportsBrazil(_Airports):
    """131 airports of Brazil, 1,003 routes, no features, 4 classes of activity."""

    name = "airports-brazil"
    place = "brazil"


class AirportsEurope(_Airports):
    """399 airports of Europe, 5,993 routes, no features, 4 classes of activity."""

    name = "airports-europe"
    place = "europe"


class AirportsUsa(_Airports):
    """1,190 airports of the USA, 13,599 routes, no features, 4 classes of activity."""

    name = "airports-usa"
    place = "usa"
