"""Citation and co-purchase graphs in the form that the GNN-to-MLP literature uses (CPF data)."""

import numpy as np
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._gnn_benchmark import read_gnn_benchmark
from gnn2mlp.data.datasets._recipes import GRAND_ON_PRODUCTS, glnn_recipe
from gnn2mlp.data.graph import GraphData

_SEN = "Sen et al., Collective Classification in Network Data, AI Magazine 2008"
_NAMATA = "Namata et al., Query-driven Active Surveying for Collective Classification, MLG 2012"
_SHCHUR = "Shchur et al., Pitfalls of Graph Neural Network Evaluation, 2018"
_FORM = "CPF form: Yang et al., WWW 2021"


class _Cpf(Dataset):
    """Largest connected component of an undirected graph; features and labels as stored in the file."""

    split = Spec("cpf")
    file: str

    def load(self, files: RawFiles) -> GraphData:
        """Read, symmetrise, drop self-loops and keep the largest connected component in the file's order."""
        graph = read_gnn_benchmark(files, self.file, self.name)
        return largest_component(graph)


def largest_component(graph: GraphData) -> GraphData:
    """The induced subgraph on the largest connected component, nodes in their old order."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    row, column = graph.edge_index.numpy()
    shape = (graph.num_nodes, graph.num_nodes)
    _, component = connected_components(coo_matrix((np.ones(row.size), (row, column)), shape=shape), directed=False)
    ids = np.flatnonzero(component == np.bincount(component).argmax())
    return graph.subgraph(torch.from_numpy(ids))


class CpfCora(_Cpf):
    """2,485 papers, 5,069 citations, 1,433 words, 7 topics."""

    name = "cpf-cora"
    citation = f"{_SEN}; {_FORM}"
    file = "CPF/cora.npz"
    recipe = glnn_recipe(dropout=0.6, lr=0.01, weight_decay=0.005, hidden=64)


class CpfCiteseer(_Cpf):
    """2,110 papers, 3,668 citations, 3,703 words, 6 topics."""

    name = "cpf-citeseer"
    citation = f"{_SEN}; {_FORM}"
    file = "CPF/citeseer.npz"
    # Hops and weight of the consistency by validation: five splits, four settings besides the default.
    recipe = glnn_recipe(dropout=0.1, lr=0.01, weight_decay=0.001, grand={"hops": 4, "consistency": 0.7})


class CpfPubmed(_Cpf):
    """19,717 papers, 44,324 citations, 500 word frequencies, 3 topics."""

    name = "cpf-pubmed"
    citation = f"{_NAMATA}; {_FORM}"
    file = "CPF/pubmed.npz"
    recipe = glnn_recipe(dropout=0.4, lr=0.005, weight_decay=0.0)


class CpfComputer(_Cpf):
    """13,381 computer articles bought together, 245,778 edges, 767 review words, 10 categories."""

    name = "cpf-a-computer"
    citation = f"{_SHCHUR}; {_FORM}"
    file = "Amazon/Computers/raw/amazon_electronics_computers.npz"
    recipe = glnn_recipe(dropout=0.3, lr=0.001, weight_decay=0.002, grand=GRAND_ON_PRODUCTS)


class CpfPhoto(_Cpf):
    """7,487 photo articles bought together, 119,043 edges, 745 review words, 8 categories."""

    name = "cpf-a-photo"
    citation = f"{_SHCHUR}; {_FORM}"
    file = "Amazon/Photo/raw/amazon_electronics_photo.npz"
    recipe = glnn_recipe(dropout=0.3, lr=0.005, weight_decay=0.002, grand=GRAND_ON_PRODUCTS)
