"""Attributed networks of the node-embedding literature: friends, photographs, papers, pages."""

from typing import ClassVar

import numpy as np

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.npz.arrays import csr_from_parts, read_arrays

_HUANG = "Huang et al., Label Informed Attributed Network Embedding, WSDM 2017"
_WANG = "Wang et al., AM-GCN: Adaptive Multi-channel Graph Convolutional Networks, KDD 2020"


class _Attributed(Dataset):
    """`attributed/<file>.npz` in the data root: `edge_index`, `y`, and features as CSR parts `x_*`.

    What is public (github.com/EdisonLeeeee/GraphData, MIT) holds pickled matrices, which nothing here reads: write
    these arrays from it, and pass the folder as --data-root. Labels are renumbered without gaps.
    """

    split = Spec("cpf")
    file: ClassVar[str]

    def load(self, files: RawFiles) -> GraphData:
        """Read, symmetrise and drop self-loops; features stay sparse."""
        arrays = read_arrays(files.fetch(f"attributed/{self.file}.npz", None), self.name)
        for key in ("edge_index", "y"):
            if key not in arrays:
                raise arrays.missing("links and labels", "edge_index and y")
        given = arrays["y"]
        classes = np.unique(given[given >= 0])
        labels = np.where(given >= 0, np.searchsorted(classes, given), -1)
        names = [int(value) for value in classes]
        return graph_from_arrays(
            csr_from_parts(arrays, "x"), labels, arrays["edge_index"], name=self.name, class_names=names
        )


class BlogCatalog(_Attributed):
    """5,196 bloggers, 171,743 friendships, 8,189 words of themselves, 6 groups."""

    name = "blogcatalog"
    citation = _HUANG
    file = "blogcatalog"


class Flickr(_Attributed):
    """7,575 photographers, 239,738 friendships, 12,047 tags, 9 groups; not the larger one of GraphSAINT."""

    name = "flickr"
    citation = _HUANG
    file = "flickr"


class Acm(_Attributed):
    """3,025 papers, 13,128 links by a shared author, 1,870 words, 3 fields."""

    name = "acm"
    citation = _WANG
    file = "acm"


class Uai2010(_Attributed):
    """3,067 pages of Wikipedia, 28,308 links, 4,973 words, 19 classes; the smallest has nine pages."""

    name = "uai2010"
    citation = _WANG
    file = "uai"
    split = Spec("fraction")
