"""Citation graphs of graph2gauss, whole: larger versions of Cora and CiteSeer."""

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._gnn_benchmark import read_gnn_benchmark
from gnn2mlp.data.datasets._recipes import glnn_recipe
from gnn2mlp.data.graph import GraphData

URL = "https://github.com/abojchevski/graph2gauss/raw/master/data/"


class _CitationFull(Dataset):
    """Whole graph, as `torch_geometric.datasets.CitationFull` reads it: undirected, word counts made binary.

    Licence of the source repository: MIT. Nothing is published for these under GLNN's protocol; the recipe has the
    settings of the smaller graph of the same name.
    """

    split = Spec("cpf")
    citation = "Bojchevski and Günnemann, Deep Gaussian Embedding of Graphs, ICLR 2018"
    file: str

    def load(self, files: RawFiles) -> GraphData:
        """Read, make the word counts binary, symmetrise and drop self-loops."""
        relative = f"CitationFull/{self.file}/raw/{self.file}.npz"
        return read_gnn_benchmark(files, relative, self.name, binary=True, url=f"{URL}{self.file}.npz")


class CoraMl(_CitationFull):
    """2,995 papers on machine learning, 8,158 citations, 2,879 words, 7 topics."""

    name = "cora-ml"
    file = "cora_ml"
    recipe = glnn_recipe(dropout=0.6, lr=0.01, weight_decay=0.005, hidden=64)


class CiteseerFull(_CitationFull):
    """4,230 papers, 5,337 citations, 602 words, 6 topics."""

    name = "citeseer-full"
    file = "citeseer"
    recipe = glnn_recipe(dropout=0.1, lr=0.01, weight_decay=0.001)
