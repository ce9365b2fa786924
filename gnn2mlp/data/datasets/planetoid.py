"""Citation graphs with the public split that most papers on graph neural networks use."""

import warnings
from pathlib import Path

from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._recipes import glnn_recipe
from gnn2mlp.data.graph import GraphData, graph_from_arrays

_PARTS = ("x", "tx", "allx", "y", "ty", "ally", "graph", "test.index")


class _Planetoid(Dataset):
    """Whole graph; 20 training nodes a class, 500 validation and 1,000 test nodes, the others without a role.

    The recipe has GLNN's settings for the same papers in CPF form. Nodes that the raw files give neither words nor a
    class (15 in CiteSeer) are unlabelled here.
    """

    split = Spec("own")
    citation = "Yang et al., Revisiting Semi-Supervised Learning with Graph Embeddings, ICML 2016"
    folder: str

    def load(self, files: RawFiles) -> GraphData:
        """Read with `torch_geometric.io`, which only reads; keep the words sparse."""
        from scipy.sparse import csr_matrix
        from torch_geometric.datasets import Planetoid
        from torch_geometric.io import read_planetoid_data

        paths = [self._fetch(files, f"ind.{self.name}.{part}", Planetoid.url) for part in _PARTS]
        try:
            with warnings.catch_warnings():  # the raw files were pickled by a scipy of 2016
                warnings.simplefilter("ignore")
                data = read_planetoid_data(str(paths[0].parent), self.name)
        except Exception as error:  # a damaged pickle can fail in any way
            raise DataError(f"{self.name}: {paths[0].parent} holds no readable Planetoid files: {error}") from error
        masks = {"train": data.train_mask, "valid": data.val_mask, "test": data.test_mask}
        published = {part: mask.nonzero()[:, 0] for part, mask in masks.items()}
        return graph_from_arrays(
            csr_matrix(data.x.numpy()),
            _without_fillers(data.y, published["test"]),
            data.edge_index,
            name=self.name,
            own_splits=[published],
        )

    def _fetch(self, files: RawFiles, file: str, url: str) -> Path:
        return files.fetch(f"Planetoid/{self.folder}/raw/{file}", f"{url}/{file}")


def _without_fillers(labels: Tensor, test: Tensor) -> Tensor:
    """Labels in which the ids that the layout skips are unknown: test nodes come last, gaps among them are fillers."""
    labels = labels.clone()
    last = labels[int(test.min()) :]
    known = last[test - test.min()].clone()
    last.fill_(-1)
    last[test - test.min()] = known
    return labels


class Cora(_Planetoid):
    """2,708 papers, 5,278 citations, 1,433 words, 7 topics."""

    name = "cora"
    folder = "Cora"
    recipe = glnn_recipe(dropout=0.6, lr=0.01, weight_decay=0.005, hidden=64)


class Citeseer(_Planetoid):
    """3,327 papers, 4,552 citations, 3,703 words, 6 topics."""

    name = "citeseer"
    folder = "CiteSeer"
    recipe = glnn_recipe(dropout=0.1, lr=0.01, weight_decay=0.001)


class Pubmed(_Planetoid):
    """19,717 papers, 44,324 citations, 500 word frequencies, 3 topics."""

    name = "pubmed"
    folder = "PubMed"
    recipe = glnn_recipe(dropout=0.4, lr=0.005, weight_decay=0.0)
