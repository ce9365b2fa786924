"""Co-authorship graphs of the Microsoft Academic Graph."""

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._gnn_benchmark import read_gnn_benchmark
from gnn2mlp.data.datasets._recipes import glnn_recipe
from gnn2mlp.data.graph import GraphData


class _Coauthor(Dataset):
    """Whole graph (it is connected). Word counts are made binary, as `torch_geometric.datasets.Coauthor` does.

    Nothing is published for these two under GLNN's protocol. The recipe has GLNN's sizes and teachers; dropout,
    learning rate and weight decay of the student are those released with KRD (Wu et al., ICML 2023) for SAGE.
    """

    split = Spec("cpf")
    citation = "Shchur et al., Pitfalls of Graph Neural Network Evaluation, 2018"
    file: str

    def load(self, files: RawFiles) -> GraphData:
        """Read, make the word counts binary, symmetrise and drop self-loops."""
        return read_gnn_benchmark(files, self.file, self.name, binary=True)


class CoauthorCs(_Coauthor):
    """18,333 authors, 81,894 co-authorships, 6,805 keywords, 15 fields of computer science."""

    name = "coauthor-cs"
    file = "Coauthor/CS/raw/ms_academic_cs.npz"
    recipe = glnn_recipe(dropout=0.6, lr=0.01, weight_decay=0.001)


class CoauthorPhysics(_Coauthor):
    """34,493 authors, 247,962 co-authorships, 8,415 keywords, 5 fields of physics."""

    name = "coauthor-physics"
    file = "Coauthor/Physics/raw/ms_academic_phy.npz"
    recipe = glnn_recipe(dropout=0.4, lr=0.01, weight_decay=0.001)
